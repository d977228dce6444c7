import numpy as np
import pytest

from detector.rules.feet import FeetWatch


def boxes(height: float, top: float = 100) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[100, top, 124, top + height]], np.float32)


@pytest.mark.parametrize(
    ("height", "hidden"),
    [
        pytest.param(70, False, id="as tall as ever"),
        pytest.param(64, False, id="jitter"),
        pytest.param(40, True, id="a car hides the legs"),
        pytest.param(90, False, id="taller"),
    ],
)
def test_feet_are_hidden_where_the_box_is_much_lower_than_usual(height: float, hidden: bool) -> None:
    watch = FeetWatch()
    for step in range(20):
        assert not watch.hidden([1], boxes(70), step / 5)[0]
    assert watch.hidden([1], boxes(height), 4.0)[0] == hidden


def test_who_walks_away_keeps_the_feet() -> None:
    watch = FeetWatch()
    for step in range(100):  # 20 s, from 120 px to 50 px
        assert not watch.hidden([1], boxes(120 * 0.9912**step), step / 5)[0]


@pytest.mark.parametrize("seed", range(5))
def test_who_walks_away_fast_keeps_the_feet_in_jitter_and_gaps(seed: int) -> None:
    rng, watch, hidden = np.random.default_rng(seed), FeetWatch(), 0
    for step in range(40):  # a camera 7 m high, 12 m away: a seventh of the height in a second, the head at thrice that
        height = 130 * 0.86 ** (step / 5)
        if rng.random() < 0.2:
            continue
        seen = boxes(height + rng.normal(0, 5), 440 - 3 * (130 - height) + rng.normal(0, 5))
        hidden += bool(watch.hidden([1], seen, step / 5)[0])
    assert hidden <= 3


def test_whose_legs_a_car_hides_on_the_way_away_has_no_feet() -> None:
    watch = FeetWatch()
    for step in range(20):
        watch.hidden([1], boxes(100, 400 - step), step / 5)
    seen = [bool(watch.hidden([1], boxes(55, 380 - 2 * step), 4 + step / 5)[0]) for step in range(10)]
    assert seen == [True] * 10


def test_a_box_that_stays_low_is_the_new_height() -> None:
    watch = FeetWatch()
    watch.hidden([1], boxes(70), 0.0)
    seen = [bool(watch.hidden([1], boxes(50), step / 5)[0]) for step in range(1, 60)]
    assert seen[:25] == [True] * 25
    assert not any(seen[35:])


def test_the_same_number_after_a_long_time_is_somebody_else() -> None:
    watch = FeetWatch()
    watch.hidden([1], boxes(70), 0.0)
    watch.hidden([2], boxes(70), 20.0)
    assert not watch.hidden([1], boxes(40), 21.0)[0]
