"""Empty grounds: crops of real streets that show no labelled object.

They teach the model what is no litter: lane dashes, kerbs, gratings, leaves.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.labels import Labels, intersection

TRIES = 20
"""Random places looked at in one photo before it is given up as too full."""

SMALLEST_SIDE = 96
"""Crops with fewer pixels a side would be blown up to mush."""


def empty_ground(photo: NDArray[np.uint8], labels: Labels, random: np.random.Generator) -> NDArray[np.uint8] | None:
    """A square crop without any of the labelled boxes, or None if there is no room for one.

    Args:
        photo: BGR pixels, shape (height, width, 3).
        labels: everything known to stand in the photo, unsure teacher labels included.
        random: where the places come from.
    """
    height, width = photo.shape[:2]
    corners = labels.corners * (width, height, width, height)
    for _ in range(TRIES):
        side = int(min(width, height) * random.uniform(0.3, 0.6))
        if side < SMALLEST_SIDE:
            return None
        left = int(random.integers(0, width - side + 1))
        # A street photo's ground is its lower part.
        top = int(random.integers(min(height // 3, height - side), height - side + 1))
        crop = np.array([[left, top, left + side, top + side]], np.float64)
        if not intersection(crop, corners).any():
            return photo[top : top + side, left : left + side]
    return None


def has_texture(crop: NDArray[np.uint8]) -> bool:
    """Whether a crop shows more than plain sky, wall or padding (grey deviates by more than 8 of 255)."""
    return float(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).std()) > 8.0
