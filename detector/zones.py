"""Zones: a scene's zones, asked about many points at once."""

from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.geometry import FloatArray, GroundPlane, Line, Region
from detector.scene import Barrier, Bin, Carriageway, Crosswalk, Ignore, NoParking, ParkingBay, Scene
from detector.schedule import Schedule
from detector.violations import Box

PolygonZone = Carriageway | Crosswalk | NoParking | ParkingBay | Bin | Ignore
Mask = NDArray[np.bool_]
Z = TypeVar("Z", Carriageway, Crosswalk, NoParking, ParkingBay, Bin, Ignore)


class ZoneMap:
    """What lies where in one scene. Points are (N, 2) fractions of the frame, ground points of boxes as a rule.

    Args:
        scene: a checked scene.
    """

    def __init__(self, scene: Scene) -> None:
        self._regions: list[tuple[PolygonZone, Region]] = [
            (zone, Region(zone.polygon)) for zone in scene.zones if not isinstance(zone, Barrier)
        ]
        self.barriers = [(zone, Line(zone.line)) for zone in scene.zones if isinstance(zone, Barrier)]
        self.ground = GroundPlane(scene.ground.image, scene.ground.metres) if scene.ground else None
        self._holidays = frozenset(scene.holidays)
        self._schedules = {
            zone.name: Schedule.parse(zone.schedule)
            for zone in scene.zones
            if isinstance(zone, NoParking) and zone.schedule
        }

    def inside(self, points: FloatArray, kind: type[PolygonZone]) -> Mask:
        """(N,) whether each point lies in any zone of the kind."""
        result = np.zeros(len(points), np.bool_)
        for zone, region in self._regions:
            if isinstance(zone, kind) and len(points):
                result |= region.contains(points)
        return result

    def zones_at(self, points: FloatArray, kind: type[Z]) -> list[Z | None]:
        """For each of N points the first zone of the kind that holds it; None where there is none."""
        result: list[Z | None] = [None] * len(points)
        for zone, region in self._regions:
            if isinstance(zone, kind) and len(points):
                for row in np.flatnonzero(region.contains(points)):
                    result[row] = result[row] or zone
        return result

    def zone_at(self, point: tuple[float, float], kind: type[Z]) -> Z | None:
        """The first zone of the kind that holds the point."""
        return self.zones_at(np.array([point], np.float64), kind)[0]

    def lamps(self) -> list[tuple[Crosswalk, Box]]:
        """Crosswalks that obey a lamp in the picture, and where it is: left, top, right, bottom as fractions."""
        signals = ((zone, zone.signal) for zone, _ in self._regions if isinstance(zone, Crosswalk) and zone.signal)
        return [(zone, signal.lamp) for zone, signal in signals if signal.lamp is not None]

    def applies(self, zone: NoParking, local: datetime) -> bool:
        """Whether the zone's schedule covers the district's local time; always, where it has none."""
        schedule = self._schedules.get(zone.name)
        return schedule is None or schedule.covers(local, self._holidays)
