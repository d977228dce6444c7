"""Pushed frames: another thread hands over JPEG files, the newest one wins."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from detector.sources.frame import Frame
from detector.sources.photos import PhotoError, decode_photo
from detector.sources.source import Source

_MOST_AHEAD: Final = timedelta(minutes=5)
"""A frame further ahead of this machine's clock is refused: one such time would make all true ones after it too old."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class FrameRefusedError(ValueError):
    """A pushed frame that cannot be taken; its text says why."""


class PushedSource(Source):
    """Holds the newest pushed frame until somebody takes it.

    Args:
        address: what logs call it, for example ``push:gate-1``.

    Examples:
        >>> source = PushedSource("push:gate-1")
        >>> source.close()
        >>> list(source.frames())
        []
    """

    def __init__(self, address: str = "push:") -> None:
        self._address = address
        self._changed = threading.Condition()
        self._waiting: tuple[bytes, datetime, int] | None = None
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._count = 0
        self._closed = False

    @property
    def address(self) -> str:
        """What logs call it."""
        return self._address

    @property
    def live(self) -> bool:
        """Always true: a frame that nobody took is replaced by the next."""
        return True

    def push(self, jpeg: bytes, captured_at: datetime) -> None:
        """Hand over a frame; one that still waits is dropped. Never blocks.

        Args:
            jpeg: the file's bytes; decoded by the reader's thread, which skips a broken one with a log line.
            captured_at: when it was captured, with a zone.

        Raises:
            FrameRefusedError: where the time has no zone, lies in the future or is not later than the last one's, the
                bytes are no JPEG file, or the source is closed.
        """
        if captured_at.tzinfo is None:
            raise FrameRefusedError(f"{self._address}: the capture time {captured_at.isoformat()} has no zone")
        if not jpeg.startswith(b"\xff\xd8\xff"):
            raise FrameRefusedError(f"{self._address}: the frame is no JPEG file")
        captured_at = captured_at.astimezone(UTC)
        if captured_at > datetime.now(UTC) + _MOST_AHEAD:
            raise FrameRefusedError(
                f"{self._address}: {captured_at.isoformat()} lies in the future; set the clock of the camera"
            )
        with self._changed:
            if self._closed:
                raise FrameRefusedError(f"{self._address}: the source is closed")
            if self._last is not None and captured_at <= self._last:
                raise FrameRefusedError(
                    f"{self._address}: time runs backwards: {captured_at.isoformat()} is not later than "
                    f"{self._last.isoformat()}, the frame before; check the camera's clock"
                )
            if self._first is None:
                self._first = captured_at
            self._last = captured_at
            self._waiting = (jpeg, captured_at, self._count)
            self._count += 1
            self._changed.notify()

    def frames(self) -> Iterator[Frame]:
        """The newest frame each time, waiting for the next one until the source is closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting is not None)
                if self._waiting is None:
                    return
                (jpeg, captured_at, number), self._waiting = self._waiting, None
                seconds = (captured_at - (self._first or captured_at)).total_seconds()
            try:
                photo = decode_photo(jpeg, name=f"{self._address} frame {number}")
            except PhotoError as error:
                log.warning("frame skipped", source=self._address, reason=str(error))
                continue
            yield Frame(photo.image, captured_at, seconds, number, jpeg, photo.media_type)

    def close(self) -> None:
        """End :meth:`frames` after the frame that still waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
