"""Colours: what objects look like to a tracker, as histograms of hue, saturation and light."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

COLOURS: Final = 96
"""Values of one object's colours: 32 of hue and saturation and 16 of light, for the upper and the lower half."""

_CHROMA: Final = 32
_HALF: Final = 48
_COLUMNS: Final = 12
_ROWS: Final = 24
"""So many points of a box are looked at, half of them in its upper half: more would tell nothing new."""

_INSET: Final = 0.15
"""Share of a box's width at each side that shows the ground behind."""

Colours = NDArray[np.float32]
"""(N, 96) histograms, each summing to 1."""


def colours(image: NDArray[np.uint8], boxes: NDArray[np.float32]) -> Colours:
    """What objects look like: hue-saturation and light of the upper and the lower half of each box.

    Args:
        image: (H, W, 3) BGR.
        boxes: (N, 4) pixels; where nothing of a box lies in the picture, all colours are alike likely.

    Returns:
        (N, 96) histograms, each summing to 1.
    """
    height, width = image.shape[:2]
    inset = _INSET * (boxes[:, 2] - boxes[:, 0])
    left, right = np.maximum(boxes[:, 0] + inset, 0), np.minimum(boxes[:, 2] - inset, width)
    top, bottom = np.maximum(boxes[:, 1], 0), np.minimum(boxes[:, 3], height)
    xs = (left[:, None] + (right - left)[:, None] * _ACROSS).astype(np.int64)
    ys = (top[:, None] + (bottom - top)[:, None] * _DOWN).astype(np.int64)
    outside = (right <= left) | (bottom <= top)
    if outside.any():
        xs[outside], ys[outside] = 0, 0
    np.clip(xs, 0, width - 1, out=xs)
    np.clip(ys, 0, height - 1, out=ys)
    points = image[ys[:, :, None], xs[:, None, :]].reshape(-1, _COLUMNS, 3)
    hsv = np.asarray(cv2.cvtColor(points, cv2.COLOR_BGR2HSV), np.uint8).reshape(len(boxes), 2, -1, 3)
    # One count for all: each half of each box has 48 places of its own.
    places = np.empty((len(boxes), 2, 2, hsv.shape[2]), np.int64)
    np.add(_HUES[hsv[..., 0]], hsv[..., 1] >> 6, out=places[:, :, 0])
    np.add(hsv[..., 2] >> 4, np.uint8(_CHROMA), out=places[:, :, 1])
    places += (np.arange(2 * len(boxes)) * _HALF).reshape(-1, 2, 1, 1)
    counts = np.bincount(places.ravel(), minlength=len(boxes) * COLOURS)
    result = (counts / (2 * _ROWS * _COLUMNS)).astype(np.float32).reshape(-1, COLOURS)
    if outside.any():
        result[outside] = 1 / COLOURS
    return result


def likeness(a: Colours, b: Colours) -> NDArray[np.float32]:
    """(N,) Bhattacharyya coefficients of N pairs of histograms: 1 for the same, 0 for nothing in common."""
    result: NDArray[np.float32] = np.sqrt(a * b).sum(axis=-1)
    return result


_ACROSS: Final = ((np.arange(_COLUMNS) + 0.5) / _COLUMNS).astype(np.float32)
_DOWN: Final = ((np.arange(_ROWS) + 0.5) / _ROWS).astype(np.float32)

_HUES: Final = (np.arange(256) * 8 // 180 * 4).astype(np.uint8)
"""Where the four saturations of each of OpenCV's 180 hues begin, in eight kinds of hue."""
