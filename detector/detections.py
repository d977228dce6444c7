"""Detections: what the model saw in one frame, as one struct of arrays."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class ObjectClass(IntEnum):
    """What the model can see. The numbers are a contract: labels, models and other programs use them."""

    PERSON = 0
    BICYCLE = 1
    MOTORCYCLE = 2
    CAR = 3
    BUS = 4
    TRUCK = 5
    E_TRICYCLE = 6
    CIGARETTE_BUTT = 7
    GARBAGE = 8

    @property
    def label(self) -> str:
        """The class's name as labels, JSON and the registry write it, for example ``e_tricycle``."""
        return self.name.lower()


_FARTHEST = 1e6
"""Pixels: no picture is so large."""

CLASS_NAMES: tuple[str, ...] = tuple(c.label for c in ObjectClass)
"""Names in the order of their numbers: ``CLASS_NAMES[6] == "e_tricycle"``."""


@lru_cache(maxsize=64)
def _members(classes: tuple[ObjectClass, ...]) -> BoolArray:
    """(classes,) true for the named ones."""
    wanted = np.zeros(len(ObjectClass), np.bool_)
    wanted[[int(c) for c in classes]] = True
    wanted.flags.writeable = False
    return wanted


def _empty(*shape: int) -> FloatArray:
    return np.empty(shape, dtype=np.float32)


@dataclass(slots=True)
class Detections:
    """N detections of one frame, one row each; every array has N as its first length.

    Attributes:
        xyxy: (N, 4) float32, left, top, right, bottom in pixels of the upright frame.
        class_id: (N,) int64, an :class:`ObjectClass` each.
        confidence: (N,) float32, 0 to 1.
        track_id: (N,) int64, the track that each detection belongs to; -1 where it has none.

    Raises:
        ValueError: where the arrays do not agree in length or ``xyxy`` is not (N, 4).

    Examples:
        >>> import numpy as np
        >>> d = Detections(np.array([[0, 0, 10, 20]], np.float32), np.array([0]), np.array([0.9], np.float32))
        >>> len(d), d.ground_points().tolist()
        (1, [[5.0, 20.0]])
        >>> len(d[d.confidence > 0.95])
        0
    """

    xyxy: FloatArray = field(default_factory=lambda: _empty(0, 4))
    class_id: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    confidence: FloatArray = field(default_factory=lambda: _empty(0))
    track_id: IntArray | None = None

    def __post_init__(self) -> None:
        self.xyxy = np.asarray(self.xyxy, np.float32)
        if self.xyxy.ndim != 2 or self.xyxy.shape[1] != 4:
            raise ValueError(f"xyxy must have shape (N, 4), got {self.xyxy.shape}")
        count = len(self.xyxy)
        self.class_id = np.asarray(self.class_id, np.int64)
        self.confidence = np.asarray(self.confidence, np.float32)
        self.track_id = np.full(count, -1, np.int64) if self.track_id is None else np.asarray(self.track_id, np.int64)
        for name in ("class_id", "confidence", "track_id"):
            shape = getattr(self, name).shape
            if shape != (count,):
                raise ValueError(f"{name} must have shape ({count},) to match xyxy, got {shape}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, index: BoolArray | IntArray | Sequence[int] | slice) -> "Detections":
        """The rows that a mask, a list of indices or a slice names, as new Detections."""
        return self._checked(self.xyxy[index], self.class_id[index], self.confidence[index], self.tracks[index])

    @classmethod
    def _checked(cls, xyxy: FloatArray, class_id: IntArray, confidence: FloatArray, track_id: IntArray) -> "Detections":
        """Of arrays that are known to agree: rules take rows some thirty times a frame, and checking costs more."""
        made = object.__new__(cls)
        made.xyxy, made.class_id, made.confidence, made.track_id = xyxy, class_id, confidence, track_id
        return made

    def with_tracks(self, track_id: IntArray) -> "Detections":
        """The same rows with these track numbers, (N,) int64.

        Raises:
            ValueError: there are not as many numbers as rows.
        """
        if track_id.shape != (len(self),):
            raise ValueError(f"track_id must have shape ({len(self)},) to match xyxy, got {track_id.shape}")
        return self._checked(self.xyxy, self.class_id, self.confidence, track_id)

    def __iter__(self) -> Iterator[tuple[FloatArray, ObjectClass, float, int]]:
        """Row by row, for drawing and printing only: loops over boxes are slow."""
        rows = zip(self.xyxy, self.class_id, self.confidence, self.tracks, strict=True)
        for box, class_id, confidence, track in rows:
            yield box, ObjectClass(int(class_id)), float(confidence), int(track)

    @property
    def tracks(self) -> IntArray:
        """(N,) int64 track numbers; -1 where a detection has no track."""
        if self.track_id is None:  # only where somebody has taken the numbers away
            self.track_id = np.full(len(self.xyxy), -1, np.int64)
        return self.track_id

    @classmethod
    def concatenate(cls, parts: Sequence["Detections"]) -> "Detections":
        """All rows of all parts, in order."""
        if not parts:
            return cls()
        return cls(
            np.concatenate([p.xyxy for p in parts]),
            np.concatenate([p.class_id for p in parts]),
            np.concatenate([p.confidence for p in parts]),
            np.concatenate([p.tracks for p in parts]),
        )

    def of_class(self, *classes: ObjectClass) -> "Detections":
        """Only the rows of the named classes."""
        return self[self.is_of(*classes)]

    def not_of_class(self, *classes: ObjectClass) -> "Detections":
        """Only the rows of all other classes."""
        return self[~self.is_of(*classes)]

    def is_of(self, *classes: ObjectClass) -> BoolArray:
        """(N,) which rows are of the named classes."""
        rows: BoolArray = _members(classes)[self.class_id]
        return rows

    def usable(self) -> "Detections":
        """Only the rows that can be worked with: finite numbers, a known class, a box with an area.

        Boxes whose coordinates lie beyond a million pixels are no boxes of a picture either.
        """
        if not len(self.xyxy):
            return self
        boxes, kinds = self.xyxy, self.class_id
        with np.errstate(invalid="ignore"):
            sane = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])  # false beside a number that is none
            # The whole frame is judged at once: nearly always all is well.
            if sane.all() and boxes.min() > -_FARTHEST and boxes.max() < _FARTHEST and math.isfinite(
                self.confidence.sum()
            ) and kinds.min() >= 0 and kinds.max() < len(ObjectClass):  # fmt: skip
                return self
            sane &= (np.abs(boxes) < _FARTHEST).all(axis=1) & np.isfinite(self.confidence)
        return self[sane & (kinds >= 0) & (kinds < len(ObjectClass))]

    def shifted(self, x: float, y: float) -> "Detections":
        """The same rows moved by (x, y) pixels: from a tile's coordinates to its picture's."""
        moved = self.xyxy + np.array([x, y, x, y], np.float32)
        return Detections(moved, self.class_id, self.confidence, self.tracks)

    def ground_points(self) -> FloatArray:
        """(N, 2) float32: the bottom centre of each box, where the object meets the ground."""
        points = self.xyxy[:, 2:].copy()
        points[:, 0] += self.xyxy[:, 0]
        points[:, 0] *= 0.5
        return points

    def areas(self) -> FloatArray:
        """(N,) float32: box areas in square pixels."""
        size = np.clip(self.xyxy[:, 2:] - self.xyxy[:, :2], 0, None)
        areas: FloatArray = size[:, 0] * size[:, 1]
        return areas
