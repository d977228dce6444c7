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
        model: exported street model with the output (N, 300, 6).
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
    rows = output[0][(output[0][:, 4] >= confidence) & (output[0][:, 5] == CLASSES.index("person"))]
    return np.asarray(rows[:, :4] / scale, np.float64)


def matches(overlap: NDArray[np.float64]) -> int:
    """How many pairs match, each box used once. `overlap` has the shape (ours, theirs), our surest first."""
    taken = np.zeros(overlap.shape[1], np.bool_)
    for row in overlap:
        free = np.where(taken, 0.0, row)
        if len(free) and free.max() > MATCH_IOU:
            taken[free.argmax()] = True
    return int(taken.sum())
