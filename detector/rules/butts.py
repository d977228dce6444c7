"""Cigarette butts: one violation for a patch of ground, with a count (烟头)."""

from typing import ClassVar

import numpy as np

from detector.anchors import Anchor, AnchorMemory, AnchorSettings
from detector.detections import ObjectClass
from detector.rules.rule import Finding, View
from detector.rules.still import StillObjectRule
from detector.scene import Bin, ButtSettings, Ignore
from detector.violations import ViolationKind
from detector.zones import ZoneMap


class CigaretteButts(StillObjectRule):
    """Reports each patch of ground once; butts that join a reported patch belong to it.

    Args:
        settings: how long butts must lie, how many make a patch, and how near.
        zones: the scene's zones; butts in bins and ignored zones do not count.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.CIGARETTE_BUTT

    def __init__(self, settings: ButtSettings, zones: ZoneMap) -> None:
        super().__init__(AnchorMemory((ObjectClass.CIGARETTE_BUTT,), AnchorSettings(same_place=0.25)))
        self._settings = settings
        self._zones = zones

    def update(self, view: View) -> list[Finding]:
        """Take in one frame."""
        present = [a for a in self.memory.update(view.frame, view.detections) if self._counts(a)]
        aspect = view.frame.height / view.frame.width
        findings = []
        for patch in _patches(present, self._settings.patch, aspect):
            if any(a.reported for a in patch):
                for anchor in patch:
                    anchor.reported = True
            elif len(patch) >= self._settings.min_count:
                findings.append(self.finding(patch, view, None))
        return findings

    def _counts(self, anchor: Anchor) -> bool:
        point = anchor.ground_point()
        lain = anchor.sightings >= 3 and anchor.resting >= self._settings.min_seconds
        return lain and not self._zones.zone_at(point, Bin) and not self._zones.zone_at(point, Ignore)


def _patches(anchors: list[Anchor], reach: float, aspect: float) -> list[list[Anchor]]:
    """Anchors in groups: each is nearer than ``reach`` (of the frame's width) to another one of its group."""
    points = np.array([a.ground_point() for a in anchors]).reshape(-1, 2) * [1, aspect]
    left = set(range(len(anchors)))
    patches = []
    while left:
        group = [left.pop()]
        for member in group:
            near = [i for i in left if float(np.hypot(*(points[i] - points[member]))) < reach]
            left.difference_update(near)
            group.extend(near)
        patches.append([anchors[i] for i in sorted(group)])
    return patches
