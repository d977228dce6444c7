"""Perceptual hashes of photos, and the near-duplicates that they give away."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HASH_SIDE = 16
"""The hash keeps this many frequencies a direction: 256 bits tell grounds of one texture apart, 64 do not."""

SAME_BITS = 26
"""Photos whose hashes differ in at most a tenth of their bits show the same picture."""

_THUMBNAIL_SIDE = 4 * HASH_SIDE


def fingerprint(photo: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """A hash that changes little when a photo is scaled, recompressed or brightened.

    The signs of the lowest frequencies of the cosine transform against their median (pHash; Zauner 2010,
    "Implementation and benchmarking of perceptual image hash functions").

    Args:
        photo: BGR pixels, shape (height, width, 3).

    Returns:
        Bits, shape (256,).
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (_THUMBNAIL_SIDE, _THUMBNAIL_SIDE), interpolation=cv2.INTER_AREA)
    # The first row and column hold brightness and slow gradients, which light changes.
    low = cv2.dct(small.astype(np.float32))[1 : HASH_SIDE + 1, 1 : HASH_SIDE + 1]
    return np.asarray(low > np.median(low)).reshape(-1)


def near_duplicates(
    first: Mapping[Path, NDArray[np.bool_]], second: Mapping[Path, NDArray[np.bool_]]
) -> list[tuple[Path, Path, int]]:
    """Pairs of a photo of `first` and one of `second` that show the same, and how many bits differ."""
    if not first or not second:
        return []
    ours, theirs = list(first), list(second)
    # With bits as ±1, the product of two hashes is 256 minus twice the bits that differ.
    left = np.stack([first[path] for path in ours]).astype(np.float32) * 2 - 1
    right = np.stack([second[path] for path in theirs]).astype(np.float32) * 2 - 1
    distance = ((HASH_SIDE**2 - left @ right.T) / 2).round().astype(int)
    return [
        (ours[row], theirs[column], int(distance[row, column])) for row, column in np.argwhere(distance <= SAME_BITS)
    ]


class Memory:
    """Remembers pictures and tells whether one is new."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.bool_]] = []

    def add(self, photo: NDArray[np.uint8]) -> bool:
        """Remembers a photo (BGR pixels) and returns whether it shows something not seen before."""
        bits = fingerprint(photo)
        if self._hashes and int((np.stack(self._hashes) != bits).sum(axis=1).min()) <= SAME_BITS:
            return False
        self._hashes.append(bits)
        return True
