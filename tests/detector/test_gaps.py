import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from detector.gaps import GapLog
from detector.health_event import HealthEvent, HealthKind

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


class Watch:
    """A clock that tests set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def test_a_camera_that_gives_no_pictures_has_a_gap_from_the_last_one_to_the_next(watch: Watch) -> None:
    log = GapLog("gate-1", silent_seconds=10)
    log.seen()
    watch.now += 9
    log.look(expected=True)
    assert log.events() == ()
    watch.now += 3
    log.look(expected=True)
    log.look(expected=True)
    (lasting,) = log.events()
    assert (lasting.kind, lasting.ended_at, lasting.kind.suspends) == (HealthKind.NO_PICTURE, None, True)
    assert datetime.now(UTC) - lasting.started_at == pytest.approx(timedelta(seconds=12), abs=timedelta(seconds=2))
    log.seen()
    (ended,) = log.events()
    assert ended.id == lasting.id
    assert ended.ended_at is not None


def test_a_file_that_has_been_played_to_its_end_owes_no_pictures(watch: Watch) -> None:
    log = GapLog("gate-1")
    watch.now += 100
    log.look(expected=False)
    assert log.events() == ()


def test_an_event_is_told_once_with_its_end() -> None:
    log = GapLog("gate-1")
    covered = HealthEvent("gate-1", HealthKind.COVERED, NOON)
    log.note(covered)
    ended = replace(covered, ended_at=NOON + timedelta(seconds=40))
    log.note(ended)
    assert log.events() == (ended,)


def test_old_events_are_forgotten_and_one_that_lasts_is_not() -> None:
    log = GapLog("gate-1")
    lasting = HealthEvent("gate-1", HealthKind.MOVED, NOON)
    log.note(lasting)
    for second in range(200):
        log.note(HealthEvent("gate-1", HealthKind.BLACK, NOON, NOON + timedelta(seconds=second)))
    assert len(log.events()) == 50
    assert log.events()[0] == lasting
