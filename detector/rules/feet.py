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


@dataclass(slots=True)
class _Stature:
    height: float
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
        heights = (boxes[:, 3] - boxes[:, 1]).tolist()
        result = np.array([self._is_low(t, h, seconds) for t, h in zip(tracks, heights, strict=True)], np.bool_)
        if abs(seconds - self._forgotten) > _FORGET_SECONDS:
            self._forgotten = seconds
            self._statures = {t: s for t, s in self._statures.items() if 0 <= seconds - s.seen <= _FORGET_SECONDS}
        return result

    def _is_low(self, track: int, height: float, seconds: float) -> bool:
        known = self._statures.get(track)
        if known is None:
            self._statures[track] = _Stature(height, seconds)
            return False
        step, known.seen = seconds - known.seen, seconds
        if height < _SHRUNK * known.height:
            known.low_since = seconds if known.low_since is None else known.low_since
            if seconds - known.low_since <= _LONGEST_SECONDS:
                return True
            known.height = height
        known.low_since = None
        known.height += (1 - math.exp(-min(step, 1.0) / _HEIGHT_SECONDS)) * (height - known.height)
        return False
