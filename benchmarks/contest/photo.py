"""A photo of 12 megapixels with many small people and vehicles, made of real ones."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from detector.sources import Image, SourceError, read_photo

SIDE: Final = 640
OVERLAP: Final = 0.2
WIDTH: Final = SIDE + 6 * 512
HEIGHT: Final = SIDE + 5 * 512
"""11.9 megapixels, and so many whole steps that tiles and slices lie in the same places: 42 and the whole photo."""
COLUMNS: Final = 16
ROWS: Final = 16
PHOTOS: Final = 64
"""Different ones; each lies in four places."""


def mosaic(replay: Path) -> Image:
    """Photos side by side, small enough that most of them fit into a tile's overlap.

    Args:
        replay: folder of real photos.

    Returns:
        (3200, 3712, 3) uint8, blue, green, red.

    Raises:
        SourceError: there are too few photos, or one cannot be read.
    """
    streets = sorted(path for path in replay.rglob("*.webp"))[:PHOTOS]
    if len(streets) < PHOTOS:
        raise SourceError(f"{replay}: needs {PHOTOS} photos, holds {len(streets)}")
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    scaled = [cv2.resize(read_photo(path).image, (width, height), interpolation=cv2.INTER_AREA) for path in streets]
    scaled *= COLUMNS * ROWS // PHOTOS
    rows = [np.concatenate(scaled[row * COLUMNS : (row + 1) * COLUMNS], axis=1) for row in range(ROWS)]
    return np.ascontiguousarray(np.concatenate(rows, axis=0), np.uint8)
