"""Anchor: one object that stands still, and how a checkpoint keeps it."""

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
