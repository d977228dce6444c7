"""Packets: the last seconds of an H.264 source as the camera encoded them, kept and cut without encoding anything."""

from __future__ import annotations

import io
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import Final

import av
from av.stream import Stream
from av.video.stream import VideoStream

_KEPT: Final = 28.0
"""Seconds that are kept: a clip of 20 s whose offence is known seven seconds after its end."""
_MOST_BYTES: Final = 12 * 1024 * 1024
_LONGEST_GAP: Final = 10.0
"""Seconds from packet to packet; a stream that is silent for longer is opened anew."""
_APART: Final = Fraction(1, 1000)
"""Seconds between packets that claim the same time; MP4 counts in no coarser ones."""
_TICK: Final = Fraction(1, 90_000)
"""The unit of times in the files that are made, seconds."""
_MP4_HEADER: Final = 1
"""First byte of a decoder's configuration as MP4 has it (avcC); streams have start codes instead (Annex B)."""


@dataclass(frozen=True, slots=True)
class _Packet:
    content: bytes
    shown: Fraction
    decoded: Fraction
    key: bool


@dataclass(frozen=True, slots=True)
class Reel:
    """Packets that were cut from a ring; what comes after them in the ring does not change them.

    Attributes:
        began: capture time of its first picture.
    """

    began: datetime
    _packets: tuple[_Packet, ...]
    _template: bytes

    def mp4(self) -> bytes:
        """An MP4 file of the packets, nothing encoded anew.

        Raises:
            OSError: there is no room for the temporary file.
            av.FFmpegError: the packets cannot be put into a file.
        """
        return _mp4(self._packets, self._template)


class PacketRing:
    """The newest packets of one source, from a key frame on. Other codecs than H.264 are not kept.

    One thread adds, another cuts.

    Args:
        most_bytes: of packets that are kept.
    """

    def __init__(self, *, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._packets: deque[_Packet] = deque()
        self._bytes = 0
        self._stamp: int | None = None
        """Of the newest packet, in the stream's own units."""
        self._stream: VideoStream | None = None
        self._template = b""
        self._offset: timedelta | None = None

    @property
    def size(self) -> int:
        """Bytes of the packets that are kept."""
        return self._bytes

    def open(self, stream: VideoStream) -> None:
        """The packets from now on come from this stream; those before belong to another connection."""
        with self._lock:
            self._packets.clear()
            self._bytes, self._template, self._offset = 0, b"", None
            self._stream = stream if stream.codec_context.name == "h264" else None

    def give_up(self) -> None:
        """The timestamps of this connection are of no use: keep nothing, as nobody could say when it was."""
        with self._lock:
            self._packets.clear()
            self._bytes, self._offset, self._stream = 0, None, None

    def add(self, packet: av.Packet[VideoStream]) -> None:
        """Keep a packet, the newest in the order of decoding."""
        stream, base = self._stream, packet.time_base
        if stream is None or packet.pts is None or base is None:
            return
        decoded = packet.pts if packet.dts is None else packet.dts
        with self._lock:
            if not self._packets and not packet.is_keyframe:
                return
            kept = _Packet(bytes(packet), packet.pts * base, decoded * base, packet.is_keyframe)
            if not self._template:
                self._template = _template(stream, kept)
            repeated, self._stamp = decoded == self._stamp, decoded
            if self._packets and repeated:
                # Cameras that repeat a time, or send a key frame in two parts: a file has no place for both at once.
                later = self._packets[-1].decoded + _APART
                kept = replace(kept, decoded=later, shown=max(kept.shown, later))
            if self._packets and not 0 < kept.decoded - self._packets[-1].decoded < _LONGEST_GAP:
                self._packets.clear()  # time has jumped: nothing before fits
                self._bytes = 0
                if not kept.key:
                    return
            self._packets.append(kept)
            self._bytes += len(kept.content)
            self._trim()

    def mark(self, stamp: float, time: datetime) -> None:
        """Which capture time a timestamp of the stream stands for, in its seconds."""
        self._offset = time - datetime.fromtimestamp(0, time.tzinfo) - timedelta(seconds=stamp)

    def cut(self, started: datetime, ended: datetime) -> Reel | None:
        """All that was encoded between two times, from the key frame before on; None where nothing of it is kept."""
        with self._lock:
            packets, offset, template = list(self._packets), self._offset, self._template
        if offset is None:
            return None
        zero = datetime.fromtimestamp(0, started.tzinfo) + offset
        first, last = (started - zero).total_seconds(), (ended - zero).total_seconds()
        keys = [n for n, packet in enumerate(packets) if packet.key and packet.shown <= first]
        start = keys[-1] if keys else 0
        chosen = [packet for packet in packets[start:] if packet.shown <= last]
        if len(chosen) < 2 or chosen[-1].shown < first:
            return None
        return Reel(zero + timedelta(seconds=float(chosen[0].shown)), tuple(chosen), template)

    def _trim(self) -> None:
        """Forget whole groups of pictures, the oldest first."""
        newest = self._packets[-1].decoded
        while self._bytes > self._most_bytes or newest - self._packets[0].decoded > _KEPT:
            following = next((n for n, p in enumerate(self._packets) if n and p.key), len(self._packets))
            # A group that is not over yet is kept for its time's sake, but not where it has no room.
            if following == len(self._packets) and self._bytes <= self._most_bytes:
                return
            for _ in range(following):
                self._bytes -= len(self._packets.popleft().content)
            if not self._packets:
                return


def _template(stream: VideoStream, key: _Packet) -> bytes:
    """A file of one key frame: it outlives the connection and says how the packets are to be read."""
    header = stream.codec_context.extradata or b""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4" if header[:1] == bytes([_MP4_HEADER]) else "mpegts") as container:
        copy = container.add_stream_from_template(stream)
        container.mux(_packet(key, copy, key.decoded))
    return buffer.getvalue()


def _mp4(packets: Sequence[_Packet], template: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "original.mp4"
        with (
            av.open(io.BytesIO(template)) as source,
            av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container,
        ):
            copy = container.add_stream_from_template(source.streams.video[0])
            for packet in packets:
                container.mux(_packet(packet, copy, packets[0].decoded))
        return path.read_bytes()


def _packet(kept: _Packet, stream: VideoStream, begin: Fraction) -> av.Packet[Stream]:
    packet = av.Packet(kept.content)
    packet.stream, packet.time_base, packet.is_keyframe = stream, _TICK, kept.key
    packet.pts, packet.dts = round((kept.shown - begin) / _TICK), round((kept.decoded - begin) / _TICK)
    return packet
