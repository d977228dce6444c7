"""Substreams: a small stream of a camera for all looks, and key frames of its main stream for what is small."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from detector.sources.dozing import Doze, KeyFramesOnly
from detector.sources.frame import Frame
from detector.sources.source import Source, SourceError

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

OLDEST: Final = 10.0
"""Seconds by which a key frame of the main stream may be older than a frame of the substream to go with it: cameras
send one every one to four seconds."""
_KEPT: Final = 3


class SubstreamSource(Source):
    """Frames of the substream; each knows the newest key frame of the main stream, and the main stream's packets.

    Of the main stream nothing but key frames is decoded. Both streams are matched by capture time: each is anchored to
    the wall clock where its first packet arrives (:class:`~detector.sources.clock.StreamClock`), so that they are as
    far apart as the camera and the network hold back one more than the other, some tenths of a second. A key frame is
    never newer than the frame that it goes with. Files are matched by the seconds since their beginnings.

    Where the main stream fails, the substream goes on alone.

    Args:
        sub: the small stream.
        main: the large one.
    """

    def __init__(self, sub: Source, main: Source) -> None:
        self._sub = sub
        self._main = main
        self._main.spare(KeyFramesOnly())
        self._lock = threading.Lock()
        self._keys: deque[Frame] = deque(maxlen=_KEPT)
        self._pending: Frame | None = None

    @property
    def address(self) -> str:
        """The substream's, with credentials masked."""
        return self._sub.address

    @property
    def live(self) -> bool:
        """Whether the substream is."""
        return self._sub.live

    @property
    def cpu_seconds(self) -> float:
        """Both streams'."""
        return self._sub.cpu_seconds + self._main.cpu_seconds

    def spare(self, doze: Doze) -> None:
        """Decode only key frames of the substream while ``doze`` lets it."""
        self._sub.spare(doze)

    def frames(self) -> Iterator[Frame]:
        """The substream's frames.

        Raises:
            SourceError: where the substream cannot be opened or stops to answer.
        """
        keys = self._key_frames()
        if self.live:
            threading.Thread(target=self._collect, args=(keys,), name=f"main of {self.address}", daemon=True).start()
        for frame in self._sub.frames():
            if not self.live:
                self._read_up_to(keys, frame)
            main = self._key_of(frame)
            # The original film is the main stream's, where it is one that can be kept.
            kept = main.packets if main is not None and main.packets is not None and main.packets.size else None
            yield replace(frame, main=main, packets=kept or frame.packets)

    def close(self) -> None:
        """Give up both streams."""
        self._sub.close()
        self._main.close()

    def _key_frames(self) -> Iterator[Frame]:
        """Those of the main stream, as long as it gives any."""
        try:
            yield from self._main.frames()
        except SourceError as error:
            log.warning("main stream cannot be read, the substream goes on alone", reason=str(error))

    def _collect(self, keys: Iterator[Frame]) -> None:
        for key in keys:
            self._keep(key)

    def _read_up_to(self, keys: Iterator[Frame], frame: Frame) -> None:
        """Files: key frames up to a frame of the substream, whose clock is that of both."""
        while self._pending is None or self._pending.seconds <= frame.seconds:
            if self._pending is not None:
                since = timedelta(seconds=self._pending.seconds - frame.seconds)
                self._keep(replace(self._pending, time=frame.time + since))
            self._pending = next(keys, None)
            if self._pending is None:
                return

    def _keep(self, key: Frame) -> None:
        with self._lock:
            self._keys.append(key)

    def _key_of(self, frame: Frame) -> Frame | None:
        """The newest key frame that is not newer than a frame; None where it is too old."""
        with self._lock:
            keys = list(self._keys)
        for key in reversed(keys):
            age = (frame.time - key.time).total_seconds() if self.live else frame.seconds - key.seconds
            if 0 <= age <= OLDEST:
                return key
        return None
