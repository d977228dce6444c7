"""Passers-by: who was nearest to a place shortly before something appeared there."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from detector.detections import Detections, ObjectClass
from detector.moments import Moment
from detector.rules.rule import View
from detector.sources import Frame

_STEP_SECONDS: Final = 1.5
_MOST_FRAMES: Final = 4
"""Frames of the last six seconds: who drops something walks a few steps before the model sees it lie. Each may be
several megabytes."""

_REACH: Final = 1.0
"""Nobody drops a thing farther away than a body height."""


@dataclass(frozen=True, slots=True, eq=False)
class Suspect:
    """Somebody who was near, and the picture that shows it; whether the person has left the thing, people decide."""

    track: int
    moment: Moment


class PassersBy:
    """Keeps a few pictures of people on foot."""

    def __init__(self) -> None:
        self._seen: deque[tuple[Frame, Detections]] = deque(maxlen=_MOST_FRAMES)

    def update(self, view: View) -> None:
        """Take in one frame."""
        last = self._seen[-1][0].seconds if self._seen else -np.inf
        if 0 <= view.frame.seconds - last < _STEP_SECONDS:
            return
        people = (view.tracks.class_id == ObjectClass.PERSON) & ~view.riding
        if people.any():
            self._seen.append((view.frame, view.tracks[people]))

    def nearest(self, point: tuple[float, float], seconds: float) -> Suspect | None:
        """Who came nearest to a place in the last seconds.

        Args:
            point: ground point of the thing, fractions of the frame.
            seconds: stream time of its first sight.
        """
        best: Suspect | None = None
        least = _REACH
        for frame, people in self._seen:
            if not 0 <= seconds - frame.seconds <= _STEP_SECONDS * (_MOST_FRAMES + 1):
                continue
            feet = people.ground_points() - np.array([point[0] * frame.width, point[1] * frame.height], np.float32)
            apart = np.hypot(feet[:, 0], feet[:, 1]) / (people.xyxy[:, 3] - people.xyxy[:, 1])
            row = int(apart.argmin())
            if apart[row] < least:
                least = float(apart[row])
                left, top, right, bottom = (float(v) for v in people.xyxy[row])
                moment = Moment(frame, (left, top, right, bottom), "nearby", float(people.confidence[row]))
                best = Suspect(int(people.tracks[row]), moment)
        return best
