"""Model: pictures in, detections out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
import structlog

from detector.calibration import Calibration
from detector.detections import Detections, FloatArray, IntArray, ObjectClass
from detector.duplicates import distinct
from detector.letterbox import PAD_VALUE, Letterbox
from detector.parts import Part
from detector.regions import Tiling, cut_tiles, merge_tiles, place_tiles, plan_tiles, wants_tiles
from detector.registry import ModelEntry, ModelError, Registry
from detector.runtimes import RUNTIME_FAULTS, Runtime, RuntimeName, one_line, open_runtime
from detector.sources.frame import Image

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Confidence = float | Mapping[ObjectClass, float] | None
"""Least confidence: one for all classes, some by class (others as registered), or None: all as registered."""

MAX_BATCH: Final = 2
"""Pictures in one call of the runtime. On a CPU more save no time and cost memory: onnxruntime 1.32 with two threads
took 46, 47, 51 and 74 ms a picture of 640 × 640 in batches of 1, 2, 4 and 8 (best of 14); a photo of 12 megapixels
brought the process to 314, 383, 521 and 771 MB."""
DEFAULT_CONFIDENCE: Final = 0.25
"""For classes for which the registry names no threshold."""
NMS_IOU: Final = 0.6
"""Boxes of one class that agree this much are one object; only for models with plain output."""


class Model:
    """An exported model with its letterbox and its decoding.

    :meth:`detect` does everything at once. A pipeline that overlaps the steps calls :meth:`prepare`,
    :meth:`infer` and :meth:`decode` itself, each from a thread of its own.

    Args:
        entry: what the registry says of the model.
        runtime: the loaded model.
        name: the model's name in the registry.
        lanes: how many calls are worth making side by side.
    """

    def __init__(self, entry: ModelEntry, runtime: Runtime, name: str = "", *, lanes: int = 1) -> None:
        self.entry = entry
        self.runtime = runtime
        self.name = name
        self.lanes = lanes
        self._class_ids = np.array([int(c) for c in entry.object_classes], np.int64)
        self._thresholds = np.array(
            [entry.thresholds.get(label, DEFAULT_CONFIDENCE) for label in entry.classes], np.float32
        )
        self._calibration = [
            Calibration(*entry.calibration[label]) if label in entry.calibration else None for label in entry.classes
        ]
        self._check()

    @classmethod
    def load(
        cls,
        name: str | None = None,
        *,
        registry: Registry | Path | None = None,
        runtime: RuntimeName = "auto",
        threads: int | None = None,
        lanes: int = 1,
    ) -> Self:
        """Load a registered model and run it once.

        One call on all CPUs answers soonest. As many calls of one thread each, side by side, get more done: no
        thread waits for another one (33.5 frames/s against 31.4 on two cores).

        Args:
            name: its name in the registry; the default one where None.
            registry: the registry or where it lies; the installed one where None.
            runtime: what computes it; see :func:`~detector.runtimes.open_runtime`.
            threads: threads of one call; where None, one for each CPU, shared out among the lanes.
            lanes: calls that will be made side by side.

        Raises:
            ModelError: where the registry or the file is missing or broken, the file's SHA-256 is not the
                registered one, or the model's output is not what the registry says.
        """
        if not isinstance(registry, Registry):
            registry = Registry.load(registry)
        entry = registry.entry(name)
        content = entry.read()
        shape = 1, *Letterbox.fit(16, 9, long_side=entry.input_size, stride=entry.stride).shape
        try:
            opened = open_runtime(content, runtime, threads, lanes, shape=shape)
            return cls(entry, opened, name or registry.default, lanes=lanes)
        except ModelError as error:
            raise ModelError(f"{entry.path}: {error}") from error

    @property
    def thresholds(self) -> dict[ObjectClass, float]:
        """For each class that the model sees, the registered least confidence."""
        return dict(zip(self.entry.object_classes, self._thresholds.tolist(), strict=True))

    @property
    def batch(self) -> int:
        """How many pictures its runtime computes in hardly more time than one."""
        return self.runtime.batch

    def letterbox(self, width: int, height: int) -> Letterbox:
        """How a picture of that size is fitted into the input."""
        return Letterbox.fit(width, height, long_side=self.entry.input_size, stride=self.entry.stride)

    def prepare(
        self, image: Image, out: FloatArray | None = None, *, part: Part | None = None
    ) -> tuple[FloatArray, Letterbox]:
        """A picture as the model wants it, or a part of it in the same scale.

        Args:
            image: (height, width, 3) uint8, blue, green, red.
            out: (3, input height, input width) float32 to write into, so that no memory is asked for; made
                where None.
            part: what of the picture to look at; all of it where None.

        Returns:
            ``out`` and the letterbox that :meth:`decode` needs.
        """
        letterbox = self.letterbox(image.shape[1], image.shape[0])
        if part is not None:
            letterbox = letterbox.around(part, self.entry.stride)
        if out is None:
            out = np.empty(letterbox.shape, np.float32)
        letterbox.apply(image, out)
        return out, letterbox

    def infer(self, batch: FloatArray) -> FloatArray:
        """The model's raw output for (N, 3, height, width) prepared pictures."""
        return self.runtime.run(batch)

    def decode(
        self, raw: FloatArray, letterboxes: Sequence[Letterbox], confidence: Confidence = None
    ) -> list[Detections]:
        """Detections in pixels of each picture, the surest first.

        Boxes that are not numbers are dropped with a log line; those without a pixel inside the picture
        silently.

        Args:
            raw: what :meth:`infer` gave.
            letterboxes: one for each picture of the batch.
            confidence: the least confidence.
        """
        limits = self._own(self._limits(confidence))
        plain = self.entry.output == "plain"
        found = _plain_rows(raw, limits) if plain else _end2end_rows(raw, limits)
        pictures = [self._on_picture(rows, letterbox) for rows, letterbox in zip(found, letterboxes, strict=True)]
        # The one-to-one head gives some objects twice; plain output has been through its own suppression.
        return pictures if plain else [distinct(detections) for detections in pictures]

    def detect(
        self, images: Sequence[Image], *, confidence: Confidence = None, side_by_side: int = 1
    ) -> list[Detections]:
        """Detections of each picture; pictures whose inputs have one shape go into one call of the runtime.

        Args:
            images: (height, width, 3) uint8 each, blue, green, red; sizes may differ.
            confidence: the least confidence.
            side_by_side: calls made at the same time, of one picture each; worth it up to :attr:`lanes`.

        Raises:
            ValueError: where a picture has no pixels.
        """
        results = [Detections()] * len(images)

        def look(numbers: Sequence[int]) -> None:
            batch = np.empty((len(numbers), *self._shape(images[numbers[0]])), np.float32)
            boxes = [self.prepare(images[n], out)[1] for n, out in zip(numbers, batch, strict=True)]
            for number, detections in zip(numbers, self.decode(self.infer(batch), boxes, confidence), strict=True):
                results[number] = detections

        if side_by_side == 1:
            for numbers in self._batches(images, MAX_BATCH):
                look(numbers)
        else:
            with ThreadPoolExecutor(side_by_side, thread_name_prefix="picture") as pool:
                list(pool.map(look, self._batches(images, 1)))
        return results

    def detect_photo(
        self, image: Image, *, tiles: Tiling = "auto", confidence: Confidence = None, side_by_side: int = 1
    ) -> Detections:
        """Detections of one picture of any size, small things included.

        Args:
            image: (height, width, 3) uint8, blue, green, red.
            tiles: ``auto`` looks at a large picture as a whole and, for small things, tile by tile; ``off``
                only as a whole.
            confidence: the least confidence.
            side_by_side: how many tiles are looked at at the same time; worth it up to :attr:`lanes`.
        """
        height, width = image.shape[:2]
        (whole,) = self.detect([image], confidence=confidence)
        if tiles == "off" or not wants_tiles(width, height, self.entry.input_size):
            return whole
        plan = plan_tiles(width, height, self.entry.input_size)
        seen = self.detect(cut_tiles(image, plan), confidence=confidence, side_by_side=side_by_side)
        parts, places = place_tiles(seen, plan, width, height)
        frames = np.concatenate([np.array([[0, 0, width, height]], np.float32), places])
        return merge_tiles([whole, *parts], frames, width, height, side=self.entry.input_size)

    def warm(self, width: int, height: int, batch: int = 1) -> FloatArray:
        """Run grey pictures of that size, so that the first real one does not wait.

        Raises:
            ModelError: the model cannot be run on them.
        """
        shape = batch, *self.letterbox(width, height).shape
        try:
            return self.runtime.run(np.full(shape, PAD_VALUE / 255, np.float32))
        except RUNTIME_FAULTS as error:
            raise ModelError(
                f"{self.runtime.name} cannot run it on a batch of shape {shape}: {one_line(error)}"
            ) from error

    def _shape(self, image: Image) -> tuple[int, int, int]:
        return self.letterbox(image.shape[1], image.shape[0]).shape

    def _batches(self, images: Sequence[Image], most: int) -> Iterator[list[int]]:
        """Numbers of pictures that go into one call: inputs of one shape, at most so many."""
        groups: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
        for number, image in enumerate(images):
            groups[self._shape(image)].append(number)
        for numbers in groups.values():
            yield from (numbers[first : first + most] for first in range(0, len(numbers), most))

    def _limits(self, confidence: Confidence) -> FloatArray:
        """(classes,) least confidence in the order of the model's output."""
        if confidence is None:
            return self._thresholds
        if isinstance(confidence, Mapping):
            limits = self._thresholds.copy()
            for place, class_id in enumerate(self.entry.object_classes):
                limits[place] = confidence.get(class_id, limits[place])
            return limits
        return np.full(len(self._class_ids), confidence, np.float32)

    def _on_picture(self, rows: FloatArray, letterbox: Letterbox) -> Detections:
        """Detections from (K, 6) rows: box in input pixels, confidence, place of the class."""
        boxes = letterbox.to_picture(rows[:, :4])
        keep = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(axis=1)
        places, confidence = rows[keep, 5].astype(np.int64), rows[keep, 4]
        boxes = boxes[keep]
        if any(self._calibration) and len(confidence):
            confidence = self._calibrated(confidence, places)
            order = np.argsort(-confidence, kind="stable")
            boxes, places, confidence = boxes[order], places[order], confidence[order]
        return Detections(boxes, self._class_ids[places], confidence)

    def _calibrated(self, confidence: FloatArray, places: IntArray) -> FloatArray:
        """(K,) calibrated confidences of boxes whose classes stand at these places of the model's output."""
        made = confidence.copy()
        for place, calibration in enumerate(self._calibration):
            own = places == place
            if calibration is not None and own.any():
                made[own] = calibration.apply(confidence[own])
        return made

    def _own(self, limits: FloatArray) -> FloatArray:
        """(classes,) what the model itself says where its calibrated confidence is at these limits."""
        if not any(self._calibration):
            return limits
        return np.array(
            [
                limit if calibration is None else calibration.undo(np.array([limit], np.float32))[0]
                for limit, calibration in zip(limits, self._calibration, strict=True)
            ],
            np.float32,
        )

    def _check(self) -> None:
        """Run the model once: finds a wrong registry entry before the first picture and warms the runtime."""
        named = self.runtime.class_names
        if named is not None and named != self.entry.classes:
            raise ModelError(f"its classes are {', '.join(named)}; the registry says {', '.join(self.entry.classes)}")
        raw = self.warm(4, 3)
        plain, classes = self.entry.output == "plain", len(self._class_ids)
        fits = raw.ndim == 3 and (raw.shape[1] == 4 + classes if plain else raw.shape[2] == 6)
        if not fits:
            raise ModelError(f"output of shape {raw.shape} is no {self.entry.output} output of {classes} classes")


def _end2end_rows(raw: FloatArray, limits: FloatArray) -> list[FloatArray]:
    """For each picture its (K, 6) rows that are sure enough."""
    raw = _finite(raw)
    places = raw[..., 5].astype(np.int64)
    known = (places >= 0) & (places < len(limits))
    sure = known & (raw[..., 4] >= limits[np.where(known, places, 0)])
    return [_by_confidence(rows[keep]) for rows, keep in zip(raw, sure, strict=True)]


def _plain_rows(raw: FloatArray, limits: FloatArray) -> list[FloatArray]:
    """The same from (N, 4 + classes, places) output; of the boxes of one object the surest stays."""
    found = []
    for everything in raw:
        # Nearly all places are below every limit: which class is the best is asked of the few others only.
        # Written so that a score that is not a number is kept here, found below and logged.
        picture = everything[:, ~(everything[4:].max(axis=0) < limits.min())]
        places: IntArray = picture[4:].argmax(axis=0)
        best = picture[4:][places, np.arange(picture.shape[1])]
        keep = ~(best < limits[places])
        centre, half = picture[:2, keep], picture[2:4, keep] / 2
        rows = np.concatenate([centre - half, centre + half, best[None, keep], places[None, keep]]).T
        rows = _finite(rows[None].astype(np.float32))[0]
        rows = rows[rows[:, 4] >= limits[rows[:, 5].astype(np.int64)]]
        if len(rows):
            rects = np.concatenate([rows[:, :2], rows[:, 2:4] - rows[:, :2]], axis=1).astype(np.float64)
            kept = cv2.dnn.NMSBoxesBatched(
                rects.tolist(), rows[:, 4].tolist(), rows[:, 5].astype(int).tolist(), 0.0, NMS_IOU
            )
            rows = rows[np.asarray(kept, np.int64).reshape(-1)]
        found.append(_by_confidence(rows))
    return found


def _finite(rows: FloatArray) -> FloatArray:
    """The rows with those that hold a value that is not a number emptied, and a log line about them."""
    bad = np.asarray(~np.isfinite(rows).all(axis=-1))
    if bad.any():
        log.warning("the model gave boxes that are not numbers, dropped", boxes=int(bad.sum()))
        rows = np.where(bad[..., None], np.array([0, 0, 0, 0, -1, 0], np.float32), rows)
    return rows


def _by_confidence(rows: FloatArray) -> FloatArray:
    return rows[np.argsort(-rows[:, 4], kind="stable")]
