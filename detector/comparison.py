"""Comparison: what is seen in a frame beside what is remembered, worked out once for several memories."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from detector.anchor import Anchor
from detector.detections import BoolArray, Detections, IntArray, ObjectClass
from detector.duplicates import SAME_IOU, first_of_each
from detector.geometry import FloatArray, areas, intersections
from detector.sources import Frame


class Remembers(Protocol):
    """A memory of still objects."""

    classes: tuple[ObjectClass, ...]
    anchors: list[Anchor]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one memory sees of a frame: N objects of its classes, none twice, the surest first, and its A anchors.

    Attributes:
        rows: (N,) which of the frame's detections the objects are.
        boxes: (N, 4) where they are, fractions of the frame.
        places: (A, 4) where the anchors are, fractions of the frame.
        agreement: (N, A) intersection over union of both.
        covered: (A,) the largest share of each anchor's place that something of another class covers.
    """

    rows: IntArray
    boxes: FloatArray
    places: FloatArray
    agreement: FloatArray
    covered: FloatArray


_NOTHING: Final = Seen(np.empty(0, np.int64), np.empty((0, 4)), np.empty((0, 4)), np.empty((0, 0)), np.empty(0))


class Comparison:
    """Compares frames with the anchors of all memories that have joined.

    Anything may stand in front of anything, so each memory asks about everything that is seen: asked for all of them
    together, that is one table of overlaps a frame.
    """

    def __init__(self) -> None:
        self._memories: list[Remembers] = []
        self._members: BoolArray = np.zeros((0, len(ObjectClass)), np.bool_)
        self._asked: tuple[Frame, Detections] | None = None
        self._known: list[list[Anchor]] = []
        self._seen: list[Seen] = []

    def join(self, memory: Remembers) -> None:
        """Compare frames with this memory's anchors too."""
        self._memories.append(memory)
        self._members = np.array([[c in m.classes for c in ObjectClass] for m in self._memories])
        self._asked = None

    def of(self, memory: Remembers, frame: Frame, detections: Detections) -> Seen:
        """What a memory that has joined sees.

        Args:
            memory: who asks, once a frame, before it changes an anchor.
            frame: the frame.
            detections: everything that is seen in it; the same object for all who ask.
        """
        number = self._memories.index(memory)
        asked = self._asked is not None and self._asked[0] is frame and self._asked[1] is detections
        if not asked or self._known[number] is not memory.anchors:  # restored since
            self._asked = frame, detections
            self._known = [m.anchors for m in self._memories]
            self._seen = self._compare(frame, detections)
        return self._seen[number]

    def _compare(self, frame: Frame, detections: Detections) -> list[Seen]:
        boxes = detections.xyxy / np.array([frame.width, frame.height] * 2, np.float64)
        places = np.array([anchor.box for anchors in self._known for anchor in anchors]).reshape(-1, 4)
        count = len(places)
        mine = self._members[:, detections.class_id]  # (memories, detections)
        rows = np.flatnonzero(mine.any(axis=0))
        if not count and not len(rows):
            return [_NOTHING] * len(self._memories)
        rows = rows[np.argsort(-detections.confidence[rows], kind="stable")]
        compared = np.concatenate([places, boxes[rows]])
        shared, area = intersections(compared, boxes), areas(compared)
        area[area <= 0] = 1.0  # nothing is shared of nothing
        lengths = [len(anchors) for anchors in self._known]
        covered = np.where(np.repeat(mine, lengths, axis=0), 0, shared[:count]).max(axis=1, initial=0.0) / area[:count]
        agreement = shared[:, rows]
        agreement /= area[:, None] + area[count:] - agreement
        kinds = detections.class_id[rows]
        chosen = first_of_each((agreement[count:] > SAME_IOU) & (kinds[:, None] == kinds))
        seen, start = [], 0
        for own, length in zip(mine, lengths, strict=True):
            columns = (chosen & own[rows]).nonzero()[0]
            named, part = rows[columns], slice(start, start + length)
            seen.append(Seen(named, boxes[named], places[part], agreement[part, columns].T, covered[part]))
            start += length
        return seen
