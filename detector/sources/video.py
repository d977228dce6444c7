"""Video files: every frame by its timestamp, as fast as possible or at real pace."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

import av
import structlog
from av.container import InputContainer
from av.video.stream import VideoStream

from detector.sources.decoded import Decoded
from detector.sources.dozing import Doze, DozingDecoder, KeyFramesOnly
from detector.sources.frame import Frame
from detector.sources.packets import PacketRing
from detector.sources.source import Source, SourceError

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Pace = Literal["max", "real"]

_DEFAULT_PERIOD: Final = 0.04
"""Seconds from frame to frame where the file does not say: 25 frames a second."""
_LATE: Final = 0.5
"""At real pace a frame that is this many seconds late is dropped, but never for longer than a second."""


class VideoSource(Source):
    """A video file.

    A file that ends in the middle of a frame gives what can be decoded, logs one warning and ends. Timestamps
    that are missing or run backwards are replaced from the average rate.

    Args:
        path: the file.
        pace: ``max`` gives every frame as fast as it is taken; ``real`` gives frames when their time has come
            and drops those that are late, as a camera does.
        start: when the first frame was captured; where none is given: now at real pace, else what the file
            says, else now.
        loop: whether to begin again at the end, with times that go on.
    """

    def __init__(self, path: Path, *, pace: Pace = "max", start: datetime | None = None, loop: bool = False) -> None:
        self._path = path
        self._pace = pace
        self._start = start
        self._loop = loop
        self._closed = threading.Event()
        self._packets = PacketRing()
        self._doze: Doze | None = None

    @property
    def address(self) -> str:
        """The file's path."""
        return str(self._path)

    @property
    def live(self) -> bool:
        """True at real pace."""
        return self._pace == "real"

    def close(self) -> None:
        """End :meth:`frames` before its next frame."""
        self._closed.set()

    def spare(self, doze: Doze) -> None:
        """Decode only key frames while ``doze`` lets it."""
        self._doze = doze

    def frames(self) -> Iterator[Frame]:
        """The frames in order.

        Raises:
            SourceError: where the file is missing, is no video or holds not one frame that can be decoded.
        """
        begun = time.monotonic()
        shown = begun
        number, seconds, after = 0, 0.0, 0.0
        start = datetime.now(UTC) if self._start is None and self.live else self._start
        while True:
            first = number
            with self._open() as container:
                if start is None:
                    start = self._default_start(container)
                for seconds, period, picture in self._decode(container, after):
                    if self._closed.is_set():
                        return
                    wait = begun + seconds - time.monotonic() if self.live else 0.0
                    if wait > 0 and self._closed.wait(wait):
                        return
                    number += 1
                    if wait < -_LATE and time.monotonic() - shown < 1.0:
                        continue
                    shown = time.monotonic()
                    moment = start + timedelta(seconds=seconds)
                    if picture.time is not None:
                        self._packets.mark(picture.time, moment)
                    yield Frame(Decoded(picture), moment, seconds, number - 1, packets=self._packets)
                    after = seconds + period
            if number == first:
                raise SourceError(f"{self._path}: holds no frame that can be decoded")
            if not self._loop:
                return

    def _open(self) -> InputContainer:
        try:
            container = av.open(str(self._path))
        except av.FFmpegError as error:
            raise SourceError(f"{self._path}: cannot be opened as a video: {error.strerror}") from error
        if not container.streams.video:
            container.close()
            raise SourceError(f"{self._path}: holds no video")
        return container

    @staticmethod
    def _default_start(container: InputContainer) -> datetime:
        said = container.metadata.get("creation_time", "")
        try:
            created = datetime.fromisoformat(said)
        except ValueError:
            return datetime.now(UTC)
        return (created if created.tzinfo else created.replace(tzinfo=UTC)).astimezone(UTC)

    def _decode(self, container: InputContainer, after: float) -> Iterator[tuple[float, float, av.VideoFrame]]:
        """Each picture with its seconds, counted on from ``after``, and the usual time to the next one."""
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        # At real pace one thread is quick enough, a second one costs memory, and nobody counts its time.
        stream.codec_context.thread_count = 1 if self.live else 2
        period = 1 / float(stream.average_rate) if stream.average_rate else _DEFAULT_PERIOD
        origin: float | None = None
        last: float | None = None
        faults = _Faults()
        self._packets.open(stream)
        for picture in _pictures(container, stream, faults, self._packets, self._doze):
            stamp = None if picture.pts is None else float(picture.pts * (picture.time_base or Fraction(1)))
            if origin is None:
                origin = stamp or 0.0
            seconds = after if stamp is None else after + stamp - origin
            if last is not None and (stamp is None or seconds <= last):
                seconds = last + period
                faults.repaired += 1
            last = seconds
            yield seconds, period, picture
            faults.seconds = seconds - after + period
        ends_anywhere = container.duration is None or isinstance(self._doze, KeyFramesOnly)
        length = 0.0 if ends_anywhere else (container.duration or 0) / av.time_base
        # Who dozed has not decoded everything; the length still tells whether the file broke off.
        expected = 0 if self._doze is not None else stream.frames
        faults.report(self.address, expected=expected, length=length)


class _Faults:
    """What was wrong with a file, reported once at its end and not for every frame."""

    def __init__(self) -> None:
        self.decoded = 0
        self.broken = 0
        self.repaired = 0
        self.seconds = 0.0
        self.reason = "the file is shorter than its header says"

    def report(self, address: str, expected: int, length: float) -> None:
        if self.repaired:
            log.warning("timestamps repaired from the average rate", source=address, frames=self.repaired)
        # A header's count of frames and its length are estimates in some containers: a little less is no fault.
        short = self.decoded < expected - max(2, expected // 100)
        short |= self.seconds < length - max(0.5, length / 50)
        if self.broken or short:
            log.warning(
                "the video ends early or is damaged",
                source=address,
                decoded=self.decoded,
                broken=self.broken,
                seconds=round(self.seconds, 3),
                expected=round(length, 3),
                reason=self.reason,
            )


def _pictures(
    container: InputContainer, stream: VideoStream, faults: _Faults, kept: PacketRing, doze: Doze | None
) -> Iterator[av.VideoFrame]:
    packets = container.demux(stream)
    decoder = DozingDecoder(stream.codec_context, doze)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            kept.add(packet)
            pictures = decoder.decode(packet)
        except av.error.EOFError:
            return
        except av.FFmpegError as error:
            faults.broken += 1
            faults.reason = error.strerror or type(error).__name__
            if not isinstance(error, av.error.InvalidDataError):
                return  # the file itself cannot be read on
            continue
        for picture in pictures:
            # What was concealed from half a packet is no evidence.
            if picture.is_corrupt or packet.is_corrupt:
                faults.broken += 1
                faults.reason = "a frame is cut off"
                continue
            faults.decoded += 1
            yield picture
