"""Visit: one person's stay where people must not walk."""

import math
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from detector.moments import Moment

LONGEST_GAP: Final = 2.0
"""A person who is not seen for longer than this has not been seen walking in between, seconds."""

_RIDER_SHARE: Final = 0.3
"""A person seen on a vehicle in more than this share of a visit rode through it."""

_SPEED_SECONDS: Final = 0.5
"""Speed is taken over at least so long, so that the jitter of boxes does not rule it."""


_EVEN_SECONDS: Final = 0.25
_FIRST_PLACES: Final = 3
_FIRST_SECONDS: Final = 0.5
"""Over so long somebody's place is averaged, and over so many boxes and at most so long where the visit began."""

_TALL_WEIGHT: Final = 0.2
"""Of a new box in how tall somebody has been lately: a few boxes even out jitter."""

_LOST_SECONDS: Final = 4.0
"""Who is lost for longer may be anybody."""

_SIDE: Final = 0.01
"""A box that ends this near to the picture's side, as a share of the width, goes on outside."""

_CAME: Final = 0.5
"""Who is first known this near to the side, in body heights, came in there while the tracker made sure."""


_DEPTH: Final = 1.4
"""A step away from a camera that looks down at the street is shorter in the picture than one aside, by about this."""

_LEAST_SIGHTINGS: Final = 3
_SIGHTINGS_A_SECOND: Final = 1.0
"""Seen less often, as by a camera that gives a picture every two seconds, nobody is accused: who it is between two
sightings is a guess."""

_MOST_POINTS: Final = 60

Point = tuple[float, float]


@dataclass(slots=True, eq=False)
class Visit:
    """One person's stay on the road, or on a crosswalk at red.

    Attributes:
        tracks: numbers that the tracker gave the person, the newest last.
        zone: where; ``why``: what makes it an offence, beyond being there.
        first, best, end, latest: moments of the stay; ``best`` is the surest one at a whole second. It begins when
            ``stay`` rises from 0 and ends where that was highest, whatever jitter says before and after: that is where
            a cumulative sum (Page, Biometrika 1954) sees a change, as soon at 5 as at 25 frames a second.
        place, pixels: the newest ground point, in metres or pixels, and in pixels.
        height: mean height of the box, pixels; ``tall`` the same lately, for who comes nearer grows.
        farthest: how far the person got from the first place, the same unit; jitter adds nothing to it.
        allowed: when the person was last seen where it may be, None where that is not known.
        begun: when the stay began: halfway from then to ``first``, since nobody looked in between.
        stay: seconds on the road less those off it, never below 0: somebody who walks along the kerb and whose box
            jitters over it does not add up to a stay.
        on_seconds: the most that ``stay`` has been.
        course: capture times and ground points, fractions of the frame, every half second.
        last_seen: when the person's place was last seen; ``last_known`` the same, or when the person was seen without
            feet.
    """

    tracks: list[int]
    zone: str
    why: str
    first: Moment
    latest: Moment
    best: Moment
    origin: Point
    pixels: Point
    allowed: float | None = None
    begun: float = 0.0
    farthest: float = 0.0
    height: float = 0.0
    tall: float = 0.0
    stay: float = 0.0
    on_seconds: float = 0.0
    last_on: float = 0.0
    last_seen: float = 0.0
    last_known: float = 0.0
    was_on: bool = False
    end: Moment = field(init=False)
    samples: int = 0
    ridden: int = 0
    confidence: float = 0.0
    reported: bool = False
    speed: Point = (0.0, 0.0)
    course: list[tuple[datetime, float, float]] = field(default_factory=list)
    _mark: tuple[float, Point] | None = None
    _even: Point | None = None
    _places: int = 1

    def __post_init__(self) -> None:
        self.end = self.latest

    def on(self, moment: Moment, place: Point, pixels: Point, *, riding: bool) -> None:
        """Seen where it must not be.

        Args:
            moment: the frame and the person's box.
            place: ground point, metres where the ground plane is known, else pixels.
            pixels: ground point in pixels.
            riding: on or in a vehicle.
        """
        seconds = moment.frame.seconds
        since = self.last_seen
        if self.was_on:
            self.stay += min(seconds - self.last_seen, LONGEST_GAP)
        elif self.stay <= 0:
            self._begin(moment)
        if self.stay >= self.on_seconds:
            self.end, self.on_seconds = moment, self.stay
        self.was_on, self.last_on, self.last_seen, self.last_known = True, seconds, seconds, seconds
        self.samples += 1
        self.ridden += riding
        self.confidence += (moment.confidence - self.confidence) / self.samples
        tall = moment.box[3] - moment.box[1]
        self.height += (tall - self.height) / self.samples
        self.tall += max(_TALL_WEIGHT, 1 / self.samples) * (tall - self.tall)
        self._walk_to(place, seconds - since)
        self._measure_speed(seconds, pixels)
        if self._mark is not None and self._mark[0] == seconds:
            frame = moment.frame
            self.course.append((frame.time, pixels[0] / frame.width, pixels[1] / frame.height))
            if len(self.course) > _MOST_POINTS:
                del self.course[1:-1:2]
        self.latest = moment
        # Pictures are kept at whole seconds, so that visits at the same time share frames and memory stays small.
        newer = self.end is moment and int(seconds) != int(self.best.frame.seconds)
        if newer and moment.confidence >= self.best.confidence:
            self.best = moment

    def off(self, seconds: float) -> None:
        """Seen where it may be."""
        self.stay = max(0.0, self.stay - (seconds - self.last_seen))
        self.was_on, self.last_seen, self.last_known, self.allowed = False, seconds, seconds, seconds

    @property
    def walked(self) -> bool:
        """Whether the person was on foot, and was seen often enough to be one and the same all the while."""
        often = self.samples >= max(_LEAST_SIGHTINGS, _SIGHTINGS_A_SECOND * self.on_seconds)
        return often and self.ridden <= _RIDER_SHARE * self.samples

    def expects(self, newcomer: Moment, pixels: Point) -> float | None:
        """How far a newcomer stands from where this person, lost since, must be; None for somebody else.

        The distance is in body heights. The longer the person is lost, the less is known of where. Who went out of
        the picture is not expected, and who comes into it is no old acquaintance.
        """
        gap = newcomer.frame.seconds - self.last_seen
        alike = 0.7 * self.tall < newcomer.box[3] - newcomer.box[1] < 1.4 * self.tall
        if gap > _LOST_SECONDS or not alike or _at_the_side(newcomer, _CAME * self.tall) or self._left(gap):
            return None
        # Anywhere from where the person was last to where the walk would have led: one may stop behind a pole.
        known = min(gap, LONGEST_GAP)
        (x, y), (u, v) = (self.speed[0] * known, self.speed[1] * known), self.pixels
        length = x * x + y * y
        share = min(max(((pixels[0] - u) * x + (pixels[1] - v) * y) / length, 0.0), 1.0) if length > 0 else 0.0
        distance = math.hypot(pixels[0] - u - share * x, _DEPTH * (pixels[1] - v - share * y)) / self.tall
        return distance if distance < 0.4 + 0.25 * gap else None

    def moments(self) -> list[Moment]:
        """Start, course and end, in order of time, none twice."""
        by_time = {m.frame.seconds: m for m in (self.first, self.best, self.end)}
        chosen = [by_time[s] for s in sorted(by_time)]
        notes = {1: ["course"], 2: ["start", "end"], 3: ["start", "course", "end"]}[len(chosen)]
        return [replace(moment, note=note) for moment, note in zip(chosen, notes, strict=True)]

    def _begin(self, moment: Moment) -> None:
        """The stay begins, at first or after one that jitter made."""
        self.first = self.best = moment
        seconds = moment.frame.seconds
        gap = 0.0 if self.allowed is None else seconds - self.allowed
        self.stay = gap / 2 if gap <= LONGEST_GAP else 0.0
        self.begun = seconds - self.stay

    def _left(self, gap: float) -> bool:
        """Whether this person has gone out of the picture, or would have, at the speed of last."""
        x = self.pixels[0] + self.speed[0] * gap
        return _at_the_side(self.latest) or not 0 < x < self.latest.frame.width

    def _walk_to(self, place: Point, gap: float) -> None:
        """Measure how far the person has got, from one mean of places to another: one box may be off by metres."""
        if not (math.isfinite(place[0]) and math.isfinite(place[1])):
            return
        if self._even is None:
            self.origin = self._even = place
            return
        self._places += 1
        weight = max(1 / self._places, 1 - math.exp(-gap / _EVEN_SECONDS))
        x, y = self._even
        self._even = x + weight * (place[0] - x), y + weight * (place[1] - y)
        if self._places <= _FIRST_PLACES and self.last_seen - self.first.frame.seconds <= _FIRST_SECONDS:
            self.origin = self._even
        self.farthest = max(self.farthest, math.dist(self._even, self.origin))

    def _measure_speed(self, seconds: float, pixels: Point) -> None:
        self.pixels = pixels
        if self._mark is None:
            self._mark = seconds, pixels
        elif seconds - self._mark[0] >= _SPEED_SECONDS:
            (at, (x, y)) = self._mark
            self.speed = (pixels[0] - x) / (seconds - at), (pixels[1] - y) / (seconds - at)
            self._mark = seconds, pixels


def _at_the_side(moment: Moment, reach: float = 0.0) -> bool:
    margin = _SIDE * moment.frame.width + reach
    return moment.box[0] < margin or moment.box[2] > moment.frame.width - margin
