"""A contact sheet: small pictures with their boxes in a grid, for people to look at."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.collection import CollectionError, label_path
from datasets.labels import read_labels

COLOURS = {"cigarette_butt": (0, 0, 255), "garbage": (255, 120, 0), "e_tricycle": (0, 220, 255)}
"""BGR of the boxes; other classes are grey."""


def contact_sheet(photos: Sequence[Path], columns: int = 4, cell: int = 480) -> NDArray[np.uint8]:
    """Photos in a grid, each shrunk into a square cell, with boxes drawn around what their label files name.

    Args:
        photos: at least one.
        columns: cells a row.
        cell: side of a cell in pixels.

    Raises:
        CollectionError: there are no photos, or one is not readable.
    """
    if not photos:
        raise CollectionError("no photos for a contact sheet")
    cells = [_cell(photo, cell) for photo in photos]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % columns)
    return np.vstack([np.hstack(cells[start : start + columns]) for start in range(0, len(cells), columns)])


def _cell(photo: Path, side: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(photo), cv2.IMREAD_COLOR)
    if picture is None:
        raise CollectionError(f"{photo}: is not a readable picture")
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    labels = read_labels(label_path(photo))
    for class_id, corners in zip(labels.class_id, labels.corners * (*size, *size), strict=True):
        # A pixel of air, so that a box of ten pixels does not hide what it surrounds.
        left, top, right, bottom = (round(float(value)) for value in corners + np.array([-3, -3, 3, 3]))
        cv2.rectangle(small, (left, top), (right, bottom), COLOURS.get(CLASSES[class_id], (160, 160, 160)), 1)
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[: size[1], : size[0]] = small
    return canvas
