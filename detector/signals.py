"""Signals: the phases of pedestrian signals as their controller tells them."""

from bisect import insort
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

from detector.lamps import LampState

_REMEMBERED: Final = 8
"""Phases of a crosswalk that are kept: pictures come a moment later than what is told about them."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What a signal shows.

    Attributes:
        since: when it began to show it, aware.
        until: how long that may be believed without being told again; afterwards the signal is unknown.
    """

    state: LampState
    since: datetime
    until: datetime


class SignalBoard:
    """What is told about the signals of one scene; told by one thread, asked by another."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._phases: dict[str, list[Phase]] = {}

    def tell(self, crosswalk: str, phase: Phase) -> None:
        """Note a phase of a crosswalk's signal; one that began at the same time is replaced."""
        with self._lock:
            known = self._phases.setdefault(crosswalk, [])
            known[:] = [other for other in known if other.since != phase.since]
            insort(known, phase, key=lambda other: other.since)
            del known[:-_REMEMBERED]

    def at(self, crosswalk: str, time: datetime) -> Phase | None:
        """The phase at a time; None where nothing is known, or what was told has become stale."""
        with self._lock:
            begun = [phase for phase in self._phases.get(crosswalk, []) if phase.since <= time]
        return begun[-1] if begun and time < begun[-1].until else None
