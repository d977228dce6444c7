"""Layout: the ground of a simulated street — pavements, road, crosswalk, parking, bin, fence — and its scene file."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry import box as rectangle

from detector.geometry import FloatArray
from detector.scene import Scene
from detector.simulation.camera import HEIGHT, WIDTH, StreetCamera

Rect = tuple[float, float, float, float]
"""Left, near, right, far: metres on the ground."""

LAMP: Final = (0.93, 0.02, 0.96, 0.08)
"""Where the pedestrian lamp is in the picture, fractions."""

_SIDE: Final = 40.0


@dataclass(frozen=True, slots=True)
class Layout:
    """One street. All rectangles are metres on the ground.

    Attributes:
        road: the carriageway; the pavements lie before and behind it.
        crosswalk: across the road.
        no_parking: along the far kerb; ``bay`` is a part of it where one may stand.
        bin: a bin and its surroundings, on the far pavement.
        fence: left, right, depth of a fence behind the far pavement.
        red: spans of seconds in which the crosswalk's lamp is red; None where it has no lamp.
        parking_limit, garbage_limit, butt_limit: seconds that the scene's rules allow.
        parking_applies: whether the no-parking zone's schedule covers the simulated hour.
        ground_known: whether the scene file says how large the ground is.
    """

    camera: StreetCamera
    road: Rect
    crosswalk: Rect
    no_parking: Rect
    bay: Rect
    bin: Rect
    fence: tuple[float, float, float]
    red: tuple[tuple[float, float], ...] | None
    parking_limit: float
    garbage_limit: float
    butt_limit: float
    parking_applies: bool
    ground_known: bool
    min_seconds: float = 2.0
    min_distance: float = 1.5
    patch: float = 0.1

    def scene(self) -> Scene:
        """The scene file that a careful operator would draw."""
        signal = {} if self.red is None else {"signal": {"lamp": LAMP}}
        hours = "Mo-Su 00:00-24:00" if self.parking_applies else "Mo-Su 03:00-03:01"
        left, right, depth = self.fence
        line = self._points([(left, depth), (right, depth)])
        ground = [(-5.0, 9.0), (5.0, 9.0), (5.0, 24.0), (-5.0, 24.0)]
        data = {
            "camera": {"id": "street"},
            "zones": [
                {"name": "road", "kind": "carriageway", "polygon": self._outline(self.road)},
                {"name": "zebra", "kind": "crosswalk", "polygon": self._outline(self.crosswalk), **signal},
                {"name": "kerb", "kind": "no_parking", "polygon": self._outline(self.no_parking),
                 "seconds": self.parking_limit, "schedule": hours},
                {"name": "stand", "kind": "parking_bay", "polygon": self._outline(self.bay)},
                {"name": "bin", "kind": "bin", "polygon": self._outline(self.bin)},
                {"name": "fence", "kind": "barrier", "line": [tuple(np.clip(p, 0, 1)) for p in line]},
            ],
            "ground": {"image": np.clip(self._points(ground), 0, 1).tolist(), "metres": ground}
            if self.ground_known else None,
            "rules": {
                "jaywalking": {"min_seconds": self.min_seconds, "min_distance": self.min_distance},
                "illegal_parking": {"seconds": self.parking_limit},
                "garbage": {"min_seconds": self.garbage_limit},
                "cigarette_butt": {"min_seconds": self.butt_limit, "patch": self.patch},
            },
        }  # fmt: skip
        return Scene.model_validate(data)

    def lamp_is_red(self, seconds: float) -> bool:
        """Whether the crosswalk's lamp is red."""
        return self.red is not None and any(a <= seconds < b for a, b in self.red)

    def _points(self, ground: list[tuple[float, float]]) -> FloatArray:
        """(N, 2) fractions of the frame of ground points in metres."""
        points = np.array(ground, np.float64)
        return np.stack(self.camera.project(points[:, 0], points[:, 1]), axis=1) / [WIDTH, HEIGHT]

    def _outline(self, rect: Rect) -> list[tuple[float, float]]:
        """The rectangle's outline in the picture, cut at the picture's sides."""
        left, near, right, far = rect
        left, right = max(left, -_SIDE), min(right, _SIDE)
        shape = shapely.Polygon(self._points([(left, near), (right, near), (right, far), (left, far)]))
        seen = shape.intersection(rectangle(0, 0, 1, 1))
        if not isinstance(seen, shapely.Polygon) or seen.is_empty:
            raise ValueError(f"the area {rect} cannot be seen from the camera")
        return [(float(x), float(y)) for x, y in list(seen.exterior.coords)[:-1]]


def random_layout(rng: np.random.Generator, seconds: float) -> Layout:
    """A street of random measures for a simulation that lasts ``seconds``."""
    height = rng.uniform(6.0, 9.0)
    camera = StreetCamera(height, float(np.arctan2(height, rng.uniform(15.5, 17.5))), rng.uniform(1000, 1150))
    near, far = 11.5, rng.uniform(19.5, 21.0)
    middle = rng.uniform(-3.5, 3.5)
    side = float(rng.choice([-1, 1]))
    bay = side * rng.uniform(6.0, 7.5)
    red: list[tuple[float, float]] = []
    start = rng.uniform(0, 40)
    while start < seconds:
        red.append((start, start + rng.uniform(30, 50)))
        start = red[-1][1] + rng.uniform(20, 40)
    fence = -side * 5.5
    return Layout(
        camera=camera,
        road=(-_SIDE, near, _SIDE, far),
        crosswalk=(middle - 2.2, near - 0.5, middle + 2.2, far + 0.5),
        no_parking=(-_SIDE, far - 2.6, _SIDE, far + 1.0),
        bay=(bay - 2.5, far - 2.6, bay + 2.5, far + 1.0),
        bin=(side * 3.0 - 0.9, far + 1.6, side * 3.0 + 0.9, far + 3.4),
        fence=(fence - 4.0, fence + 4.0, far + 3.2),
        red=tuple(red) if rng.random() < 0.4 else None,
        parking_limit=float(rng.choice([60.0, 90.0, 120.0])),
        garbage_limit=float(rng.choice([30.0, 60.0])),
        butt_limit=10.0,
        parking_applies=bool(rng.random() < 0.85),
        ground_known=bool(rng.random() < 0.5),
    )
