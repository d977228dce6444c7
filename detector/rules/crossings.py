"""Crossings: who is on a crosswalk although its pedestrian signal is red (闯红灯)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.lamps import Lamp, LampState
from detector.scene import Crosswalk
from detector.signals import SignalBoard
from detector.sources import Frame
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


@dataclass(slots=True)
class _Signal:
    """What a crosswalk's signal is believed to show, and since when, in the rules' seconds.

    Attributes:
        lamp: read where nothing is told.
        fed: whether a controller tells the phase.
        told_since: when the phase that was told last began.
        looked: when it was asked last.
    """

    lamp: Lamp | None
    fed: bool
    state: LampState = LampState.UNKNOWN
    since: float = 0.0
    told_since: datetime | None = None
    looked: float | None = None

    def look(self, frame: Frame, name: str, board: SignalBoard) -> None:
        """Read the lamp, and ask what is told; what is told goes before what is read."""
        if self.lamp is not None:
            self.lamp.update(frame.image, frame.seconds)
        phase = board.at(name, frame.time) if self.fed else None
        if phase is None:
            self.state, self.since = (self.lamp.state, self.lamp.since) if self.lamp else (LampState.UNKNOWN, 0.0)
            self.told_since = None
        elif (phase.state, phase.since) != (self.state, self.told_since):
            # Told late, or after a time in which nobody could see: nobody is accused of what was not known.
            since = frame.seconds - (frame.time - phase.since).total_seconds()
            self.since = since if self.looked is None else max(since, self.looked)
            self.state, self.told_since = phase.state, phase.since
        self.looked = frame.seconds


class CrossingWatch:
    """Reads a scene's pedestrian signals and knows when each person stepped on a crosswalk.

    Args:
        zones: the scene's zones.
        board: what is told about signals.
    """

    def __init__(self, zones: ZoneMap, board: SignalBoard | None = None) -> None:
        self._board = board or SignalBoard()
        self._signals = {
            zone.name: _Signal(Lamp(signal.lamp) if signal.lamp is not None else None, signal.fed)
            for zone, signal in zones.signals()
        }
        self._crossings: dict[int, _Crossing] = {}
        self._known: dict[int, float] = {}

    def look(self, frame: Frame) -> None:
        """See what the signals show in a frame."""
        for name, signal in self._signals.items():
            signal.look(frame, name, self._board)

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
        if not self._signals:
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
        signal = self._signals.get(name)
        if signal is None or signal.state is not LampState.RED:
            return False
        entered_at_red = crossing.entered is not None and crossing.entered > signal.since + _REACTION_SECONDS
        return entered_at_red or seconds - signal.since > _CLEARANCE_SECONDS
