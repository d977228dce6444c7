"""Stray garbage: a piece that was not there before and lies still outside the bins (乱丢垃圾)."""

from dataclasses import replace
from typing import ClassVar, Final
from uuid import UUID

import shapely

from detector.anchor import Anchor, AnchorSettings
from detector.anchors import AnchorMemory
from detector.comparison import Comparison
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

_OVERFLOW: Final = "垃圾满溢 overflow beside a bin"

_THE_BIN: Final = 0.6
"""What covers so much of a bin's outline is the bin, which the model may take for garbage."""

_LEAST_SIGHTINGS = 3
"""A false alarm rarely comes three times at one place."""


class StrayGarbage(StillObjectRule):
    """Reports each piece once; what lies against a bin for longer than the bin's zone allows is its overflow.

    Args:
        settings: how long a piece must lie.
        zones: the scene's zones; pieces in bins and ignored zones do not count.
        sizes: drops what is too large or too small.
        comparison: shared with the other rules about still things.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.GARBAGE

    def __init__(
        self,
        settings: GarbageSettings,
        zones: ZoneMap,
        sizes: SizeCheck | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        # What is called garbage from the first second on is part of the place until it moves.
        anchors = AnchorSettings(settle_seconds=3.0)
        super().__init__(AnchorMemory((ObjectClass.GARBAGE,), anchors, comparison), sizes)
        self._passers_by = PassersBy()
        self._suspects: dict[UUID, Suspect] = {}
        self._settings = settings
        self._zones = zones
        self._bodies = {b.name: shapely.Polygon(b.body) for b in zones.zones(Bin) if b.body is not None}
        overflows = [b.overflow for b in zones.zones(Bin) if b.overflow is not None]
        self._soonest = min([settings.min_seconds, *overflows])

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
            if anchor.detected != self.memory.now or anchor.resting < self._soonest:
                continue
            point = anchor.ground_point()
            bin_ = self._zones.zone_at(point, Bin)
            limit = self._settings.min_seconds if bin_ is None else self._overflow(anchor, bin_)
            if limit is None or self._zones.zone_at(point, Ignore):
                anchor.start = None
            elif anchor.resting >= limit:
                findings.append(self._left(anchor, view, bin_))
        self.spare_starts()
        return findings

    def _overflow(self, anchor: Anchor, bin_: Bin) -> float | None:
        """Seconds for which a piece may lie against a bin; None where it is in its place, or is the bin itself."""
        body = self._bodies.get(bin_.name)
        if bin_.overflow is None or body is None:
            return None
        left, top, right, bottom = (float(edge) for edge in anchor.box)
        covered = body.intersection(shapely.box(left, top, right, bottom)).area / body.area
        is_bin = covered >= _THE_BIN or body.contains(shapely.Point((left + right) / 2, (top + bottom) / 2))
        return None if is_bin else bin_.overflow

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

    def _left(self, anchor: Anchor, view: View, bin_: Bin | None) -> Finding:
        """The finding, with a picture of who was nearest before the piece appeared, where somebody was."""
        overflow = _OVERFLOW if bin_ is not None else ""
        finding = self.finding([anchor], view, bin_.name if bin_ is not None else None, note=overflow)
        suspect = self._suspects.pop(anchor.id, None)
        if suspect is None:
            return finding
        return replace(
            finding,
            moments=[suspect.moment, *finding.moments],
            track_ids=tuple(sorted({*finding.track_ids, suspect.track})),
            note="; ".join(filter(None, (overflow, f"{_NEARBY}: {suspect.track}"))),
        )
