"""Publishing: a finished run blended, levelled, exported, checked, measured, compared and registered."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from datasets.agreement import agreement
from datasets.classes import CLASSES
from datasets.collection import Collection
from datasets.teacher import Teacher
from detector.model import Model
from detector.registry import ModelError, Registry
from models.blending import blend, level, mix
from models.comparison import Loss, losses
from models.exporting import BOX_TOLERANCE, CONFIDENCE_TOLERANCE, HEADS, STRIDE, Head, disagreement, export
from models.inspection import read_street
from models.measuring import Bench, Measured, open_export, say
from models.photo_weights import source_of
from models.quantizing import Int8, quantize, race
from models.registry import Entry, Value, register, sha256
from models.schedule import Schedule, TrainingError
from models.surgery import operate
from models.training import read_model

SHARES = (0.0, 0.15, 0.3)
"""Shares of the COCO weights that are tried; with more, butts and garbage fade."""

PERSON_LOST = 0.02
"""What a share may lose of people against the best share, and still be chosen for its butts and garbage."""

AGREEMENT_PHOTOS = 16
"""Real photos on which the export is compared with PyTorch."""

CLIP_EVERY, CLIP_CONFIDENCE = 25, 0.4
"""Frames of the clip that are looked at, and how sure the teacher has to be there."""

REFERENCE = "human labels for e_tricycle, cigarette_butt and garbage; labels of the COCO teacher for the others"
"""What the figures are measured against."""

LICENCE = "AGPL-3.0-or-later"


@dataclass(frozen=True)
class Plan:
    """How to publish.

    Attributes:
        schedule: what was trained, above all the data, the COCO weights and the size of the input.
        share: share of the COCO weights to mix in; "auto" tries `SHARES`.
        earlier: checkpoint or export of an earlier street model to mix in, and its share; None mixes in none.
        head: which head to export; "auto" measures both.
        clip: film on which people are counted against the teacher; the split `test` where None.
        int8: whether an int8 build is tried.
        force: register also what is worse.
        models: folder of the registry.
        name: of the model.
    """

    schedule: Schedule
    share: float | Literal["auto"]
    earlier: tuple[Path, float] | None
    head: Head | Literal["auto"]
    clip: Path | None
    int8: bool
    force: bool
    models: Path
    name: str


@dataclass(frozen=True)
class Candidate:
    """One way to export a run: a share of COCO weights, a head, and what was measured on `val`."""

    checkpoint: Path
    exported: Path
    share: float
    head: Head
    val: Measured


class Publisher:
    """Publishes one run.

    Args:
        plan: how.
        checkpoint: the last one of the run; files are written beside it.

    Raises:
        TrainingError: the data has no labels to measure on, or the earlier model cannot be read.
        CollectionError: the data file points nowhere.
    """

    def __init__(self, plan: Plan, checkpoint: Path) -> None:
        self._plan, self._checkpoint = plan, checkpoint
        self._size = plan.schedule.image_size
        self._collection: Collection = read_street(plan.schedule.data)
        self._val = Bench(plan.schedule.data, "val")
        self._test = Bench(plan.schedule.data, "test") if "test" in self._collection.splits else None
        self._tried: dict[str, Value] = {}
        self._earlier = (
            (read_model(plan.earlier[0], plan.schedule, "--earlier"), plan.earlier[1]) if plan.earlier else None
        )
        if not checkpoint.is_file():
            raise TrainingError(f"nothing to publish: no {checkpoint}; train first, with --epochs above 0")

    def publish(self) -> Entry:
        """Does all of it and returns the entry of the registry.

        Raises:
            TrainingError: the export differs from PyTorch, or the model is worse than the registered one; nothing is
                registered then.
        """
        chosen = self._leveled(self._with_best_head(self._with_best_share()))
        pixels, confidence = self._checked(chosen)
        model = open_export(chosen.exported, chosen.head, self._size)
        test = self._test.measure(model) if self._test else None
        for measured in (chosen.val, test):
            if measured is not None:
                say(measured.line())
        self._compare(chosen.val, test)
        figures: dict[str, Value] = {
            "command": " ".join(["python", *sys.argv]),
            "reference": REFERENCE,
            "measured_by": "streetwarden evaluate --tiles off",
            "size": self._size,
            "head": chosen.head,
            "coco_share": chosen.share,
            "earlier_share": self._plan.earlier[1] if self._plan.earlier else 0.0,
            "tried": self._tried,
            "export_pixels": round(pixels, 4),
            "export_confidence": round(confidence, 5),
            **self._people(chosen),
            **chosen.val.table(),
            **(test.table() if test else {}),
        }
        int8 = self._int8(chosen, model) if self._plan.int8 else None
        if int8 is not None:
            figures["int8"] = _int8_table(int8)
        entry = self._register(self._plan.name, chosen.exported, chosen, figures, default=True)
        if int8 is not None and int8.worth_it:
            self._register(f"{self._plan.name}-int8", int8.file, chosen, figures, default=False)
        return entry

    def _candidate(self, share: float, head: Head) -> Candidate:
        """The run with a share of COCO weights and one head, exported and measured."""
        name = self._plan.name
        blended = self._checkpoint.with_name(f"{name}-{share:g}.pt")
        coco = operate(self._plan.schedule.weights, self._plan.schedule.model).model
        blend(self._checkpoint, coco, share, blended)
        if self._earlier is not None:
            mix(blended, *self._earlier)
        exported = self._checkpoint.with_name(f"{name}-{share:g}-{head}.onnx")
        export(blended, exported, head)
        val = self._val.measure(open_export(exported, head, self._size))
        say(f"COCO share {share:g}, {head} head: {val.line()}")
        self._tried[f"share {share:g}, {head}"] = {"val_mean_ap50": round(val.mean, 4), "val_ap50": _rounded(val.ap50)}
        return Candidate(blended, exported, share, head, val)

    def _with_best_share(self) -> Candidate:
        """The share with the best mean AP50 among those that see nearly as many people as the best one does."""
        head: Head = HEADS[0] if self._plan.head == "auto" else self._plan.head
        if self._plan.share != "auto":
            return self._candidate(self._plan.share, head)
        candidates = [self._candidate(share, head) for share in SHARES]
        people = [self._kept_people(candidate) for candidate in candidates]
        measure = "recall on the clip" if self._plan.clip else "AP50 on test"
        for candidate, kept in zip(candidates, people, strict=True):
            say(f"COCO share {candidate.share:g}: people: {measure} {kept:.3f}")
        good = [c for c, kept in zip(candidates, people, strict=True) if kept >= max(people) - PERSON_LOST]
        return max(good, key=lambda candidate: candidate.val.mean)

    def _with_best_head(self, first: Candidate) -> Candidate:
        """The head with the better mean AP50."""
        if self._plan.head != "auto":
            return first
        others = [self._candidate(first.share, head) for head in HEADS if head != first.head]
        return max([first, *others], key=lambda candidate: candidate.val.mean)

    def _leveled(self, chosen: Candidate) -> Candidate:
        """The same with the confidences of its new classes levelled, under the model's own name."""
        checkpoint = self._checkpoint.with_name(f"{self._plan.name}.pt")
        exported = self._checkpoint.with_name(f"{self._plan.name}.onnx")
        shutil.copyfile(chosen.checkpoint, checkpoint)
        level(checkpoint, chosen.val.thresholds)
        export(checkpoint, exported, chosen.head)
        val = self._val.measure(open_export(exported, chosen.head, self._size))
        return replace(chosen, checkpoint=checkpoint, exported=exported, val=val)

    def _checked(self, chosen: Candidate) -> tuple[float, float]:
        photos = self._collection.photos("val")
        sample = photos[:: max(1, len(photos) // AGREEMENT_PHOTOS)]
        pixels, confidence = disagreement(chosen.checkpoint, chosen.exported, sample, self._size, chosen.head)
        say(f"export and PyTorch differ by {pixels:.4f} px, {confidence:.5f} in confidence")
        if not (pixels <= BOX_TOLERANCE and confidence <= CONFIDENCE_TOLERANCE):
            raise TrainingError(
                f"{chosen.exported} is off by {pixels:.2f} px, {confidence:.3f} in confidence; not registered"
            )
        return pixels, confidence

    def _compare(self, val: Measured, test: Measured | None) -> None:
        """Compares with the registered model, on the same photos and by the same code.

        Raises:
            TrainingError: the new one is worse on a class, and was not forced.
        """
        old = self._registered()
        if old is None or self._plan.force:
            return
        worse: list[Loss] = losses(self._val.measure(old), val)
        if test is not None and self._test is not None:
            worse += losses(self._test.measure(old), test)
        if worse:
            raise TrainingError(
                f"not registered, {old.name} is better: {'; '.join(map(str, worse))}; --force registers all the same"
            )
        say(f"not worse than {old.name} on any class")

    def _registered(self) -> Model | None:
        """The model of that name, else the default one; None where there is no registry yet.

        Raises:
            TrainingError: there is one that cannot be run.
        """
        if self._plan.force or not (self._plan.models / "registry.toml").is_file():
            return None
        try:
            registry = Registry.load(self._plan.models)
            name = self._plan.name if self._plan.name in registry.models else registry.default
            return Model.load(name, registry=registry)
        except ModelError as error:
            raise TrainingError(f"cannot compare: {error}; --force registers without comparing") from error

    def _kept_people(self, candidate: Candidate) -> float:
        """How well the teacher's people are found: recall on the clip, else AP50 on `test`; 1 without either."""
        if self._plan.clip is not None:
            return float(str(self._people(candidate)["clip_person_recall"]))
        if self._test is None:
            return 1.0
        measured = self._test.measure(open_export(candidate.exported, candidate.head, self._size))
        return measured.ap50.get("person", 1.0)

    def _people(self, candidate: Candidate) -> dict[str, Value]:
        """How the model agrees with the teacher about people on the clip."""
        clip = self._plan.clip
        if clip is None:
            return {}
        teacher = Teacher(self._plan.schedule.weights, confidence=CLIP_CONFIDENCE)
        sure = candidate.val.thresholds.get("person", CLIP_CONFIDENCE)
        found = agreement(candidate.exported, teacher, clip, CLIP_EVERY, sure)
        return {
            "clip": clip.name,
            "clip_frames": found.frames,
            "clip_confidence": round(sure, 3),
            "clip_person_recall": round(found.recall, 4),
            "clip_person_precision": round(found.precision, 4),
        }

    def _int8(self, chosen: Candidate, fp32: Model) -> Int8:
        """An int8 build beside the fp32 one."""
        target = chosen.exported.with_name(f"{self._plan.name}-int8.onnx")
        quantize(chosen.exported, target, self._collection.photos("train"), self._size)
        int8 = open_export(target, chosen.head, self._size)
        fp32_ms, int8_ms = race(fp32, int8)
        val = self._val.measure(int8)
        fallen = {name: value - val.ap50.get(name, 0.0) for name, value in chosen.val.ap50.items()}
        trained = {name: fall for name, fall in fallen.items() if name in chosen.val.trained} or fallen
        worst = max(trained.items(), key=lambda item: item[1])
        made = Int8(target, fp32.runtime.name, fp32_ms, int8_ms, chosen.val.mean, val.mean, worst)
        say(str(made))
        return made

    def _register(self, name: str, file: Path, chosen: Candidate, figures: dict[str, Value], *, default: bool) -> Entry:
        entry = Entry(
            file=file.name,
            sha256=sha256(file),
            classes=list(CLASSES),
            input_size=self._size,
            stride=STRIDE,
            output=chosen.head,
            licence=LICENCE,
            trained_on=trained_on(self._collection.photos("train"), self._plan.schedule),
            created=datetime.now(UTC).date(),
            thresholds={label: round(chosen.val.thresholds.get(label, 0.25), 3) for label in CLASSES},
            figures=figures,
        )
        unfinished = self._plan.models / f"{file.name}.unfinished"
        shutil.copyfile(file, unfinished)
        unfinished.replace(self._plan.models / file.name)
        register(self._plan.models / "registry.toml", name, entry, default=default)
        return entry


def trained_on(photos: Sequence[Path], schedule: Schedule) -> str:
    """The photos of a training set by their sources, with weights, and the reviewed rounds."""
    counts: dict[str, int] = {}
    for photo in photos:
        counts[source_of(photo)] = counts.get(source_of(photo), 0) + 1
    weights = {source: f" x {schedule.weight[source]:g}" for source in schedule.weight}
    sources = ", ".join(f"{source} {count}{weights.get(source, '')}" for source, count in sorted(counts.items()))
    rounds = "".join(f"; reviewed photos of {folder.resolve().name}" for folder in schedule.extra)
    return f"photos by source: {sources}{rounds}; human and teacher labels: see datasets/SOURCES.md"


def _int8_table(int8: Int8) -> dict[str, Value]:
    return {
        "runtime": int8.runtime,
        "kept": "yes" if int8.worth_it else "no",
        "fp32_ms": round(int8.fp32_ms, 1),
        "int8_ms": round(int8.int8_ms, 1),
        "speedup": round(int8.speedup, 2),
        "fp32_mean_ap50": round(int8.fp32_ap50, 4),
        "int8_mean_ap50": round(int8.int8_ap50, 4),
        "worst_class": int8.worst[0],
        "worst_class_lost": round(int8.worst[1], 4),
    }


def _rounded(values: dict[str, float]) -> dict[str, Value]:
    return {name: round(value, 4) for name, value in values.items()}
