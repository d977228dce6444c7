"""Tiles beside sahi, the library that people know for them: the same model, the same photo of 12 megapixels."""

import time
from collections.abc import Callable
from typing import TypeVar

import cv2
import numpy as np
import pytest

from detector.detections import Detections
from detector.geometry import ious
from detector.model import Model
from detector.registry import ModelError
from detector.sources import Image, read_photo
from tests.detector.conftest import SHARED

pytest.importorskip("sahi")
from sahi.models.base import DetectionModel
from sahi.predict import get_sliced_prediction
from sahi.prediction import ObjectPrediction

T = TypeVar("T")

SIDE, OVERLAP = 640, 0.2
WIDTH, HEIGHT = SIDE + 6 * 512, SIDE + 5 * 512
"""11.9 megapixels, and so many whole steps that both lay their tiles in the same places: 42 and the whole photo."""
COLUMNS, ROWS = 16, 16
PHOTOS = 64
"""Different ones; each lies in four places."""
CONFIDENT = 0.5


class Wrapped(DetectionModel):
    """Our model as sahi wants one."""

    def set_model(self, model: Model, **_: object) -> None:
        self.model = model
        self.category_mapping = {str(int(c)): c.label for c in model.entry.object_classes}

    def perform_inference(self, image: np.ndarray) -> None:
        bgr = np.ascontiguousarray(image[:, :, ::-1])
        (self._original_predictions,) = self.model.detect([bgr], confidence=self.confidence_threshold)

    def _create_object_prediction_list_from_original_predictions(
        self,
        shift_amount_list: list[list[int | float]] | None = None,
        full_shape_list: list[list[int | float]] | None = None,
    ) -> None:
        shift, shape = _first(shift_amount_list) or [0, 0], _first(full_shape_list)
        self._object_prediction_list_per_image = [
            [
                ObjectPrediction(
                    bbox=[float(edge) for edge in box],
                    category_id=int(kind),
                    category_name=kind.label,
                    score=confidence,
                    shift_amount=shift,
                    full_shape=shape,
                )
                for box, kind, confidence, _ in self._original_predictions
            ]
        ]


def _first(rows: list[list[int | float]] | list[int | float] | None) -> list[int | float] | None:
    """The first of a list of pairs; sahi also hands over one pair alone."""
    if not rows:
        return None
    return rows[0] if isinstance(rows[0], list) else rows  # type: ignore[return-value] # a pair is a list of numbers


@pytest.fixture(scope="module")
def model() -> Model:
    try:
        loaded = Model.load(runtime="onnxruntime")
    except ModelError as error:
        pytest.skip(f"needs the registered model: {error}")
    if loaded.entry.input_size != SIDE:
        pytest.skip(f"the model's input is not {SIDE} pixels")
    loaded.warm(SIDE, SIDE)
    return loaded


@pytest.fixture
def mosaic() -> Image:
    """Real photos of people and vehicles side by side, small enough that most of them fit into a tile's overlap."""
    folder = SHARED / "data" / "replay"
    streets = sorted(path for path in folder.rglob("*.webp"))[:PHOTOS]
    if len(streets) < PHOTOS:
        pytest.skip(f"needs the real photos in {folder}")
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    scaled = [cv2.resize(read_photo(path).image, (width, height), interpolation=cv2.INTER_AREA) for path in streets]
    scaled *= COLUMNS * ROWS // PHOTOS
    rows = [np.concatenate(scaled[row * COLUMNS : (row + 1) * COLUMNS], axis=1) for row in range(ROWS)]
    return np.ascontiguousarray(np.concatenate(rows, axis=0), np.uint8)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    # Of the process, all its threads together: what else the machine does meanwhile does not count.
    begun = time.process_time()
    result = work()
    return result, time.process_time() - begun


def missing(wanted: Detections, found: Detections) -> Detections:
    """The confident boxes for which there is no box of that class that agrees by 0.9."""
    sure = wanted[wanted.confidence >= CONFIDENT]
    agreement = ious(sure.xyxy, found.xyxy)
    agreement[sure.class_id[:, None] != found.class_id[None, :]] = 0
    return sure[~(agreement >= 0.9).any(axis=1)]


def test_the_same_boxes_as_sahi_in_less_time(model: Model, mosaic: Image) -> None:
    wrapped = Wrapped(model=model, confidence_threshold=0.25, device="cpu")
    rgb = np.ascontiguousarray(mosaic[:, :, ::-1])

    def with_sahi() -> Detections:
        found = get_sliced_prediction(
            rgb, wrapped, slice_height=SIDE, slice_width=SIDE, overlap_height_ratio=OVERLAP,
            overlap_width_ratio=OVERLAP, verbose=0,
        ).object_prediction_list  # fmt: skip
        return Detections(
            np.array([p.bbox.to_xyxy() for p in found], np.float32).reshape(-1, 4),
            np.array([p.category.id for p in found], np.int64),
            np.array([p.score.value for p in found], np.float32),
        )

    ours, our_seconds = timed(lambda: model.detect_photo(mosaic, confidence=0.25))
    theirs, their_seconds = timed(with_sahi)
    for _ in range(2):  # the shortest of three each: a busy machine makes any single time longer
        our_seconds = min(our_seconds, timed(lambda: model.detect_photo(mosaic, confidence=0.25))[1])
        their_seconds = min(their_seconds, timed(with_sahi)[1])
    sure = int((theirs.confidence >= CONFIDENT).sum())
    lost = missing(theirs, ours)
    print(
        f"\nours: {len(ours)} boxes, {our_seconds:.2f} s; sahi: {len(theirs)} boxes, {their_seconds:.2f} s;"
        f" {sure - len(lost)} of sahi's {sure} confident ones agree"
    )
    assert sure >= 100
    # The rest are boxes that sahi's merging has blown up: it puts the box around all that overlaps by half.
    assert len(lost) <= 0.05 * sure
    assert our_seconds < their_seconds
