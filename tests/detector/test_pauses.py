import pytest

from detector.pauses import PausedClock


def test_a_clock_without_pauses_is_the_streams() -> None:
    clock = PausedClock()
    assert [clock.tick(s, paused=False) for s in (0.0, 0.5, 7.25)] == [0.0, 0.5, 7.25]
    assert clock.stream(3.0) == 3.0
    assert not clock


def test_several_pauses_and_the_way_back() -> None:
    clock = PausedClock()
    shown = {}
    for tenth in range(0, 1000, 5):
        second = tenth / 10
        paused = 20 <= second < 30 or 50 <= second < 55
        rules = clock.tick(second, paused=paused)
        if not paused:
            shown[second] = rules
    assert shown[19.5] == 19.5
    assert shown[30.0] == pytest.approx(20.0)
    assert shown[60.0] == pytest.approx(45.0)
    assert all(clock.stream(rules) == pytest.approx(second) for second, rules in shown.items())
    assert sorted(shown.values()) == list(shown.values())


def test_a_pause_from_the_first_frame_and_time_that_runs_backwards() -> None:
    clock = PausedClock()
    assert clock.tick(5.0, paused=True) == 5.0
    assert clock.tick(7.0, paused=True) == 5.0
    assert clock.tick(6.0, paused=True) == 4.0
    assert clock.tick(8.0, paused=False) == 6.0
    assert clock.stream(-3.0) == -3.0
