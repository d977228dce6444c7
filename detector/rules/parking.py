"""Illegal parking: an e-tricycle that stands in a no-parking zone for too long (电三轮违停)."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from detector.anchors import Anchor, AnchorMemory
from detector.detections import ObjectClass
from detector.rules.rule import Finding, View
from detector.rules.still import StillObjectRule
from detector.scene import NoParking, ParkingBay, ParkingSettings
from detector.violations import ViolationKind
from detector.zones import ZoneMap


class IllegalParking(StillObjectRule):
    """Reports each standing e-tricycle once.

    Args:
        settings: how long one may stand, where the zone does not say.
        zones: the scene's zones.
        timezone: where the zones' schedules are read.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.ILLEGAL_PARKING

    def __init__(self, settings: ParkingSettings, zones: ZoneMap, timezone: ZoneInfo) -> None:
        super().__init__(AnchorMemory((ObjectClass.E_TRICYCLE,)))
        self._settings = settings
        self._zones = zones
        self._timezone = timezone
        self._clock: dict[Anchor, float] = {}

    def update(self, view: View) -> list[Finding]:
        """Take in one frame; the clock of an e-tricycle runs while it stands in a zone that applies."""
        now = view.frame.time.timestamp()
        present = self.memory.update(view.frame, view.detections)
        self._clock = {a: self._clock.get(a, a.since) for a in self.memory.anchors}
        findings = []
        for anchor in present:
            zone = self._zone(anchor, view)
            if zone is None:
                self._clock[anchor] = now
                continue
            limit = zone.seconds or self._settings.seconds
            if not anchor.reported and now - self._clock[anchor] >= limit:
                findings.append(self.finding([anchor], view, zone.name))
        return findings

    def _zone(self, anchor: Anchor, view: View) -> NoParking | None:
        point = anchor.ground_point()
        zone = self._zones.zone_at(point, NoParking)
        if not isinstance(zone, NoParking) or self._zones.zone_at(point, ParkingBay):
            return None
        return zone if self._zones.applies(zone, view.frame.time.astimezone(self._timezone)) else None
