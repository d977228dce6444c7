"""Jaywalking: somebody walks on the carriageway, over a barrier, or on a crosswalk at red (行人乱穿马路、跨越护栏)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from detector.anchors import AnchorState
from detector.detections import ObjectClass
from detector.lamps import Lamp, LampState
from detector.moments import Moment
from detector.rules.rule import Finding, Rule, View
from detector.scene import Carriageway, Crosswalk, Ignore, JaywalkingSettings
from detector.sources import Frame
from detector.violations import Box, ViolationKind
from detector.zones import ZoneMap

_LEFT_SECONDS = 2.0
"""Seen off the road for this long, a visit is over; less is the jitter of a box at the kerb."""

_UNSEEN_SECONDS = 5.0
"""Not seen at all for this long, a visit is over; the tracker gives up a little earlier."""

_RIDER_SHARE = 0.3
"""A person seen on a vehicle in more than this share of a visit rode through it."""

_CLEARANCE_SECONDS = 2.0
"""Who steps on a crosswalk this soon after the lamp turned red started on green."""


@dataclass(slots=True, eq=False)
class _Visit:
    """One person's stay where people must not walk."""

    track: int
    zone: str
    why: str
    first: Moment
    latest: Moment
    best: Moment
    points: list[tuple[float, float]] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    on_seconds: float = 0.0
    last_on: float = 0.0
    last_seen: float = 0.0
    samples: int = 0
    ridden: int = 0
    confidence: float = 0.0
    reported: bool = False

    def take_in(self, moment: Moment, point: tuple[float, float], *, riding: bool) -> None:
        seconds = moment.frame.seconds
        self.on_seconds += min(seconds - self.last_on, _LEFT_SECONDS) if self.samples else 0.0
        self.last_on = self.last_seen = seconds
        self.samples += 1
        self.ridden += riding
        self.confidence += (moment.confidence - self.confidence) / self.samples
        if len(self.points) < 2000:
            self.points.append(point)
            self.heights.append(moment.box[3] - moment.box[1])
        self.latest = moment
        # Pictures are kept at whole seconds, so that visits at the same time share frames and memory stays small.
        if int(seconds) != int(self.best.frame.seconds) and moment.confidence >= self.best.confidence:
            self.best = moment

    @property
    def walked(self) -> bool:
        return self.ridden <= _RIDER_SHARE * self.samples

    def moments(self) -> list[Moment]:
        """Start, course and end, in order of time, none twice."""
        by_time = {m.frame.seconds: m for m in (self.first, self.best, self.latest)}
        return [by_time[s] for s in sorted(by_time)]


class Jaywalking(Rule):
    """Reports each visit of a person to the carriageway once.

    Args:
        settings: how long and how far somebody must walk there.
        zones: the scene's zones.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.JAYWALKING

    def __init__(self, settings: JaywalkingSettings, zones: ZoneMap) -> None:
        self._settings = settings
        self._zones = zones
        self._lamps = {zone.name: Lamp(zone.signal) for zone in zones.crosswalks_with_lamp() if zone.signal is not None}
        self._visits: dict[int, _Visit] = {}
        self._sides: dict[int, tuple[float, float]] = {}
        self._climbed: set[int] = set()

    def update(self, view: View) -> list[Finding]:
        """Take in one frame."""
        for lamp in self._lamps.values():
            lamp.update(view.frame.image, view.frame.seconds)
        people = np.flatnonzero(view.tracks.class_id == ObjectClass.PERSON)
        # Feet below the picture's edge stand somewhere else than the box ends.
        people = people[view.tracks.xyxy[people, 3] < view.frame.height - 2]
        points = view.fractions(view.tracks.ground_points()[people])
        crosswalk = self._zones.inside(points, Crosswalk)
        road = self._zones.inside(points, Carriageway) & ~crosswalk & ~self._zones.inside(points, Ignore)
        findings: list[Finding] = []
        for i, row in enumerate(people):
            point = float(points[i, 0]), float(points[i, 1])
            track = int(view.tracks.tracks[row])
            box = _box(view.tracks.xyxy[row])
            moment = Moment(view.frame, box, "", float(view.tracks.confidence[row]))
            riding = bool(view.riding[row])
            findings.extend(self._climbs(track, point, moment, riding=riding))
            where = self._offends(point, view.frame.seconds, on_road=bool(road[i]), on_crosswalk=bool(crosswalk[i]))
            visit = self._visits.get(track)
            if where and (visit is None or visit.why != where[1]):
                visit = None if visit is None else self._moved_on(visit, where)
                if visit is None:
                    visit = _Visit(track, *where, first=moment, latest=moment, best=moment)
                    self._visits[track] = visit
            if visit is None:
                continue
            visit.last_seen = view.frame.seconds
            if where:
                visit.take_in(moment, point, riding=riding)
        findings.extend(self._due(view.frame))
        return findings

    def finish(self) -> list[Finding]:
        """Visits that were still going on when the source ended."""
        return self._report(v for v in self._visits.values() if self._is_offence(v))

    def state(self) -> list[AnchorState]:
        """Nothing: a visit lasts seconds."""
        return []

    def restore(self, state: list[AnchorState]) -> None:
        """Nothing to restore."""

    @staticmethod
    def _moved_on(visit: _Visit, where: tuple[str, str]) -> _Visit:
        """From road to crosswalk at red or back: the same visit, under the name of where it is now."""
        visit.zone, visit.why = where
        return visit

    def _offends(
        self, point: tuple[float, float], seconds: float, *, on_road: bool, on_crosswalk: bool
    ) -> tuple[str, str] | None:
        """The zone where a person at the point offends, and why; None where walking is allowed."""
        if on_road:
            zone = self._zones.zone_at(point, Carriageway)
            return (zone.name, "") if zone else None
        crosswalk = self._zones.zone_at(point, Crosswalk) if on_crosswalk and self._lamps else None
        lamp = self._lamps.get(crosswalk.name) if crosswalk else None
        if crosswalk is None or lamp is None or lamp.state is not LampState.RED:
            return None
        if seconds - lamp.since < _CLEARANCE_SECONDS:
            return None
        return crosswalk.name, "闯红灯 crossed at red"

    def _due(self, frame: Frame) -> list[Finding]:
        """Visits that are over or have gone on for long enough to be reported."""
        due, now = [], frame.seconds
        for track, visit in list(self._visits.items()):
            over = now - visit.last_on > _LEFT_SECONDS and visit.last_seen > visit.last_on
            over |= now - visit.last_seen > _UNSEEN_SECONDS
            long = visit.on_seconds >= max(self._settings.report_after, self._settings.min_seconds)
            if (over or long) and self._is_offence(visit):
                due.append(visit)
            if over:
                del self._visits[track]
        return self._report(due)

    def _is_offence(self, visit: _Visit) -> bool:
        if visit.reported or not visit.walked or visit.on_seconds < self._settings.min_seconds:
            return False
        return self._distance(visit) >= self._settings.min_distance

    def _distance(self, visit: _Visit) -> float:
        """How far the person got from the first point, metres or body heights; jitter adds nothing to it."""
        points = np.array(visit.points)
        if self._zones.ground is not None:
            steps = self._zones.ground.metres(points)
            height = 1.0
        else:
            steps = points * [visit.first.frame.width, visit.first.frame.height]
            height = float(np.median(visit.heights))
        return float(np.hypot(*(steps - steps[0]).T).max()) / height

    def _report(self, visits: Iterable[_Visit]) -> list[Finding]:
        findings = []
        for visit in visits:
            visit.reported = True
            moments = visit.moments()
            findings.append(self._finding(visit.track, visit.zone, moments, visit.confidence, visit.why))
        return findings

    def _finding(self, track: int, zone: str, moments: list[Moment], confidence: float, note: str) -> Finding:
        first, last = moments[0], moments[-1]
        return Finding(
            kind=self.kind,
            started=first.frame.time,
            ended=last.frame.time,
            started_s=first.frame.seconds,
            ended_s=last.frame.seconds,
            confidence=confidence,
            box=last.box,
            zone=zone,
            moments=moments,
            track_ids=(track,),
            note=note,
        )

    def _climbs(self, track: int, point: tuple[float, float], moment: Moment, *, riding: bool) -> list[Finding]:
        """A barrier that lies between where the person clearly stood before and clearly stands now."""
        if not self._zones.barriers or riding:
            return []
        array = np.array([point])
        height = (moment.box[3] - moment.box[1]) / moment.frame.height
        clear = all(line.distances(array)[0] > 0.15 * height for _, line in self._zones.barriers)
        if not clear:
            return []
        before, self._sides[track] = self._sides.get(track), point
        if before is None or track in self._climbed:
            return []
        for zone, line in self._zones.barriers:
            if line.crossed(before, point):
                self._climbed.add(track)
                return [self._finding(track, zone.name, [moment], moment.confidence, "跨越护栏 climbed over")]
        return []


def _box(row: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> Box:
    left, top, right, bottom = (float(v) for v in row)
    return left, top, right, bottom
