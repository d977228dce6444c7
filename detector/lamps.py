"""Lamps: whether a pedestrian signal in the picture is red, read by colour with hysteresis."""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.violations import Box

_SETTLE_SECONDS = 0.6
_MIN_LIT = 0.02


class LampState(StrEnum):
    """What a lamp shows."""

    RED = "red"
    GREEN = "green"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Lamp:
    """One lamp. A change is believed when it has lasted 0.6 s, so that flicker and glints change nothing.

    ``box`` is left, top, right, bottom of the lamp, as fractions of the picture.
    """

    box: Box
    state: LampState = LampState.UNKNOWN
    since: float = 0.0
    _seen: LampState = LampState.UNKNOWN
    _seen_since: float = 0.0

    def update(self, image: NDArray[np.uint8], seconds: float) -> LampState:
        """Read the lamp in one frame of stream time ``seconds`` and answer the believed state."""
        seen = lamp_colour(image, self.box)
        if seen is not self._seen:
            self._seen, self._seen_since = seen, seconds
        if seen is not self.state and seconds - self._seen_since >= _SETTLE_SECONDS:
            self.state, self.since = seen, self._seen_since
        return self.state


def lamp_colour(image: NDArray[np.uint8], box: Box) -> LampState:
    """The colour that is lit in one picture; unknown where neither red nor green clearly is.

    Lit means bright and saturated. Hues in OpenCV's half degrees: red below 10 and above 165, green to cyan 45 to 95.
    """
    height, width = image.shape[:2]
    left, top, right, bottom = box
    patch = image[
        int(top * height) : max(int(bottom * height), int(top * height) + 1),
        int(left * width) : max(int(right * width), int(left * width) + 1),
    ]
    hsv = cv2.cvtColor(patch, cv2.COLOR_BGR2HSV)
    size = hsv.shape[0] * hsv.shape[1]
    red, green = (_lit(hsv, 0, 9) + _lit(hsv, 166, 180)) / size, _lit(hsv, 46, 94) / size
    if max(red, green) < _MIN_LIT or max(red, green) < 2 * min(red, green):
        return LampState.UNKNOWN
    return LampState.RED if red > green else LampState.GREEN


def _lit(hsv: cv2.typing.MatLike, least: int, most: int) -> int:
    """How many pixels are bright, saturated and of a hue from ``least`` to ``most``."""
    return cv2.countNonZero(cv2.inRange(hsv, (least, 91, 131), (most, 255, 255)))
