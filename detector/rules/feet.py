"""Feet: whether a person's box ends at the feet, or higher up where something hides them."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SHRUNK: Final = 0.82
"""A box this much lower than the person's usual height has lost its feet (or its head, which is as rare as it is
short). Jitter of 5 px on a person of 70 px stays above it nine times in ten, and one sample less does no harm."""

_HEIGHT_SECONDS: Final = 1.0
"""How slowly the usual height follows the box: over so long jitter evens out, and nobody walks far in depth."""

_LONGEST_SECONDS: Final = 6.0
"""A box that stays low for longer is the person's new height: nothing that passes hides anybody's feet so long."""

_FORGET_SECONDS: Final = 10.0
"""The tracker gives up a number earlier."""

_SMALLER: Final = 0.5
"""Who walks away becomes smaller by so much of what the head rises, where a camera hangs five metres high; a quarter of
it at eight. What hides feet leaves the head where it was."""


@dataclass(slots=True)
class _Stature:
    """How tall a person's box is.

    Attributes:
        height: the usual one, pixels, when the head was at ``full``.
        full: where the head was in the last box with feet; ``top`` where it is now, both evened out, pixels.
        seen: when; ``low_since``: since when the feet are hidden.
    """

    height: float
    full: float
    top: float
    seen: float
    low_since: float | None = None


class FeetWatch:
    """Remembers how tall each person's box is, to know when its lower end is no ground point.

    Where a car passes in front, the box ends at its roof: the ground point jumps away from the camera, over a kerb
    or a fence that the person is nowhere near.
    """

    def __init__(self) -> None:
        self._statures: dict[int, _Stature] = {}
        self._forgotten = 0.0

    def hidden(self, tracks: list[int], boxes: NDArray[np.float32], seconds: float) -> NDArray[np.bool_]:
        """Whose feet are hidden in this frame.

        Args:
            tracks: N track numbers.
            boxes: (N, 4) pixels.
            seconds: stream time.

        Returns:
            (N,) true where the box ends above the feet.
        """
        tops, heights = boxes[:, 1].tolist(), (boxes[:, 3] - boxes[:, 1]).tolist()
        people = zip(tracks, tops, heights, strict=True)
        result = np.array([self._is_low(track, top, height, seconds) for track, top, height in people], np.bool_)
        if abs(seconds - self._forgotten) > _FORGET_SECONDS:
            self._forgotten = seconds
            self._statures = {t: s for t, s in self._statures.items() if 0 <= seconds - s.seen <= _FORGET_SECONDS}
        return result

    def _is_low(self, track: int, top: float, height: float, seconds: float) -> bool:
        known = self._statures.get(track)
        if known is None:
            self._statures[track] = _Stature(height, top, top, seconds)
            return False
        weight = 1 - math.exp(-min(seconds - known.seen, 1.0) / _HEIGHT_SECONDS)
        known.seen = seconds
        known.top += weight * (top - known.top)
        usual = known.height - _SMALLER * max(0.0, known.full - known.top)
        if height < _SHRUNK * usual:
            known.low_since = seconds if known.low_since is None else known.low_since
            if seconds - known.low_since <= _LONGEST_SECONDS:
                return True
            usual = height
        known.low_since = None
        known.height, known.full = usual + weight * (height - usual), known.top
        return False
