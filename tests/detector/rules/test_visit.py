"""When a stay on the road begins and ends."""

from datetime import timedelta

import numpy as np
import pytest

from detector.moments import Moment
from detector.rules.visit import Visit
from detector.sources import Frame
from tests.detector.streets import NOON

IMAGE = np.zeros((90, 160, 3), np.uint8)


def moment(seconds: float) -> Moment:
    return Moment(Frame(IMAGE, NOON + timedelta(seconds=seconds), seconds, 0), (70.0, 20.0, 80.0, 50.0), "", 0.8)


def visit(sights: dict[float, bool], allowed: float | None) -> Visit:
    """A visit of somebody seen at these times, on the road or off it; before it last at ``allowed``."""
    first = next(seconds for seconds, on in sights.items() if on)
    made = Visit([1], "road", "", moment(first), moment(first), moment(first), (75.0, 50.0), (75.0, 50.0), allowed)
    for seconds, on in sights.items():
        if on:
            made.on(moment(seconds), (75.0, 50.0), (75.0, 50.0), riding=False)
        else:
            made.off(seconds)
    return made


def spans(made: Visit) -> tuple[float, float, float]:
    return made.begun, made.end.frame.seconds, made.on_seconds


def test_nobody_looked_between_the_last_sight_off_the_road_and_the_first_on_it() -> None:
    walk = {s / 5: True for s in range(10, 21)}
    assert spans(visit(walk, allowed=1.2)) == pytest.approx((1.6, 4.0, 2.4))
    assert spans(visit(walk, allowed=None)) == pytest.approx((2.0, 4.0, 2.0))
    assert spans(visit(walk, allowed=-3.0)) == pytest.approx((2.0, 4.0, 2.0))


@pytest.mark.parametrize("fps", [5, 25])
def test_a_box_that_jitters_at_the_kerb_makes_a_stay_no_longer(fps: int) -> None:
    walk = {s / fps: True for s in range(2 * fps, 6 * fps + 1)}
    before = {1.0: True, 1.2: False, 1.4: False}
    after = {6.2: False, 6.4: False, 6.6: True, 6.8: False, 7.2: True}
    begun, ended, _ = spans(visit(before | walk | after, allowed=0.8))
    assert begun == pytest.approx(1.7)
    assert ended == pytest.approx(6.0)
    notes = [(m.note, m.frame.seconds) for m in visit(before | walk | after, allowed=0.8).moments()]
    assert notes[0] == ("start", 2.0)
    assert notes[-1] == ("end", 6.0)


@pytest.mark.parametrize(
    ("aside", "away", "expected"),
    [
        pytest.param(15.0, 0.0, True, id="half a body height aside"),
        pytest.param(0.0, -15.0, False, id="as far up in the picture: farther on the ground"),
        pytest.param(0.0, -6.0, True, id="a step away"),
    ],
)
def test_who_is_lost_is_expected_where_a_step_away_from_the_camera_looks_short(
    aside: float, away: float, *, expected: bool
) -> None:
    lost = visit({s / 5: True for s in range(10, 21)}, allowed=None)
    box = (70.0 + aside, 20.0 + away, 80.0 + aside, 50.0 + away)
    newcomer = Moment(Frame(IMAGE, NOON + timedelta(seconds=5), 5.0, 0), box, "", 0.8)
    assert (lost.expects(newcomer, (75.0 + aside, 50.0 + away)) is not None) == expected
