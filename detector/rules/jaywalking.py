"""Jaywalking: somebody walks on the carriageway, over a barrier, or on a crosswalk at red (行人乱穿马路、跨越护栏)."""

from collections.abc import Iterable
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.anchor import MemoryState
from detector.detections import ObjectClass
from detector.geometry import FloatArray
from detector.moments import Moment
from detector.rules.barriers import BarrierWatch, Climb
from detector.rules.crossings import CrossingWatch
from detector.rules.feet import FeetWatch
from detector.rules.rule import Finding, Rule, View
from detector.rules.visit import Visit
from detector.scene import Carriageway, Crosswalk, Ignore, JaywalkingSettings
from detector.violations import Box, ViolationKind
from detector.zones import ZoneMap

_LEFT_SECONDS: Final = 2.0
"""Seen off the road for this long, a visit is over; less is the jitter of a box at the kerb."""

_UNSEEN_SECONDS: Final = 5.0
"""Not seen at all for this long, a visit is over; the tracker gives up a little earlier."""

_KNOWN_SECONDS: Final = 10.0
"""People are forgotten after this long; the tracker never uses a number again that it has given up for so long."""

_AT_RED: Final = "闯红灯 crossed at red"
_CLIMBED: Final = "跨越护栏 climbed over"


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
        self._crossings = CrossingWatch(zones)
        self._barriers = BarrierWatch(zones)
        self._feet = FeetWatch()
        self._visits: dict[int, Visit] = {}
        self._known: dict[int, float] = {}
        self._climbed: dict[int, float] = {}

    def update(self, view: View) -> list[Finding]:
        """Take in one frame."""
        frame, now = view.frame, view.frame.seconds
        self._crossings.look(frame.image, now)
        rows = np.flatnonzero(view.tracks.class_id == ObjectClass.PERSON)
        # Feet below the picture's edge stand somewhere else than the box ends.
        rows = rows[view.tracks.xyxy[rows, 3] < frame.height - 2]
        rows = self._with_feet(rows, view)
        tracks = [int(t) for t in view.tracks.tracks[rows]]
        riding = view.riding[rows]
        moments = [Moment(frame, _box(view.tracks.xyxy[row]), "", float(view.tracks.confidence[row])) for row in rows]
        pixels = view.tracks.ground_points()[rows].astype(np.float64)
        points = view.fractions(view.tracks.ground_points()[rows])
        places = pixels if self._zones.ground is None else self._zones.ground.metres(points)
        findings = self._climbs(tracks, points, moments, riding, now)
        for i, offence in enumerate(self._offences(tracks, points, now)):
            visit = self._visits.get(tracks[i])
            if offence is None:
                if visit is not None:
                    visit.off(now)
                continue
            if visit is None:
                visit = self._continued(tracks[i], set(tracks), moments[i], pixels[i])
            if visit is None:
                visit = Visit([tracks[i]], *offence, moments[i], moments[i], moments[i], places[i], pixels[i])
                visit.reported = tracks[i] in self._climbed
            visit.zone, visit.why = offence if visit.why != offence[1] else (visit.zone, visit.why)
            visit.on(moments[i], places[i], pixels[i], riding=bool(riding[i]))
            self._visits[tracks[i]] = visit
        self._known.update(dict.fromkeys(tracks, now))
        findings.extend(self._due(now))
        self._forget(now)
        return findings

    def finish(self) -> list[Finding]:
        """Visits that were still going on when the source ended."""
        return self._report(v for v in self._visits.values() if self._is_offence(v))

    def state(self) -> MemoryState:
        """Nothing: a visit lasts seconds."""
        return MemoryState()

    def restore(self, state: MemoryState) -> None:
        """Nothing to restore."""

    def _with_feet(self, rows: NDArray[np.int64], view: View) -> NDArray[np.int64]:
        """Without people whose feet are hidden: they are there, but nobody can say where they stand."""
        tracks = view.tracks.tracks[rows].tolist()
        hidden = self._feet.hidden(tracks, view.tracks.xyxy[rows], view.frame.seconds)
        for row in np.flatnonzero(hidden):
            visit = self._visits.get(tracks[row])
            if visit is not None:
                visit.last_known = view.frame.seconds
        return rows[~hidden]

    def _offences(self, tracks: list[int], points: FloatArray, now: float) -> list[tuple[str, str] | None]:
        """For each person the zone where the person offends, and why; None where walking is allowed."""
        crosswalks = self._zones.zones_at(points, Crosswalk)
        roads = self._zones.zones_at(points, Carriageway)
        ignored = self._zones.inside(points, Ignore)
        at_red = self._crossings.at_red(tracks, points, crosswalks, now)
        offences: list[tuple[str, str] | None] = []
        for crosswalk, road, skip, red in zip(crosswalks, roads, ignored, at_red, strict=True):
            if skip:
                offences.append(None)
            elif crosswalk is not None:
                offences.append((red.name, _AT_RED) if red is not None else None)
            else:
                offences.append((road.name, "") if road is not None else None)
        return offences

    def _continued(self, track: int, present: set[int], moment: Moment, pixels: FloatArray) -> Visit | None:
        """The visit of a person whom the tracker lost and has just found again under another number."""
        if track in self._known:
            return None
        nearest, old = np.inf, None
        for number, visit in self._visits.items():
            distance = None if number in present else visit.expects(moment, pixels)
            if distance is not None and distance < nearest:
                nearest, old = distance, number
        if old is None:
            return None
        visit = self._visits.pop(old)
        visit.tracks.append(track)
        return visit

    def _due(self, now: float) -> list[Finding]:
        """Visits that are over or have gone on for long enough to be reported."""
        due = []
        for track, visit in list(self._visits.items()):
            over = now - visit.last_on > _LEFT_SECONDS and not visit.was_on
            over |= now - visit.last_known > _UNSEEN_SECONDS
            long = visit.on_seconds >= max(self._settings.report_after, self._settings.min_seconds)
            if (over or long) and self._is_offence(visit):
                due.append(visit)
            if over:
                del self._visits[track]
        return self._report(due)

    def _is_offence(self, visit: Visit) -> bool:
        if visit.reported or not visit.walked or visit.on_seconds < self._settings.min_seconds:
            return False
        unit = visit.height if self._zones.ground is None else 1.0
        return visit.farthest >= self._settings.min_distance * unit

    def _report(self, visits: Iterable[Visit]) -> list[Finding]:
        findings = []
        for visit in visits:
            visit.reported = True
            findings.append(self._finding(visit.tracks, visit.zone, visit.moments(), visit.confidence, visit.why))
        return findings

    def _climbs(
        self, tracks: list[int], points: FloatArray, moments: list[Moment], riding: NDArray[np.bool_], now: float
    ) -> list[Finding]:
        """Who has just got over a barrier; the visit to the road that goes with it is the same offence."""
        walking = np.flatnonzero(~riding)
        climbs = self._barriers.update(
            [tracks[i] for i in walking], points[walking], [moments[i] for i in walking], now
        )
        findings = []
        for climb in climbs:
            self._climbed[climb.track] = now
            visit = self._visits.get(climb.track)
            if visit is None or not visit.reported:
                findings.append(self._climbing(climb))
            if visit is not None:
                visit.reported = True
        return findings

    def _climbing(self, climb: Climb) -> Finding:
        confidence = sum(m.confidence for m in climb.moments) / len(climb.moments)
        return self._finding([climb.track], climb.zone, climb.moments, confidence, _CLIMBED)

    def _finding(self, tracks: list[int], zone: str, moments: list[Moment], confidence: float, note: str) -> Finding:
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
            track_ids=tuple(tracks),
            note=note,
        )

    def _forget(self, now: float) -> None:
        """Let go of people who are long gone, so that days of traffic take no memory."""
        self._known = {t: s for t, s in self._known.items() if 0 <= now - s <= _KNOWN_SECONDS}
        self._climbed = {t: s for t, s in self._climbed.items() if t in self._known and now - s <= 6 * _KNOWN_SECONDS}


def _box(row: NDArray[np.float32]) -> Box:
    left, top, right, bottom = (float(v) for v in row)
    return left, top, right, bottom
