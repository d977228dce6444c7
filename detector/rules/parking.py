"""Illegal parking: an e-tricycle that stands in a no-parking zone for too long (电三轮违停)."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from detector.anchor import Anchor
from detector.anchors import AnchorMemory
from detector.detections import ObjectClass
from detector.moments import Moment
from detector.rules.rule import Finding, View
from detector.rules.sizes import SizeCheck
from detector.rules.still import StillObjectRule
from detector.scene import NoParking, ParkingBay, ParkingSettings
from detector.violations import ViolationKind
from detector.zones import ZoneMap


class IllegalParking(StillObjectRule):
    """Reports each standing e-tricycle once.

    A report needs two things: the clock has run for the zone's seconds, and two pictures in which the model sees the
    e-tricycle lie at least so far apart. The clock goes on over a restart; pictures do not, so that after a restart
    the second picture is waited for.

    Args:
        settings: how long one may stand, where the zone does not say.
        zones: the scene's zones.
        timezone: where the zones' schedules are read.
        sizes: drops toys.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.ILLEGAL_PARKING

    def __init__(
        self, settings: ParkingSettings, zones: ZoneMap, timezone: ZoneInfo, sizes: SizeCheck | None = None
    ) -> None:
        super().__init__(AnchorMemory((ObjectClass.E_TRICYCLE,)), sizes)
        self._settings = settings
        self._zones = zones
        self._timezone = timezone

    def update(self, view: View) -> list[Finding]:
        """Take in one frame; the clock of an e-tricycle runs while it stands in a zone that applies."""
        findings = []
        for anchor in self.present(view):
            zone = self._zone(anchor, view)
            if zone is None:
                anchor.offending_since = anchor.start = None
                continue
            if anchor.detected != self.memory.now or anchor.reported:
                continue
            if anchor.offending_since is None:
                anchor.offending_since = self.memory.now
            if self._has_stood(anchor, view, zone.seconds or self._settings.seconds):
                findings.append(self.finding([anchor], view, zone.name, since=anchor.offending_since))
        return findings

    def _has_stood(self, anchor: Anchor, view: View, limit: float) -> bool:
        """Whether clock and pictures prove ``limit`` seconds; takes the first picture where there is none."""
        start = anchor.start
        if start is None or start.frame.time > view.frame.time:  # none yet, or the wall clock has been set back
            left, top, right, bottom = (float(v) for v in anchor.box)
            width, height = view.frame.width, view.frame.height
            box = left * width, top * height, right * width, bottom * height
            anchor.start = Moment(view.frame, box, "start", anchor.confidence)
            return False
        apart = (view.frame.time - start.frame.time).total_seconds()
        since = self.memory.now if anchor.offending_since is None else anchor.offending_since
        return min(apart, view.frame.seconds - start.frame.seconds, self.memory.now - since) >= limit

    def _zone(self, anchor: Anchor, view: View) -> NoParking | None:
        point = anchor.ground_point()
        zone = self._zones.zone_at(point, NoParking)
        if zone is None or self._zones.zone_at(point, ParkingBay):
            return None
        return zone if self._zones.applies(zone, view.frame.time.astimezone(self._timezone)) else None
