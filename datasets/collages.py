"""Collages: many close-ups shrunk into one picture, so that butts of 10 to 25 px are seen in training."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.labels import Labels, concatenate

Cell = tuple[NDArray[np.uint8], Labels]
"""BGR pixels of shape (height, width, 3) and the labels of the same photo."""


def collage(cells: Sequence[Cell], columns: int, side: int = 640) -> Cell:
    """Puts photos into a square grid, each shrunk to fill its cell.

    Args:
        cells: columns x columns photos with their labels, row by row.
        columns: cells a row; 4 makes a 60 px butt of a 448 px photo 21 px long, 6 makes it 14 px.
        side: width and height of the collage in pixels.

    Raises:
        ValueError: the number of photos is not columns x columns.
    """
    if len(cells) != columns**2:
        raise ValueError(f"{len(cells)} photos do not fill a grid of {columns} x {columns}")
    canvas = np.zeros((side, side, 3), np.uint8)
    edges = np.linspace(0, side, columns + 1).round().astype(int)
    placed = []
    for index, (photo, labels) in enumerate(cells):
        row, column = divmod(index, columns)
        top, bottom, left, right = edges[row], edges[row + 1], edges[column], edges[column + 1]
        # INTER_AREA averages the pixels it drops, as a lens at a greater distance would.
        canvas[top:bottom, left:right] = cv2.resize(
            photo, (int(right - left), int(bottom - top)), interpolation=cv2.INTER_AREA
        )
        size, origin = np.array([right - left, bottom - top] * 2), np.array([left, top] * 2)
        corners = labels.corners * size + origin
        placed.append(Labels.from_corners(labels.class_id, corners / side, labels.confidence))
    return canvas, concatenate(placed)
