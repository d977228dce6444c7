"""Illegal parking: an e-tricycle that stands in a no-parking zone for too long (电三轮违停)."""

from typing import ClassVar, Final
from zoneinfo import ZoneInfo

import numpy as np

from detector.anchor import Anchor
from detector.anchors import AnchorMemory
from detector.comparison import Comparison
from detector.detections import ObjectClass
from detector.geometry import FloatArray
from detector.moments import Moment
from detector.rules.rule import Finding, View
from detector.rules.sizes import SizeCheck
from detector.rules.still import StillObjectRule
from detector.scene import NoParking, ParkingBay, ParkingSettings
from detector.violations import ViolationKind
from detector.zones import ZoneMap

_LONGEST_STEP: Final = 2.0
"""Over a longer gap between frames nobody has been seen loading."""

_AT_THE_SIDE: Final = 0.4
"""So near to an e-tricycle, in its own width and height, people load it: an arm's length of a 3 m vehicle."""


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
        comparison: shared with the other rules about still things.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.ILLEGAL_PARKING

    def __init__(
        self,
        settings: ParkingSettings,
        zones: ZoneMap,
        timezone: ZoneInfo,
        sizes: SizeCheck | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        super().__init__(AnchorMemory((ObjectClass.E_TRICYCLE,), comparison=comparison), sizes)
        self._settings = settings
        self._zones = zones
        self._timezone = timezone

    def update(self, view: View) -> list[Finding]:
        """Take in one frame; the clock of an e-tricycle runs while it stands in a zone that applies."""
        findings = []
        present = self.present(view)
        for anchor, zone in zip(present, self._zones_of(present, view), strict=True):
            if zone is None:
                anchor.offending_since, anchor.start, anchor.loading = None, None, 0.0
                continue
            if zone.loading is not None and _somebody_at(anchor, _on_foot(view)):
                anchor.loading += min(self.memory.step, _LONGEST_STEP)
            if anchor.detected != self.memory.now or anchor.reported:
                continue
            if anchor.offending_since is None:
                anchor.offending_since = self.memory.now
            grace = min(anchor.loading, zone.loading or 0.0)
            if self._has_stood(anchor, view, (zone.seconds or self._settings.seconds) + grace):
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

    def _zones_of(self, anchors: list[Anchor], view: View) -> list[NoParking | None]:
        """For each anchor the no-parking zone that it stands in and that applies now; None where it may stand."""
        if not anchors:
            return []
        points = np.array([a.ground_point() for a in anchors])
        places = self._zones.at(points)
        zones, numbers = places.first(NoParking)
        numbers[places.inside(ParkingBay)] = -1
        found = [zones[n] if n >= 0 else None for n in numbers.tolist()]
        if all(zone is None for zone in found):
            return found
        local = view.frame.time.astimezone(self._timezone)
        return [zone if zone is not None and self._zones.applies(zone, local) else None for zone in found]


def _on_foot(view: View) -> FloatArray:
    """(N, 2) ground points of people who ride nothing, fractions of the frame."""
    rows = (view.tracks.class_id == ObjectClass.PERSON) & ~view.riding
    return view.fractions(view.tracks.ground_points()[rows])


def _somebody_at(anchor: Anchor, people: FloatArray) -> bool:
    """Whether somebody stands beside an e-tricycle."""
    if not len(people):
        return False
    left, top, right, bottom = anchor.box
    aside, below = _AT_THE_SIDE * (right - left), _AT_THE_SIDE * (bottom - top)
    x, y = people.T
    return bool(((x > left - aside) & (x < right + aside) & (abs(y - bottom) < below)).any())
