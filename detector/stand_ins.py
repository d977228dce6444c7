"""Stand-ins: a pattern that is painted where a still thing stood, so that memories of looks work without a picture."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.anchor import MemoryState
from detector.detections import ObjectClass
from detector.looks import SIDE, patch_look

STILL: Final = (ObjectClass.E_TRICYCLE, ObjectClass.CIGARETTE_BUTT, ObjectClass.GARBAGE)
"""What rules remember by its look."""

_PATTERN: Final = np.array([[30, 220, 90], [160, 60, 240], [250, 120, 20]], np.uint8)
"""Coarse, so that a box that jitters shows nearly the same."""


def _look() -> str:
    image = np.repeat(cv2.resize(_PATTERN, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)[..., None], 3, axis=2)
    look = patch_look(np.asarray(image, np.uint8), np.array([0.0, 0.0, 1.0, 1.0]))
    return base64.b64encode(look.astype(np.float16).tobytes()).decode()


_LOOK: Final = _look()


def without_looks(state: MemoryState) -> MemoryState:
    """The same memory, where everything looks like a stand-in."""
    anchors = tuple(anchor.model_copy(update={"look": _LOOK}) for anchor in state.anchors)
    return state.model_copy(update={"anchors": anchors})


@contextmanager
def painted(image: NDArray[np.uint8], boxes: NDArray[np.float32]) -> Iterator[None]:
    """Paint a stand-in into each box, and take it away afterwards.

    Args:
        image: (H, W, 3) black picture.
        boxes: (N, 4) pixels.
    """
    height, width = image.shape[:2]
    corners = np.clip(np.rint(boxes), 0, [width, height, width, height]).astype(np.int64).tolist()
    places = [(slice(y1, y2), slice(x1, x2)) for x1, y1, x2, y2 in corners if x2 > x1 and y2 > y1]
    for down, across in places:
        size = (across.stop - across.start, down.stop - down.start)
        image[down, across] = cv2.resize(_PATTERN, size, interpolation=cv2.INTER_NEAREST)[..., None]
    yield
    for place in places:
        image[place] = 0
