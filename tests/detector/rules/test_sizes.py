import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.geometry import GroundPlane
from detector.rules.rule import View
from detector.rules.sizes import SizeCheck
from detector.sources import Frame
from tests.detector.streets import (
    HEIGHT,
    NOON,
    ROAD,
    WIDTH,
    Street,
    garbage,
    person,
    rows_of,
    scene,
    tricycle,
    violations,
)

PLANE = GroundPlane([(0, 0), (1, 0), (1, 1), (0, 1)], [(0, 0), (64, 0), (64, 36), (0, 36)])
"""Ten pixels are one metre."""
IMAGE = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)


def view(things: Detections, people: Detections | None = None, seconds: float = 0.0) -> View:
    tracks = people or Detections()
    return View(Frame(IMAGE, NOON, seconds, 0), tracks, things, np.zeros(len(tracks), np.bool_))


@pytest.mark.parametrize(
    ("kind", "metres", "possible"),
    [
        pytest.param(ObjectClass.CIGARETTE_BUTT, 0.2, True, id="a butt"),
        pytest.param(ObjectClass.CIGARETTE_BUTT, 3.0, False, id="a lane dash"),
        pytest.param(ObjectClass.E_TRICYCLE, 2.5, True, id="an e-tricycle"),
        pytest.param(ObjectClass.E_TRICYCLE, 0.1, False, id="a toy"),
        pytest.param(ObjectClass.GARBAGE, 0.5, True, id="a bag"),
        pytest.param(ObjectClass.GARBAGE, 8.0, False, id="a heap of sand"),
        pytest.param(ObjectClass.CAR, 0.1, True, id="no rule asks how large a car is"),
    ],
)
def test_the_ground_plane_tells_what_cannot_be(kind: ObjectClass, metres: float, possible: bool) -> None:
    thing = rows_of([[300, 100, 300 + 10 * metres, 105]], [int(kind)], [0.8])
    assert len(SizeCheck(PLANE).possible(view(thing))) == possible


def people(feet: float) -> Detections:
    """Somebody whose height grows evenly from the horizon at 60 px to the lower edge."""
    height = (feet - 60) * 0.4
    return rows_of([[300, feet - height, 320, feet]], [0], [0.8], [1])


@pytest.mark.parametrize(
    ("kind", "width", "possible"),
    [
        pytest.param(ObjectClass.CIGARETTE_BUTT, 6, True, id="a butt"),
        pytest.param(ObjectClass.CIGARETTE_BUTT, 120, False, id="a lane dash"),
        pytest.param(ObjectClass.E_TRICYCLE, 110, True, id="an e-tricycle"),
        pytest.param(ObjectClass.E_TRICYCLE, 5, False, id="a toy"),
    ],
)
def test_people_who_pass_teach_the_scale(kind: ObjectClass, width: float, possible: bool) -> None:
    check, thing = SizeCheck(None), rows_of([[300, 240, 300 + width, 260]], [int(kind)], [0.8])
    assert len(check.possible(view(thing))) == 1, "nobody has been seen: all is possible"
    for step in range(200):
        feet = 120 + step % 40 * 5
        check.possible(view(thing, people(feet), step * 0.5))
    assert len(check.possible(view(thing, seconds=1000))) == possible


def test_people_in_one_row_teach_nothing() -> None:
    check, dash = SizeCheck(None), rows_of([[300, 240, 500, 260]], [int(ObjectClass.CIGARETTE_BUTT)], [0.8])
    for step in range(200):
        check.possible(view(dash, people(200), step * 0.5))
    assert len(check.possible(view(dash, seconds=1000))) == 1


def test_a_toy_is_not_parked() -> None:
    ground = {"image": [[0, 0], [1, 0], [1, 1], [0, 1]], "metres": [[0, 0], [3, 0], [3, 2], [0, 2]]}
    kerb = ROAD | {"kind": "no_parking", "seconds": 5}
    street = Street([tricycle((0, 300, 260), (20, 300, 260))], fps=5)
    assert violations(scene(kerb, ground=ground, illegal_parking={}), street, 20) == []
    assert len(violations(scene(kerb, illegal_parking={}), street, 20)) == 1


def test_who_was_nearest_before_it_appeared_is_shown() -> None:
    drops = person((0, 100, 300), (6, 320, 300), (14, 620, 300), look=1)
    passes = person((0, 620, 180), (14, 60, 180), look=2)
    street = Street([drops, passes, garbage(330, 305, 7, 40, look=3)], fps=5)
    (found,) = violations(scene(garbage={"min_seconds": 20}), street, 35)
    assert "nearest person" in found.note
    (track,) = (int(word) for word in found.note.split(": ")[1:])
    assert track in found.track_ids


def test_nobody_near_is_nobody_named() -> None:
    far = person((0, 620, 120), (14, 60, 120), look=2)
    street = Street([far, garbage(330, 305, 7, 40, look=3)], fps=5)
    (found,) = violations(scene(garbage={"min_seconds": 20}), street, 35)
    assert found.note == ""
