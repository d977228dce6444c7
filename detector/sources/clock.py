"""Stream clock: turns a stream's own timestamps into wall-clock time and seconds since its first frame."""

import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

MAX_DRIFT: Final = 2.0
"""Seconds by which a stream's timestamps may part from the wall clock before they are anchored again."""
_MOST_SLIPS: Final = 6
_SLIP_SECONDS: Final = 60.0
"""A stream whose timestamps part from the wall clock more often than so many times in so many seconds has none."""
_STEP: Final = 0.001
"""The least time from frame to frame, seconds: time never stands still and never runs backwards."""


class StreamClock:
    """Anchors timestamps to the wall clock at a stream's first frame, and again when they drift.

    Timestamps give the distance from frame to frame free of the network's jitter; the wall clock says when.
    The clock outlives a connection: after :meth:`restart` seconds go on by wall time. Timestamps that stand still, run
    backwards or jump all the time are given up: then frames were captured when they arrived.

    Args:
        address: what logs call the stream.

    Examples:
        >>> clock = StreamClock()
        >>> clock.stamp(90.0, arrived=1000.0)[1], clock.stamp(90.1, arrived=1000.3)[1]
        (0.0, 0.1)
    """

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._origin: float | None = None  # arrival of the first frame ever, on the steady clock
        self._anchor: tuple[float, float] | None = None  # a timestamp and the steady time that it stands for
        self._wall_offset: float | None = None  # wall clock minus steady clock
        self._last = -_STEP
        self._slips: deque[float] = deque(maxlen=_MOST_SLIPS + 1)  # steady times
        self._trusted = True

    @property
    def trusted(self) -> bool:
        """Whether the timestamps of this connection are of use."""
        return self._trusted

    def restart(self) -> None:
        """Forget the anchor: the next timestamps are those of a new connection."""
        self._anchor = None
        self._slips.clear()
        self._trusted = True

    def stamp(
        self, timestamp: float | None, arrived: float | None = None, now: float | None = None
    ) -> tuple[datetime, float]:
        """When a frame was captured, and its seconds since the first frame.

        Args:
            timestamp: the stream's own time in seconds; None where the frame has none.
            arrived: when it arrived, seconds of ``time.monotonic``; now where None.
            now: the wall clock at that moment, seconds since 1970; asked where None.
        """
        arrived = time.monotonic() if arrived is None else arrived
        now = time.time() if now is None else now
        if self._origin is None:
            self._origin = arrived
        captured = arrived
        if timestamp is not None and self._trusted:
            if self._anchor is None:
                self._anchor = (timestamp, arrived)
            captured = self._anchor[1] + timestamp - self._anchor[0]
            if abs(arrived - captured) > MAX_DRIFT:
                self._slipped(arrived, arrived - captured)
                self._anchor = (timestamp, arrived)
                captured = arrived
        if self._wall_offset is None or abs(now - arrived - self._wall_offset) > MAX_DRIFT:
            self._wall_offset = now - arrived
        self._last = max(round(captured - self._origin, 6), self._last + _STEP)
        steady = self._origin + self._last
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=steady + self._wall_offset), self._last

    def _slipped(self, arrived: float, drift: float) -> None:
        self._slips.append(arrived)
        if len(self._slips) > _MOST_SLIPS and arrived - self._slips[0] < _SLIP_SECONDS:
            self._trusted = False
            log.warning("timestamps are of no use: the arrival counts", source=self._address)
        else:
            log.warning("timestamps anchored again", source=self._address, drift=round(drift, 3))
