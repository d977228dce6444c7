"""Agreement of a street model with its teacher on a clip: whether people faded while butts were learnt."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.labels import iou
from datasets.teacher import Teacher

MATCH_IOU = 0.5
"""Two boxes that overlap by more are the same person."""

_STRIDE, _GREY = 32, 114
_END_TO_END = 6
"""Columns of output that needs no suppression: corners, confidence, class."""
_NMS_IOU = 0.6
"""As `detector/model.py` takes it, which this package does not know."""
_ROW = 6  # left, top, right, bottom, confidence, class
_SUPPRESS_IOU = 0.6  # as the product does with plain output


@dataclass(frozen=True)
class Agreement:
    """Counts of people over all frames looked at."""

    frames: int
    teacher: int
    model: int
    both: int

    @property
    def recall(self) -> float:
        """Share of the teacher's people that the model finds too."""
        return self.both / self.teacher if self.teacher else 1.0

    @property
    def precision(self) -> float:
        """Share of the model's people that the teacher finds too."""
        return self.both / self.model if self.model else 1.0


def agreement(model: Path, teacher: Teacher, video: Path, every: int, confidence: float) -> Agreement:
    """Compares people in every `every`-th frame of a clip.

    Args:
        model: exported street model with the output (N, 300, 6) or, of the one-to-many head, (N, 13, places).
        teacher: the COCO model; it returns boxes above its own confidence.
        video: the clip.
        every: 1 looks at all frames.
        confidence: the model's boxes below do not count.

    Raises:
        FileNotFoundError: the clip cannot be opened.
    """
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    frames = taught = found = both = 0
    for frame in _frames(video, every):
        expected = teacher.label(frame)
        height, width = frame.shape[:2]
        people = expected.where(expected.class_id == CLASSES.index("person"))
        theirs = people.corners * (width, height, width, height)
        ours = _people(session, frame, confidence)
        frames += 1
        taught += len(theirs)
        found += len(ours)
        both += matches(iou(ours, theirs))
    return Agreement(frames, taught, found, both)


def _frames(video: Path, every: int) -> Iterator[NDArray[np.uint8]]:
    capture = cv2.VideoCapture(str(video))
    if not capture.isOpened():
        raise FileNotFoundError(f"no readable clip at {video}")
    for number in count():
        more, frame = capture.read()
        if not more:
            return
        if number % every == 0:
            yield frame.astype(np.uint8, copy=False)


def _people(session: onnxruntime.InferenceSession, frame: NDArray[np.uint8], confidence: float) -> NDArray[np.float64]:
    """The model's people in one frame as corner boxes in the frame's pixels, the surest first."""
    height, width = frame.shape[:2]
    scale = 640 / max(height, width)
    small = cv2.resize(frame, (round(width * scale), round(height * scale)))
    right, below = -small.shape[1] % _STRIDE, -small.shape[0] % _STRIDE
    padded = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(_GREY, _GREY, _GREY))
    image = np.ascontiguousarray(padded[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32) / np.float32(255)
    (output,) = session.run(None, {session.get_inputs()[0].name: image})
    rows = output[0] if output.shape[2] == _END_TO_END else suppressed(output[0], confidence)
    rows = rows[(rows[:, 4] >= confidence) & (rows[:, 5] == CLASSES.index("person"))]
    return np.asarray(rows[:, :4] / scale, np.float64)


def suppressed(plain: NDArray[np.float32], confidence: float) -> NDArray[np.float32]:
    """Corners, confidence and class of the boxes in plain output of shape (4 + classes, places), the surest first."""
    scores = plain[4:]
    best, class_id = scores.max(axis=0), scores.argmax(axis=0)
    sure = best >= confidence
    centre, half = plain[:2, sure].T, plain[2:4, sure].T / 2
    rows = np.column_stack([centre - half, centre + half, best[sure], class_id[sure]]).astype(np.float32)
    if not len(rows):
        return rows
    boxes = np.column_stack([centre - half, 2 * half]).astype(np.float64)
    kept = cv2.dnn.NMSBoxesBatched(boxes.tolist(), rows[:, 4].tolist(), class_id[sure].tolist(), 0.0, _NMS_IOU)
    rows = rows[np.asarray(kept, np.int64).reshape(-1)]
    return rows[np.argsort(-rows[:, 4], kind="stable")]


def matches(overlap: NDArray[np.float64]) -> int:
    """How many pairs match, each box used once. `overlap` has the shape (ours, theirs), our surest first."""
    taken = np.zeros(overlap.shape[1], np.bool_)
    for row in overlap:
        free = np.where(taken, 0.0, row)
        if len(free) and free.max() > MATCH_IOU:
            taken[free.argmax()] = True
    return int(taken.sum())
