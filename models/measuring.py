"""Measuring: an exported model judged exactly as `streetwarden evaluate` judges it, through the product's own code.

So a threshold or a figure in the registry means what it means in use: the same letterbox, decoding, suppression of
repetitions and average precision.
"""

from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from datasets.classes import CLASSES
from detector.detections import ObjectClass
from detector.evaluate import EvaluationError, LabelledPhotos
from detector.figures import Accuracy, Figures, Judged, best_threshold, measure, reliability
from detector.model import Model
from detector.regions import Tiling
from detector.registry import ModelEntry
from detector.runtimes import open_runtime
from models.exporting import STRIDE, Head
from models.registry import Value, sha256
from models.schedule import TrainingError

TRAINED = ("e_tricycle", "cigarette_butt", "garbage")
"""The classes that people labelled, and that training is for. Between heads or shares, their mean decides."""


@dataclass(frozen=True)
class Measured:
    """What was measured on one split.

    Attributes:
        split: its name.
        photos: how many photos it has.
        thresholds: for each class that has labels and was found, the confidence with the best F1.
        figures: average precision, and precision and recall at those thresholds.
    """

    split: str
    photos: int
    thresholds: dict[str, float]
    figures: Figures

    @property
    def ap50(self) -> dict[str, float]:
        """AP50 of each class that has labels."""
        rows = self.figures.whole.items()
        return {c.label: row.ap50 for c, row in rows if row.ap50 is not None and row.labels}

    @property
    def labels(self) -> dict[str, int]:
        """How many labels each class has."""
        return {c.label: row.labels for c, row in self.figures.whole.items()}

    @property
    def trained(self) -> dict[str, float]:
        """AP50 of the trained classes that have labels; of all where none of them has."""
        found = self.ap50
        return {name: found[name] for name in TRAINED if name in found} or found

    @property
    def mean(self) -> float:
        """Mean AP50 of the trained classes."""
        chosen = self.trained.values()
        return sum(chosen) / len(chosen) if chosen else 0.0

    def table(self) -> dict[str, Value]:
        """The figures as the registry keeps them: by figure and class, and AP50 and labels by class and size."""
        kept: dict[str, Value] = {f"{self.split}_photos": self.photos, f"{self.split}_labels": dict(self.labels)}
        for name in ("ap50", "ap50_95", "precision", "recall"):
            kept[f"{self.split}_{name}"] = _by_class(self.figures.whole, name)
        sized = {
            c.label: {size: round(row.ap50, 4) for size, row in rows.items() if row.labels and row.ap50 is not None}
            for c, rows in self.figures.sizes.items()
        }
        counted = {
            c.label: {size: row.labels for size, row in rows.items() if row.labels}
            for c, rows in self.figures.sizes.items()
        }
        kept[f"{self.split}_ap50_by_size"], kept[f"{self.split}_labels_by_size"] = sized, counted
        calibrated = reliability(self.figures.matches)
        if calibrated is not None:
            kept[f"{self.split}_calibration_error"] = round(calibrated.error, 4)
        return kept

    def line(self) -> str:
        """The AP50 of each class in one line."""
        found = ", ".join(f"{name} {value:.3f}" for name, value in self.ap50.items())
        return f"{self.split}: mean AP50 of the trained classes {self.mean:.4f} ({found})"


class Bench:
    """A split's photos and labels, read once, on which models are measured.

    Args:
        data: data file of the collection.
        split: one of its splits.
        tiles: "off" sees each photo once, as a whole; "auto" is what the product does with photos.

    Raises:
        TrainingError: the split cannot be read, or has no labels.
    """

    def __init__(self, data: Path, split: str, tiles: Tiling = "off") -> None:
        self._split, self._tiles = split, tiles
        faults: list[str] = []
        try:
            self._photos = LabelledPhotos.read(data, split, faults.append)
        except EvaluationError as error:
            raise TrainingError(str(error)) from error
        if faults:
            raise TrainingError(f"{faults[0]} ({len(faults)} such files; see: python -m datasets check {data})")
        self._classes = self._photos.classes()
        if not self._classes:
            raise TrainingError(f"{data}: {split} has no labels to measure on; label its photos or pass another --data")

    def measure(self, model: Model) -> Measured:
        """Judges a model.

        Raises:
            TrainingError: a photo cannot be read.
        """
        judged = self.judge(model)
        thresholds: dict[ObjectClass, float] = {}
        matches = measure(judged, self._classes, {}).matches
        for object_class in self._classes:
            best = best_threshold(matches, object_class)
            if best is not None:
                thresholds[object_class] = best.confidence
        figures = measure(judged, self._classes, thresholds)
        named = {c.label: value for c, value in thresholds.items()}
        return Measured(self._split, len(judged), named, figures)

    def judge(self, model: Model) -> list[Judged]:
        """Labels and detections of each photo.

        Raises:
            TrainingError: a photo cannot be read.
        """
        faults: list[str] = []
        try:
            judged = self._photos.judge(model, tiles=self._tiles, say=faults.append, console=Console(stderr=True))
        except EvaluationError as error:
            raise TrainingError(f"{self._split}: {error}; run: python -m datasets check") from error
        if faults:
            raise TrainingError(f"{faults[0]} ({len(faults)} such photos; run: python -m datasets check)")
        return judged


def open_export(exported: Path, head: Head, image_size: int, name: str = "") -> Model:
    """An exported file that is not registered yet, as the product would run it.

    Raises:
        ModelError: it cannot be run, or its output is not that of the head.
    """
    entry = ModelEntry.model_validate(
        {
            "file": exported.name,
            "sha256": sha256(exported),
            "classes": list(CLASSES),
            "input_size": image_size,
            "stride": STRIDE,
            "output": head,
        },
        context={"folder": exported.parent},
    )
    return Model(entry, open_runtime(exported.read_bytes(), "onnxruntime"), name)


def say(line: str) -> None:
    """A line to the person who trains."""
    typer.echo(line, err=True)


def _by_class(rows: dict[ObjectClass, Accuracy], name: str) -> dict[str, float]:
    values = {c.label: getattr(row, name) for c, row in rows.items()}
    return {label: round(float(value), 4) for label, value in values.items() if value is not None}
