"""Zones: a scene's zones, asked about many points at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from detector.detections import IntArray
from detector.geometry import FloatArray, GroundPlane, Line
from detector.scene import Barrier, Bin, Carriageway, Crosswalk, Ignore, NoParking, ParkingBay, Scene, Signal
from detector.schedule import Schedule

PolygonZone = Carriageway | Crosswalk | NoParking | ParkingBay | Bin | Ignore
Mask = NDArray[np.bool_]
_KINDS: tuple[type[PolygonZone], ...] = (Carriageway, Crosswalk, NoParking, ParkingBay, Bin, Ignore)
Z = TypeVar("Z", Carriageway, Crosswalk, NoParking, ParkingBay, Bin, Ignore)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """In which zones of a scene each of N points lies, worked out at once for all kinds of zone.

    Attributes:
        zones: all Z zones of the scene that have an area.
        rows: for each kind, which of ``zones`` are of it.
        holding: (Z, N) which points lie in each zone; the outline counts as inside.
    """

    zones: list[PolygonZone]
    rows: dict[type[PolygonZone], list[int]]
    holding: Mask

    def inside(self, kind: type[PolygonZone]) -> Mask:
        """(N,) whether each point lies in any zone of the kind."""
        result = np.zeros(self.holding.shape[1], np.bool_)
        for row in self.rows[kind]:
            result |= self.holding[row]
        return result

    def first(self, kind: type[Z]) -> tuple[Sequence[Z], IntArray]:
        """The zones of a kind, and for each point which of them holds it first; -1 where none does."""
        rows = self.rows[kind]
        zones = [zone for row in rows if isinstance(zone := self.zones[row], kind)]
        if not rows:
            return zones, np.full(self.holding.shape[1], -1, np.int64)
        holding = self.holding[rows]
        return zones, np.where(holding.any(axis=0), holding.argmax(axis=0), -1)


class ZoneMap:
    """What lies where in one scene. Points are (N, 2) fractions of the frame, ground points of boxes as a rule.

    Args:
        scene: a checked scene.
    """

    def __init__(self, scene: Scene) -> None:
        self._zones = [zone for zone in scene.zones if not isinstance(zone, Barrier)]
        self._shapes = np.array([shapely.Polygon(zone.polygon) for zone in self._zones], object)[:, None]
        shapely.prepare(self._shapes)
        self._rows: dict[type[PolygonZone], list[int]] = {
            kind: [row for row, zone in enumerate(self._zones) if isinstance(zone, kind)] for kind in _KINDS
        }
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

    def at(self, points: FloatArray) -> Places:
        """In which zones each of N points lies."""
        holding = np.asarray(shapely.intersects_xy(self._shapes, points[:, 0], points[:, 1]), np.bool_)
        return Places(self._zones, self._rows, holding)

    def inside(self, points: FloatArray, kind: type[PolygonZone]) -> Mask:
        """(N,) whether each of N points lies in any zone of the kind."""
        return self.at(points).inside(kind)

    def zones_at(self, points: FloatArray, kind: type[Z]) -> list[Z | None]:
        """For each of N points the first zone of the kind that holds it; None where there is none."""
        zones, numbers = self.at(points).first(kind)
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
