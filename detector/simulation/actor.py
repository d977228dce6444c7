"""Actor: one thing of a simulated street, with the truth about where it is at any time."""

from dataclasses import dataclass, field

import numpy as np

from detector.detections import ObjectClass
from detector.geometry import FloatArray

Way = list[tuple[float, float, float]]
"""(seconds, x, y) in metres, in order of time; straight and even between."""


@dataclass(slots=True, eq=False)
class Actor:
    """A person, a vehicle or a piece of litter.

    Attributes:
        kind: what it is.
        size: width and height, metres.
        way: where it goes; it is there from the first to the last of these times.
        look: things with the same number look alike.
        riding: a person on or in a vehicle.
        placed: lies there since before the camera was switched on.
        patch: butts with the same number lie on one patch of ground.
    """

    kind: ObjectClass
    size: tuple[float, float]
    way: Way
    look: int
    riding: bool = False
    placed: bool = False
    patch: int = -1
    _track: FloatArray | None = field(default=None, repr=False)

    @property
    def starts(self) -> float:
        """When it appears, seconds."""
        return self.way[0][0]

    @property
    def ends(self) -> float:
        """When it is gone, seconds."""
        return self.way[-1][0]

    def positions(self, seconds: FloatArray) -> FloatArray:
        """(N, 2) ground points in metres at N times; not a number where it is not there."""
        if self._track is None:
            self._track = np.array(self.way, np.float64)
        times, xs, ys = self._track.T
        there = (seconds >= times[0]) & (seconds <= times[-1])
        points = np.stack([np.interp(seconds, times, xs), np.interp(seconds, times, ys)], axis=1)
        points[~there] = np.nan
        return points

    def stays(self) -> list[tuple[float, float, float, float]]:
        """(from, to, x, y) of the times when it stands still for more than a second."""
        spans: list[tuple[float, float, float, float]] = []
        for (t0, x0, y0), (t1, x1, y1) in zip(self.way[:-1], self.way[1:], strict=True):
            if abs(x1 - x0) + abs(y1 - y0) > 1e-6:
                continue
            if spans and spans[-1][1] == t0 and spans[-1][2:] == (x0, y0):
                spans[-1] = (spans[-1][0], t1, x0, y0)
            else:
                spans.append((t0, t1, x0, y0))
        return [span for span in spans if span[1] - span[0] > 1]
