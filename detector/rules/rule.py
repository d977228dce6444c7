"""Rule: tracks and a scene in, findings out. A kind of violation is one rule in one file."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import numpy as np
import uuid_utils.compat
from numpy.typing import NDArray

from detector.anchor import MemoryState
from detector.detections import Detections
from detector.moments import Moment
from detector.sources import Frame
from detector.violations import Box, ViolationKind


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a rule sees of one frame.

    Attributes:
        frame: the frame.
        tracks: detections that belong to a believed track.
        detections: everything the model is sure enough of, still objects without a track too.
        riding: (len(tracks),) true for people on or in a vehicle.
    """

    frame: Frame
    tracks: Detections
    detections: Detections
    riding: NDArray[np.bool_]

    def fractions(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        """(N, 2) pixel points as fractions of the frame."""
        return points / np.array([self.frame.width, self.frame.height], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """An offence that a rule has seen, before its evidence is written.

    Attributes:
        kind: what the offence is.
        started, ended: capture times; ``ended`` is the last moment seen so far.
        started_s, ended_s: the same in stream seconds; ``started_s`` may be negative after a restart.
        confidence: mean confidence of the model in the offender, 0 to 1.
        box: pixels of the last moment's frame.
        moments: what proves it, in order of time, one at least.
        course: capture times and ground points of who moved, fractions of the frame; empty for what lies still.
        id: becomes the violation's; where a rule remembers offences over restarts, so does it the id, so that an
            offence that is found again after a crash is the same violation.
    """

    kind: ViolationKind
    started: datetime
    ended: datetime
    started_s: float
    ended_s: float
    confidence: float
    box: Box
    zone: str | None
    moments: list[Moment]
    track_ids: tuple[int, ...] = ()
    count: int = 1
    note: str = ""
    course: tuple[tuple[datetime, float, float], ...] = ()
    id: UUID = field(default_factory=uuid_utils.compat.uuid7)


class Rule(ABC):
    """Turns what is seen over time into findings, each real offence once."""

    kind: ClassVar[ViolationKind]

    @abstractmethod
    def update(self, view: View) -> list[Finding]:
        """Take in one frame; answers what has become an offence with it."""

    @abstractmethod
    def finish(self) -> list[Finding]:
        """The source has ended: offences that only waited for their end."""

    @abstractmethod
    def state(self) -> MemoryState:
        """What a checkpoint keeps of this rule; empty for rules without a long memory."""

    @abstractmethod
    def restore(self, state: MemoryState) -> None:
        """Go on from a checkpoint.

        Raises:
            ValueError: the checkpoint is damaged.
        """
