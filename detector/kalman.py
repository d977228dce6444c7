"""Kalman: where boxes are and how they move, filtered in seconds, for all tracks at once."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SIZE_MEMORY_SECONDS: Final = 0.3
_WANDER: Final = np.array([1.0, 1.0, 0.04, 0.04])
"""How freely the speed of each number changes, as a variance: sizes change a fifth as fast as places."""
_FIRST_VARIANCE: Final = np.array([0.64, 0.64, 0.01, 0.01])
"""A new object walks at up to about its height a second."""
_PLACED: Final = 1 / 20
"""A box is placed to a twentieth of its height."""


class BoxFilter:
    """Kalman state of K tracks: box as centre x, centre y, width, height, each with its speed.

    The four numbers are filtered apart, so a covariance is three numbers: position, cross term, speed.

    Attributes:
        box: (K, 4) pixels.
        speed: (K, 4) pixels a second.
        variance, cross, speed_variance: (K, 4) of ``box``, of both, of ``speed``.
    """

    def __init__(self) -> None:
        self._hold(np.empty((5, 0, 4)))

    def __len__(self) -> int:
        return len(self.box)

    def _hold(self, values: Array) -> None:
        self._values = values
        self.box, self.speed, self.variance, self.cross, self.speed_variance = values

    def select(self, rows: NDArray[np.bool_]) -> None:
        """Keep only the rows of a mask."""
        self._hold(self._values[:, rows])

    def append(self, boxes: Array) -> None:
        """New tracks at (N, 4) boxes."""
        new = np.zeros((5, len(boxes), 4))
        square = boxes[:, 3:4] ** 2
        new[0], new[2], new[4] = boxes, square * _PLACED**2, square * _FIRST_VARIANCE
        self._hold(np.concatenate([self._values, new], axis=1))

    def predict(self, dt: float, acceleration: float) -> None:
        """Move on by ``dt`` seconds: constant speed, white noise on the acceleration."""
        noise = (acceleration * self.box[:, 3:4]) ** 2 * _WANDER
        self.box += self.speed * dt
        # A box that shrinks is mostly an object half hidden: it does not go on shrinking.
        self.speed[:, 2:] *= math.exp(-dt / _SIZE_MEMORY_SECONDS)
        np.maximum(self.box[:, 2:], 1, out=self.box[:, 2:])
        self.variance += 2 * dt * self.cross + dt**2 * self.speed_variance + noise * (dt**3 / 3)
        self.cross += dt * self.speed_variance + noise * (dt**2 / 2)
        self.speed_variance += noise * dt

    def correct(self, rows: NDArray[np.int64], boxes: Array) -> None:
        """Take in (len(rows), 4) measured boxes, each row at most once."""
        box, speed, variance, cross, speed_variance = self._values[:, rows]
        whole = variance + (boxes[:, 3:4] * _PLACED) ** 2
        gain, speed_gain = variance / whole, cross / whole
        difference = boxes - box
        rest = 1 - gain
        self._values[:, rows] = (
            box + gain * difference,
            speed + speed_gain * difference,
            variance * rest,
            cross * rest,
            speed_variance - speed_gain * cross,
        )
