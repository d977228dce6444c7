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
        for n, row in enumerate(boxes):
            there = np.flatnonzero(np.isfinite(row[:, 0]))
            there = there[inside_share(row[there]) > 0.5]
            result[n, there] = hidden_share(row[there]) < _MOST_HIDDEN
        return result


def inside_share(boxes: FloatArray) -> FloatArray:
    """(N,) share of each box that lies in the picture."""
    size = boxes[:, 2:] - boxes[:, :2]
    low, high = np.maximum(boxes[:, :2], 0), np.minimum(boxes[:, 2:], [WIDTH, HEIGHT])
    share: FloatArray = np.maximum(high - low, 0).prod(axis=1) / np.maximum(size.prod(axis=1), 1e-9)
    return share


def hidden_share(boxes: FloatArray) -> FloatArray:
    """(N,) the most of each box that one nearer thing covers: nearer is what stands lower in the picture."""
    if len(boxes) < 2:
        return np.zeros(len(boxes))
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    size = np.maximum(high - low, 0)
    share = size[..., 0] * size[..., 1] / np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-9)[:, None]
    share[boxes[None, :, 3] <= boxes[:, None, 3] + _BESIDE_PIXELS] = 0
    most: FloatArray = share.max(axis=1)
    return most


def random_street(seed: int, seconds: float = 600.0) -> Street:
    """A street that can be made again from its seed."""
    rng = np.random.default_rng(seed)
    layout = random_layout(rng, seconds)
    return Street(layout, Population(layout, seconds, rng).fill(), seconds, seed)
