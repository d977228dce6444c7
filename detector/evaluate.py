"""Evaluating a registered model on labelled photos: what ``streetwarden evaluate`` does."""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import track

from datasets.collection import Collection, CollectionError, label_path
from datasets.labels import LabelError, Labels, read_labels
from detector.detections import CLASS_NAMES, Detections, IntArray, ObjectClass
from detector.figures import (
    SIZES,
    Accuracy,
    EvaluationExtraMissingError,
    Figures,
    Judged,
    Matches,
    best_threshold,
    measure,
    reliability,
)
from detector.model import Model
from detector.regions import Tiling
from detector.registry import ModelError
from detector.sources import SourceError, read_photo

LEAST_CONFIDENCE: Final = 0.001
"""So unsure detections still count for average precision, as COCO and ultralytics take it."""
_EDGE: Final = 0.001
"""Boxes may pass the photo's edge by this fraction: label tools round."""


class EvaluationError(ValueError):
    """Photos that cannot be evaluated: one line that names the file and what to do."""


@dataclass(frozen=True, slots=True)
class LabelledPhotos:
    """A split of a collection, its label files read and checked.

    Attributes:
        photos: each photo that can be used, and what people labelled in it.
        number: (class ids of the data file,) the :class:`ObjectClass` of each.
    """

    photos: list[tuple[Path, Labels]]
    number: IntArray

    @classmethod
    def read(cls, data: Path, split: str, say: Callable[[str], None], limit: int | None = None) -> "LabelledPhotos":
        """Read a data file in ultralytics' form and the labels of one split.

        Args:
            data: the data file; paths in it count from its folder.
            split: ``train``, ``val`` or ``test``.
            say: told of each label file that cannot be used; its photo is left out.
            limit: take so many photos, evenly spread over the split; all where None.

        Raises:
            EvaluationError: the file points nowhere, or names classes that nobody knows.
        """
        try:
            collection = Collection.read(data)
            photos = collection.photos(split)
        except CollectionError as error:
            raise EvaluationError(str(error) if str(data) in str(error) else f"{data}: {error}") from error
        unknown = sorted(set(map(str, collection.names)) - set(CLASS_NAMES))
        if unknown:
            raise EvaluationError(f"{data}: unknown classes {', '.join(unknown)}; known are {', '.join(CLASS_NAMES)}")
        if not photos:
            raise EvaluationError(f"{data}: {split} holds no photos in {collection.root / collection.splits[split]}")
        if limit is not None and limit < len(photos):
            photos = [photos[round(place)] for place in np.linspace(0, len(photos) - 1, limit)]
        read = []
        for photo in photos:
            try:
                read.append((photo, _checked(label_path(photo), len(collection.names))))
            except (LabelError, OSError, UnicodeDecodeError) as error:
                say(f"{error}; {photo.name} is left out")
        return cls(read, np.array([CLASS_NAMES.index(name) for name in collection.names], np.int64))

    def classes(self) -> list[ObjectClass]:
        """The classes that occur in the labels: of others the labels say nothing."""
        there = np.unique(np.concatenate([np.empty(0, np.int64), *(labels.class_id for _, labels in self.photos)]))
        return [ObjectClass(int(number)) for number in np.sort(self.number[there])]

    def judge(self, model: Model, *, tiles: Tiling, say: Callable[[str], None], console: Console) -> list[Judged]:
        """Run the model over all photos.

        Args:
            model: what is judged.
            tiles: as :meth:`detector.model.Model.detect_photo` takes it.
            say: told of each photo that cannot be read; it is left out.
            console: shows a progress bar where it is a terminal.

        Raises:
            EvaluationError: no photo could be read.
        """
        judged = []
        # On a terminal that also shows other output, lines of errors go above the bar.
        for path, labels in track(
            self.photos, "Evaluating", console=console, disable=not console.is_terminal, transient=True
        ):
            try:
                image = read_photo(path).image
            except SourceError as error:
                say(f"{error}; it is left out")
                continue
            height, width = image.shape[:2]
            corners = (labels.corners.clip(0, 1) * [width, height, width, height]).astype(np.float32)
            truth = Detections(corners, self.number[labels.class_id], np.ones(len(labels), np.float32))
            judged.append((truth, model.detect_photo(image, tiles=tiles, confidence=LEAST_CONFIDENCE)))
        if not judged:
            raise EvaluationError("no photo could be read")
        return judged


def evaluate_model(
    data: Path,
    *,
    split: str = "val",
    model_name: str | None = None,
    tiles: Tiling = "auto",
    limit: int | None = None,
    classes: Sequence[ObjectClass] = (),
    json_output: bool = False,
) -> int:
    """Print how well a registered model finds what people labelled, to standard output.

    Args:
        data: data file in ultralytics' form.
        split: which of its splits.
        model_name: name in the registry; the default model where None.
        tiles: ``auto`` looks at large photos tile by tile too.
        limit: so many photos at most, evenly spread.
        classes: what to judge; the classes that occur in the labels where empty.
        json_output: one line of JSON instead of a table.

    Returns:
        The exit status: 0; 1 where something could not be read, also if figures of the rest were printed.
    """
    console = Console(stderr=True)
    faults = 0

    def say(line: str) -> None:
        nonlocal faults
        faults += 1
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    try:
        photos = LabelledPhotos.read(data, split, say, limit)
        judged_classes = sorted(set(classes)) or photos.classes()
        if not judged_classes:
            raise EvaluationError(f"{data}: {split} has no labels; choose another split or label its photos")
        measure([], judged_classes, {})  # says now, not after minutes, that a package is missing
        model = Model.load(model_name)
        judged = photos.judge(model, tiles=tiles, say=say, console=console)
        figures = measure(judged, judged_classes, model.thresholds)
    except (EvaluationError, EvaluationExtraMissingError, ModelError) as error:
        say(str(error))
        return 1
    head = {"model": model.name, "data": str(data), "split": split, "tiles": tiles, "photos": len(judged)}
    report = {**head, "left_out": faults, **document(figures, model.thresholds)}
    print(json.dumps(report, ensure_ascii=False) if json_output else _table(head, figures, model.thresholds))
    sys.stdout.flush()
    return 1 if faults else 0


def document(figures: Figures, thresholds: Mapping[ObjectClass, float]) -> dict[str, object]:
    """Figures as JSON: ``classes`` by name and ``all``, each with ``sizes``; ``calibration``."""
    classes = {}
    for object_class, whole in figures.whole.items():
        best = best_threshold(figures.matches, object_class)
        classes[object_class.label] = {
            **_row(whole),
            "threshold": _rounded(thresholds.get(object_class)),
            "best_f1": None if best is None else {k: _rounded(v) for k, v in dataclasses.asdict(best).items()},
            "sizes": {size: _row(row) for size, row in figures.sizes[object_class].items()},
        }
    mean = {**_row(figures.mean()), "sizes": {size: _row(figures.mean(size)) for size in SIZES}}
    return {"classes": classes, "all": mean, "calibration": _calibration(figures.matches, list(figures.whole))}


def _calibration(matches: Matches, classes: Iterable[ObjectClass]) -> dict[str, object] | None:
    judged = np.isin(matches.class_id, [int(c) for c in classes])
    own = dataclasses.replace(
        matches, class_id=matches.class_id[judged], confidence=matches.confidence[judged],
        size=matches.size[judged], correct=matches.correct[judged],
    )  # fmt: skip
    found = reliability(own)
    if found is None:
        return None
    bins = [
        {
            "from": _rounded(found.edges[place]),
            "to": _rounded(found.edges[place + 1]),
            "count": int(found.count[place]),
            "confidence": _rounded(found.confidence[place]),
            "correct": _rounded(found.correct[place]),
        }
        for place in np.flatnonzero(found.count)
    ]
    return {"error": _rounded(found.error), "bins": bins}


def _row(accuracy: Accuracy) -> dict[str, object]:
    return {
        name: _rounded(value) if isinstance(value, float) else value
        for name, value in dataclasses.asdict(accuracy).items()
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _table(head: Mapping[str, object], figures: Figures, thresholds: Mapping[ObjectClass, float]) -> str:
    """The figures for people: a block a class, a line a size; a dash where there is nothing to measure."""
    lines = [
        f"{head['model']} on {head['photos']} photos of {head['data']} ({head['split']}, tiles {head['tiles']})",
        f"{'':24}{'labels':>8}{'found':>8}{'AP50':>8}{'AP50-95':>9}{'precision':>11}{'recall':>8}",
    ]
    for object_class, whole in figures.whole.items():
        threshold = thresholds.get(object_class)
        at = "" if threshold is None else f" ≥ {threshold:.2f}"
        lines.append(_line(f"{object_class.label}{at}", whole))
        lines += [_line(f"  {size} px", row) for size, row in figures.sizes[object_class].items() if row.labels]
    lines.append(_line("all", figures.mean()))
    lines += [_line(f"  {size} px", figures.mean(size)) for size in SIZES if figures.mean(size).labels]
    return "\n".join(lines)


def _line(name: str, row: Accuracy) -> str:
    shown = ["-" if v is None else f"{v:.3f}" for v in (row.ap50, row.ap50_95, row.precision, row.recall)]
    ap50, ap50_95, precision, recall = shown
    return f"{name:24}{row.labels:>8}{row.detections:>8}{ap50:>8}{ap50_95:>9}{precision:>11}{recall:>8}"


def _checked(file: Path, count: int) -> Labels:
    """The labels of a file whose classes are less than ``count``.

    Raises:
        LabelError: a row is wrong; the message names file and box.
    """
    labels = read_labels(file)
    for number, (class_id, box, corners) in enumerate(
        zip(labels.class_id.tolist(), labels.boxes, labels.corners, strict=True), start=1
    ):
        if not 0 <= class_id < count:
            raise LabelError(f"{file}: box {number}: class {class_id} is not one of 0 to {count - 1}")
        if corners.min() < -_EDGE or corners.max() > 1 + _EDGE:
            raise LabelError(f"{file}: box {number} reaches outside the photo: give fractions from 0 to 1")
        if box[2:].min() <= 0:
            raise LabelError(f"{file}: box {number} has no area")
    return labels
