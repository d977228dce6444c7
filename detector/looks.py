"""Looks: what a place looks like, as a small patch that a change of light changes little."""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.geometry import FloatArray

SIDE: Final = 24
"""Pixels of a look's sides."""

_ENOUGH: Final = 3 * SIDE
"""Of a patch so large that it has twice as many pixels along a side, only every other one is looked at, and so on."""

Look = NDArray[np.float32]
"""(2, 24, 24) brightness and edge strength, each with mean 0 and length 1."""


def patch_look(image: NDArray[np.uint8], box: FloatArray) -> Look:
    """What a place looks like, such that a change of light changes little.

    Args:
        image: (H, W, 3) BGR.
        box: (4,) fractions of the frame.

    Returns:
        (2, 24, 24) brightness and edge strength, each with mean 0 and length 1.
    """
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box.tolist()
    left, top = min(max(int(x1 * width), 0), width - 2), min(max(int(y1 * height), 0), height - 2)
    right = min(max(math.ceil(x2 * width), left + 2), width)
    bottom = min(max(math.ceil(y2 * height), top + 2), height)
    down, across = max(1, (bottom - top) // _ENOUGH), max(1, (right - left) // _ENOUGH)
    grey = cv2.cvtColor(image[top:bottom:down, left:right:across], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    edges = cv2.magnitude(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1))
    look: Look = np.empty((2, SIDE, SIDE), np.float32)
    for plane, values in enumerate((small, edges)):
        mean, deviation = cv2.meanStdDev(values)
        np.subtract(values, np.float32(mean[0, 0]), out=look[plane])
        look[plane] *= np.float32(1 / max(float(deviation[0, 0]) * SIDE, 1e-6))
    return look


def look_likeness(a: Look, b: Look) -> float:
    """Zero-mean normalised correlation of two looks, the better of brightness and edges; -1 to 1."""
    return max(float(np.vdot(a[0], b[0])), float(np.vdot(a[1], b[1])))
