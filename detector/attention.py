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
_THING_SECONDS: Final = 2.0
"""The same while only a thing does, or lies there while its clock runs: as often as a close look."""
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
        """Where something moved lately: (N, 4) fractions of the picture."""
        self._people = self._things = np.empty((0, 4))
        self._things_seen = -math.inf
        self._moved = -math.inf
        self._new = -math.inf
        self._began: float | None = None

    def wants(self, frame: Frame) -> Frame | None:
        """The frame, with the part of it that the model is to look at; None where it need not. Notes that it does."""
        with self._lock:
            now = frame.seconds
            if self._began is None or now < self._checked:  # a clock that begins anew
                self._began = now
                self._checked = self._looked = self._whole = self._moved = self._new = self._things_seen = -math.inf
                self._places.clear()
            if now - self._checked < self._period(frame.time):
                return None
            self._checked = now
            wanted = self._wanted(frame) if self._looking.motion else frame
            if wanted is not None:
                self._looked = now
                self._whole = now if wanted.part is None else self._whole
            return wanted

    def follow(self, people: FloatArray, things: FloatArray) -> None:
        """Note what the rules follow now.

        Args:
            people: (N, 4) where people must be, fractions of the picture.
            things: (M, 4) where something stands or lies whose clock runs, likewise.
        """
        with self._lock:
            self._people, self._things = people, things

    def may_sleep(self) -> bool:
        """Whether nothing has moved for so long that key frames are enough."""
        with self._lock:
            return self._is_asleep(self._checked)

    def is_disturbed(self, luma: Luma) -> bool:
        """Whether a key frame shows something new."""
        with self._lock:
            return self._motion.is_disturbed(luma)

    def _wanted(self, frame: Frame) -> Frame | None:
        """What of a frame to look at, if anything."""
        now = frame.seconds
        activity = self._motion.update(frame.luma(), now)
        first = now - (self._began or 0.0) < _FIRST_SECONDS
        if activity is Activity.MOVING or first:
            self._moved = now
        if activity is not Activity.STILL:
            self._new = now
        moving = now - self._moved <= _LINGER_SECONDS
        looking = self._looking
        recheck = looking.sleep_recheck if self._is_asleep(now) else looking.recheck
        if first or not looking.parts:
            wait = 0.0 if moving else _STANDING_SECONDS if activity is Activity.NEW else recheck
            return frame if self._is_due(self._looked, now, wait) else None
        if self._is_due(self._whole, now, recheck):
            return frame
        return self._partly(frame, moving=moving, new=activity is Activity.NEW)

    def _partly(self, frame: Frame, *, moving: bool, new: bool) -> Frame | None:
        """The part around what moves, where it moved a moment ago, and around what is followed; all where it is large.

        Where nobody moves or stands, what is followed can wait for the whole picture's turn if it lies too far apart.
        """
        now = frame.seconds
        self._places.append((now, self._motion.moving_places()))
        while now - self._places[0][0] > _LINGER_SECONDS:
            self._places.popleft()
        lively = moving or (new and len(self._people) > 0)
        quiet_wait = _THING_SECONDS if new or len(self._things) else math.inf
        wait = 0.0 if moving else _STANDING_SECONDS if lively else quiet_wait
        if not self._is_due(self._looked, now, wait):
            return None
        places = [places for _, places in self._places]
        if lively:
            places.append(self._people)
        if self._is_due(self._things_seen, now, _THING_SECONDS):
            places += [self._things, self._motion.new_places()]
            self._things_seen = now
        part = Part.around(np.concatenate(places), frame.width, frame.height)
        return replace(frame, part=part) if part is not None or lively else None

    @staticmethod
    def _is_due(last: float, now: float, wait: float) -> bool:
        return now - last >= _EARLY * wait

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
