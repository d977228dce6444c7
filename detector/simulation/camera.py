"""Camera: where things on the ground of a simulated street appear in the picture."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from detector.geometry import FloatArray

WIDTH: Final = 1280
HEIGHT: Final = 720


@dataclass(frozen=True, slots=True)
class StreetCamera:
    """A pinhole camera above the street (Hartley & Zisserman, Multiple View Geometry, 6.1).

    The ground has x to the right and y away from the camera, in metres; the camera stands above its origin.

    Attributes:
        height: metres above the ground.
        pitch: how far it looks down, radians.
        focal: focal length in pixels.
    """

    height: float
    pitch: float
    focal: float

    def project(self, x: FloatArray, y: FloatArray, z: FloatArray | float = 0.0) -> tuple[FloatArray, FloatArray]:
        """Pixels of points ``z`` metres above the ground points (x, y); any shape that numpy can broadcast."""
        down = self.height - z
        depth = y * np.cos(self.pitch) + down * np.sin(self.pitch)
        u = WIDTH / 2 + self.focal * x / depth
        v = HEIGHT / 2 + self.focal * (down * np.cos(self.pitch) - y * np.sin(self.pitch)) / depth
        return u, v

    def boxes(self, x: FloatArray, y: FloatArray, width: FloatArray, height: FloatArray) -> FloatArray:
        """(..., 4) boxes in pixels of upright things ``width`` and ``height`` metres large at ground points (x, y)."""
        u, bottom = self.project(x, y)
        _, top = self.project(x, y, height)
        half = width / 2 * self.pixels_per_metre(y)
        return np.stack([u - half, top, u + half, bottom], axis=-1)

    def pixels_per_metre(self, y: FloatArray) -> FloatArray:
        """How many pixels one metre across the view is, ``y`` metres away."""
        scale: FloatArray = self.focal / (y * np.cos(self.pitch) + self.height * np.sin(self.pitch))
        return scale

    def metres_per_pixel_in_depth(self, y: FloatArray) -> FloatArray:
        """How many metres of ground one pixel up or down is, ``y`` metres away."""
        scale = self.pixels_per_metre(y)
        metres: FloatArray = self.focal / (scale**2 * self.height)
        return metres

    def half_view(self, y: float) -> float:
        """Half of the width of the ground that is seen ``y`` metres away, metres."""
        return WIDTH / 2 / float(self.pixels_per_metre(np.array(y)))
