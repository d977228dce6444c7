"""Zones: a scene's zones, asked about many points at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from detector.detections import IntArray
from detector.geometry import FloatArray, GroundPlane, Line
from detector.scene import Barrier, Bin, Carriageway, Crosswalk, Ignore, NoParking, ParkingBay, Scene, Signal
from detector.schedule import Schedule

PolygonZone = Carriageway | Crosswalk | NoParking | ParkingBay | Bin | Ignore
Mask = NDArray[np.bool_]
Z = TypeVar("Z", Carriageway, Crosswalk, NoParking, ParkingBay, Bin, Ignore)


class ZoneMap:
    """What lies where in one scene. Points are (N, 2) fractions of the frame, ground points of boxes as a rule.

    Args:
        scene: a checked scene.
    """

    def __init__(self, scene: Scene) -> None:
        self._zones = [zone for zone in scene.zones if not isinstance(zone, Barrier)]
        self._shapes = np.array([shapely.Polygon(zone.polygon) for zone in self._zones], object)
        shapely.prepare(self._shapes)
        self._of_kind: dict[type[PolygonZone], tuple[list[PolygonZone], NDArray[np.object_]]] = {}
        self.barriers = [(zone, Line(zone.line)) for zone in scene.zones if isinstance(zone, Barrier)]
        self.ground = GroundPlane(scene.ground.image, scene.ground.metres) if scene.ground else None
        self._holidays = frozenset(scene.holidays)
        self._schedules = {
            zone.name: Schedule.parse(zone.schedule)
            for zone in scene.zones
            if isinstance(zone, NoParking) and zone.schedule
        }

    def zones(self, kind: type[Z]) -> list[Z]:
        """All zones of a kind, in the scene's order."""
        return [zone for zone in self._zones if isinstance(zone, kind)]

    def inside(self, points: FloatArray, kind: type[Z]) -> Mask:
        """(N,) whether each point lies in any zone of the kind."""
        result = np.zeros(len(points), np.bool_)
        for holds in self._holding(points, kind)[1]:
            result |= holds
        return result

    def first_at(self, points: FloatArray, kind: type[Z]) -> tuple[Sequence[Z], IntArray]:
        """The zones of a kind, and for each of N points which of them holds it first; -1 where none does."""
        zones, holding = self._holding(points, kind)
        if not zones:
            return zones, np.full(len(points), -1, np.int64)
        return zones, np.where(holding.any(axis=0), holding.argmax(axis=0), -1)

    def zones_at(self, points: FloatArray, kind: type[Z]) -> list[Z | None]:
        """For each of N points the first zone of the kind that holds it; None where there is none."""
        zones, numbers = self.first_at(points, kind)
        return [zones[n] if n >= 0 else None for n in numbers.tolist()]

    def zone_at(self, point: tuple[float, float], kind: type[Z]) -> Z | None:
        """The first zone of the kind that holds the point."""
        return self.zones_at(np.array([point], np.float64), kind)[0]

    def signals(self) -> list[tuple[Crosswalk, Signal]]:
        """Crosswalks that obey a pedestrian signal, and how it is known."""
        return [(zone, zone.signal) for zone in self._zones if isinstance(zone, Crosswalk) and zone.signal]

    def applies(self, zone: NoParking, local: datetime) -> bool:
        """Whether the zone's schedule covers the district's local time; always, where it has none."""
        schedule = self._schedules.get(zone.name)
        return schedule is None or schedule.covers(local, self._holidays)

    def _holding(self, points: FloatArray, kind: type[Z]) -> tuple[list[Z], Mask]:
        """The Z zones of a kind, and (Z, N) which of N points lie in each; the outline counts as inside."""
        known = self._of_kind.get(kind)
        if known is None:
            rows = [row for row, zone in enumerate(self._zones) if isinstance(zone, kind)]
            known = self._of_kind[kind] = [self._zones[row] for row in rows], self._shapes[rows, None]
        zones, shapes = cast(tuple[list[Z], NDArray[np.object_]], known)
        return zones, np.asarray(shapely.intersects_xy(shapes, points[:, 0], points[:, 1]), np.bool_)
