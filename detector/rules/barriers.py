"""Barriers: who has climbed over a fence (跨越护栏)."""

import math
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from detector.geometry import FloatArray
from detector.moments import Moment
from detector.rules.people import People
from detector.zones import ZoneMap

_CLEAR: Final = 0.15
"""Nearer to a barrier than this, in body heights, nobody can say on which side of it a person stands."""

_FAR: Final = 1.5
"""Farther from every barrier than so many body heights, nobody gets over one before being looked at again."""

_STAY_SECONDS: Final = 0.6
"""So long a person must stand clear on the other side: a box whose legs a fence hides for a moment jumps over it."""

_BRIEF_SECONDS: Final = 0.5
"""Who was seen on one side for less than this may have been taken for somebody else there."""

_LEAST_SIGHTS: Final = 3
"""Where most frames are missed, two boxes are no mean: more of them are waited for."""

_LOST_SECONDS: Final = 1.5
"""Who was not seen for longer may have walked around the barrier."""

_UNCLEAR_SECONDS: Final = 2.0
"""Feet that crossed without the head for so long were hidden before, by a car or a friend: the person has always stood
where the feet are now."""

_GROWN: Final = 1.4
"""Who is this much taller than when last seen on the near side had hidden feet then; two metres nearer is a tenth."""

_AVERAGE_SECONDS: Final = 0.5
"""Over so long a person's place is averaged; a walker is half a metre behind it, which no fence is near enough to."""

_MOST_WEIGHT: Final = 0.5
"""Nor does one box decide that comes after a gap: something in front may have cut it off."""

_TALL_WEIGHT: Final = 0.3
"""How tall somebody is changes so much more slowly than where somebody stands."""

_HIDDEN_SECONDS: Final = 5.0
"""Feet may be hidden for so long, while the person is seen, before the way there is not known any more."""

_KNOWN_SECONDS: Final = 10.0

Point = tuple[float, float]


class _Stance(NamedTuple):
    """Where somebody's box is: the middle of its lower and upper edge, fractions of the frame; ``tall`` in pixels."""

    feet: Point
    head: Point
    tall: float

    def towards(self, other: "_Stance", share: float) -> "_Stance":
        """A share of the way from here to there."""
        feet, head = _between(self.feet, other.feet, share), _between(self.head, other.head, share)
        return _Stance(feet, head, self.tall + share * (other.tall - self.tall))


@dataclass(slots=True, eq=False)
class _Side:
    """Where a person clearly stood, and stands now if that is the other side of a barrier.

    ``known`` is since when and ``learnt`` until when the person stood there; ``drift`` is where the person is now,
    evened out; ``moment`` is the last one in which that was clear of the barrier on this side. ``there`` is the mean
    of the ``sights`` on the other side since ``over``.
    """

    stance: _Stance
    moment: Moment
    seen: float
    over: Moment | None = None
    there: _Stance | None = None
    sights: int = 0
    drift: _Stance | None = None
    climbed: bool = False
    known: float = 0.0
    learnt: float | None = None

    def follow(self, stance: _Stance, seconds: float) -> _Stance:
        """Take in where the person is, near the barrier too; answers the same evened out."""
        self.drift = self.drift.towards(stance, _weight(seconds - self.seen)) if self.drift is not None else stance
        self.seen = seconds
        return self.drift

    def learn(self, stance: _Stance, seconds: float) -> None:
        """Take in where the person clearly stands: an average, since one box may jitter by a tenth of its height."""
        weight = 1.0 if self.learnt is None else _weight(seconds - self.learnt)
        tall = self.stance.tall + weight * _TALL_WEIGHT * (stance.tall - self.stance.tall)
        self.known = seconds if self.learnt is None else self.known
        feet, head, _ = self.stance.towards(stance, weight)
        self.stance = _Stance(feet, head, tall if self.learnt is not None else stance.tall)
        self.learnt, self.over = seconds, None


def _weight(gap: float) -> float:
    """What a place counts that is seen so many seconds after the last one."""
    return min(1 - math.exp(-gap / _AVERAGE_SECONDS), _MOST_WEIGHT)


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Somebody got over a barrier: on this side, over it, still there."""

    track: int
    zone: str
    moments: list[Moment]


class BarrierWatch:
    """Notices people who get over a scene's barriers; each person once.

    Args:
        zones: the scene's zones.
    """

    def __init__(self, zones: ZoneMap) -> None:
        self._barriers = zones.barriers
        self._sides: dict[int, _Side] = {}

    def update(self, people: People) -> list[Climb]:
        """Take in the people on foot of one frame."""
        seconds = people.frame.seconds
        self._forget(seconds)
        if not self._barriers or not len(people):
            return []
        height = people.frame.height
        tops, bottoms = people.boxes[:, 1].tolist(), people.boxes[:, 3].tolist()
        distances = np.array([line.distances(people.points) for _, line in self._barriers])
        apart = [
            away * height / (bottom - top)
            for away, top, bottom in zip(distances.min(axis=0).tolist(), tops, bottoms, strict=True)
        ]
        near = [row for row, away in enumerate(apart) if self._is_near(people.tracks[row], away)]
        if not near:
            return []
        places = people.points[near]
        stances = {
            row: _Stance((x, y), (x, tops[row] / height), bottoms[row] - tops[row])
            for row, (x, y) in zip(near, places.tolist(), strict=True)
        }
        over = self._crossed([self._sides.get(people.tracks[row]) for row in near], places, distances[:, near])
        self._follow(people, stances, {row for row, zone in zip(near, over, strict=True) if zone is None})
        climbs = []
        for row, zone in zip(near, over, strict=True):
            if apart[row] <= _CLEAR:
                continue
            climb = self._judge(people.tracks[row], stances[row], people.moment(row), zone)
            if climb is not None:
                climbs.append(climb)
        return climbs

    def hidden(self, tracks: list[int], seconds: float) -> None:
        """People whose feet something hides for a moment: they are still near the barrier that they were near."""
        for track in tracks:
            side = self._sides.get(track)
            if side is not None and side.learnt is not None and seconds - side.learnt <= _HIDDEN_SECONDS:
                side.seen = seconds

    def _crossed(self, sides: list[_Side | None], feet: FloatArray, distances: FloatArray) -> list[str | None]:
        """For each of N people the barrier between where they stood and where they are now.

        Args:
            sides: where they stood, where that is known.
            feet: (N, 2) where they are.
            distances: (barriers, N) how far that is from each barrier.
        """
        over: list[str | None] = [None] * len(feet)
        rows = [row for row, side in enumerate(sides) if side is not None]
        if not rows:
            return over
        before, now = np.array([side.stance.feet for side in sides if side is not None]), feet[rows]
        moved = np.hypot(*(now - before).T)
        for (zone, line), away in zip(self._barriers, distances[:, rows], strict=True):
            # Who has moved less than the barrier is away has not crossed it: as a rule, that is everybody.
            reached = (moved >= away).nonzero()[0]
            if not len(reached):
                continue
            for place in reached[line.crossed(before[reached], now[reached])].tolist():
                over[rows[place]] = over[rows[place]] or zone.name
        return over

    def _follow(self, people: People, stances: dict[int, _Stance], this_side: set[int]) -> None:
        """Even out where everybody near is; who is clear of all barriers then, and not over one, is on this side."""
        known = [(row, side) for row in stances if (side := self._sides.get(people.tracks[row])) is not None]
        if not known:
            return
        drifts = [side.follow(stances[row], people.frame.seconds) for row, side in known]
        places = np.array([drift.feet for drift in drifts])
        apart = np.array([line.distances(places) for _, line in self._barriers]).min(axis=0) * people.frame.height
        for (row, side), drift, away in zip(known, drifts, apart.tolist(), strict=True):
            if side.over is None and row in this_side and away > _CLEAR * drift.tall:
                side.moment = people.moment(row)

    def _is_near(self, track: int, away: float) -> bool:
        """Whether somebody may be on the way over; who has gone far may come back by another way and begins anew."""
        if away < _FAR:
            return True
        side = self._sides.get(track)
        if side is not None and not side.climbed:
            del self._sides[track]
        return False

    def _judge(self, track: int, stance: _Stance, moment: Moment, zone: str | None) -> Climb | None:
        """Whether somebody has climbed: the feet are over the fence, the head has gone as far, and they stay there.

        Args:
            track: who.
            stance: where the person is.
            moment: the same in the frame.
            zone: the barrier that the feet have crossed since the person clearly stood on one side.
        """
        seconds = moment.frame.seconds
        side = self._sides.get(track)
        if side is None:
            side = self._sides[track] = _Side(stance, moment, seconds)
        if zone is None:
            side.learn(stance, seconds)
            return None
        if side.over is None or side.there is None:
            if not self._is_beyond(side, clear=0.0):
                return None  # one box that jitters
            side.over, side.there, side.sights = moment, stance, 0
        side.sights += 1
        side.there = side.there.towards(stance, 1 / side.sights)
        stayed = seconds - side.over.frame.seconds
        if side.climbed or stayed < (_STAY_SECONDS if side.sights >= _LEAST_SIGHTS else _UNCLEAR_SECONDS):
            return None
        # One box jitters by a tenth of its height, so what is compared are the means of both stays.
        grown = side.there.tall > _GROWN * side.stance.tall
        too = self._head_crossed(side.stance, side.there)
        brief = side.learnt is None or side.learnt - side.known < _BRIEF_SECONDS
        if brief or grown or not too:
            if brief or (grown and not too) or stayed >= _UNCLEAR_SECONDS:
                # The feet were hidden when the near side was learnt, or the tracker took two people for one.
                side.learnt = None
                side.learn(stance, seconds)
            return None
        if not self._is_beyond(side, clear=_CLEAR * stance.tall / moment.frame.height):
            return None
        moments = [side.moment, side.over, moment]
        notes = ("start", "course", "end")
        climb = Climb(track, zone, [replace(m, note=n) for m, n in zip(moments, notes, strict=True)])
        self._sides[track] = _Side(stance, moment, seconds, climbed=True)
        return climb

    def _is_beyond(self, side: _Side, clear: float) -> bool:
        """Whether the person, evened out, is on the other side, and farther than ``clear`` from the barrier.

        A box that jitters is over sooner the more often it is looked at; its mean is not.
        """
        if side.drift is None:
            return False
        before, now = np.array([side.stance.feet]), np.array([side.drift.feet])
        return any(
            bool(line.crossed(before, now)[0]) and float(line.distances(now)[0]) > clear for _, line in self._barriers
        )

    def _head_crossed(self, before: _Stance, now: _Stance) -> bool:
        """Whether feet that moved as the head did would have got over a barrier."""
        start = np.array([before.feet])
        end = start + np.array([now.head]) - np.array([before.head])
        return any(bool(line.crossed(start, end)[0]) for _, line in self._barriers)

    def _forget(self, seconds: float) -> None:
        """Who is lost begins anew; who has climbed stays known as long as a tracker may find the person again."""
        self._sides = {
            track: side
            for track, side in self._sides.items()
            if 0 <= seconds - side.seen <= (_KNOWN_SECONDS if side.climbed else _LOST_SECONDS)
        }
