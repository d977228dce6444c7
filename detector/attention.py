"""Attention: which pictures of one camera are worth a look."""

import math
from collections import deque
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from detector.geometry import FloatArray
from detector.motion import Activity, Motion
from detector.parts import Part
from detector.scene import Ignore, Scene
from detector.schedule import Schedule
from detector.sources.frame import Frame, Luma

STILL_RATE: Final = 2.0
"""Looks a second at most where no rule is about people: what lies and stands still needs no more."""

_EARLY: Final = 0.9
"""A picture that comes this share of the time after the last look is in time: cameras are not punctual."""
_LINGER_SECONDS: Final = 1.0
"""So long a scene is looked at after the last motion: whoever stopped is seen where he stopped."""
_STANDING_SECONDS: Final = 0.5
"""Time between looks while something new stands still: who waits on the road must be seen once a second."""
_FIRST_SECONDS: Final = 2.0
"""So long everything is looked at at first: what is usual is not known yet."""


class Attention:
    """Decides by motion, by the clock and by what the scene's rules need.

    A source may ask from a thread of its own.

    Args:
        scene: says what is looked for and what may be spared.
        timezone: the district's, for quiet hours.
    """

    def __init__(self, scene: Scene, timezone: ZoneInfo) -> None:
        self._looking = scene.looking
        self._most = math.inf if scene.rules.jaywalking is not None else STILL_RATE
        self._quiet = Schedule.parse(scene.looking.quiet_hours) if scene.looking.quiet_hours else None
        self._holidays = scene.holidays
        self._timezone = timezone
        self._motion = Motion([zone.polygon for zone in scene.zones if isinstance(zone, Ignore)])
        self._lock = Lock()
        self._checked = -math.inf
        self._looked = -math.inf
        self._whole = -math.inf
        """When all of a picture was last looked at."""
        self._places: deque[tuple[float, FloatArray]] = deque()
        """Where something was new lately: (N, 4) fractions of the picture."""
        self._moved = -math.inf
        self._new = -math.inf
        self._began: float | None = None

    def wants(self, frame: Frame) -> Frame | None:
        """The frame, with the part of it that the model is to look at; None where it need not. Notes that it does."""
        with self._lock:
            now = frame.seconds
            if self._began is None or now < self._checked:  # a clock that begins anew
                self._began = now
                self._checked = self._looked = self._whole = self._moved = self._new = -math.inf
                self._places.clear()
            if now - self._checked < self._period(frame.time):
                return None
            self._checked = now
            if self._looking.motion and now - self._looked < _EARLY * self._wait(frame):
                return None
            self._looked = now
            part = self._part(frame)
            if part is None:
                self._whole = now
            return replace(frame, part=part)

    def may_sleep(self) -> bool:
        """Whether nothing has moved for so long that key frames are enough."""
        with self._lock:
            return self._is_asleep(self._checked)

    def is_disturbed(self, luma: Luma) -> bool:
        """Whether a key frame shows something new."""
        with self._lock:
            return self._motion.is_disturbed(luma)

    def _wait(self, frame: Frame) -> float:
        """Seconds from the last look until one is due."""
        now = frame.seconds
        activity = self._motion.update(frame.luma(), now)
        if activity is Activity.MOVING or now - (self._began or 0.0) < _FIRST_SECONDS:
            self._moved = now
        if activity is not Activity.STILL:
            self._new = now
        if now - self._moved <= _LINGER_SECONDS:
            return 0.0
        if activity is Activity.NEW:
            return _STANDING_SECONDS
        return self._looking.sleep_recheck if self._is_asleep(now) else self._looking.recheck

    def _part(self, frame: Frame) -> Part | None:
        """What of a frame to look at: around what moves, and where it moved a moment ago; None for all of it."""
        now = frame.seconds
        if not (self._looking.motion and self._looking.parts) or now - (self._began or 0.0) < _FIRST_SECONDS:
            return None
        self._places.append((now, self._motion.places()))
        while now - self._places[0][0] > _LINGER_SECONDS:
            self._places.popleft()
        if now - self._whole >= _EARLY * self._looking.recheck:
            return None
        places = np.concatenate([places for _, places in self._places])
        return Part.around(places, frame.width, frame.height)

    def _is_asleep(self, now: float) -> bool:
        still = now - max(self._moved, self._new)
        return self._looking.sleep and self._looking.motion and still >= self._looking.sleep_after

    def _period(self, time: datetime) -> float:
        """Seconds from one picture that may be looked at to the next."""
        rate = self._looking.rate or math.inf
        if self._quiet is not None and self._quiet.covers(time.astimezone(self._timezone), self._holidays):
            rate = min(rate, self._looking.quiet_rate)
        if self._looking.rate is not None:
            rate = min(rate, self._most)
        return _EARLY / rate
