"""People of whom something nearer covers a side or the legs."""

import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.half_hidden import completed, covered, hidden_sides
from detector.tracking import Tracker
from tests.detector.streets import rows_of

FRONT = [100.0, 100, 130, 200]
PERSON = np.array([True, False])


@pytest.mark.parametrize(
    ("box", "front", "sides"),
    [
        pytest.param([90, 95, 100, 185], FRONT, (False, True, False), id="goes on behind, to the right"),
        pytest.param([130, 95, 140, 185], FRONT, (True, False, False), id="goes on behind, to the left"),
        pytest.param([60, 95, 90, 185], FRONT, (False, False, False), id="stands apart"),
        pytest.param([90, 105, 100, 210], FRONT, (False, False, False), id="stands in front itself"),
        pytest.param([90, 20, 100, 108], FRONT, (False, False, False), id="stands far behind"),
        pytest.param([110, 60, 130, 102], [50, 100, 250, 200], (False, False, True), id="a car hides the legs"),
        pytest.param([110, 60, 130, 150], [50, 100, 250, 200], (False, False, False), id="legs are seen before it"),
    ],
)
def test_what_may_be_hidden(box: list[float], front: list[float], sides: tuple[bool, bool, bool]) -> None:
    found = hidden_sides(np.array([box, front], np.float64), PERSON)
    assert tuple(found[0].tolist()) == sides
    assert not found[1].any()


def test_a_hidden_part_is_as_large_as_it_was_known_to_be() -> None:
    known = np.array([[100.0, 150, 30, 90]] * 5)
    boxes = np.array([[90, 100, 100, 190], [100, 100, 110, 190], [90, 100, 118, 190], [98, 100, 104, 190],
                      [90, 100, 120, 140]], np.float64)  # fmt: skip
    sides = np.array([[0, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], np.bool_)
    assert completed(boxes, sides, known).tolist() == [
        [90, 100, 120, 190],  # as wide again, from the side that is seen
        [80, 100, 110, 190],
        [90, 100, 118, 190],  # nothing is missing
        [85, 100, 115, 190],  # both sides: about where it must be
        [90, 100, 120, 190],  # the legs
    ]


def test_who_stands_behind_another_shows_the_other_ones_colours() -> None:
    boxes = np.array([FRONT, [110, 90, 140, 190], [125, 90, 155, 190]], np.float64)
    assert covered(boxes, np.arange(3)).tolist() == [False, True, False]


def pass_behind(step: int) -> Detections:
    """Somebody walks 4 px a frame past another one who stands in front; boxes end where the other one begins."""
    left = 60.0 + 4 * step
    walker = [left, 112, left + 30, 196]
    if left < 100 < left + 30:
        walker[2] = 100
    elif left < 130 < left + 30:
        walker[0] = 130
    boxes = [FRONT, walker] if walker[2] - walker[0] > 3 and not 100 <= left <= 101 else [FRONT]
    return rows_of(np.array(boxes), [int(ObjectClass.PERSON)] * len(boxes), [0.8] * len(boxes))


def test_who_passes_behind_somebody_keeps_the_number() -> None:
    tracker, first, last = Tracker(), set[int](), set[int]()
    for step in range(26):
        seen = tracker.update(pass_behind(step), step / 5)
        for box, _, _, track in seen:
            if box[0] != FRONT[0]:
                (first if step < 10 else last).add(track)
    assert len(first) == 1
    assert last == first
