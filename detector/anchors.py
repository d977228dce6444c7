"""Still objects remembered by place and look, across lost tracks, hiding and restarts.

A tracker's number is a bad memory: it changes when a bus passes or the light does. An anchor is an object that stands
still, known by where it stands and by a small grey patch of what it looks like there.
"""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self, TypedDict
from uuid import UUID

import cv2
import numpy as np
import uuid_utils.compat
from numpy.typing import NDArray

from detector.detections import Detections, ObjectClass
from detector.geometry import FloatArray, ious, overlaps
from detector.moments import Moment
from detector.sources import Frame

_PATCH = 24
Look = NDArray[np.float32]


class AnchorState(TypedDict):
    """One anchor as JSON, for checkpoints."""

    id: str
    class_id: int
    box: list[float]
    look: str
    since: float
    seen: float
    confidence: float
    sightings: int
    background: bool
    reported: bool


@dataclass(slots=True, eq=False)
class Anchor:
    """An object that stands still.

    Attributes:
        id: UUIDv7; the violation that the object becomes has the same one.
        class_id: what it is.
        box: (4,) left, top, right, bottom, fractions of the frame.
        look: (2, 24, 24) brightness and edges of the box, each with mean 0 and length 1, so that light cancels out.
        since: when it came to rest, seconds since 1970 (wall clock, so that it survives a restart).
        seen: when it was last seen or known to be there.
        confidence: running mean of the model's confidence.
        sightings: how often the model has seen it.
        background: it was there before anybody looked; never reported.
        reported: a violation has been made of it.
        moments: pictures that prove since when it has been here.
        track_ids: numbers that the tracker gave it.
    """

    class_id: ObjectClass
    box: FloatArray
    look: Look
    since: float
    seen: float
    confidence: float
    sightings: int = 1
    background: bool = False
    reported: bool = False
    id: UUID = field(default_factory=uuid_utils.compat.uuid7)
    absent_since: float | None = None
    moments: list[Moment] = field(default_factory=list)
    track_ids: set[int] = field(default_factory=set)

    @property
    def resting(self) -> float:
        """Seconds from coming to rest to the last sight of it."""
        return self.seen - self.since

    @property
    def started(self) -> datetime:
        """When it came to rest."""
        return datetime.fromtimestamp(self.since, UTC)

    def ground_point(self) -> tuple[float, float]:
        """Bottom centre of the box, fractions of the frame."""
        return float(self.box[0] + self.box[2]) / 2, float(self.box[3])

    def state(self) -> AnchorState:
        """What a checkpoint keeps (pictures are not kept)."""
        return {
            "id": str(self.id),
            "class_id": int(self.class_id),
            "box": [float(x) for x in self.box],
            "look": base64.b64encode(self.look.astype(np.float16).tobytes()).decode(),
            "since": self.since,
            "seen": self.seen,
            "confidence": self.confidence,
            "sightings": self.sightings,
            "background": self.background,
            "reported": self.reported,
        }

    @classmethod
    def restored(cls, state: AnchorState) -> Self:
        """The anchor that a checkpoint describes.

        Raises:
            KeyError, ValueError: the checkpoint was not written by :meth:`state`.
        """
        look = np.frombuffer(base64.b64decode(state["look"]), np.float16).astype(np.float32)
        return cls(
            class_id=ObjectClass(state["class_id"]),
            box=np.array(state["box"], np.float64).reshape(4),
            look=look.reshape(2, _PATCH, _PATCH),
            since=state["since"],
            seen=state["seen"],
            confidence=state["confidence"],
            sightings=state["sightings"],
            background=state["background"],
            reported=state["reported"],
            id=UUID(state["id"]),
        )


@dataclass(frozen=True, slots=True)
class AnchorSettings:
    """How still objects are told from moving ones, and present from gone.

    Attributes:
        same_place: a detection whose box shares this much (IoU) with an anchor's is the anchor.
        same_look: correlation from which a patch shows the anchor though the model saw nothing.
        leave_seconds: not seen in plain view for this long, and the place looks different: it has left.
        passing_seconds: an anchor seen for less than this is forgotten soon, for it was something that moved.
        forget_seconds: hidden for this long, it is forgotten.
        settle_seconds: what stands there in the first seconds of a camera's life was there before; 0 for none.
    """

    same_place: float = 0.45
    same_look: float = 0.65
    leave_seconds: float = 8.0
    passing_seconds: float = 2.0
    forget_seconds: float = 3600.0
    settle_seconds: float = 0.0


class AnchorMemory:
    """The still objects of some classes that one camera sees.

    Args:
        classes: what to remember; these classes count as the same kind of object.
        settings: see :class:`AnchorSettings`.
    """

    def __init__(self, classes: tuple[ObjectClass, ...], settings: AnchorSettings | None = None) -> None:
        self.classes = classes
        self.settings = settings or AnchorSettings()
        self.anchors: list[Anchor] = []
        self._born: float | None = None
        self._last: float | None = None

    def update(self, frame: Frame, detections: Detections) -> list[Anchor]:
        """Take in one frame.

        Args:
            frame: the frame; one that is not newer than the last one is passed over.
            detections: everything seen in it, other classes too: they may stand in front.

        Returns:
            The anchors that are there now.
        """
        now = frame.time.timestamp()
        if self._last is not None and now <= self._last:
            return []
        self._last = now
        self._born = now if self._born is None else self._born
        own = detections.of_class(*self.classes)
        size = np.array([frame.width, frame.height] * 2, np.float64)
        boxes = own.xyxy / size
        matched = self._match(frame, own, boxes, now)
        others = detections[~np.isin(detections.class_id, [int(c) for c in self.classes])]
        for row in np.flatnonzero(~matched):
            self._settle(frame, own, int(row), boxes[row], now)
        self._look_for_missing(frame, others.xyxy / size, now)
        return [a for a in self.anchors if a.absent_since is None and a.seen == now]

    def state(self) -> list[AnchorState]:
        """What a checkpoint keeps."""
        return [a.state() for a in self.anchors if a.resting >= self.settings.passing_seconds]

    def restore(self, states: list[AnchorState]) -> None:
        """Take over the anchors of a checkpoint; their clocks go on."""
        self.anchors = [Anchor.restored(s) for s in states]
        self._born = 0.0

    def _match(self, frame: Frame, own: Detections, boxes: FloatArray, now: float) -> NDArray[np.bool_]:
        """(N,) which detections carry on an anchor; the best pairs first, one to one."""
        matched = np.zeros(len(own), np.bool_)
        if not len(own) or not self.anchors:
            return matched
        shared = ious(boxes, np.stack([a.box for a in self.anchors]))
        while shared.size and shared.max() >= self.settings.same_place:
            row, column = np.unravel_index(int(shared.argmax()), shared.shape)
            anchor = self.anchors[column]
            shared[row, :] = shared[:, column] = 0
            matched[row] = True
            self._refresh(anchor, frame, own, int(row), now)
        return matched

    def _refresh(self, anchor: Anchor, frame: Frame, own: Detections, row: int, now: float) -> None:
        anchor.seen, anchor.absent_since = now, None
        anchor.sightings += 1
        weight = max(1 / anchor.sightings, 0.02)
        anchor.confidence += weight * (float(own.confidence[row]) - anchor.confidence)
        track = int(own.tracks[row])
        if track >= 0 and len(anchor.track_ids) < 20:
            anchor.track_ids.add(track)
        if anchor.sightings % 10 == 0:
            current = patch_look(frame.image, anchor.box)
            anchor.look = 0.9 * anchor.look + 0.1 * current

    def _settle(self, frame: Frame, own: Detections, row: int, box: FloatArray, now: float) -> None:
        confidence = float(own.confidence[row])
        born = self._born if self._born is not None else now
        anchor = Anchor(
            class_id=ObjectClass(int(own.class_id[row])),
            box=box.astype(np.float64),
            look=patch_look(frame.image, box),
            since=now,
            seen=now,
            confidence=confidence,
            background=now - born < self.settings.settle_seconds,
        )
        x1, y1, x2, y2 = (float(v) for v in own.xyxy[row])
        anchor.moments.append(Moment(frame, (x1, y1, x2, y2), "start", confidence))
        if own.tracks[row] >= 0:
            anchor.track_ids.add(int(own.tracks[row]))
        self.anchors.append(anchor)

    def _look_for_missing(self, frame: Frame, others: FloatArray, now: float) -> None:
        """Anchors that the model did not see: hidden, overlooked, or gone?"""
        kept = []
        for anchor in self.anchors:
            if anchor.seen < now:
                self._judge_missing(anchor, frame, others, now)
            gone = anchor.absent_since is not None and now - anchor.absent_since > self.settings.leave_seconds
            passing = anchor.resting < self.settings.passing_seconds and now - anchor.seen > 1.5
            if not (gone or passing or now - anchor.seen > self.settings.forget_seconds):
                kept.append(anchor)
        self.anchors = kept

    def _judge_missing(self, anchor: Anchor, frame: Frame, others: FloatArray, now: float) -> None:
        hidden = len(others) > 0 and float(overlaps(anchor.box[None], others).max()) > 0.3
        if hidden:
            anchor.absent_since = None
            return
        likeness = look_likeness(anchor.look, patch_look(frame.image, anchor.box))
        if anchor.resting >= self.settings.passing_seconds and likeness >= self.settings.same_look:
            anchor.seen, anchor.absent_since = now, None
        elif anchor.absent_since is None:
            anchor.absent_since = now


def patch_look(image: NDArray[np.uint8], box: FloatArray) -> Look:
    """What a place looks like, such that a change of light changes little.

    Args:
        image: (H, W, 3) BGR.
        box: (4,) fractions of the frame.

    Returns:
        (2, 24, 24) brightness and edge strength, each with mean 0 and length 1.
    """
    height, width = image.shape[:2]
    left, top = int(np.clip(box[0] * width, 0, width - 2)), int(np.clip(box[1] * height, 0, height - 2))
    right = int(np.clip(np.ceil(box[2] * width), left + 2, width))
    bottom = int(np.clip(np.ceil(box[3] * height), top + 2, height))
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (_PATCH, _PATCH), interpolation=cv2.INTER_AREA).astype(np.float32)
    edges = np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1))
    planes = np.stack([small, edges])
    planes -= planes.mean(axis=(1, 2), keepdims=True)
    lengths = np.sqrt((planes**2).sum(axis=(1, 2), keepdims=True))
    look: Look = planes / np.maximum(lengths, 1e-6)
    return look


def look_likeness(a: Look, b: Look) -> float:
    """Zero-mean normalised correlation of two looks, the better of brightness and edges; -1 to 1."""
    return float((a * b).sum(axis=(1, 2)).max())
