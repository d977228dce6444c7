"""Stray garbage: a piece that was not there before and lies still outside the bins (乱丢垃圾)."""

from typing import ClassVar

from detector.anchors import AnchorMemory, AnchorSettings
from detector.detections import ObjectClass
from detector.rules.rule import Finding, View
from detector.rules.still import StillObjectRule
from detector.scene import Bin, GarbageSettings, Ignore
from detector.violations import ViolationKind
from detector.zones import ZoneMap

_LEAST_SIGHTINGS = 3
"""A false alarm rarely comes three times at one place."""


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
            if anchor.background:
                anchor.start = None
            if anchor.reported or anchor.background or anchor.sightings < _LEAST_SIGHTINGS:
                continue
            # The last picture is one in which the model sees it.
            if anchor.detected != self.memory.now or anchor.resting < self._settings.min_seconds:
                continue
            point = anchor.ground_point()
            if self._zones.zone_at(point, Bin) or self._zones.zone_at(point, Ignore):
                anchor.start = None
            else:
                findings.append(self.finding([anchor], view, None))
        self.spare_starts()
        return findings
