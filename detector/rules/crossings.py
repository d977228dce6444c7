"""Crossings: who is on a crosswalk although its pedestrian lamp is red (闯红灯)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.lamps import Lamp, LampState
from detector.scene import Crosswalk
from detector.zones import ZoneMap

_REACTION_SECONDS: Final = 2.0
"""Who steps on a crosswalk this soon after the lamp turned red started on green."""

_CLEARANCE_SECONDS: Final = 15.0
"""Who started on green may finish: 15 s are enough for 15 m at 1 m/s, the slowest walker that signals are timed for."""

_ABSENT_SECONDS: Final = 2.0
"""Off the crosswalk for longer than this, a person who comes back enters it anew."""

_EDGE: Final = 0.03
"""Who is first seen this near to the picture's side, as a share of it, came from outside."""


@dataclass(slots=True)
class _Crossing:
    zone: str
    entered: float | None  # None: was there before the tracker knew the person
    seen: float


class CrossingWatch:
    """Reads a scene's pedestrian lamps and knows when each person stepped on a crosswalk.

    Args:
        zones: the scene's zones.
    """

    def __init__(self, zones: ZoneMap) -> None:
        self._lamps = {zone.name: Lamp(box) for zone, box in zones.lamps()}
        self._crossings: dict[int, _Crossing] = {}
        self._known: dict[int, float] = {}

    def look(self, image: NDArray[np.uint8], seconds: float) -> None:
        """Read the lamps."""
        for lamp in self._lamps.values():
            lamp.update(image, seconds)

    def at_red(
        self, tracks: list[int], points: NDArray[np.float64], crosswalks: list[Crosswalk | None], seconds: float
    ) -> list[Crosswalk | None]:
        """The crosswalk that each of N people is on at red; None for everybody else.

        Args:
            tracks: N track numbers.
            points: (N, 2) ground points, fractions of the frame.
            crosswalks: where each person is.
            seconds: stream time.
        """
        if not self._lamps:
            return [None] * len(tracks)
        result: list[Crosswalk | None] = []
        for track, point, crosswalk in zip(tracks, points, crosswalks, strict=True):
            offends = crosswalk is not None and self._offends(track, float(point[0]), crosswalk.name, seconds)
            result.append(crosswalk if offends else None)
            self._known[track] = seconds
        self._crossings = {t: c for t, c in self._crossings.items() if 0 <= seconds - c.seen <= 10}
        self._known = {t: s for t, s in self._known.items() if 0 <= seconds - s <= 10}
        return result

    def _offends(self, track: int, x: float, name: str, seconds: float) -> bool:
        crossing = self._crossings.get(track)
        if crossing is None or crossing.zone != name or seconds - crossing.seen > _ABSENT_SECONDS:
            came = track in self._known or not _EDGE < x < 1 - _EDGE
            crossing = self._crossings[track] = _Crossing(name, seconds if came else None, seconds)
        crossing.seen = seconds
        lamp = self._lamps.get(name)
        if lamp is None or lamp.state is not LampState.RED:
            return False
        entered_at_red = crossing.entered is not None and crossing.entered > lamp.since + _REACTION_SECONDS
        return entered_at_red or seconds - lamp.since > _CLEARANCE_SECONDS
