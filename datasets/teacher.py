"""The teacher: the COCO model that labels people and vehicles where nobody did by hand.

Needs torch and ultralytics (`pip install street-warden[train]`), and only when a teacher is made.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from datasets.classes import COCO_ROWS
from datasets.labels import Labels, area, intersection, iou

if TYPE_CHECKING:
    from ultralytics import YOLO

SAME_OBJECT_IOU = 0.5
"""A teacher box that overlaps a human box by more is the same object (a rickshaw is no car)."""

INSIDE_SHARE = 0.7
"""A teacher box with more than this share of its area inside a human box belongs to it, as a driver does."""

DUPLICATE_IOU = 0.7
"""Two teacher boxes that overlap by more are one vehicle seen as two classes; the surer one stays."""


class TrainingExtraMissingError(RuntimeError):
    """torch or ultralytics is not installed."""


def load_coco_model(weights: Path, name: str = "yolo26n") -> "YOLO":
    """The 80-class COCO model with the weights of a safetensors file.

    Raises:
        TrainingExtraMissingError: torch or ultralytics is not installed.
        FileNotFoundError: there is no such weights file.
    """
    try:
        safetensors, ultralytics = import_module("safetensors.torch"), import_module("ultralytics")
    except ImportError as error:
        raise TrainingExtraMissingError(f"{error}; run: pip install 'street-warden[train]'") from error
    if not weights.is_file():
        raise FileNotFoundError(f"no weights at {weights}; pass the path of {name}-coco.safetensors")
    model: YOLO = ultralytics.YOLO(f"{name}.yaml", task="detect")
    model.model.load_state_dict(safetensors.load_file(weights))
    return model


class Teacher:
    """Finds people and vehicles in photos and names them with the street classes."""

    def __init__(self, weights: Path, *, image_size: int = 640, confidence: float = 0.1) -> None:
        """Loads the COCO weights.

        Args:
            weights: safetensors file of yolo26n with 80 classes.
            image_size: long side of the model's input in pixels.
            confidence: boxes below this score are not returned.
        """
        self._model = load_coco_model(weights)
        self._image_size = image_size
        self._confidence = confidence

    def label(self, photo: NDArray[np.uint8] | Path) -> Labels:
        """Labels of the classes 0 to 5 in one photo (a file, or BGR pixels of shape (height, width, 3))."""
        # nms=False asks ultralytics for the one-to-one head, which needs no suppression.
        (result,) = self._model.predict(
            photo,
            imgsz=self._image_size,
            conf=self._confidence,
            nms=False,
            classes=list(COCO_ROWS),
            verbose=False,
        )
        found = result.boxes.cpu().numpy()
        street_id = {coco: street for street, coco in enumerate(COCO_ROWS)}
        class_id = np.array([street_id[int(coco)] for coco in found.cls], np.int64)
        labels = Labels.from_corners(class_id, found.xyxyn.astype(np.float64), found.conf.astype(np.float64))
        return without_duplicates(labels)


def without_duplicates(labels: Labels) -> Labels:
    """Keeps the surest of boxes that lie on one another, whatever their classes."""
    overlap = iou(labels.corners, labels.corners)
    keep = np.zeros(len(labels), np.bool_)
    for index in np.argsort(-labels.confidence):
        keep[index] = not (overlap[index, keep] > DUPLICATE_IOU).any()
    return labels.where(keep)


def beside_human(taught: Labels, human: Labels) -> Labels:
    """The teacher's labels that do not contradict a human label: neither on the same object nor inside it."""
    if not len(taught) or not len(human):
        return taught
    corners = taught.corners
    same = (iou(corners, human.corners) > SAME_OBJECT_IOU).any(axis=1)
    inside = (intersection(corners, human.corners) > INSIDE_SHARE * area(corners)[:, None]).any(axis=1)
    return taught.where(np.asarray(~(same | inside)))
