"""Anchor: one object that stands still, what decides how long it is remembered, and how a checkpoint keeps it."""

import base64
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import numpy as np
import uuid_utils.compat
from pydantic import BaseModel, ConfigDict, FiniteFloat

from detector.detections import ObjectClass
from detector.geometry import FloatArray
from detector.looks import SIDE, Look
from detector.moments import Moment


class AnchorState(BaseModel):
    """One anchor as a checkpoint keeps it: no pictures, they are the evidence of those who took them."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    class_id: ObjectClass
    box: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
    look: str
    since: FiniteFloat
    seen: FiniteFloat
    offending_since: FiniteFloat | None = None
    loading: FiniteFloat = 0.0
    confidence: FiniteFloat
    sightings: int
    background: bool
    reported: bool


class MemoryState(BaseModel):
    """What a checkpoint keeps of an :class:`AnchorMemory`.

    Attributes:
        since: when the camera was first looked at, seconds since 1970; None where it never was.
        anchors: what stands there.
    """

    model_config = ConfigDict(frozen=True)

    since: FiniteFloat | None = None
    anchors: tuple[AnchorState, ...] = ()


@dataclass(frozen=True, slots=True)
class AnchorSettings:
    """How still objects are told from moving ones, and present from gone.

    Attributes:
        same_place: a detection whose box shares this much (IoU) with an anchor's is the anchor.
        same_look: correlation from which a patch shows the anchor though the model saw nothing.
        leave_seconds: not seen in plain view for this long, and the place looks different: it has left, and what
            comes back has a new clock.
        return_seconds: what comes back so soon to the same place and looks the same is the same object: where it has
            been reported, it is not reported again.
        passing_seconds: an anchor seen for less than this is forgotten soon, for it was something that moved.
        forget_seconds: hidden for this long, it is forgotten.
        settle_seconds: what stands there in the first seconds of a camera's life was there before; 0 for none.
    """

    same_place: float = 0.45
    same_look: float = 0.65
    leave_seconds: float = 8.0
    return_seconds: float = 120.0
    passing_seconds: float = 2.0
    forget_seconds: float = 3600.0
    settle_seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Anchor:
    """An object that stands still.

    All times are seconds since 1970, so that they survive a restart.

    Attributes:
        id: UUIDv7; the violation that the object becomes has the same one.
        class_id: what it is.
        box: (4,) left, top, right, bottom, fractions of the frame.
        rest: (4,) the box where it came to rest.
        look: (2, 24, 24) brightness and edges of the box, each with mean 0 and length 1, so that light cancels out.
        since: when it came to rest.
        seen: when it was last seen or known to be there.
        detected: when the model last saw it.
        looked: when its place was last looked at.
        confidence: running mean of the model's confidence.
        sightings: how often the model has seen it.
        background: it was there before anybody looked; never reported.
        reported: a violation has been made of it.
        offending_since: since when it offends, for rules whose clock is not the time at rest.
        loading: seconds for which somebody has stood at it, for rules that grant time for loading.
        start: a picture of the time when it came to rest or began to offend.
        absent_since: since when its place, in plain view, has looked different.
        hidden: when something else last stood in front of it.
        trail: where it was seen while it came to rest.
        touched: when something else last overlapped it.
        track_ids: numbers that the tracker gave it.
        came: when it was first seen at all, or first after a restart.
    """

    class_id: ObjectClass
    box: FloatArray
    look: Look
    since: float
    seen: float
    confidence: float
    rest: FloatArray
    detected: float = 0.0
    looked: float = 0.0
    sightings: int = 1
    background: bool = False
    reported: bool = False
    offending_since: float | None = None
    loading: float = 0.0
    start: Moment | None = None
    id: UUID = field(default_factory=uuid_utils.compat.uuid7)
    absent_since: float | None = None
    touched: float = 0.0
    hidden: float = 0.0
    trail: list[tuple[float, FloatArray]] = field(default_factory=list)
    track_ids: set[int] = field(default_factory=set)
    came: float = 0.0

    @property
    def resting(self) -> float:
        """Seconds from coming to rest to the last sight of it."""
        return self.seen - self.since

    def ground_point(self) -> tuple[float, float]:
        """Bottom centre of the box, fractions of the frame."""
        return float(self.box[0] + self.box[2]) / 2, float(self.box[3])

    def state(self) -> AnchorState:
        """What a checkpoint keeps."""
        left, top, right, bottom = (float(v) for v in self.box)
        return AnchorState(
            id=self.id,
            class_id=self.class_id,
            box=(left, top, right, bottom),
            look=base64.b64encode(self.look.astype(np.float16).tobytes()).decode(),
            since=self.since,
            seen=self.seen,
            offending_since=self.offending_since,
            loading=self.loading,
            confidence=self.confidence,
            sightings=self.sightings,
            background=self.background,
            reported=self.reported,
        )

    def become(self, whole: Self) -> None:
        """Be as large as an anchor that shows it whole; clock and identity stay."""
        self.box, self.rest, self.look, self.looked = whole.box, whole.rest, whole.look, whole.looked
        self.seen, self.detected, self.absent_since = whole.seen, whole.detected, None
        self.sightings += whole.sightings
        self.track_ids |= whole.track_ids

    @classmethod
    def restored(cls, state: AnchorState) -> Self:
        """The anchor that a checkpoint describes.

        Raises:
            ValueError: its look is damaged.
        """
        look = np.frombuffer(base64.b64decode(state.look), np.float16).astype(np.float32)
        return cls(
            class_id=state.class_id,
            box=np.array(state.box, np.float64),
            look=look.reshape(2, SIDE, SIDE),
            since=state.since,
            seen=state.seen,
            confidence=state.confidence,
            rest=np.array(state.box, np.float64),
            detected=state.seen,
            sightings=state.sightings,
            background=state.background,
            reported=state.reported,
            offending_since=state.offending_since,
            loading=state.loading,
            id=state.id,
        )
