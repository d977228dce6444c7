"""Common ground: whether two cameras have seen one and the same event.

Cameras share ground where their scenes are measured in one survey (``ground.frame``), or where one of them says which
part of the other's picture shows the same ground (``overlaps``). Two violations are one event where they are of one
kind, at one time, and less apart than two things of that kind can stand.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from detector.scene import Ground, Overlap, SceneSettings
from detector.violations import Violation, ViolationKind

Points = NDArray[np.float64]

APART: Final[dict[ViolationKind, float]] = {
    ViolationKind.JAYWALKING: 2.0,
    ViolationKind.ILLEGAL_PARKING: 2.5,
    ViolationKind.GARBAGE: 1.5,
    ViolationKind.CIGARETTE_BUTT: 2.0,
}
"""Metres. Two cameras measure a ground point half a metre apart, that of a vehicle of 3 m from two sides a length."""

_HEIGHTS: Final[dict[ViolationKind, float]] = {
    ViolationKind.JAYWALKING: 1.7,
    ViolationKind.ILLEGAL_PARKING: 1.6,
    ViolationKind.GARBAGE: 0.5,
    ViolationKind.CIGARETTE_BUTT: 0.5,
}
"""Metres that a box is high, where no ground is measured: people, e-tricycles, bags, patches of butts."""

_MOVING: Final = timedelta(seconds=1)
_STILL: Final = timedelta(seconds=60)
"""Clocks of cameras differ by so much; what stands still is seen later by one of them, where somebody hides it."""

_SAMPLES: Final = 9


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A violation, and the scene of the camera that saw it."""

    violation: Violation
    scene: SceneSettings

    @property
    def moves(self) -> bool:
        """Whether the offender walked."""
        return len(self.violation.course) > 1

    @property
    def first(self) -> datetime:
        """When it was seen first."""
        return self._at(self.violation.course[0][0]) if self.moves else self.violation.started_at

    @property
    def last(self) -> datetime:
        """When it was seen last."""
        return self._at(self.violation.course[-1][0]) if self.moves else self.violation.ended_at

    def places(self, times: list[datetime]) -> Points:
        """(N, 2) where it was at N times, fractions of the picture."""
        seconds = [(time - self.violation.started_at).total_seconds() for time in times]
        at, x, y = np.array(self.violation.course, np.float64).T
        return np.column_stack([np.interp(seconds, at, x), np.interp(seconds, at, y)])

    def _at(self, seconds: float) -> datetime:
        return self.violation.started_at + timedelta(seconds=seconds)


def metres_apart(one: Sighting, other: Sighting) -> float | None:
    """How far apart two cameras have seen something at the same time; None where they cannot have seen one event.

    Args:
        one: of one camera.
        other: of another one.
    """
    if one.violation.kind != other.violation.kind or not one.violation.course or not other.violation.course:
        return None
    slack = _MOVING if one.moves or other.moves else _STILL
    begin, end = max(one.first, other.first), min(one.last, other.last)
    if begin - end > slack:
        return None
    middle = begin + (end - begin) / 2
    times = [begin + (end - begin) * n / (_SAMPLES - 1) for n in range(_SAMPLES)] if end > begin else [middle]
    try:
        apart = _surveyed(one, other, times)
        for seen, again in ((one, other), (other, one)):
            apart = _declared(seen, again, times) if apart is None else apart
    except np.linalg.LinAlgError:  # corners of which three lie on a line measure nothing
        return None
    return apart if apart is not None and np.isfinite(apart) else None


def is_one_event(one: Sighting, other: Sighting) -> float | None:
    """Metres between the two where they are near enough to be one event; None where they are not."""
    apart = metres_apart(one, other)
    return apart if apart is not None and apart <= APART[one.violation.kind] else None


def _surveyed(one: Sighting, other: Sighting, times: list[datetime]) -> float | None:
    """Measured in the survey that both belong to."""
    a, b = one.scene.ground, other.scene.ground
    if a is None or b is None or a.frame is None or a.frame != b.frame:
        return None
    return _between(_metres(a, one.places(times)), _metres(b, other.places(times)))


def _declared(one: Sighting, other: Sighting, times: list[datetime]) -> float | None:
    """Measured on the ground that the first one's scene says the other one shows too."""
    overlap = next((o for o in one.scene.overlaps if o.camera == other.violation.camera), None)
    if overlap is None:
        return None
    shared = Polygon(overlap.here).buffer(0.02)
    own = one.places(times)
    seen = np.array([shared.contains(Point(x, y)) for x, y in own])
    if not seen.any():
        return None
    own, its = own[seen], other.places(times)[seen]
    if other.scene.ground is not None:
        return _between(_metres(other.scene.ground, _there(overlap, own)), _metres(other.scene.ground, its))
    if one.scene.ground is not None:
        back = _mapped(_homography(overlap.there, overlap.here), its)
        return _between(_metres(one.scene.ground, own), _metres(one.scene.ground, back))
    violation = other.violation
    pixels = np.array([violation.width, violation.height], np.float64)
    height = violation.box[3] - violation.box[1]
    if height <= 0:
        return None
    return _between(_there(overlap, own) * pixels, its * pixels) * _HEIGHTS[violation.kind] / height


def _there(overlap: Overlap, points: Points) -> Points:
    return _mapped(_homography(overlap.here, overlap.there), points)


def _metres(ground: Ground, points: Points) -> Points:
    return _mapped(_homography(ground.image, ground.metres), points)


def _between(one: Points, other: Points) -> float:
    """Distance that three quarters of the points keep: people who pass each other are near for a moment only."""
    return float(np.quantile(np.hypot(*(one - other).T), 0.75))


def _homography(source: list[tuple[float, float]], target: list[tuple[float, float]]) -> Points:
    """(3, 3) the projective map of four points onto four others, with a weight above 0 between them.

    Raises:
        numpy.linalg.LinAlgError: three of the points lie on a line.
    """
    rows: list[list[float]] = []
    values: list[float] = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    solved = np.linalg.solve(np.array(rows, np.float64), np.array(values, np.float64))
    matrix: Points = np.append(solved, 1.0).reshape(3, 3)
    weight = float(matrix[2] @ [*np.mean(source, axis=0), 1.0])
    positive: Points = matrix * np.sign(weight)
    return positive


def _mapped(matrix: Points, points: Points) -> Points:
    """(N, 2) points under a projective map; what lies on the horizon or beyond it is nowhere."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    weights = np.where(mapped[:, 2:] > 0, mapped[:, 2:], np.nan)
    result: Points = mapped[:, :2] / weights
    return result
