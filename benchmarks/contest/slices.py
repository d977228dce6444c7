"""A photo of 12 megapixels with small things on it: our tiles, and sahi's slices.

Both get the picture decoded, the same ONNX file, confidence 0.25, 42 tiles of 640 pixels that overlap by a fifth, and
the whole photo besides. Ours is what ``streetwarden detect`` does with one photo. sahi is set up as its documentation
shows it for a model of ultralytics: ``AutoDetectionModel.from_pretrained(model_type="ultralytics")`` and
``get_sliced_prediction`` with its defaults (a slice at a time, GREEDYNMM).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.contest.events import Event
from benchmarks.contest.outcome import Box, Outcome, cpus, package_versions, runtime_version
from benchmarks.contest.photo import OVERLAP, SIDE, mosaic
from detector.detections import Detections
from detector.geometry import ious
from detector.model import Model
from detector.registry import Registry
from detector.sources import Image

CONFIDENCE: Final = 0.25
SURE: Final = 0.5
"""Least confidence of the boxes that must be found by both: around the threshold either may miss one."""
PHOTOS: Final = 2
"""So often the photo is looked at, after once that does not count."""


def run_ours(shared: Path) -> Outcome:
    """Tiles as ``streetwarden detect`` looks at them.

    Raises:
        ModelError, SourceError: what is needed cannot be used.
    """
    photo = mosaic(shared / "data" / "replay")
    model = Model.load(lanes=cpus())

    def tiled() -> Detections:
        return model.detect_photo(photo, confidence=CONFIDENCE, side_by_side=model.lanes)

    return _outcome("ours, tiles", photo, tiled, (runtime_version(model.runtime),))


def run_sahi(shared: Path) -> Outcome:
    """Slices as sahi's documentation shows them.

    Raises:
        ImportError: sahi or ultralytics is not installed.
        ModelError, SourceError: what is needed cannot be used.
    """
    from sahi import AutoDetectionModel  # noqa: PLC0415 - an extra that need not be installed
    from sahi.predict import get_sliced_prediction  # noqa: PLC0415

    photo = mosaic(shared / "data" / "replay")
    rgb = np.ascontiguousarray(photo[:, :, ::-1])
    entry = Registry.load().entry()
    model = AutoDetectionModel.from_pretrained(
        model_type="ultralytics",
        model_path=str(entry.path),
        task="detect",
        confidence_threshold=CONFIDENCE,
        device="cpu",
        image_size=entry.input_size,
    )

    def sliced() -> Detections:
        found = get_sliced_prediction(
            rgb,
            model,
            slice_height=SIDE,
            slice_width=SIDE,
            overlap_height_ratio=OVERLAP,
            overlap_width_ratio=OVERLAP,
            verbose=0,
        ).object_prediction_list
        classes = [int(entry.object_classes[p.category.id]) for p in found]
        return Detections(
            np.array([p.bbox.to_xyxy() for p in found], np.float32).reshape(-1, 4),
            np.array(classes, np.int64),
            np.array([p.score.value for p in found], np.float32),
        )

    versions = package_versions("sahi", "ultralytics", "torch", "onnxruntime")
    return _outcome("sahi", photo, sliced, versions)


CONTESTANTS: Final[Mapping[str, Callable[[Path], Outcome]]] = {"ours-tiles": run_ours, "sahi": run_sahi}


def agreement(theirs: Sequence[Box], ours: Sequence[Box], least: float) -> tuple[int, int]:
    """How many of one's sure boxes there are, and for how many the other has one of that class that agrees so much."""
    sure = [box for box in theirs if box.confidence >= SURE]
    if not sure or not ours:
        return len(sure), 0
    overlap = ious(np.array([box.xyxy for box in sure], np.float32), np.array([box.xyxy for box in ours], np.float32))
    same = np.array([[a.class_id == b.class_id for b in ours] for a in sure])
    return len(sure), int(((overlap >= least) & same).any(axis=1).sum())


def _outcome(name: str, photo: Image, look: Callable[[], Detections], versions: tuple[str, ...]) -> Outcome:
    found = look()

    def looked() -> tuple[int, Sequence[Event], str]:
        for _ in range(PHOTOS):
            look()
        return PHOTOS, (), f"{len(found)} boxes on {photo.shape[1]} × {photo.shape[0]}"

    boxes = tuple(
        Box(class_id=int(kind), confidence=confidence, xyxy=(box[0], box[1], box[2], box[3]))
        for kind, confidence, box in zip(
            found.class_id.tolist(), found.confidence.tolist(), found.xyxy.tolist(), strict=True
        )
    )
    return Outcome.of(name, looked, versions).model_copy(update={"boxes": boxes})
