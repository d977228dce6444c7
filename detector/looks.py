"""Looks: what a place looks like, as a small patch that a change of light changes little."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.geometry import FloatArray

SIDE: Final = 24
"""Pixels of a look's sides."""

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
    left, top = int(np.clip(box[0] * width, 0, width - 2)), int(np.clip(box[1] * height, 0, height - 2))
    right = int(np.clip(np.ceil(box[2] * width), left + 2, width))
    bottom = int(np.clip(np.ceil(box[3] * height), top + 2, height))
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    edges = np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1))
    planes = np.stack([small, edges])
    planes -= planes.mean(axis=(1, 2), keepdims=True)
    lengths = np.sqrt((planes**2).sum(axis=(1, 2), keepdims=True))
    look: Look = planes / np.maximum(lengths, 1e-6)
    return look


def look_likeness(a: Look, b: Look) -> float:
    """Zero-mean normalised correlation of two looks, the better of brightness and edges; -1 to 1."""
    return float((a * b).sum(axis=(1, 2)).max())
