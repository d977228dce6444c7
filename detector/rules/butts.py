"""Cigarette butts: one violation for a patch of ground, with a count (烟头)."""

from typing import ClassVar

import numpy as np

from detector.anchor import Anchor, AnchorSettings
from detector.anchors import AnchorMemory
from detector.comparison import Comparison
from detector.detections import ObjectClass
from detector.rules.rule import Finding, View
from detector.rules.sizes import SizeCheck
from detector.rules.still import StillObjectRule
from detector.scene import Bin, ButtSettings, Ignore
from detector.violations import ViolationKind
from detector.zones import ZoneMap

_LEAST_SIGHTINGS = 3
"""A false alarm rarely comes three times at one place."""

_SEEN_SECONDS = 2.5
"""Longer than from one close look to the next."""


class CigaretteButts(StillObjectRule):
    """Reports each patch of ground once; butts that join a reported patch belong to it.

    Args:
        settings: how long butts must lie, how many make a patch, and how near.
        zones: the scene's zones; butts in bins and ignored zones do not count.
        sizes: drops lane dashes.
        comparison: shared with the other rules about still things.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.CIGARETTE_BUTT

    def __init__(
        self,
        settings: ButtSettings,
        zones: ZoneMap,
        sizes: SizeCheck | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        anchors = AnchorSettings(same_place=0.25)
        super().__init__(AnchorMemory((ObjectClass.CIGARETTE_BUTT,), anchors, comparison), sizes)
        self._settings = settings
        self._zones = zones

    def update(self, view: View) -> list[Finding]:
        """Take in one frame."""
        present = [a for a in self.present(view) if self._has_lain(a)]
        findings = []
        if not all(a.reported for a in present):
            # Those too that are hidden or overlooked at the moment: a reported patch stays one.
            lying = self._on_the_ground([a for a in self.memory.remembered() if self._has_lain(a)])
            aspect = view.frame.height / view.frame.width
            for patch in _patches(lying, self._settings.patch, aspect):
                if any(a.reported for a in patch):
                    for anchor in patch:
                        anchor.reported, anchor.start = True, None
                elif len(patch) >= self._settings.min_count:
                    findings.append(self.finding(patch, view, None, note=self._density(lying)))
        self.spare_starts()
        return findings

    def _has_lain(self, anchor: Anchor) -> bool:
        if anchor.reported:
            return True
        # So small a thing looks like the ground beside it: only the model's word counts that it still lies there.
        sure = anchor.sightings >= _LEAST_SIGHTINGS and self.memory.now - anchor.detected <= _SEEN_SECONDS
        return sure and anchor.resting >= self._settings.min_seconds

    def _density(self, lying: list[Anchor]) -> str:
        """Butts for each 100 m² of the ground that the scene has measured; nothing where none is."""
        ground = self._zones.ground
        if ground is None:
            return ""
        points = np.array([a.ground_point() for a in lying]).reshape(-1, 2)
        count = int(ground.measured.contains(points).sum())
        return f"{100 * count / ground.area:.1f} 个/100 m² butts per 100 m²"

    def _on_the_ground(self, anchors: list[Anchor]) -> list[Anchor]:
        """Without those in bins and ignored zones."""
        points = np.array([a.ground_point() for a in anchors]).reshape(-1, 2)
        places = self._zones.at(points)
        away = places.inside(Bin) | places.inside(Ignore)
        return [a for a, is_away in zip(anchors, away, strict=True) if not is_away]


def _patches(anchors: list[Anchor], reach: float, aspect: float) -> list[list[Anchor]]:
    """Anchors in groups: each is nearer than ``reach`` (of the frame's width) to another one of its group."""
    points = np.array([a.ground_point() for a in anchors]).reshape(-1, 2) * [1, aspect]
    offsets = points[:, None] - points[None, :]
    near = np.hypot(offsets[..., 0], offsets[..., 1]) < reach
    left = np.ones(len(anchors), np.bool_)
    patches = []
    for first in range(len(anchors)):
        if not left[first]:
            continue
        group = np.zeros(len(anchors), np.bool_)
        edge = np.arange(len(anchors)) == first
        while edge.any():
            group |= edge
            edge = near[edge].any(axis=0) & ~group
        left &= ~group
        patches.append([anchors[i] for i in np.flatnonzero(group)])
    return patches
