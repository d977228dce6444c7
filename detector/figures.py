"""Figures: how well detections agree with labels, by class and by size; thresholds and calibration from them."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.detections import BoolArray, Detections, FloatArray, IntArray, ObjectClass
from detector.geometry import ious

S = TypeVar("S", bound=np.generic)

Judged = tuple[Detections, Detections]
"""What one photo's labels say (confidence means nothing there), and what the model saw in it, unsure boxes included."""

MATCH_IOU: Final = 0.5
"""A detection is right where it agrees this much with a label of its class."""
SIZES: Final = {"<16": (0.0, 16.0), "16-32": (16.0, 32.0), "32-96": (32.0, 96.0), ">96": (96.0, np.inf)}
"""Sizes of objects: from and below, square root of the box's area, in pixels of the photo."""

_IOUS: Final = np.linspace(0.5, 0.95, 10)
_MOST: Final = 1000
"""Detections of one photo and class that count at most: tiles may give more than COCO's 100."""


class EvaluationExtraMissingError(RuntimeError):
    """The package that computes average precision is not installed; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Detections and labels of many photos, matched at IoU 0.5: N detections, the surest first, and M labels.

    As COCO does it, the surest detection first, each takes the free label of its class that it agrees with most.

    Attributes:
        class_id: (N,) class of each detection.
        confidence: (N,) its confidence.
        size: (N,) square root of the area in pixels: of the label that it found, else its own.
        correct: (N,) whether it found a label.
        label_class: (M,) class of each label.
        label_size: (M,) square root of its area in pixels.
        found_at: (M,) confidence of the detection that found it; -1 where none did.
    """

    class_id: IntArray
    confidence: FloatArray
    size: FloatArray
    correct: BoolArray
    label_class: IntArray
    label_size: FloatArray
    found_at: FloatArray

    @classmethod
    def of(cls, photos: Iterable[Judged]) -> "Matches":
        """Match all photos."""
        parts = [_match(truth, seen) for truth, seen in photos]
        order = np.argsort(-_column(parts, "confidence", np.float32), kind="stable")
        return cls(
            _column(parts, "class_id", np.int64)[order],
            _column(parts, "confidence", np.float32)[order],
            _column(parts, "size", np.float32)[order],
            _column(parts, "correct", np.bool_)[order],
            _column(parts, "label_class", np.int64),
            _column(parts, "label_size", np.float32),
            _column(parts, "found_at", np.float32),
        )

    def only(self, object_class: ObjectClass, low: float = 0.0, high: float = np.inf) -> "Matches":
        """Those of one class whose size is at least ``low`` and less than ``high`` pixels."""
        seen = (self.class_id == object_class) & (self.size >= low) & (self.size < high)
        there = (self.label_class == object_class) & (self.label_size >= low) & (self.label_size < high)
        return Matches(
            self.class_id[seen], self.confidence[seen], self.size[seen], self.correct[seen],
            self.label_class[there], self.label_size[there], self.found_at[there],
        )  # fmt: skip

    def precision(self, threshold: float) -> float | None:
        """Share of the detections at least this sure that are right; None where there are none."""
        sure = self.confidence >= threshold
        return float(self.correct[sure].mean()) if sure.any() else None

    def recall(self, threshold: float) -> float | None:
        """Share of the labels that a detection at least this sure found; None where there are no labels."""
        return float((self.found_at >= threshold).mean()) if len(self.found_at) else None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A confidence from which detections count, and what it gives."""

    confidence: float
    f1: float
    precision: float
    recall: float


def best_threshold(matches: Matches, object_class: ObjectClass) -> Threshold | None:
    """The confidence with the best F1 for a class; None where it has no labels or nothing was found.

    The threshold lies halfway to the next less sure detection, so that it does not hang on the last digit of one.
    """
    own = matches.only(object_class)
    right = np.cumsum(own.correct)
    if not len(own.found_at) or not len(right) or right[-1] == 0:
        return None
    count = np.arange(1, len(right) + 1)
    f1 = 2 * right / (count + len(own.found_at))
    # A threshold cannot part detections that are equally sure.
    last_of_its_kind = np.append(own.confidence[1:] < own.confidence[:-1], [True])
    best = int(np.where(last_of_its_kind, f1, -1).argmax())
    following = float(own.confidence[best + 1]) if best + 1 < len(right) else 0.0
    return Threshold(
        confidence=(float(own.confidence[best]) + following) / 2,
        f1=float(f1[best]),
        precision=float(right[best] / count[best]),
        recall=float(right[best] / len(own.found_at)),
    )


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far a confidence of 0.8 means that eight of ten detections are right.

    Attributes:
        error: expected calibration error, 0 is best: the mean distance between confidence and share of right
            detections over the bins, weighted by their counts (Guo et al. 2017, arXiv:1706.04599; for detections
            Küppers et al. 2020, arXiv:2004.13546).
        edges: (B + 1,) where the bins begin and end.
        count: (B,) detections in each bin.
        confidence: (B,) their mean confidence; NaN in an empty bin.
        correct: (B,) share of them that is right; NaN in an empty bin.
    """

    error: float
    edges: NDArray[np.float64]
    count: IntArray
    confidence: NDArray[np.float64]
    correct: NDArray[np.float64]


def reliability(matches: Matches, *, least: float = 0.05, bins: int = 10) -> Reliability | None:
    """How well confidences are calibrated; None where no detection is sure enough.

    Args:
        matches: of all classes, or of one.
        least: less sure detections are left out: there are so many of them that nothing else would count.
        bins: bins of equal width from 0 to 1.
    """
    sure = matches.confidence >= least
    if not sure.any():
        return None
    confidence, correct = matches.confidence[sure].astype(np.float64), matches.correct[sure]
    # In single precision, as the confidences come: 0.9 belongs to the bin that begins there.
    place = np.minimum((matches.confidence[sure] * np.float32(bins)).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, confidence, bins) / count
        share = np.bincount(place, correct, bins) / count
    error = float(np.nansum(np.abs(mean - share) * count) / count.sum())
    return Reliability(error, np.linspace(0, 1, bins + 1), count.astype(np.int64), mean, share)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Figures of one class, or of one size of it. None: nothing there to measure.

    Attributes:
        labels: labels of it.
        detections: detections at least as sure as the threshold.
        ap50: average precision at IoU 0.5.
        ap50_95: the mean of average precision at IoU 0.5, 0.55 … 0.95.
        precision: share of those detections that are right.
        recall: share of the labels that they found.
    """

    labels: int
    detections: int
    ap50: float | None
    ap50_95: float | None
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of an evaluation.

    Attributes:
        whole: figures of each class over all sizes.
        sizes: the same by class and by name of the size, see :data:`SIZES`.
        matches: what the figures and thresholds were taken from.
    """

    whole: dict[ObjectClass, Accuracy]
    sizes: dict[ObjectClass, dict[str, Accuracy]]
    matches: Matches

    def mean(self, size: str | None = None) -> Accuracy:
        """The plain mean over the classes that have labels (of that size), with the sums of the counts."""
        rows = [self.whole[c] if size is None else self.sizes[c][size] for c in self.whole]
        rows = [row for row in rows if row.labels]
        return Accuracy(
            sum(row.labels for row in rows),
            sum(row.detections for row in rows),
            *(_mean([getattr(row, name) for row in rows]) for name in ("ap50", "ap50_95", "precision", "recall")),
        )


def measure(
    photos: Sequence[Judged], classes: Sequence[ObjectClass], thresholds: Mapping[ObjectClass, float]
) -> Figures:
    """Average precision, and precision and recall at given thresholds.

    Args:
        photos: labels and detections of each photo, the detections down to a confidence of 0.001.
        classes: the classes to judge: those that the labels cover. Boxes of others do not count.
        thresholds: confidence from which a detection of a class counts for precision and recall; 0.5 if not named.

    Raises:
        EvaluationExtraMissingError: faster-coco-eval is not installed.
    """
    matches = Matches.of(photos)
    precisions = _average_precisions(photos, classes)
    whole: dict[ObjectClass, Accuracy] = {}
    sizes: dict[ObjectClass, dict[str, Accuracy]] = {}
    for row, object_class in enumerate(classes):
        threshold = thresholds.get(object_class, 0.5)
        ranges = [(0.0, np.inf), *SIZES.values()]
        made = []
        for column, (low, high) in enumerate(ranges):
            own = matches.only(object_class, low, high)
            ap50, ap50_95 = (None if value < 0 else float(value) for value in precisions[row, column])
            made.append(
                Accuracy(
                    len(own.found_at),
                    int((own.confidence >= threshold).sum()),
                    ap50, ap50_95, own.precision(threshold), own.recall(threshold),
                )
            )  # fmt: skip
        whole[object_class] = made[0]
        sizes[object_class] = dict(zip(SIZES, made[1:], strict=True))
    return Figures(whole, sizes, matches)


def _match(truth: Detections, seen: Detections) -> Matches:
    """The matches of one photo."""
    seen = seen[np.argsort(-seen.confidence, kind="stable")]
    agreement = ious(seen.xyxy, truth.xyxy)
    agreement[seen.class_id[:, None] != truth.class_id[None, :]] = 0
    found_at = np.full(len(truth), -1, np.float32)
    found = np.full(len(seen), -1, np.int64)
    for row in np.flatnonzero((agreement >= MATCH_IOU).any(axis=1)):
        free = np.where(found_at < 0, agreement[row], 0)
        if free.max() >= MATCH_IOU:
            found[row] = int(free.argmax())
            found_at[found[row]] = seen.confidence[row]
    sides = np.sqrt(truth.areas())
    size = np.sqrt(seen.areas())
    size[found >= 0] = sides[found[found >= 0]]
    return Matches(seen.class_id, seen.confidence, size, found >= 0, truth.class_id, sides, found_at)


def _column(parts: Sequence[Matches], name: str, kind: type[S]) -> NDArray[S]:
    """One array of all parts, one behind the other."""
    return np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in parts)]).astype(kind)


def _average_precisions(photos: Sequence[Judged], classes: Sequence[ObjectClass]) -> NDArray[np.float64]:
    """(classes, 1 + sizes, 2) average precision at IoU 0.5 and over all; -1 where there are no labels."""
    try:
        from faster_coco_eval import COCO, COCOeval_faster  # noqa: PLC0415 - an extra that need not be installed
    except ImportError as error:
        raise EvaluationExtraMissingError(
            "faster-coco-eval is not installed: pip install 'street-warden[evaluate]'"
        ) from error
    kinds = [{"id": int(c), "name": c.label} for c in classes]
    labels, answers = _annotations(photos, classes)
    if not labels or not answers:
        # The library cannot work on nothing: without detections, what has labels has a precision of 0.
        empty = np.full((len(classes), 1 + len(SIZES), 2), -1.0)
        _zero_where_labelled(empty, photos, classes)
        return empty
    pictures = [{"id": number} for number in range(1, len(photos) + 1)]
    truth = COCO({"images": pictures, "categories": kinds, "annotations": labels})
    judge = COCOeval_faster(truth, truth.loadRes(answers), "bbox")
    judge.params.catIds = [int(c) for c in classes]
    judge.params.iouThrs = _IOUS
    judge.params.maxDets = [_MOST]
    judge.params.areaRng = [[0.0, 1e10], *([low**2, min(high**2, 1e10)] for low, high in SIZES.values())]
    judge.params.areaRngLbl = ["all", *SIZES]
    judge.evaluate()
    judge.accumulate()
    curves = np.asarray(judge.eval["precision"])[..., 0]  # (IoU, recall, class, size)
    # The library sorts classes by number.
    order = [sorted(int(c) for c in classes).index(int(c)) for c in classes]
    return np.stack([curves[0].mean(axis=0), curves.mean(axis=(0, 1))], axis=-1)[order]


def _annotations(
    photos: Sequence[Judged], classes: Sequence[ObjectClass]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Labels and detections of the classes in COCO's form."""
    labels: list[dict[str, object]] = []
    answers: list[dict[str, object]] = []
    number = itertools.count(1)
    for photo, (truth, seen) in enumerate(photos, start=1):
        for box, object_class, _, _ in truth.of_class(*classes):
            row = _annotation(photo, object_class, box)
            labels.append({**row, "id": next(number), "area": _area(box), "iscrowd": 0})
        for box, object_class, confidence, _ in seen.of_class(*classes):
            answers.append({**_annotation(photo, object_class, box), "score": confidence})
    return labels, answers


def _annotation(photo: int, object_class: ObjectClass, box: FloatArray) -> dict[str, object]:
    left, top, right, bottom = box.tolist()
    return {"image_id": photo, "category_id": int(object_class), "bbox": [left, top, right - left, bottom - top]}


def _area(box: FloatArray) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _zero_where_labelled(
    precisions: NDArray[np.float64], photos: Sequence[Judged], classes: Sequence[ObjectClass]
) -> None:
    matches = Matches.of(photos)
    for row, object_class in enumerate(classes):
        for column, (low, high) in enumerate([(0.0, np.inf), *SIZES.values()]):
            if len(matches.only(object_class, low, high).found_at):
                precisions[row, column] = 0.0


def _mean(values: Iterable[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else None
