from datetime import UTC, datetime, timedelta

import pytest

from detector.lamps import LampState
from detector.signals import Phase, SignalBoard

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
RED, GREEN = LampState.RED, LampState.GREEN


def phase(state: LampState, since: float, until: float) -> Phase:
    return Phase(state, NOON + timedelta(seconds=since), NOON + timedelta(seconds=until))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("second", "state"), [(-1, None), (0, GREEN), (29, GREEN), (30, RED), (59.9, RED), (60, None), (90, None)]
)
def test_the_newest_phase_that_has_begun_until_it_is_stale(
    second: float, state: LampState | None, backwards: bool
) -> None:
    board = SignalBoard()
    told = [phase(GREEN, 0, 300), phase(RED, 30, 60)]
    for one in reversed(told) if backwards else told:
        board.tell("zebra", one)
    found = board.at("zebra", NOON + timedelta(seconds=second))
    assert (found.state if found else None) is state
    assert board.at("other", NOON + timedelta(seconds=second)) is None


def test_a_phase_that_is_told_again_lasts_longer() -> None:
    board = SignalBoard()
    for until in range(10, 2000, 10):
        board.tell("zebra", phase(RED, 0, until))
    found = board.at("zebra", NOON + timedelta(seconds=1900))
    assert found is not None
    assert found.since == NOON


def test_old_phases_are_forgotten() -> None:
    board = SignalBoard()
    for second in range(0, 1000, 30):
        board.tell("zebra", phase(RED if second % 60 else GREEN, second, second + 60))
    assert board.at("zebra", NOON + timedelta(seconds=100)) is None
    assert board.at("zebra", NOON + timedelta(seconds=995)) is not None
