"""Parts: which part of a picture is worth a look, and what a look at a part can say about what lies where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from detector.detections import BoolArray
from detector.geometry import FloatArray

SIDES: Final = (0.3, 0.4, 0.6, 0.8, 1.0)
"""Sides that a part may have, shares of the picture's long side: 192, 256, 384, 512 and 640 pixels of an input of 640.
So few that parts of several cameras often have one shape and go into one call of the model."""

_MARGIN: Final = 0.04
"""Around what moves, share of the long side: what the small picture shows of somebody is seldom all of them."""
_GROWN: Final = 0.25
"""And so much of its own size on each side: legs are found where a coat looks like the wall behind it."""
_LARGEST: Final = 0.5
"""A part larger than this share of the picture is no saving: the whole is looked at, and its clock begins anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a picture that the model looked at, or is to look at.

    Attributes:
        box: (4,) left, top, right, bottom, fractions of the picture.
        cut: (N, 4) what the part's edge cut, fractions likewise: of these boxes nobody knows where they end.
    """

    box: FloatArray
    cut: FloatArray = field(default_factory=lambda: np.empty((0, 4), np.float64))

    @classmethod
    def around(cls, places: FloatArray, width: int, height: int) -> Self | None:
        """The smallest part of one of the usual shapes that shows some places and their surroundings.

        Args:
            places: (N, 4) boxes, fractions of the picture.
            width: of the picture in pixels.
            height: likewise.

        Returns:
            None where there is no place, or so much of the picture that the whole must be looked at.

        Examples:
            >>> Part.around(np.array([[0.5, 0.5, 0.6, 0.7]]), 640, 480).box.round(3).tolist()
            [0.35, 0.4, 0.75, 0.8]
        """
        if not len(places):
            return None
        size = np.array([width, height], np.float64) / max(width, height)
        grown = _MARGIN + _GROWN * (places[:, 2:] - places[:, :2]) * size
        low = ((places[:, :2] * size - grown).min(axis=0)).clip(0, size)
        high = ((places[:, 2:] * size + grown).max(axis=0)).clip(0, size)
        sides = np.array(SIDES)
        extent = sides[np.searchsorted(sides, np.minimum(high - low, 1.0) - 1e-9)]
        # A side that the picture does not have is the picture's own.
        extent = np.minimum(extent, size)
        if extent.prod() > _LARGEST * size.prod():
            return None
        start = ((low + high - extent) / 2).clip(0, size - extent)
        return cls(np.concatenate([start, start + extent]) / np.tile(size, 2))

    def holds(self, boxes: FloatArray) -> BoolArray:
        """(N,) which boxes, fractions of the picture, lie wholly in this part and behind nothing that its edge cut."""
        held = np.ones(len(boxes), np.bool_)
        held &= (boxes[:, :2] >= self.box[:2]).all(axis=1) & (boxes[:, 2:] <= self.box[2:]).all(axis=1)
        apart = (boxes[:, None, :2] >= self.cut[:, 2:]) | (boxes[:, None, 2:] <= self.cut[:, :2])
        held &= np.logical_or.reduce(apart, axis=2).all(axis=1)
        return held

    def moved(self, move: Callable[[FloatArray], FloatArray]) -> "Part":
        """The same part of a picture in which boxes lie elsewhere."""
        return Part(move(self.box[None])[0], move(self.cut))
