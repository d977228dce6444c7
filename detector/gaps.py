"""Gaps: the times in which a camera could not see, so that "nothing seen" is told from "could not see"."""

import time
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

import structlog

from detector.health_event import HealthEvent, HealthKind

_log = structlog.get_logger(__name__)

SILENT_SECONDS: Final = 10.0
"""A camera that gives no picture for so long could not see; slower ones are not watched, they take pictures."""
_REMEMBERED: Final = 50


class GapLog:
    """What was wrong with one camera's pictures, and when it gave none; noted by one thread, read by another.

    Args:
        camera: its id.
        silent_seconds: time without a picture from which on it gives none.
    """

    def __init__(self, camera: str, silent_seconds: float = SILENT_SECONDS) -> None:
        self._camera = camera
        self._silent_seconds = silent_seconds
        self._lock = Lock()
        self._events: OrderedDict[UUID, HealthEvent] = OrderedDict()
        self._seen = time.monotonic()
        self._silence: HealthEvent | None = None

    def note(self, event: HealthEvent) -> None:
        """An event of the camera's health has begun or ended."""
        with self._lock:
            self._keep(event)

    def seen(self) -> None:
        """A picture has come."""
        with self._lock:
            self._seen = time.monotonic()
            if self._silence is not None:
                self._keep(replace(self._silence, ended_at=datetime.now(UTC)))
                _log.info("camera gives pictures again", camera=self._camera)
                self._silence = None

    def look(self, *, expected: bool) -> None:
        """See whether it is too long since a picture came.

        Args:
            expected: whether the camera ought to give pictures: a file that was played to its end ought not.
        """
        with self._lock:
            silent = time.monotonic() - self._seen
            if expected and self._silence is None and silent >= self._silent_seconds:
                started = datetime.now(UTC) - timedelta(seconds=silent)
                self._silence = HealthEvent(self._camera, HealthKind.NO_PICTURE, started)
                self._keep(self._silence)
                _log.warning("camera gives no pictures", camera=self._camera, since=started.isoformat())

    def events(self) -> tuple[HealthEvent, ...]:
        """The newest events, oldest first."""
        with self._lock:
            return tuple(self._events.values())

    def _keep(self, event: HealthEvent) -> None:
        self._events[event.id] = event
        ended = [key for key, kept in self._events.items() if kept.ended_at is not None]
        for key in ended[: max(0, len(self._events) - _REMEMBERED)]:
            del self._events[key]
