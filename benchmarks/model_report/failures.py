"""Failures: labels that a model missed and false alarms, the worst first, as pictures with boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.model_report.measures import VIOLATION_CLASSES, Thresholds
from detector.detections import Detections, FloatArray, ObjectClass
from detector.figures import Judged, Matches
from detector.sources import read_photo

Kind = Literal["missed", "false"]

_LABEL, _RIGHT, _FALSE, _OTHER = (0, 210, 0), (255, 160, 0), (0, 0, 255), (0, 220, 255)
"""Colours in BGR: labels green, right detections blue, false ones red, the box that a cell is about yellow."""

_CELL, _COLUMNS, _ROOM = 240, 6, 2.0
"""Side of a cell of a contact sheet in pixels, cells a row, and how much of its surroundings a box is shown with."""


@dataclass(frozen=True)
class Failure:
    """One thing that went wrong.

    Attributes:
        kind: a label that was missed, or a false alarm.
        object_class: of the label or of the detection.
        path: the picture.
        box: left, top, right, bottom in its pixels, shape (4,).
        confidence: of the false alarm; of a missed label, the surest detection that agrees with it, 0 where none does.
    """

    kind: Kind
    object_class: ObjectClass
    path: Path
    box: FloatArray
    confidence: float

    @property
    def side(self) -> float:
        """Square root of the box's area in pixels."""
        return float(np.sqrt((self.box[2] - self.box[0]) * (self.box[3] - self.box[1])))


def failures(paths: Sequence[Path], judged: Sequence[Judged], thresholds: Thresholds) -> list[Failure]:
    """Everything of the violation classes that went wrong, the worst first.

    The surest false alarms are the worst, and the largest of the labels that were missed.
    """
    found: list[Failure] = []
    for path, (truth, seen) in zip(paths, judged, strict=True):
        ordered = seen[np.argsort(-seen.confidence, kind="stable")]
        matches = Matches.of([(truth, ordered)])
        for row in np.flatnonzero(~matches.correct):
            c, sure = ObjectClass(int(matches.class_id[row])), float(matches.confidence[row])
            if c in VIOLATION_CLASSES and sure >= thresholds.get(c, 0.5):
                found.append(Failure("false", c, path, ordered.xyxy[row], sure))
        for place in range(len(truth)):
            c, sure = ObjectClass(int(truth.class_id[place])), float(matches.found_at[place])
            if c in VIOLATION_CLASSES and sure < thresholds.get(c, 0.5):
                found.append(Failure("missed", c, path, truth.xyxy[place], max(sure, 0.0)))
    return sorted(found, key=lambda failure: -(failure.confidence if failure.kind == "false" else failure.side))


def draw_failures(
    out: Path, found: Sequence[Failure], judged: dict[Path, Judged], thresholds: Thresholds, *, most: int = 48
) -> list[Path]:
    """Writes a contact sheet for each class and kind, and whole pictures of the worst.

    Args:
        out: folder; what it held of earlier reports is replaced.
        found: the failures, the worst first.
        judged: labels and detections of each picture.
        thresholds: from which detections are drawn.
        most: cells of a contact sheet.

    Returns:
        The contact sheets.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.jpg"):
        old.unlink()
    sheets = []
    for c in VIOLATION_CLASSES:
        for kind in ("missed", "false"):
            chosen = [failure for failure in found if (failure.kind, failure.object_class) == (kind, c)][:most]
            if not chosen:
                continue
            cells = [_cell(failure, *judged[failure.path], thresholds) for failure in chosen]
            sheets.append(out / f"{c.label}-{kind}.jpg")
            cv2.imwrite(str(sheets[-1]), _sheet(cells))
            for number, failure in enumerate(chosen[:8], start=1):
                whole = _drawn(failure, *judged[failure.path], thresholds)
                cv2.imwrite(str(out / f"{c.label}-{kind}-{number}-{failure.path.stem}.jpg"), whole)
    return sheets


def _drawn(failure: Failure, truth: Detections, seen: Detections, thresholds: Thresholds) -> NDArray[np.uint8]:
    """The whole picture with labels, detections and the failure."""
    picture = read_photo(failure.path).image.copy()
    limits = np.array([thresholds.get(ObjectClass(int(c)), 0.5) for c in seen.class_id], np.float32)
    for box, c, _, _ in truth.of_class(failure.object_class):
        _box(picture, box, _LABEL, c.label)
    for box, _, confidence, _ in seen[seen.confidence >= limits].of_class(failure.object_class):
        _box(picture, box, _RIGHT, f"{confidence:.2f}")
    _box(picture, failure.box, _FALSE if failure.kind == "false" else _OTHER, f"{failure.confidence:.2f}")
    return picture


def _box(picture: NDArray[np.uint8], box: FloatArray, colour: tuple[int, int, int], text: str) -> None:
    left, top, right, bottom = (round(float(value)) for value in box)
    cv2.rectangle(picture, (left, top), (right, bottom), colour, 1)
    cv2.putText(picture, text, (left + 1, max(10, top - 3)), cv2.FONT_HERSHEY_SIMPLEX, 0.35, colour, 1)


def _cell(failure: Failure, truth: Detections, seen: Detections, thresholds: Thresholds) -> NDArray[np.uint8]:
    """The failure's surroundings, with the picture's name below."""
    whole = _drawn(failure, truth, seen, thresholds)
    height, width = whole.shape[:2]
    room = max(48.0, _ROOM * max(failure.box[2] - failure.box[0], failure.box[3] - failure.box[1]))
    middle = (failure.box[:2] + failure.box[2:]) / 2
    left, top = (max(0, round(float(edge))) for edge in middle - room / 2)
    part = whole[top : min(height, top + round(room)), left : min(width, left + round(room))]
    scale = _CELL / max(part.shape[:2])
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    cell = np.zeros((_CELL + 14, _CELL, 3), np.uint8)
    cell[: size[1], : size[0]] = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    said = f"{failure.path.stem} {failure.side:.0f} px {failure.confidence:.2f}"
    cv2.putText(cell, said, (2, _CELL + 10), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (255, 255, 255), 1)
    return cell


def _sheet(cells: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    filled = [*cells, *([np.zeros_like(cells[0])] * (-len(cells) % _COLUMNS))]
    rows = [np.hstack(filled[start : start + _COLUMNS]) for start in range(0, len(filled), _COLUMNS)]
    return np.vstack(rows)
