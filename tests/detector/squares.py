"""A runtime that finds coloured rectangles: exact boxes for tests of everything around a model."""

import cv2
import numpy as np

from detector.detections import FloatArray
from detector.letterbox import PAD_VALUE
from detector.model import Model
from detector.registry import ModelEntry
from detector.runtimes import Runtime

CLASSES = ("garbage", "e_tricycle", "person")
COLOURS = {"garbage": (0, 0, 255), "e_tricycle": (0, 255, 0), "person": (255, 0, 0)}
"""Blue, green, red of each class's rectangles; the ground is grey."""
GREY = 60


class SquareRuntime(Runtime):
    """Each connected piece of one colour is an object; its confidence is 0.9, and 0.5 where it is a few pixels wide."""

    def __init__(self, output: str) -> None:
        self._plain = output == "plain"
        self.calls: list[tuple[int, ...]] = []

    @property
    def name(self) -> str:
        return "squares"

    def run(self, batch: FloatArray) -> FloatArray:
        self.calls.append(batch.shape)
        found = np.zeros((len(batch), 300, 6), np.float32)
        for picture, rows in zip(batch, found, strict=True):
            count = 0
            for place, name in enumerate(CLASSES):
                channel = COLOURS[name][::-1].index(255)  # the tensor is red, green, blue
                others = np.delete(picture, channel, axis=0).max(axis=0)
                mask = (picture[channel] > 0.6) & (others < PAD_VALUE / 255 - 0.05)
                _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
                for left, top, width, height, _ in stats[1:]:
                    sure = 0.9 if min(width, height) > 6 else 0.5
                    rows[count] = left, top, left + width, top + height, sure, place
                    count += 1
        return _as_plain(found) if self._plain else found


def _as_plain(found: FloatArray) -> FloatArray:
    """(N, 4 + classes, 600): every object twice, half a pixel apart, as models without suppression give them."""
    raw = np.zeros((len(found), 4 + len(CLASSES), 600), np.float32)
    for picture, rows in zip(raw, found, strict=True):
        for place, (left, top, right, bottom, confidence, class_id) in enumerate(rows):
            for copy in (0, 1):
                column = 2 * place + copy
                picture[:4, column] = (left + right) / 2 + copy / 2, (top + bottom) / 2, right - left, bottom - top
                picture[4 + int(class_id), column] = confidence * (1 - 0.1 * copy)
    return raw


def square_model(output: str = "end2end", input_size: int = 320, **thresholds: float) -> Model:
    """A model that sees coloured rectangles."""
    entry = ModelEntry(
        file="squares.onnx",
        sha256="0" * 64,
        classes=CLASSES,
        input_size=input_size,
        output=output,  # type: ignore[arg-type] # checked by pydantic
        thresholds=thresholds,
    )
    return Model(entry, SquareRuntime(output), "squares")


def paint(width: int, height: int, *rectangles: tuple[str, tuple[int, int, int, int]]) -> np.ndarray:
    """A grey picture with rectangles."""
    image = np.full((height, width, 3), GREY, np.uint8)
    for name, (left, top, right, bottom) in rectangles:
        image[top:bottom, left:right] = COLOURS[name]
    return image
