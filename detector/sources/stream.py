"""Streams: RTSP and whatever else FFmpeg reads from a network, one connection long."""

import threading
import time
from collections.abc import Iterator
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import av
import structlog

from detector.sources.clock import StreamClock
from detector.sources.decoded import Decoded
from detector.sources.dozing import Doze, DozingDecoder
from detector.sources.frame import Frame
from detector.sources.packets import PacketRing
from detector.sources.source import Source, SourceError, mask_credentials

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Transport = Literal["tcp", "udp"]

SCHEMES: Final = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "srt", "udp", "rtp"})
"""Addresses that are read as streams."""


class StreamSource(Source):
    """One connection to a live stream; the newest frame wins.

    A thread of its own decodes everything that arrives, as later pictures build on earlier ones, and keeps
    only the newest; whoever reads slower than the stream misses frames but never lags behind.

    Args:
        address: for example ``rtsp://user:password@10.0.0.8:554/main``; ``?transport=udp`` asks for UDP and
            is not sent to the camera.
        transport: how RTSP carries its packets; TCP loses none. The address's own wish comes first.
        silence: seconds without a frame after which the stream counts as dead.
        connecting: seconds that opening it may take.
        clock: where to go on counting time; a new one for a stream that stands alone.
    """

    def __init__(
        self,
        address: str,
        *,
        transport: Transport = "tcp",
        silence: float = 10.0,
        connecting: float = 10.0,
        clock: StreamClock | None = None,
    ) -> None:
        self._url, wish = _split_transport(address)
        self._transport = wish or transport
        self._masked = mask_credentials(address)
        self._silence = silence
        self._connecting = connecting
        self._clock = clock or StreamClock(self._masked)
        self._changed = threading.Condition()
        self._newest: tuple[av.VideoFrame, float, int] | None = None
        self._packets = PacketRing()
        self._opened = False
        self._damaged = 0
        """Pictures that were left out since the last good one was taken."""
        self._fault: str | None = None
        self._closed = False
        self._reader: threading.Thread | None = None
        self._doze: Doze | None = None
        self._cpu = 0.0

    @property
    def address(self) -> str:
        """Where it comes from, with credentials masked."""
        return self._masked

    @property
    def live(self) -> bool:
        """Always true."""
        return True

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the thread that decodes."""
        return self._cpu

    def spare(self, doze: Doze) -> None:
        """Decode only key frames while ``doze`` lets it."""
        self._doze = doze

    def frames(self) -> Iterator[Frame]:
        """The newest frame each time; call it once.

        Raises:
            SourceError: where the stream cannot be opened, ends, or gives no frame for ``silence`` seconds.
        """
        self._clock.restart()
        self._reader = threading.Thread(target=self._read, name=f"stream {self._masked}", daemon=True)
        self._reader.start()
        try:
            while (newest := self._take()) is not None:
                picture, arrived, number = newest
                stamp = (
                    None if picture.pts is None or picture.time_base is None else float(picture.pts * picture.time_base)
                )
                moment, seconds = self._clock.stamp(stamp, arrived)
                if not self._clock.trusted:
                    self._packets.give_up()
                elif stamp is not None:
                    self._packets.mark(stamp, moment)
                yield Frame(Decoded(picture), moment, seconds, number, packets=self._packets)
        finally:
            self.close()

    def close(self) -> None:
        """End :meth:`frames` and hang up; a read that hangs ends by its own time limit."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        reader = self._reader
        if reader is not None and reader is not threading.current_thread():
            reader.join(timeout=1.0)

    def _take(self) -> tuple[av.VideoFrame, float, int] | None:
        """The newest frame, None when closed."""
        limit = self._silence if self._opened else self._connecting + self._silence
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._newest is not None or self._fault is not None, limit)
            if self._closed:
                return None
            newest, self._newest = self._newest, None
            if newest is not None:
                self._damaged = 0
                return newest
            silence = f"only damaged pictures for {limit:g} s; try TCP" if self._damaged else f"silent for {limit:g} s"
            raise SourceError(f"{self._masked}: {self._fault or silence}")

    def _read(self) -> None:
        fault = "the stream ended"
        try:
            self._decode()
        except av.FFmpegError as error:
            # An FFmpeg error's full text repeats the address with its password.
            if not self._opened:
                fault = f"cannot be opened: {_reason(error)}; {_advice(error)}"
            else:
                fault = f"the stream broke off: {_reason(error)}"
        except SourceError as error:
            fault = str(error)
        finally:
            with self._changed:
                self._fault = fault
                self._changed.notify_all()

    def _decode(self) -> None:
        # Asking how many frames a second come would hold the first one back by seconds.
        options = {"fflags": "nobuffer", "flags": "low_delay", "fpsprobesize": "0"}
        scheme = urlsplit(self._url).scheme.lower()
        if scheme.startswith("rtsp"):
            # On a busy network packets overtake each other by more than the tenth of a second that FFmpeg waits.
            options |= {"rtsp_transport": self._transport, "max_delay": "500000"}
        if scheme.startswith(("http", "rtmp")):
            # FLV may announce sound at any time, and FFmpeg would wait five seconds for it.
            options |= {"analyzeduration": "1000000"}
        limits = (self._connecting, self._silence)
        with av.open(self._url, options=options, timeout=limits) as container:
            if not container.streams.video:
                raise SourceError("the stream holds no video")
            stream = container.streams.video[0]
            # Threads by frame would hold pictures back, slices are rare, and one thread's time can be counted.
            stream.codec_context.thread_count = 1
            self._packets.open(stream)
            self._opened = True
            number = 0
            decoder = DozingDecoder(stream.codec_context, self._doze)
            for packet in container.demux(stream):
                self._cpu = time.thread_time()
                if self._closed:
                    return
                self._packets.add(packet)
                try:
                    pictures = decoder.decode(packet)
                except av.error.InvalidDataError:
                    continue  # lost packets; the stream recovers at its next key frame
                for picture in pictures:
                    number += 1
                    # What was concealed where packets are missing is no evidence.
                    if picture.is_corrupt:
                        self._damaged += 1
                        continue
                    with self._changed:
                        self._newest = (picture, time.monotonic(), number - 1)
                        self._changed.notify_all()


def _reason(error: av.FFmpegError) -> str:
    if isinstance(error, av.error.ExitError | TimeoutError):
        return "no answer in time"
    return error.strerror or type(error).__name__


def _advice(error: av.FFmpegError) -> str:
    match error:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return "check user name and password"
        case av.error.HTTPNotFoundError():
            return "check the path of the address"
        case av.error.InvalidDataError():
            return "what comes from there is no video that can be read; check the address"
        case _:
            return "check the address and that the camera is on"


def _split_transport(address: str) -> tuple[str, Transport | None]:
    """The address without ``transport=``, and what that asked for.

    Examples:
        >>> _split_transport("rtsp://10.0.0.8/main?transport=udp&channel=1")
        ('rtsp://10.0.0.8/main?channel=1', 'udp')
    """
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise SourceError(f"{mask_credentials(address)}: is no address: {error}") from error
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    wishes = [value for key, value in pairs if key == "transport"]
    if not wishes:
        return address, None
    rest = urlencode([(key, value) for key, value in pairs if key != "transport"])
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, rest, parts.fragment))
    match wishes[-1].lower():
        case "tcp":
            return url, "tcp"
        case "udp":
            return url, "udp"
        case other:
            raise SourceError(f"{mask_credentials(address)}: transport must be tcp or udp, got {other!r}")
