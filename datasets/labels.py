"""Labels of one photo: boxes and classes, in the text form that YOLO tools share."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class LabelError(ValueError):
    """A label file that cannot be read; the message names file and line."""


@dataclass(frozen=True)
class Labels:
    """Boxes of one photo as a struct of arrays.

    Attributes:
        class_id: class of each box, shape (N,).
        boxes: centre x, centre y, width, height as fractions of the photo, shape (N, 4).
        confidence: 1.0 for a human label, the teacher's score otherwise, shape (N,).
    """

    class_id: NDArray[np.int64]
    boxes: NDArray[np.float64]
    confidence: NDArray[np.float64]

    @classmethod
    def empty(cls) -> "Labels":
        """Labels of a photo that shows nothing."""
        return cls(np.zeros(0, np.int64), np.zeros((0, 4)), np.zeros(0))

    @classmethod
    def from_corners(
        cls,
        class_id: NDArray[np.int64],
        corners: NDArray[np.float64],
        confidence: NDArray[np.float64] | None = None,
    ) -> "Labels":
        """Labels from left, top, right, bottom as fractions, shape (N, 4)."""
        centres = (corners[:, :2] + corners[:, 2:]) / 2
        boxes = np.concatenate([centres, corners[:, 2:] - corners[:, :2]], axis=1)
        return cls(class_id, boxes, np.ones(len(boxes)) if confidence is None else confidence)

    def __len__(self) -> int:
        return len(self.class_id)

    @property
    def corners(self) -> NDArray[np.float64]:
        """Left, top, right, bottom as fractions, shape (N, 4)."""
        half = self.boxes[:, 2:] / 2
        return np.concatenate([self.boxes[:, :2] - half, self.boxes[:, :2] + half], axis=1)

    def where(self, keep: NDArray[np.bool_]) -> "Labels":
        """The labels for which `keep`, shape (N,), is true."""
        return Labels(self.class_id[keep], self.boxes[keep], self.confidence[keep])

    def clipped(self) -> "Labels":
        """The labels cut at the edges of the photo; boxes that lie outside altogether are dropped."""
        inside = Labels.from_corners(self.class_id, self.corners.clip(0.0, 1.0), self.confidence)
        return inside.where(np.asarray((inside.boxes[:, 2:] > 0).all(axis=1)))


def concatenate(parts: Iterable[Labels]) -> Labels:
    """Labels of several origins as one."""
    parts = [Labels.empty(), *parts]
    return Labels(
        np.concatenate([part.class_id for part in parts]),
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.confidence for part in parts]),
    )


def intersection(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shared area of every pair of corner boxes, shape (N, M) for inputs of shapes (N, 4) and (M, 4)."""
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.asarray((bottom_right - top_left).clip(min=0.0).prod(axis=2))


def area(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area of corner boxes of shape (N, 4), shape (N,)."""
    return np.asarray((corners[:, 2:] - corners[:, :2]).prod(axis=1))


def iou(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of every pair of corner boxes, shape (N, M)."""
    shared = intersection(first, second)
    union = area(first)[:, None] + area(second)[None, :] - shared
    return np.asarray(shared / np.maximum(union, np.finfo(np.float64).tiny))


def read_labels(path: Path) -> Labels:
    """Reads `class cx cy w h [confidence]` lines. A missing file means that the photo shows nothing.

    Raises:
        LabelError: the file is not text, or a line has another number of columns or a value that is not finite.
    """
    if not path.is_file():
        return Labels.empty()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: is not text in UTF-8; export the labels again") from error
    rows: list[list[float]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = [float(word) for word in line.split()]
        except ValueError as error:
            raise LabelError(f"{path}:{number}: {line!r} is not 'class cx cy w h' in numbers") from error
        if len(row) not in (5, 6):
            raise LabelError(f"{path}:{number}: {len(row)} columns; expected 'class cx cy w h'")
        if not np.isfinite(row).all():
            raise LabelError(f"{path}:{number}: {line!r} holds a value that is not finite; correct the line")
        if not row[0].is_integer():
            raise LabelError(f"{path}:{number}: class {row[0]} is not a whole number")
        rows.append([*row, 1.0][:6])
    table = np.array(rows, np.float64).reshape(-1, 6)
    return Labels(table[:, 0].astype(np.int64), table[:, 1:5], table[:, 5])


def write_labels(path: Path, labels: Labels, *, with_confidence: bool = False) -> None:
    """Writes one line a box, with the confidence as a sixth column if asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for class_id, box, confidence in zip(labels.class_id, labels.boxes, labels.confidence, strict=True):
        words = [str(class_id), *(f"{value:.6f}" for value in box)]
        if with_confidence:
            words.append(f"{confidence:.4f}")
        lines.append(" ".join(words) + "\n")
    path.write_text("".join(lines), encoding="utf-8")


def read_scored(labels: Path, scores: Path) -> Labels:
    """Labels in five columns with their confidences from a file beside them; without that file all are human.

    `python -m datasets prepare` writes such files: training tools take five columns only, and the teacher's
    confidence must not be lost.

    Raises:
        LabelError: one of the files cannot be read, or they differ in length.
    """
    found = read_labels(labels)
    if not scores.is_file():
        return found
    try:
        confidence = np.array(scores.read_text(encoding="utf-8").split(), np.float64)
    except ValueError as error:
        raise LabelError(f"{scores}: expected a number a line; prepare the training set again") from error
    if len(confidence) != len(found):
        raise LabelError(f"{scores}: {len(confidence)} lines, {labels} has {len(found)}; prepare the set again")
    return Labels(found.class_id, found.boxes, confidence)


def write_scored(labels_file: Path, scores_file: Path, labels: Labels) -> None:
    """Writes labels in five columns and, where a teacher gave some of them, their confidences into the other file."""
    write_labels(labels_file, labels)
    if (labels.confidence < 1.0).any():
        scores_file.parent.mkdir(parents=True, exist_ok=True)
        scores_file.write_text("".join(f"{value:.4f}\n" for value in labels.confidence), encoding="utf-8")
