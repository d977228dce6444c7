"""Events: what a contestant says happened, and how that is matched with what did; the same for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from pydantic import BaseModel, ConfigDict

from benchmarks.visits import NEAR, Visit, one_to_one
from detector.violations import ViolationKind

LATE = 1.5
"""Seconds by which an event may begin before what it is about, or end after it: boxes come and go at the edges."""

Place = tuple[float, float, float]
"""Seconds of the clip, and the lower middle of the box then, pixels of the clip's frames."""


class Event(BaseModel):
    """What a contestant reports: somebody or something was where it must not be, from when to when, and where then.

    A contestant that only keeps a time for each track in a zone, as a timer does, reports an event when that time
    reaches what the rule asks for: what comes later cannot take the event back.
    """

    model_config = ConfigDict(frozen=True)

    kind: ViolationKind
    started_s: float
    ended_s: float
    course: tuple[Place, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What really happened.

    Attributes:
        kind: of offence.
        start: seconds of the clip; ``end`` likewise.
        path: where: feet by the clip's seconds, with ``offset`` seconds between the path's clock and the clip's.
        spot: where, for what does not move: left, top, right, bottom in pixels, within which its foot stands.
    """

    kind: ViolationKind
    start: float
    end: float
    path: Visit | None = None
    offset: float = 0.0
    spot: tuple[float, float, float, float] | None = None

    def shows(self, event: Event) -> bool:
        """Whether an event may be about this: its kind, its time, and at one moment at least its place."""
        if event.kind is not self.kind or event.started_s < self.start - LATE or event.ended_s > self.end + LATE:
            return False
        return any(self._is_at(*place) for place in event.course)

    def _is_at(self, seconds: float, x: float, y: float) -> bool:
        if self.path is not None:
            here = self.path.place(seconds - self.offset)
            return hypot(here[0] - x, here[1] - y) < NEAR
        if self.spot is None:
            return True
        left, top, right, bottom = self.spot
        return left <= x <= right and top <= y <= bottom


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the true events were reported, and how many reports were about none or about one a second time."""

    truths: int
    found: int
    extra: int

    @property
    def recall(self) -> float:
        """Share of the true events that were reported."""
        return self.found / self.truths if self.truths else 1.0

    def __str__(self) -> str:
        return f"{self.found}/{self.truths} (+{self.extra})"


def score(events: Sequence[Event], truths: Sequence[Truth]) -> Score:
    """Events against the truth, one to one, as many as can be matched."""
    owner = one_to_one(len(events), len(truths), lambda event, truth: truths[truth].shows(events[event]))
    return Score(len(truths), len(owner), len(events) - len(owner))
