"""Measures: figures of a model from what it saw. Pure functions of labels and detections."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datasets.data_card import source_of
from detector.detections import Detections, ObjectClass
from detector.figures import Accuracy, Figures, Judged, Matches, Reliability, measure, reliability

Thresholds = Mapping[ObjectClass, float]

VIOLATION_CLASSES = (ObjectClass.E_TRICYCLE, ObjectClass.CIGARETTE_BUTT, ObjectClass.GARBAGE)
"""What people labelled, and what violations are made of; people are judged against the teacher."""

TAUGHT_CLASSES = tuple(c for c in ObjectClass if c not in VIOLATION_CLASSES)

TEACHER_SURE = 0.4
"""The teacher's people from this confidence on are those that have to be found."""


def by_source(
    paths: Sequence[Path], judged: Sequence[Judged], thresholds: Thresholds
) -> dict[tuple[str, ObjectClass], Accuracy]:
    """Figures of each class in the photos of each source that has labels of it."""
    rows: dict[tuple[str, ObjectClass], Accuracy] = {}
    for source in sorted({source_of(path) for path in paths}):
        own = [pair for path, pair in zip(paths, judged, strict=True) if source_of(path) == source]
        figures = measure(own, VIOLATION_CLASSES, thresholds)
        rows.update({(source, c): row for c, row in figures.whole.items() if row.labels})
    return rows


@dataclass(frozen=True)
class FalseAlarms:
    """Detections above the thresholds that no label explains, in some pictures.

    Attributes:
        pictures: how many there are.
        counts: false detections of each violation class.
    """

    pictures: int
    counts: dict[ObjectClass, int]

    @property
    def total(self) -> int:
        """Of all violation classes together."""
        return sum(self.counts.values())

    def per(self, pictures: int, *classes: ObjectClass) -> float:
        """How many there are in so many pictures, of some classes or of all."""
        count = sum(self.counts[c] for c in classes) if classes else self.total
        return count / self.pictures * pictures if self.pictures else 0.0

    def __add__(self, other: "FalseAlarms") -> "FalseAlarms":
        counts = {c: self.counts[c] + other.counts[c] for c in VIOLATION_CLASSES}
        return FalseAlarms(self.pictures + other.pictures, counts)


def false_alarms(judged: Sequence[Judged], thresholds: Thresholds) -> FalseAlarms:
    """Detections of violation classes, sure enough to count, that agree with no label of their class."""
    counts: Counter[ObjectClass] = Counter()
    for pair in judged:
        matches = Matches.of([pair])
        for c in VIOLATION_CLASSES:
            own = matches.only(c)
            counts[c] += int((~own.correct & (own.confidence >= thresholds.get(c, 0.5))).sum())
    return FalseAlarms(len(judged), {c: counts[c] for c in VIOLATION_CLASSES})


@dataclass(frozen=True)
class Found:
    """How well one class is found at one threshold."""

    threshold: float
    labels: int
    recall: float
    precision: float


def found(judged: Sequence[Judged], object_class: ObjectClass, threshold: float) -> Found:
    """Recall and precision of a class; precision is 1 where nothing was found."""
    own = Matches.of(judged).only(object_class)
    return Found(threshold, len(own.found_at), own.recall(threshold) or 0.0, _precision(own, threshold))


def best_recall(judged: Sequence[Judged], object_class: ObjectClass, precision: float) -> Found | None:
    """The threshold with the highest recall at which precision is at least as asked; None where it never is."""
    own = Matches.of(judged).only(object_class)
    if not len(own.confidence) or not len(own.found_at):
        return None
    share = np.cumsum(own.correct) / np.arange(1, len(own.correct) + 1)
    # A threshold cannot part detections that are equally sure.
    last_of_its_kind = np.append(own.confidence[1:] < own.confidence[:-1], [True])
    good = np.flatnonzero((share >= precision) & last_of_its_kind)
    if not len(good):
        return None
    threshold = float(own.confidence[good[-1]])
    return Found(threshold, len(own.found_at), own.recall(threshold) or 0.0, float(share[good[-1]]))


@dataclass(frozen=True)
class People:
    """People on a clip, the teacher's sure ones taken as the truth.

    Attributes:
        frames: how many were looked at.
        at_threshold: at the model's own threshold.
        at_teachers: at the threshold of the teacher's sure people.
        teacher_precision: what the teacher itself reaches at the model's threshold: its less sure people count as
            wrong, as the model's do.
        same_precision: the model where its precision is the teacher's; None where it never is.
        unsure_explained: precision at the model's threshold if the teacher's unsure people count as right too.
    """

    frames: int
    at_threshold: Found
    at_teachers: Found
    teacher_precision: float
    same_precision: Found | None
    unsure_explained: float


def people(model: Sequence[Detections], teacher: Sequence[Detections], threshold: float) -> People:
    """Compares a model's people with the teacher's in the frames of a clip.

    Args:
        model: what the model saw in each frame, unsure ones included.
        teacher: what the teacher saw.
        threshold: from which the model's people count.
    """
    person = ObjectClass.PERSON
    theirs = [seen.of_class(person) for seen in teacher]
    sure = [seen[seen.confidence >= TEACHER_SURE] for seen in theirs]
    ours = [seen.of_class(person) for seen in model]
    judged = list(zip(sure, ours, strict=True))
    own_precision = found(list(zip(sure, theirs, strict=True)), person, threshold).precision
    return People(
        frames=len(judged),
        at_threshold=found(judged, person, threshold),
        at_teachers=found(judged, person, TEACHER_SURE),
        teacher_precision=own_precision,
        same_precision=best_recall(judged, person, own_precision),
        unsure_explained=found(list(zip(theirs, ours, strict=True)), person, threshold).precision,
    )


def reliabilities(figures: Figures) -> dict[str, Reliability]:
    """How well confidences are calibrated: of all violation classes together, and of each."""
    matches = figures.matches
    parts = {c.label: reliability(matches.only(c)) for c in VIOLATION_CLASSES}
    judged = np.isin(matches.class_id, [int(c) for c in VIOLATION_CLASSES])
    together = Matches(
        matches.class_id[judged],
        matches.confidence[judged],
        matches.size[judged],
        matches.correct[judged],
        matches.label_class,
        matches.label_size,
        matches.found_at,
    )
    parts = {"all": reliability(together), **parts}
    return {name: part for name, part in parts.items() if part is not None}


def _precision(own: Matches, threshold: float) -> float:
    value = own.precision(threshold)
    return 1.0 if value is None else value
