"""Jaywalking: somebody walks on the carriageway, over a barrier, or on a crosswalk at red (行人乱穿马路、跨越护栏)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from detector.anchor import MemoryState
from detector.geometry import FloatArray
from detector.moments import Moment
from detector.rules.barriers import BarrierWatch, Climb
from detector.rules.crossings import CrossingWatch
from detector.rules.feet import FeetWatch
from detector.rules.people import People
from detector.rules.rule import Finding, Rule, View
from detector.rules.visit import Point, Visit
from detector.scene import Carriageway, Crosswalk, Ignore, JaywalkingSettings
from detector.signals import SignalBoard
from detector.violations import ViolationKind
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
        signals: what is told about its pedestrian signals.
    """

    kind: ClassVar[ViolationKind] = ViolationKind.JAYWALKING

    def __init__(self, settings: JaywalkingSettings, zones: ZoneMap, signals: SignalBoard | None = None) -> None:
        self._settings = settings
        self._zones = zones
        self._crossings = CrossingWatch(zones, signals)
        self._barriers = BarrierWatch(zones)
        self._feet = FeetWatch()
        self._visits: dict[int, Visit] = {}
        self._known: dict[int, tuple[float, float]] = {}
        """When each person was seen first and last, with feet or without."""
        self._climbed: dict[int, float] = {}

    def update(self, view: View) -> list[Finding]:
        """Take in one frame."""
        frame, now = view.frame, view.frame.seconds
        self._crossings.look(frame)
        everybody = People.of(view)
        people = self._with_feet(everybody)
        findings = self._climbs(people)
        present = set(people.tracks)
        offences = self._offences(people)
        places = self._places(people) if offences else people.pixels
        for row, offence in offences:
            track = people.tracks[row]
            visit = self._visits.get(track)
            if offence is None:
                if visit is not None:
                    visit.off(now)
                continue
            moment, pixels, place = people.moment(row), _point(people.pixels[row]), _point(places[row])
            if visit is None:
                visit = self._continued(track, present, moment, pixels)
            if visit is None:
                visit = Visit([track], *offence, moment, moment, moment, place, pixels, self._seen_last(track))
                visit.reported = track in self._climbed
            visit.zone, visit.why = offence if visit.why != offence[1] else (visit.zone, visit.why)
            visit.on(moment, place, pixels, riding=bool(people.riding[row]))
            self._visits[track] = visit
        self._known.update({track: (self._known.get(track, (now, now))[0], now) for track in everybody.tracks})
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

    def _with_feet(self, people: People) -> People:
        """Without people whose feet are hidden: they are there, but nobody can say where they stand."""
        hidden = self._feet.hidden(people.tracks, people.boxes, people.frame.seconds)
        if not hidden.any():
            return people
        rows = hidden.nonzero()[0].tolist()
        self._barriers.hidden([people.tracks[row] for row in rows], people.frame.seconds)
        for row in rows:
            visit = self._visits.get(people.tracks[row])
            if visit is not None:
                visit.last_known = people.frame.seconds
        return people.only(~hidden)

    def _offences(self, people: People) -> list[tuple[int, tuple[str, str] | None]]:
        """Row by row the zone where somebody offends, and why; None where walking is allowed.

        Who neither offends nor has been on a visit is left out: on most streets that is nearly everybody.
        """
        if not len(people):
            return []
        places = self._zones.at(people.points)
        crosswalks, on = places.first(Crosswalk)
        roads, road = places.first(Carriageway)
        skip = places.inside(Ignore).tolist()
        zebras = [crosswalks[n] if n >= 0 else None for n in on.tolist()]
        at_red = self._crossings.at_red(people.tracks, people.points, zebras, people.frame.seconds)
        offences: list[tuple[int, tuple[str, str] | None]] = []
        for row, (crosswalk, number) in enumerate(zip(zebras, road.tolist(), strict=True)):
            red = at_red[row]
            if not skip[row] and crosswalk is None and number >= 0:
                offences.append((row, (roads[number].name, "")))
            elif not skip[row] and red is not None:
                offences.append((row, (red.name, _AT_RED)))
            elif people.tracks[row] in self._visits:
                offences.append((row, None))
        return offences

    def _places(self, people: People) -> FloatArray:
        """(N, 2) where everybody stands: metres where the ground plane is known, else pixels."""
        return people.pixels if self._zones.ground is None else self._zones.ground.metres(people.points)

    def _continued(self, track: int, present: set[int], moment: Moment, pixels: Point) -> Visit | None:
        """The visit of a person whom the tracker lost and has just found again under another number.

        Another number, or one that it has had before: a tracker that doubts goes back and forth between two.
        """
        had = next((n for n, v in self._visits.items() if track in v.tracks and n not in present), None)
        if had is not None:
            return self._visits.pop(had)
        nearest, old = math.inf, None
        for number, visit in self._visits.items():
            met = number in present or self._have_met(track, visit)
            distance = None if met else visit.expects(moment, pixels)
            if distance is not None and distance < nearest:
                nearest, old = distance, number
        if old is None:
            return None
        visit = self._visits.pop(old)
        visit.tracks.append(track)
        return visit

    def _seen_last(self, track: int) -> float | None:
        """When somebody who is not on a visit was last seen; None for a newcomer."""
        seen = self._known.get(track)
        return None if seen is None else seen[1]

    def _have_met(self, track: int, visit: Visit) -> bool:
        """Whether a person was seen after one on a visit had first been: then they are two."""
        seen = self._known.get(track)
        long_ago = (-math.inf, 0.0)
        return seen is not None and any(seen[1] >= self._known.get(n, long_ago)[0] for n in visit.tracks)

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
            shown = self._finding(visit.tracks, visit.zone, visit.moments(), visit.confidence, visit.why, visit.course)
            earlier = visit.first.frame.seconds - visit.begun
            started = shown.started - timedelta(seconds=earlier)
            findings.append(replace(shown, started=started, started_s=visit.begun))
        return findings

    def _climbs(self, people: People) -> list[Finding]:
        """Who has just got over a barrier; the visit to the road that goes with it is the same offence."""
        findings = []
        for climb in self._barriers.update(people.only(~people.riding)):
            self._climbed[climb.track] = people.frame.seconds
            visit = self._visits.get(climb.track)
            if visit is None or not visit.reported:
                findings.append(self._climbing(climb))
            if visit is not None:
                visit.reported = True
        return findings

    def _climbing(self, climb: Climb) -> Finding:
        confidence = sum(m.confidence for m in climb.moments) / len(climb.moments)
        course = [(m.frame.time, *_ground_point(m)) for m in climb.moments]
        return self._finding([climb.track], climb.zone, climb.moments, confidence, _CLIMBED, course)

    def _finding(
        self,
        tracks: list[int],
        zone: str,
        moments: list[Moment],
        confidence: float,
        note: str,
        course: Sequence[tuple[datetime, float, float]],
    ) -> Finding:
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
            course=tuple(course),
        )

    def _forget(self, now: float) -> None:
        """Let go of people who are long gone, so that days of traffic take no memory."""
        self._known = {t: seen for t, seen in self._known.items() if 0 <= now - seen[1] <= _KNOWN_SECONDS}
        self._climbed = {t: s for t, s in self._climbed.items() if t in self._known and now - s <= 6 * _KNOWN_SECONDS}


def _point(row: FloatArray) -> Point:
    x, y = row.tolist()
    return x, y


def _ground_point(moment: Moment) -> tuple[float, float]:
    """Bottom centre of a moment's box, fractions of the frame."""
    left, _, right, bottom = moment.box
    return (left + right) / 2 / moment.frame.width, bottom / moment.frame.height
