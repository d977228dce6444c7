"""Barriers: who has climbed over a fence (跨越护栏)."""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from detector.geometry import FloatArray
from detector.moments import Moment
from detector.zones import ZoneMap

_CLEAR: Final = 0.15
"""Nearer to a barrier than this, in body heights, nobody can say on which side of it a person stands."""

_STAY_SECONDS: Final = 0.6
"""So long a person must stand clear on the other side: a box whose legs a fence hides for a moment jumps over it."""

_LOST_SECONDS: Final = 1.5
"""Who was not seen for longer may have walked around the barrier."""

_UNCLEAR_SECONDS: Final = 2.0
"""Feet that crossed without the head for so long were hidden before, by a car or a friend: the person has always stood
where the feet are now."""

_GROWN: Final = 1.3
"""Who is this much taller than when last seen on the near side had hidden feet then; two metres nearer is a tenth."""

_AVERAGE_SECONDS: Final = 0.5
"""Over so long a person's place is averaged; a walker is half a metre behind it, which no fence is near enough to."""

_MOST_WEIGHT: Final = 0.5
"""Nor does one box decide that comes after a gap: something in front may have cut it off."""

_KNOWN_SECONDS: Final = 10.0


@dataclass(slots=True, eq=False)
class _Side:
    """Where a person clearly stood, and stands now if that is the other side of a barrier."""

    point: FloatArray
    moment: Moment
    seen: float
    head: FloatArray
    tall: float
    over: Moment | None = None
    unclear: float | None = None
    climbed: bool = False
    learnt: float | None = None

    def learn(self, point: FloatArray, head: FloatArray, tall: float, seconds: float) -> None:
        """Take in where the person clearly stands: an average, since one box may jitter by a tenth of its height."""
        gap = 0.0 if self.learnt is None else seconds - self.learnt
        weight = 1.0 if self.learnt is None else min(1 - math.exp(-gap / _AVERAGE_SECONDS), _MOST_WEIGHT)
        self.point = self.point + weight * (point - self.point)
        self.head = self.head + weight * (head - self.head)
        self.tall += weight * (tall - self.tall)
        self.learnt, self.over = seconds, None


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

    def update(self, tracks: list[int], points: FloatArray, moments: list[Moment], seconds: float) -> list[Climb]:
        """Take in the people on foot of one frame.

        Args:
            tracks: N track numbers.
            points: (N, 2) their ground points, fractions of the frame.
            moments: the frame and each person's box.
            seconds: stream time.
        """
        self._forget(seconds)
        if not self._barriers or not tracks:
            return []
        height, width = moments[0].frame.height, moments[0].frame.width
        heights = np.array([m.box[3] - m.box[1] for m in moments]) / height
        heads = np.array([[(m.box[0] + m.box[2]) / 2 / width, m.box[1] / height] for m in moments])
        for track in tracks:
            if track in self._sides:
                self._sides[track].seen = seconds
        near = np.min([line.distances(points) for _, line in self._barriers], axis=0)
        clear = np.flatnonzero(near > _CLEAR * heights).tolist()
        if not clear:
            return []
        sides = [
            self._sides.setdefault(tracks[i], _Side(points[i], moments[i], seconds, heads[i], heights[i] * height))
            for i in clear
        ]
        before = np.array([side.point for side in sides])
        carried = before + heads[clear] - np.array([side.head for side in sides])
        feet = [line.crossed(before, points[clear]) for _, line in self._barriers]
        head = [line.crossed(before, carried) for _, line in self._barriers]
        climbs = []
        for place, i in enumerate(clear):
            over = [z.name for (z, _), crossed in zip(self._barriers, feet, strict=True) if crossed[place]]
            too = [z.name for (z, _), crossed in zip(self._barriers, head, strict=True) if crossed[place]]
            climb = self._judge(tracks[i], points[i], heads[i], moments[i], over, too)
            if climb is not None:
                climbs.append(climb)
        return climbs

    def _judge(
        self, track: int, point: FloatArray, head: FloatArray, moment: Moment, over: list[str], too: list[str]
    ) -> Climb | None:
        """Whether somebody has climbed: the feet are over the fence, the head has gone as far, and they stay there."""
        seconds, side = moment.frame.seconds, self._sides[track]
        tall = moment.box[3] - moment.box[1]
        grown = tall > _GROWN * side.tall
        if over and (not too or grown):
            side.unclear = seconds if side.unclear is None else side.unclear
            if too or seconds - side.unclear < (_STAY_SECONDS if grown else _UNCLEAR_SECONDS):
                return None
            over, side.learnt = [], None  # the feet were hidden when the near side was learnt
        side.unclear = None
        if not over:
            side.learn(point, head, tall, seconds)
            if int(side.moment.frame.seconds) != int(seconds):
                side.moment = moment
            return None
        if side.over is None:
            side.over = moment
        if side.climbed or seconds - side.over.frame.seconds < _STAY_SECONDS:
            return None
        moments = [side.moment, side.over, moment]
        self._sides[track] = _Side(point, moment, seconds, head, tall, climbed=True)
        notes = ("start", "course", "end")
        return Climb(track, over[0], [replace(m, note=n) for m, n in zip(moments, notes, strict=True)])

    def _forget(self, seconds: float) -> None:
        """Who is lost begins anew; who has climbed stays known as long as a tracker may find the person again."""
        self._sides = {
            track: side
            for track, side in self._sides.items()
            if 0 <= seconds - side.seen <= (_KNOWN_SECONDS if side.climbed else _LOST_SECONDS)
        }
