"""Stray garbage: a piece that was not there before and lies still outside the bins (乱丢垃圾)."""

from dataclasses import replace
from typing import ClassVar, Final
from uuid import UUID

from detector.anchor import Anchor
from detector.anchors import AnchorMemory, AnchorSettings
from detector.detections import ObjectClass
from detector.rules.passers_by import PassersBy, Suspect
from detector.rules.rule import Finding, View
from detector.rules.sizes import SizeCheck
from detector.rules.still import StillObjectRule
from detector.scene import Bin, GarbageSettings, Ignore
from detector.violations import ViolationKind
from detector.zones import ZoneMap

_MOST_SUSPECTS: Final = 20
"""Pictures of people who may have left something; each may be a frame of several megabytes."""

_NEARBY: Final = "此前最近的行人 nearest person before it appeared"

_LEAST_SIGHTINGS = 3
"""A false alarm rarely comes three times at one place."""


class StrayGarbage(StillObjectRule):
    """Reports each piece once.

    Args:
        settings: how long a piece must lie.
        zones: the scene's zones; pieces in bins and ignored zones do not count.
        sizes: drops what is too large or too small.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.GARBAGE

    def __init__(self, settings: GarbageSettings, zones: ZoneMap, sizes: SizeCheck | None = None) -> None:
        # What is called garbage from the first second on is part of the place until it moves.
        super().__init__(AnchorMemory((ObjectClass.GARBAGE,), AnchorSettings(settle_seconds=3.0)), sizes)
        self._passers_by = PassersBy()
        self._suspects: dict[UUID, Suspect] = {}
        self._settings = settings
        self._zones = zones

    def update(self, view: View) -> list[Finding]:
        """Take in one frame."""
        findings = []
        present = self.present(view)
        self._ask_who(present, view)
        for anchor in present:
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
                findings.append(self._left(anchor, view))
        self.spare_starts()
        return findings

    def _ask_who(self, present: list[Anchor], view: View) -> None:
        """Remember who was nearest to what has just appeared."""
        for anchor in present:
            if anchor.since == self.memory.now and not anchor.background:
                suspect = self._passers_by.nearest(anchor.ground_point(), view.frame.seconds)
                if suspect is not None:
                    self._suspects[anchor.id] = suspect
        self._passers_by.update(view)
        if len(self._suspects) > _MOST_SUSPECTS:
            known = [a.id for a in sorted(self.memory.anchors, key=lambda a: a.since) if a.id in self._suspects]
            self._suspects = {i: self._suspects[i] for i in known[-_MOST_SUSPECTS:]}

    def _left(self, anchor: Anchor, view: View) -> Finding:
        """The finding, with a picture of who was nearest before the piece appeared, where somebody was."""
        finding = self.finding([anchor], view, None)
        suspect = self._suspects.pop(anchor.id, None)
        if suspect is None:
            return finding
        return replace(
            finding,
            moments=[suspect.moment, *finding.moments],
            track_ids=tuple(sorted({*finding.track_ids, suspect.track})),
            note=f"{_NEARBY}: {suspect.track}",
        )
