"""Barriers: who has climbed over a fence (跨越护栏)."""

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

_KNOWN_SECONDS: Final = 10.0


@dataclass(slots=True, eq=False)
class _Side:
    """Where a person clearly stood, and stands now if that is the other side of a barrier."""

    point: FloatArray
    moment: Moment
    seen: float
    over: Moment | None = None
    climbed: bool = False


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
        heights = np.array([m.box[3] - m.box[1] for m in moments]) / moments[0].frame.height
        near = np.min([line.distances(points) for _, line in self._barriers], axis=0)
        clear = np.flatnonzero(near > _CLEAR * heights).tolist()
        before = np.array([self._sides[tracks[i]].point if tracks[i] in self._sides else points[i] for i in clear])
        ways = [line.crossed(before.reshape(-1, 2), points[clear]) for _, line in self._barriers]
        for track in tracks:
            if track in self._sides:
                self._sides[track].seen = seconds
        climbs = []
        for place, i in enumerate(clear):
            over = [zone.name for (zone, _), crossed in zip(self._barriers, ways, strict=True) if crossed[place]]
            climb = self._judge(tracks[i], points[i], moments[i], over)
            if climb is not None:
                climbs.append(climb)
        return climbs

    def _judge(self, track: int, point: FloatArray, moment: Moment, over: list[str]) -> Climb | None:
        seconds = moment.frame.seconds
        side = self._sides.setdefault(track, _Side(point, moment, seconds))
        if not over:
            side.point, side.over = point, None
            if int(side.moment.frame.seconds) != int(seconds):
                side.moment = moment
            return None
        if side.over is None:
            side.over = moment
        if side.climbed or seconds - side.over.frame.seconds < _STAY_SECONDS:
            return None
        moments = [side.moment, side.over, moment]
        self._sides[track] = _Side(point, moment, seconds, climbed=True)
        notes = ("start", "course", "end")
        return Climb(track, over[0], [replace(m, note=n) for m, n in zip(moments, notes, strict=True)])

    def _forget(self, seconds: float) -> None:
        """Who is lost begins anew; who has climbed stays known as long as a tracker may find the person again."""
        self._sides = {
            track: side
            for track, side in self._sides.items()
            if 0 <= seconds - side.seen <= (_KNOWN_SECONDS if side.climbed else _LOST_SECONDS)
        }
