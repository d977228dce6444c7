"""Dozing: while nothing moves only key frames are decoded, and what lay between them once something has moved."""

from __future__ import annotations

from collections import deque
from typing import Final, Protocol

import av
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from detector.sources.decoded import Decoded, Luma

_LONGEST_SECONDS: Final = 5.0
"""A stream with fewer key frames is not slept through: to catch up would take long, and nobody may enter unseen."""
_SIZES: Final = 100
"""So many sizes of packets are remembered."""
_FEWEST_SIZES: Final = 10
_CONSPICUOUS: Final = 1.5
"""A packet this many times as large as the largest one lately shows what the picture before did not."""


class Doze(Protocol):
    """Who knows whether a camera may sleep."""

    def may_sleep(self) -> bool:
        """Whether key frames are enough for now."""

    def is_disturbed(self, luma: Luma) -> bool:
        """Whether a key frame, given as small brightness, shows something new."""


class KeyFramesOnly(Doze):
    """Nothing but key frames is wanted, whatever happens."""

    def may_sleep(self) -> bool:
        """Always."""
        return True

    def is_disturbed(self, luma: Luma) -> bool:
        """Never."""
        del luma
        return False


class DozingDecoder:
    """Decodes the packets of one stream in order.

    Asleep, it decodes key frames alone. It wakes when one of them shows something new, or when a packet between them
    is conspicuously large: an encoder spends bits only on what changes. It then decodes everything since the key frame
    before, so that nothing is left out that whoever came has done.

    Args:
        context: the stream's decoder.
        doze: says when it may sleep; never where None.
    """

    def __init__(self, context: VideoCodecContext, doze: Doze | None = None) -> None:
        self._context = context
        if isinstance(doze, KeyFramesOnly):
            context.skip_frame = "NONKEY"  # the decoder itself passes over the others
            doze = None
        self._doze = doze
        self._asleep = False
        self._group: list[av.Packet[VideoStream]] = []
        """Asleep: the newest key frame and the packets since."""
        self._given: int | None = None
        """Timestamp of the newest key frame, whose picture was given."""
        self._sizes: deque[int] = deque(maxlen=_SIZES)

    def decode(self, packet: av.Packet[VideoStream]) -> list[av.VideoFrame]:
        """The pictures that a packet completes, in order; none for most packets while asleep.

        Raises:
            av.FFmpegError: the packet cannot be decoded.
        """
        if self._doze is None:
            return packet.decode()
        is_key = packet.is_keyframe and packet.size > 0
        if not self._asleep:
            if not (is_key and self._doze.may_sleep()):
                return self._not_given(packet.decode())
            before = self._not_given(self._drained(packet))
            self._asleep = True
            self._group = []
            return [*before, *self._key(packet, self._doze)]
        if is_key:
            return self._key(packet, self._doze)
        self._group.append(packet)
        if self._is_long(packet):
            self._doze = None
        if packet.size == 0 or self._doze is None or self._is_conspicuous(packet.size):
            return self._wake()
        return []

    def _key(self, packet: av.Packet[VideoStream], doze: Doze) -> list[av.VideoFrame]:
        self._context.flush_buffers()
        pictures = [*self._context.decode(packet), *self._drained(packet)]
        if not pictures or doze.is_disturbed(Decoded(pictures[-1]).luma()) or not doze.may_sleep():
            self._group.append(packet)
            return self._wake()
        self._group, self._given = [packet], pictures[-1].pts
        return pictures

    def _wake(self) -> list[av.VideoFrame]:
        """Everything since the key frame before, whose picture was given already."""
        self._context.flush_buffers()
        self._asleep = False
        group, self._group = self._group, []
        return self._not_given([picture for packet in group for picture in self._context.decode(packet)])

    def _not_given(self, pictures: list[av.VideoFrame]) -> list[av.VideoFrame]:
        """Without the key frame that was given while asleep; a decoder with threads gives it again much later.

        It is left out once: a camera whose time stands still gives all its pictures the same one.
        """
        for number, picture in enumerate(pictures):
            if self._given is not None and picture.pts == self._given:
                self._given = None
                return pictures[:number] + pictures[number + 1 :]
        return pictures

    def _drained(self, packet: av.Packet[VideoStream]) -> list[av.VideoFrame]:
        """What the decoder still holds back; its timestamps count as those of a packet of the stream."""
        pictures = list(self._context.decode(None))
        self._context.flush_buffers()
        for picture in pictures:
            picture.time_base = packet.time_base
        return pictures

    def _is_long(self, packet: av.Packet[VideoStream]) -> bool:
        """Whether the key frame before lies too far back."""
        key = self._group[0]
        if packet.pts is None or key.pts is None or packet.time_base is None:
            return packet.size > 0  # nothing tells how far back
        return (packet.pts - key.pts) * packet.time_base > _LONGEST_SECONDS

    def _is_conspicuous(self, size: int) -> bool:
        conspicuous = len(self._sizes) >= _FEWEST_SIZES and size > _CONSPICUOUS * max(self._sizes)
        self._sizes.append(size)
        return conspicuous
