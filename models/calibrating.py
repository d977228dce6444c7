"""Calibrating: makes a registered model's confidences true and chooses its thresholds anew.

python -m models.calibrating

Only for the classes that people labelled: agreement with the teacher is no truth. Confidences are mapped when boxes are
decoded (`detector/calibration.py`), so the model's file and its hash stay.
"""

import dataclasses
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from datasets.classes import CLASSES, TAUGHT
from detector.calibration import Calibration, fit
from detector.detections import ObjectClass
from detector.evaluate import EvaluationError, LabelledPhotos
from detector.figures import Judged, Matches, best_threshold, reliability
from detector.model import Model
from detector.registry import ModelError, Registry
from detector.runtimes import open_runtime
from models.registry import HEADER, dumps

LABELLED = tuple(ObjectClass(number) for number in range(len(CLASSES)) if number not in TAUGHT)
"""The classes that people labelled."""

DATA = Path("datasets/street.yaml")


@dataclasses.dataclass(frozen=True)
class Calibrated:
    """What was fitted for one class.

    Attributes:
        calibration: how its confidences are mapped.
        threshold: confidence with the best F1, calibrated.
        before: expected calibration error without it.
        halves: with a calibration fitted on every other photo, measured on the others: what new photos will see.
    """

    calibration: Calibration
    threshold: float
    before: float
    halves: float


def calibrate(judged: Sequence[Judged]) -> dict[ObjectClass, Calibrated]:
    """Fits each labelled class for which there is enough to fit.

    Args:
        judged: labels and uncalibrated detections of photos that were not trained on.
    """
    made = {}
    whole, halves = Matches.of(judged), [Matches.of(judged[start::2]) for start in (0, 1)]
    for c in LABELLED:
        own = whole.only(c)
        calibration, best, before = fit(own), best_threshold(whole, c), reliability(own)
        errors = [_error(fit(halves[1 - half].only(c)), halves[half].only(c)) for half in (0, 1)]
        if calibration is None or best is None or before is None or None in errors:
            continue
        threshold = float(calibration.apply(np.array([best.confidence], np.float32))[0])
        measured = [error for error in errors if error is not None]
        made[c] = Calibrated(calibration, threshold, before.error, sum(measured) / len(measured))
    return made


def apply(matches: Matches, calibration: Calibration) -> Matches:
    """The same matches of one class with calibrated confidences."""
    found = matches.found_at.copy()
    found[found >= 0] = calibration.apply(found[found >= 0])
    return dataclasses.replace(matches, confidence=calibration.apply(matches.confidence), found_at=found)


def record(registry: Path, name: str, made: dict[ObjectClass, Calibrated]) -> None:
    """Writes calibrations, thresholds and errors into a model's entry."""
    content = tomllib.loads(registry.read_text(encoding="utf-8"))
    entry = content["models"][name]
    entry["calibration"] = {
        c.label: [round(row.calibration.scale, 4), round(row.calibration.shift, 4)] for c, row in made.items()
    }
    entry["thresholds"] |= {c.label: round(row.threshold, 3) for c, row in made.items()}
    entry["figures"] |= {
        "calibration_error_before": {c.label: round(row.before, 4) for c, row in made.items()},
        "calibration_error_halves": {c.label: round(row.halves, 4) for c, row in made.items()},
    }
    # Tables come after plain values in TOML; `dumps` takes care of that.
    unfinished = registry.with_suffix(".tmp")
    unfinished.write_text(HEADER + dumps(content), encoding="utf-8")
    unfinished.replace(registry)


def main(
    name: Annotated[str | None, typer.Option(help="Name in the registry; the default model if left out.")] = None,
    models: Annotated[Path, typer.Option(help="Folder of the registry.")] = Path("models"),
    data: Annotated[Path, typer.Option(help="Data file; its split val is used.")] = DATA,
) -> None:
    """Makes the confidences of a registered model true on `val`, and chooses the thresholds with the best F1."""
    faults: list[str] = []
    try:
        registry = Registry.load(models)
        name = name or registry.default
        entry = registry.entry(name)
        plain = entry.model_copy(update={"calibration": {}})
        model = Model(plain, open_runtime(entry.read(), "onnxruntime"), name)
        photos = LabelledPhotos.read(data, "val", faults.append)
        judged = photos.judge(model, tiles="auto", say=faults.append, console=Console(stderr=True))
    except (EvaluationError, ModelError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    if faults:
        typer.echo(f"error: {faults[0]} ({len(faults)} such photos)", err=True)
        raise typer.Exit(1)
    made = calibrate(judged)
    record(models / "registry.toml", name, made)
    for c, row in made.items():
        typer.echo(
            f"{c.label}: error {row.before:.3f}, calibrated on one half of the photos and measured on the other "
            f"{row.halves:.3f}; threshold {row.threshold:.3f}"
        )


def _error(calibration: Calibration | None, matches: Matches) -> float | None:
    """Expected calibration error of the detections that the uncalibrated figure counts, too."""
    if calibration is None:
        return None
    found = reliability(apply(matches, calibration))
    return None if found is None else found.error


if __name__ == "__main__":
    typer.run(main)
