"""Boxes, polygons, lines and the ground plane, on arrays."""

from collections.abc import Sequence

import cv2
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def intersections(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Areas that boxes share.

    Args:
        a: (N, 4) boxes, left, top, right, bottom.
        b: (M, 4) boxes.

    Returns:
        (N, M) areas in square pixels.
    """
    # Side by side, not as (N, M, 2): an innermost axis of two costs numpy ten times as much.
    ax1, ay1, ax2, ay2 = np.asarray(a, np.float64).reshape(-1, 4).T[:, :, None]
    bx1, by1, bx2, by2 = np.ascontiguousarray(np.asarray(b, np.float64).reshape(-1, 4).T)
    width: FloatArray = np.minimum(ax2, bx2)
    width -= np.maximum(ax1, bx1)
    np.maximum(width, 0, out=width)
    height = np.minimum(ay2, by2)
    height -= np.maximum(ay1, by1)
    np.maximum(height, 0, out=height)
    width *= height
    return width


def areas(boxes: ArrayLike) -> FloatArray:
    """(N,) areas of (N, 4) boxes; 0 for boxes that are inside out."""
    array = np.asarray(boxes, np.float64).reshape(-1, 4)
    result: FloatArray = np.maximum(array[:, 2] - array[:, 0], 0)
    result *= np.maximum(array[:, 3] - array[:, 1], 0)
    return result


def ious(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Intersection over union of boxes.

    Args:
        a: (N, 4) boxes, left, top, right, bottom.
        b: (M, 4) boxes.

    Returns:
        (N, M) values from 0 to 1; 0 where both boxes are empty.

    Examples:
        >>> ious([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]]).round(3).tolist()
        [[0.333, 0.0]]
    """
    shared = intersections(a, b)
    union = areas(a)[:, None] + areas(b)
    union -= shared
    union[union <= 0] = 1.0  # nothing is shared of nothing
    shared /= union
    return shared


def overlaps(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """(N, M) share of each box of ``a`` that lies inside each box of ``b``, 0 to 1."""
    shared = intersections(a, b)
    own = areas(a)[:, None]
    own[own <= 0] = 1.0
    shared /= own
    return shared


class Region:
    """A polygon in fractions of the frame that answers for many points at once.

    Args:
        polygon: corners in order, each (x, y) from 0 to 1.
    """

    def __init__(self, polygon: Sequence[tuple[float, float]]) -> None:
        self._shape = shapely.Polygon(polygon)
        shapely.prepare(self._shape)

    def contains(self, points: FloatArray) -> NDArray[np.bool_]:
        """(N,) whether each of (N, 2) points, in fractions, lies inside; the outline counts as inside."""
        inside: NDArray[np.bool_] = shapely.intersects_xy(self._shape, points[:, 0], points[:, 1])
        return inside


class Line:
    """A line of several points in fractions of the frame.

    Args:
        points: (x, y) in order, each from 0 to 1.
    """

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self._shape = shapely.LineString(points)
        shapely.prepare(self._shape)
        corners = np.array(points, np.float64)
        self._starts, self._ways = corners[:-1].T.copy(), (corners[1:] - corners[:-1]).T.copy()
        self._lengths = np.maximum((self._ways**2).sum(axis=0), 1e-18)

    def crossed(self, starts: FloatArray, ends: FloatArray) -> NDArray[np.bool_]:
        """(N,) whether the straight way from each of (N, 2) starts to its end meets the line."""
        ways = shapely.linestrings(np.stack([starts, ends], axis=1))
        crossed: NDArray[np.bool_] = np.asarray(shapely.intersects(self._shape, ways), np.bool_)
        return crossed

    def distances(self, points: FloatArray) -> FloatArray:
        """(N,) distances of (N, 2) points from the line, in fractions of the frame."""
        (x0, y0), (right, down) = self._starts, self._ways
        x, y = points.T[:, :, None]
        x, y = x - x0, y - y0
        along = (x * right + y * down) / self._lengths
        np.minimum(np.maximum(along, 0, out=along), 1, out=along)
        result: FloatArray = np.hypot(x - along * right, y - along * down).min(axis=1)
        return result


class GroundPlane:
    """Where a point of the picture lies on the ground, from four known points.

    The mapping is the homography through the four pairs (Hartley & Zisserman, Multiple View Geometry, 4.1).

    Args:
        image: four points of the picture, fractions of width and height.
        metres: the same four points on the ground, metres.

    Examples:
        >>> plane = GroundPlane([(0, 0), (1, 0), (1, 1), (0, 1)], [(0, 0), (10, 0), (10, 20), (0, 20)])
        >>> plane.metres(np.array([[0.5, 0.5]])).round(6).tolist()
        [[5.0, 10.0]]
    """

    def __init__(self, image: Sequence[tuple[float, float]], metres: Sequence[tuple[float, float]]) -> None:
        source, target = np.array(image, np.float32), np.array(metres, np.float32)
        matrix = np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)
        self._linear, self._shift = matrix[:, :2].T, matrix[:, 2]
        self.measured = Region(image)
        """The part of the picture whose ground has been measured, fractions."""
        self.area = float(shapely.Polygon(metres).area)
        """How much ground that is, square metres."""
        # On the ground's side of the horizon the third coordinate has the sign that it has at the known points.
        self._side = float(np.sign((np.column_stack([source, np.ones(4)]) @ matrix.T)[:, 2].mean()))

    def metres(self, points: FloatArray) -> FloatArray:
        """(N, 2) ground coordinates in metres of (N, 2) picture points in fractions.

        A point at or above the horizon lies nowhere on the ground: not a number.
        """
        homogeneous = points @ self._linear
        homogeneous += self._shift
        depth = homogeneous[:, 2:]
        behind = depth * self._side <= 1e-9
        if behind.any():
            depth[behind] = np.nan
        result: FloatArray = homogeneous[:, :2] / depth
        return result
