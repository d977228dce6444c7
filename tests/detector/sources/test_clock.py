from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from detector.sources.clock import MAX_DRIFT, StreamClock

NOW = 1_790_000_000.0


def at(second: float) -> datetime:
    return datetime.fromtimestamp(NOW + second, UTC)


def test_timestamps_outweigh_the_jitter_of_the_network() -> None:
    clock = StreamClock()
    for timestamp, arrived in ((500.0, 0.0), (500.1, 0.4), (500.2, 0.41), (500.3, 0.5)):
        moment, seconds = clock.stamp(timestamp, 100 + arrived, NOW + arrived)
        assert abs(seconds - (timestamp - 500)) < 1e-6
        assert abs((moment - at(timestamp - 500)).total_seconds()) < 1e-5


def test_drift_is_anchored_again() -> None:
    clock = StreamClock("rtsp://camera")
    clock.stamp(0.0, 100, NOW)
    with capture_logs() as logs:
        moment, seconds = clock.stamp(86_400.0, 101, NOW + 1)  # the camera's clock was set
    assert (round(seconds, 6), moment) == (1.0, at(1))
    assert logs[0]["event"] == "timestamps anchored again"
    assert round(clock.stamp(86_400.1, 101.1, NOW + 1.1)[1], 6) == 1.1


def test_timestamps_that_stand_still_are_given_up() -> None:
    clock = StreamClock("rtsp://camera")
    with capture_logs() as logs:
        seconds = [clock.stamp(7.0, 100 + step / 5, NOW + step / 5)[1] for step in range(600)]
    assert [entry["event"] for entry in logs] == [
        *["timestamps anchored again"] * 6, "timestamps are of no use: the arrival counts",
    ]  # fmt: skip
    assert not clock.trusted
    assert seconds[300:] == [step / 5 for step in range(300, 600)]
    clock.restart()
    assert clock.trusted
    clock.stamp(8.0, 300, NOW + 200)
    assert clock.stamp(8.1, 300.4, NOW + 200.4)[1] == 200.1


def test_a_line_that_stalls_now_and_then_is_still_trusted() -> None:
    clock = StreamClock()
    for step in range(3000):
        late = 3.0 if step % 300 < 3 else 0.0  # every half minute; what was held back comes at once
        clock.stamp(step / 10, 100 + step / 10 + late, NOW + step / 10 + late)
    assert clock.trusted


def test_a_new_connection_goes_on_by_wall_time() -> None:
    clock = StreamClock()
    clock.stamp(7.0, 100, NOW)
    clock.restart()
    with capture_logs() as logs:
        moment, seconds = clock.stamp(0.0, 130, NOW + 30)
    assert (seconds, moment, logs) == (30.0, at(30), [])


def test_frames_without_timestamps_take_their_arrival() -> None:
    clock = StreamClock()
    assert [clock.stamp(None, 100 + step, NOW + step)[1] for step in (0, 0.5, 2)] == [0.0, 0.5, 2.0]


def test_the_wall_clock_is_followed_when_it_is_set() -> None:
    clock = StreamClock()
    clock.stamp(0.0, 100, NOW)
    moment, seconds = clock.stamp(1.0, 101, NOW + 3601)
    assert (seconds, moment) == (1.0, at(3601))


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.floats(-1e5, 1e5)), st.floats(0, 5), st.floats(-1e6, 1e6), st.booleans()),
        min_size=1,
    )
)
def test_seconds_always_rise_and_never_leave_the_wall_clock(
    steps: list[tuple[float | None, float, float, bool]],
) -> None:
    clock, arrived, last = StreamClock(), 50.0, -1.0
    begun = 50.0 + steps[0][1]
    for timestamp, later, wall, reconnected in steps:
        if reconnected:
            clock.restart()
        arrived += later
        _, seconds = clock.stamp(timestamp, arrived, NOW + wall)
        assert seconds > last
        assert abs(seconds - (arrived - begun)) <= MAX_DRIFT + 0.002 * len(steps)
        last = seconds
