"""Timers: how long each track has been in a zone, as supervision's time-in-zone example counts it."""

from benchmarks.contest.events import Event, Place
from benchmarks.contest.zone_rules import ZoneRule


class ZoneTimer:
    """Counts from a track's first frame in the zone on, and reports it once when that is too long.

    The time goes on while the track is out of the zone or unseen, as in the example's ``FPSBasedTimer``: what counts
    is that it is in the zone when the time is up.

    Args:
        rule: the zone, and how long is too long.
        fps: frames a second of the clip.
    """

    def __init__(self, rule: ZoneRule, fps: float) -> None:
        self._rule = rule
        self._fps = fps
        self._courses: dict[int, list[Place]] = {}
        self._reported: set[int] = set()

    def tick(self, number: int, feet: dict[int, tuple[float, float]]) -> list[Event]:
        """Take in one frame.

        Args:
            number: of the frame, from 0.
            feet: for each track of the rule's class in the zone the lower middle of its box, pixels.
        """
        events = []
        seconds = number / self._fps
        for track, (x, y) in feet.items():
            if track in self._reported:
                continue
            course = self._courses.setdefault(track, [])
            course.append((seconds, x, y))
            if seconds - course[0][0] >= self._rule.seconds:
                self._reported.add(track)
                del self._courses[track]
                events.append(
                    Event(kind=self._rule.kind, started_s=course[0][0], ended_s=seconds, course=tuple(course))
                )
        return events
