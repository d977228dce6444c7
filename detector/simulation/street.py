"""Street: a layout, its actors, and where everything is in the picture at any time."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.geometry import FloatArray
from detector.scene import Scene
from detector.simulation.actor import Actor
from detector.simulation.camera import HEIGHT, WIDTH
from detector.simulation.layout import Layout, random_layout
from detector.simulation.population import Population

_BESIDE_PIXELS = 4.0
"""Things whose feet are less than this apart stand beside each other, or one rides the other: none is in front."""

_MOST_HIDDEN = 0.6
"""A model sees nothing of a thing that is hidden to this share."""


_HALF = 0.5
_AT_ONCE = 1000


@dataclass(slots=True)
class Street:
    """One simulated street.

    Attributes:
        layout: the ground and its rules.
        actors: all that is there at any time.
        seconds: how long it lives.
        seed: what it was made from.
    """

    layout: Layout
    actors: list[Actor]
    seconds: float
    seed: int
    _sizes: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sizes = np.array([a.size for a in self.actors], np.float64).reshape(-1, 2)

    def scene(self) -> Scene:
        """The scene file of the camera that looks at it."""
        return self.layout.scene()

    def boxes(self, seconds: FloatArray) -> FloatArray:
        """(N, A, 4) true boxes in pixels of all A actors at N times; not a number where an actor is not there."""
        if not self.actors:
            return np.empty((len(seconds), 0, 4))
        points = np.stack([a.positions(seconds) for a in self.actors], axis=1)
        return self.layout.camera.boxes(points[..., 0], points[..., 1], self._sizes[:, 0], self._sizes[:, 1])

    def in_sight(self, boxes: FloatArray) -> NDArray[np.bool_]:
        """(N, A) what is in the picture by more than a half and not hidden by what stands nearer, from true boxes."""
        result = np.zeros(boxes.shape[:2], np.bool_)
        if not self.actors:
            return result
        with np.errstate(invalid="ignore"):
            there = inside_share(boxes.reshape(-1, 4)).reshape(result.shape) > _HALF
        # Rows with as many things are looked at together, a thousand at once: most streets are empty most of the time.
        counts = there.sum(axis=1)
        order = np.argsort(counts, kind="stable")
        order = order[counts[order] > 0]
        for start in range(0, len(order), _AT_ONCE):
            rows = order[start : start + _AT_ONCE]
            columns = np.argsort(~there[rows], axis=1, kind="stable")[:, : counts[rows[-1]]]
            places = rows[:, None], columns
            result[places] = there[places] & (hidden_shares(boxes[places], there[places]) < _MOST_HIDDEN)
        return result


def inside_share(boxes: FloatArray) -> FloatArray:
    """(N,) share of each box that lies in the picture; not a number where the box is none."""
    left, top, right, bottom = boxes.T
    width = np.minimum(right, WIDTH) - np.maximum(left, 0)
    height = np.minimum(bottom, HEIGHT) - np.maximum(top, 0)
    share: FloatArray = np.maximum(width, 0) * np.maximum(height, 0)
    share /= np.maximum((right - left) * (bottom - top), 1e-9)
    return share


def hidden_shares(boxes: FloatArray, there: NDArray[np.bool_]) -> FloatArray:
    """(N, M) the most of each box that one nearer thing covers: nearer is what stands lower in the picture.

    Args:
        boxes: (N, M, 4) M things at N times.
        there: (N, M) which of them are there.
    """
    left, top, right, bottom = np.where(there[..., None], boxes, 0.0).transpose(2, 0, 1)
    width = np.minimum(right[:, :, None], right[:, None]) - np.maximum(left[:, :, None], left[:, None])
    height = np.minimum(bottom[:, :, None], bottom[:, None]) - np.maximum(top[:, :, None], top[:, None])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    shared[bottom[:, None] <= bottom[:, :, None] + _BESIDE_PIXELS] = 0
    most: FloatArray = shared.max(axis=2, initial=0.0) / np.maximum((right - left) * (bottom - top), 1e-9)
    return most


def random_street(seed: int, seconds: float = 600.0) -> Street:
    """A street that can be made again from its seed."""
    rng = np.random.default_rng(seed)
    layout = random_layout(rng, seconds)
    return Street(layout, Population(layout, seconds, rng).fill(), seconds, seed)
