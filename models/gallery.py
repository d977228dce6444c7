"""Gallery: curves of a run, and pictures of what it was shown and what it sees, for people to look at."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from ultralytics import YOLO
from ultralytics.utils.plotting import plot_results

from datasets.classes import CLASSES
from datasets.collection import label_path
from datasets.labels import Labels, read_labels

COLUMNS, CELL = 4, 480
"""Pictures a row, and the side of each in pixels."""

LEAST_CONFIDENCE = 0.25
"""What is less sure is not drawn."""

LABELLED, PREDICTED = (80, 220, 80), (60, 60, 240)
"""Blue, green, red of boxes that a label file names, and of those that the model sees."""


def draw_curves(run: Path) -> None:
    """Draws `results.csv` of a run as `results.png`."""
    if (run / "results.csv").is_file():
        plot_results(file=run / "results.csv")


def draw_batch(batch: dict[str, torch.Tensor], target: Path) -> None:
    """Draws what a step of training sees, after mosaics and other changes.

    Args:
        batch: `img` (N, 3, height, width) 0 to 1, `cls` and `bboxes` of all boxes, `batch_idx` whose they are.
        target: JPEG to write.
    """
    pictures = (batch["img"].float().cpu().numpy() * 255).astype(np.uint8).transpose(0, 2, 3, 1)[..., ::-1]
    owner = batch["batch_idx"].cpu().numpy()
    numbers, boxes = batch["cls"].cpu().numpy().reshape(-1), batch["bboxes"].cpu().numpy().reshape(-1, 4)
    cells = []
    for place, picture in enumerate(pictures[: COLUMNS**2]):
        own = owner == place
        labels = Labels(numbers[own].astype(np.int64), boxes[own].astype(np.float64), np.ones(int(own.sum())))
        cells.append(_cell(np.ascontiguousarray(picture), [(labels, LABELLED)]))
    _write_sheet(cells, target)


def draw_examples(checkpoint: Path, photos: Sequence[Path], image_size: int, target: Path) -> None:
    """Draws photos with what their label files name, green, and what the model sees, red.

    Args:
        checkpoint: the trained model.
        photos: as many as are to be shown.
        image_size: long side of the input.
        target: JPEG to write.
    """
    model = YOLO(checkpoint)
    cells = []
    for photo in photos:
        picture = cv2.imread(str(photo), cv2.IMREAD_COLOR)
        if picture is None:
            continue  # inspected before training: it went since
        (seen,) = model.predict(picture, imgsz=image_size, conf=LEAST_CONFIDENCE, nms=False, verbose=False)
        boxes = seen.boxes.cpu().numpy()
        labels = Labels.from_corners(
            boxes.cls.astype(np.int64), boxes.xyxyn.astype(np.float64), boxes.conf.astype(np.float64)
        )
        cells.append(
            _cell(
                picture.astype(np.uint8, copy=False), [(read_labels(label_path(photo)), LABELLED), (labels, PREDICTED)]
            )
        )
    if cells:
        _write_sheet(cells, target)


def _cell(picture: NDArray[np.uint8], layers: Sequence[tuple[Labels, tuple[int, int, int]]]) -> NDArray[np.uint8]:
    """A picture shrunk into a square, with boxes and the names of their classes."""
    height, width = picture.shape[:2]
    scale = CELL / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    for labels, colour in layers:
        for number, corners, confidence in zip(labels.class_id, labels.corners, labels.confidence, strict=True):
            left, top, right, bottom = (round(float(value)) for value in corners * (*size, *size))
            cv2.rectangle(small, (left, top), (right, bottom), colour, 1)
            name = CLASSES[number] + (f" {confidence:.2f}" if colour == PREDICTED else "")
            under = min(bottom + 11, size[1] - 2) if colour == PREDICTED else max(top - 3, 9)
            cv2.putText(small, name, (max(left, 0), under), cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, 1, cv2.LINE_AA)
    canvas = np.zeros((CELL, CELL, 3), np.uint8)
    canvas[: size[1], : size[0]] = small
    return canvas


def _write_sheet(cells: list[NDArray[np.uint8]], target: Path) -> None:
    cells = cells + [np.zeros_like(cells[0])] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    cv2.imwrite(str(target), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])
