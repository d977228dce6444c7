"""Stray garbage: a piece that was not there before and lies still outside the bins (乱丢垃圾)."""

from typing import ClassVar

from detector.anchors import AnchorMemory, AnchorSettings
from detector.detections import ObjectClass
from detector.rules.rule import Finding, View
from detector.rules.still import StillObjectRule
from detector.scene import Bin, GarbageSettings, Ignore
from detector.violations import ViolationKind
from detector.zones import ZoneMap


class StrayGarbage(StillObjectRule):
    """Reports each piece once.

    Args:
        settings: how long a piece must lie.
        zones: the scene's zones; pieces in bins and ignored zones do not count.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.GARBAGE

    def __init__(self, settings: GarbageSettings, zones: ZoneMap) -> None:
        # What is called garbage from the first second on is part of the place until it moves.
        super().__init__(AnchorMemory((ObjectClass.GARBAGE,), AnchorSettings(settle_seconds=3.0)))
        self._settings = settings
        self._zones = zones

    def update(self, view: View) -> list[Finding]:
        """Take in one frame."""
        findings = []
        for anchor in self.memory.update(view.frame, view.detections):
            waiting = anchor.reported or anchor.background or anchor.sightings < 3
            if waiting or anchor.resting < self._settings.min_seconds:
                continue
            point = anchor.ground_point()
            if not self._zones.zone_at(point, Bin) and not self._zones.zone_at(point, Ignore):
                findings.append(self.finding([anchor], view, None))
        return findings
