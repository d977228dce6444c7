"""The report: everything that the model card says in figures, measured."""

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.model_report.failures import Failure, draw_failures, failures
from benchmarks.model_report.looking import Looked, Looker
from benchmarks.model_report.measures import (
    TAUGHT_CLASSES,
    TEACHER_SURE,
    VIOLATION_CLASSES,
    FalseAlarms,
    Found,
    People,
    Thresholds,
    best_recall,
    by_source,
    false_alarms,
    found,
    people,
)
from benchmarks.model_report.pictures import Gallery, PictureSet
from benchmarks.model_report.timing import Speed, machine, open_build, speeds
from datasets.collection import Collection
from datasets.data_card import source_of
from datasets.labels import Labels
from datasets.teacher import beside_human
from detector.detections import Detections, ObjectClass
from detector.figures import Accuracy, Figures, Judged, measure
from detector.model import Model
from detector.registry import Registry

FAR_PRECISION = 0.8
"""Precision at which far butts have to be found."""


@dataclass(frozen=True)
class Int8:
    """An int8 build beside fp32.

    Attributes:
        size: of its file in bytes.
        whole: its figures of each violation class on `val`.
    """

    size: int
    whole: dict[ObjectClass, Accuracy]


@dataclass(frozen=True)
class Report:
    """All figures.

    Attributes:
        model: the judged model.
        measured: when.
        machine: where.
        val: figures of violation classes on `val`.
        val_pictures: how many photos `val` has.
        sources: figures by source and class.
        taught: agreement with the teacher about people and vehicles, by the words that say on which photos.
        alarms: false alarms in sets of pictures, by the words that say which.
        far: far butts at the model's threshold, and at the threshold with the best recall at `FAR_PRECISION`.
        clip: people on the crossroad clip.
        speed: milliseconds by build and runtime.
        int8: the int8 build, or None where it could not be made.
        others: other registered models: figures of the violation classes on `val`.
        failures: what went wrong on `val`, the worst first.
    """

    model: Model
    measured: date
    machine: str
    val: Figures
    val_pictures: int
    sources: dict[tuple[str, ObjectClass], Accuracy]
    taught: dict[str, Figures]
    alarms: dict[str, FalseAlarms]
    far: tuple[Found, Found | None]
    clip: People
    speed: list[Speed]
    int8: Int8 | None
    others: dict[str, dict[ObjectClass, Accuracy]]
    failures: list[Failure]


def make_report(registry: Registry, name: str | None, gallery: Gallery, out: Path) -> Report:
    """Measures a model; what was seen before is taken from disk.

    Args:
        registry: the registered models.
        name: one of them; the default where None.
        gallery: where the pictures are from.
        out: folder for what was seen and for pictures of failures.

    Raises:
        ModelError, CollectionError, LabelError, SourceError, EvaluationExtraMissingError, TrainingExtraMissingError,
        FileNotFoundError: something that is needed cannot be used; the message says what.
    """
    model = Model.load(name, registry=registry, runtime="onnxruntime")
    thresholds, kept = model.thresholds, out / "seen"
    looker, teacher = Looker.of_model(model, kept), Looker.of_teacher(gallery.weights, kept, gallery.teacher_labels)
    val = looker.look(gallery.val())
    judged = val.judged()
    far_set, empty_set = gallery.trial()
    held_out, clip = gallery.held_out(), gallery.clip()
    far, empty = looker.look(far_set), looker.look(empty_set)
    threshold = thresholds[ObjectClass.CIGARETTE_BUTT]
    frames = looker.look(clip)
    wrong = _drawn(val, thresholds, out / "failures")
    for made in (far, empty):
        _drawn(made, thresholds, out / "failures" / made.pictures.name)
    int8_file = _int8_file(model, gallery, out)
    builds = {"fp32": model.entry.path, **({"int8": int8_file} if int8_file else {})}
    return Report(
        model=model,
        measured=datetime.now(UTC).date(),
        machine=machine(),
        val=measure(judged, VIOLATION_CLASSES, thresholds),
        val_pictures=len(judged),
        sources=by_source(val.pictures.paths, judged, thresholds),
        taught={
            "photos of `val`": _against(teacher.look(val.pictures), val, model),
            "held-out replay photos": _against(teacher.look(held_out), looker.look(held_out), model),
        },
        alarms={
            "`trike-` photos of `val`": false_alarms(_of_source(val, "trike"), thresholds),
            "held-out replay photos": false_alarms(looker.look(held_out).judged(), thresholds),
            "all replay photos": false_alarms(looker.look(gallery.replay_all()).judged(), thresholds),
            "`butt-` photos of `val`": false_alarms(_of_source(val, "butt"), thresholds),
            "empty streets": false_alarms(empty.judged(), thresholds),
            "crossroad clip, one frame a second": false_alarms(frames.judged(), thresholds),
        },
        far=(
            found(far.judged(), ObjectClass.CIGARETTE_BUTT, threshold),
            best_recall(far.judged(), ObjectClass.CIGARETTE_BUTT, FAR_PRECISION),
        ),
        clip=people(frames.seen, teacher.look(clip).seen, thresholds[ObjectClass.PERSON]),
        speed=speeds(model.entry, builds),
        int8=_int8(int8_file, model, val.pictures, kept) if int8_file else None,
        others=_others(registry, model, val.pictures, kept),
        failures=wrong,
    )


def _drawn(looked: Looked, thresholds: Thresholds, out: Path) -> list[Failure]:
    """What went wrong in a set, the worst first, drawn into a folder."""
    paths, judged = looked.pictures.paths, looked.judged()
    wrong = failures(paths, judged, thresholds)
    draw_failures(out, wrong, dict(zip(paths, judged, strict=True)), thresholds)
    return wrong


def _of_source(looked: Looked, source: str) -> list[Judged]:
    """The pictures of one source."""
    judged = looked.judged()
    return [pair for path, pair in zip(looked.pictures.paths, judged, strict=True) if source_of(path) == source]


def _against(teacher: Looked, model: Looked, judge: Model) -> Figures:
    """Agreement with the teacher's sure labels, where they do not lie on what people labelled as something else."""
    truths = [_taught(seen, truth) for seen, truth in zip(teacher.seen, model.pictures.truths(), strict=True)]
    return measure(list(zip(truths, model.seen, strict=True)), TAUGHT_CLASSES, judge.thresholds)


def _taught(seen: Detections, human: Detections) -> Detections:
    sure = seen[seen.confidence >= TEACHER_SURE]
    taught = Labels.from_corners(sure.class_id, sure.xyxy.astype(np.float64), sure.confidence.astype(np.float64))
    labelled = Labels.from_corners(human.class_id, human.xyxy.astype(np.float64))
    kept = beside_human(taught, labelled)
    return Detections(kept.corners.astype(np.float32), kept.class_id, kept.confidence.astype(np.float32))


def _int8_file(model: Model, gallery: Gallery, out: Path) -> Path | None:
    """An int8 build of the model, made where it is not there yet; None where the extra `train` is missing."""
    if find_spec("onnx") is None:
        return None
    from models.quantizing import quantize  # noqa: PLC0415 - needs onnx, which serving does not

    target = out / "int8" / f"{model.entry.sha256[:12]}.onnx"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".tmp.onnx")
        quantize(model.entry.path, unfinished, Collection.read(gallery.data).photos("train"), model.entry.input_size)
        unfinished.replace(target)
        logging.getLogger().setLevel(logging.WARNING)
    return target


def _int8(file: Path, model: Model, val: PictureSet, kept: Path) -> Int8:
    """Figures of an int8 build, with the fp32 model's thresholds."""
    build = open_build(file, model.entry, "onnxruntime")
    looker = Looker.of_model(build, kept)
    seen = Looker(f"int8-{looker.name}", looker.see, kept).look(val)
    return Int8(file.stat().st_size, measure(seen.judged(), VIOLATION_CLASSES, model.thresholds).whole)


def _others(registry: Registry, model: Model, val: PictureSet, kept: Path) -> dict[str, dict[ObjectClass, Accuracy]]:
    rows = {}
    for name in sorted(set(registry.models) - {model.name}):
        other = Model.load(name, registry=registry, runtime="onnxruntime")
        seen = Looker.of_model(other, kept).look(val)
        rows[name] = measure(seen.judged(), VIOLATION_CLASSES, other.thresholds).whole
    return rows
