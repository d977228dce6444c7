"""Motion: whether something moves in a picture, or stands there that was not there before."""

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

import cv2
import numpy as np

from detector.detections import FloatArray
from detector.geometry import FloatArray as Boxes
from detector.sources.frame import Luma

_LEAST_AREA: Final = 3
"""Pixels of the small picture that belong together: a dozen to forty of the model's, less than all that it can find."""
_SURELY: Final = 200
"""So many pixels are no noise, however they lie."""
_LEAST_STEP: Final = 8.0
"""Grey levels that are always noise: what an encoder changes at key frames stays below."""
_DEVIATIONS: Final = 4.0
"""So many standard deviations from its mean a pixel does not show its background (Wren et al. 1997, one Gaussian)."""
_LEARN_SECONDS: Final = 10.0
"""Time constant with which the background follows the light, where it is seen."""
_ABSORB_SECONDS: Final = 12.0
"""The same where something new is: of 100 grey levels 8 are left after 30 s, longer than anybody stands like a post."""
_LONGEST_STEP: Final = 5.0
"""A longer gap teaches no more than this: the first picture after it is one picture."""
_EVENLY: Final = 20
"""So many pictures are averaged evenly at the beginning, or the first one would be the background for a while."""


class Activity(IntEnum):
    """What happens in a picture, the liveliest last."""

    STILL = 0
    NEW = 1
    """Something stands there that did not stand there half a minute ago."""
    MOVING = 2


class Motion:
    """Compares the brightness of each picture with what its places usually show.

    The background is a mean and a variance a pixel, learnt by seconds and not by frames. Where something new is, the
    variance learns nothing: people on a busy road never become noise.

    Args:
        ignored: outlines, fractions of the picture, in which nothing counts.
    """

    def __init__(self, ignored: Sequence[Sequence[tuple[float, float]]] = ()) -> None:
        self._ignored = [np.array(outline, np.float64) for outline in ignored]
        self._seconds: float | None = None
        self._mean: FloatArray = np.empty((0, 0), np.float32)
        self._variance = self._mean
        self._before = self._mean
        self._counts: Luma | None = None
        self._learnt = 0
        self._new = self._moving = np.empty((0, 0), np.uint8)
        """Not 0 where the last picture shows something else than its background, and something else than before."""

    def update(self, luma: Luma, seconds: float) -> Activity:
        """What happens in a picture; it is learnt from.

        Args:
            luma: (h, w) uint8 brightness, see :meth:`~detector.sources.Frame.luma`.
            seconds: stream time.

        Returns:
            ``MOVING`` too where there is nothing to compare with.
        """
        if self._seconds is None or luma.shape != self._mean.shape:
            self._begin(luma)
            self._seconds = seconds
            return Activity.MOVING
        step = min(max(0.0, seconds - self._seconds), _LONGEST_STEP)
        self._seconds = seconds
        self._learnt += 1
        now, squares, new = self._compared(luma)
        usual = cv2.bitwise_not(new)
        weight = max(1 - math.exp(-step / _LEARN_SECONDS), 1 / self._learnt if self._learnt <= _EVENLY else 0.0)
        cv2.accumulateWeighted(now, self._mean, weight, usual)
        cv2.accumulateWeighted(squares, self._variance, weight, usual)
        if cv2.countNonZero(new):
            cv2.accumulateWeighted(now, self._mean, 1 - math.exp(-step / _ABSORB_SECONDS), new)
        self._new, self._moving = new, np.empty((0, 0), np.uint8)
        if not self._is_something(new):
            self._before = now
            return Activity.STILL
        moved = (np.abs(now - self._before) > _LEAST_STEP).astype(np.uint8)
        self._before, self._moving = now, moved
        return Activity.MOVING if self._is_something(moved) else Activity.NEW

    def is_disturbed(self, luma: Luma) -> bool:
        """Whether a picture shows something new; nothing is learnt from it."""
        if self._seconds is None or luma.shape != self._mean.shape:
            return True
        return self._is_something(self._compared(luma)[2])

    def new_places(self) -> Boxes:
        """(N, 4) where the last picture shows what is new, moving or not: fractions of the picture."""
        return self._places(self._new)

    def moving_places(self) -> Boxes:
        """(N, 4) where it shows what moves, likewise."""
        return self._places(self._moving)

    def _places(self, mask: Luma) -> Boxes:
        """Where so much of what is set in a mask belongs together that it is no noise."""
        if not mask.size:
            return np.empty((0, 4))
        counting = mask if self._counts is None else cv2.bitwise_and(mask, self._counts)
        _, _, stats, _ = cv2.connectedComponentsWithStats(counting, connectivity=8)
        found = stats[1:][stats[1:, cv2.CC_STAT_AREA] >= _LEAST_AREA]
        left, top, wide, high = found[:, :4].T.astype(np.float64)
        height, width = self._mean.shape
        return np.column_stack([left / width, top / height, (left + wide) / width, (top + high) / height])

    def _begin(self, luma: Luma) -> None:
        self._learnt = 1
        self._new = self._moving = np.empty((0, 0), np.uint8)
        self._mean = luma.astype(np.float32)
        self._before = self._mean.copy()
        self._variance = np.zeros_like(self._mean)
        self._counts = None
        if self._ignored:
            height, width = luma.shape
            self._counts = np.full(luma.shape, 255, np.uint8)
            cv2.fillPoly(self._counts, [np.round(o * [width, height]).astype(np.int32) for o in self._ignored], 0)

    def _compared(self, luma: Luma) -> tuple[FloatArray, FloatArray, Luma]:
        """The picture, its squared distance from the background, and a mask: 255 where it shows something else."""
        now = luma.astype(np.float32)
        squares = np.square(now - self._mean)
        limit = np.maximum(self._variance * _DEVIATIONS**2, _LEAST_STEP**2)
        return now, squares, np.asarray(cv2.compare(squares, limit, cv2.CMP_GT), np.uint8)

    def _is_something(self, mask: Luma) -> bool:
        """Whether enough of what is set in a mask belongs together, where it counts."""
        if self._counts is not None:
            mask = np.asarray(cv2.bitwise_and(mask, self._counts), np.uint8)
        count = cv2.countNonZero(mask)
        if not _LEAST_AREA <= count < _SURELY:
            return count >= _SURELY
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        return bool((stats[1:, cv2.CC_STAT_AREA] >= _LEAST_AREA).any())
