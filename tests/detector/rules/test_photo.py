"""What one photo can say, and what it must say that it cannot."""

import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.rules.photo import photo_findings
from detector.sources import Frame
from detector.violations import ViolationKind
from tests.detector.streets import NOON, rows_of

FRAME = Frame(np.zeros((600, 800, 3), np.uint8), NOON, 0.0, 0)
PERSON = (ObjectClass.PERSON, (100, 100, 160, 300), 0.9)
TINY = (ObjectClass.PERSON, (700, 100, 710, 130), 0.9)
BAG = (ObjectClass.GARBAGE, (300, 400, 380, 460), 0.6)
HEAP = (ObjectClass.GARBAGE, (400, 420, 500, 500), 0.8)
BUTT = (ObjectClass.CIGARETTE_BUTT, (10, 590, 20, 596), 0.5)
TRICYCLE = (ObjectClass.E_TRICYCLE, (60, 150, 300, 320), 0.7)
CAR = (ObjectClass.CAR, (500, 100, 700, 200), 0.9)

Row = tuple[ObjectClass, tuple[int, int, int, int], float]


def seen(*rows: Row) -> Detections:
    return rows_of(
        np.array([r[1] for r in rows]).reshape(-1, 4), np.array([int(r[0]) for r in rows]), [r[2] for r in rows]
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([CAR], []),
        ([TINY], []),
        ([BAG, HEAP, PERSON], [(ViolationKind.GARBAGE, 2, False, 0.8)]),
        ([BUTT, BAG], [(ViolationKind.GARBAGE, 1, False, 0.6), (ViolationKind.CIGARETTE_BUTT, 1, False, 0.5)]),
        ([TRICYCLE, CAR], [(ViolationKind.ILLEGAL_PARKING, 1, True, 0.7)]),
        ([PERSON, TINY], [(ViolationKind.JAYWALKING, 1, True, 0.9)]),
        ([PERSON, TRICYCLE], [(ViolationKind.ILLEGAL_PARKING, 1, True, 0.7)]),
    ],
)
def test_findings(rows: list[Row], expected: list[tuple[ViolationKind, int, bool, float]]) -> None:
    found = photo_findings(FRAME, seen(*rows))
    assert [(f.kind, f.count, f.suspected, round(f.confidence, 2)) for f in found] == expected
    for finding in found:
        assert bool(finding.note) is finding.suspected


def test_the_box_holds_all_pieces() -> None:
    (found,) = photo_findings(FRAME, seen(BAG, HEAP))
    assert found.moment.box == (300, 400, 500, 500)
