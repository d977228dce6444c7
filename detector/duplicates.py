"""Duplicates: boxes that show an object which a surer box shows already."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.detections import Detections, IntArray, ObjectClass
from detector.geometry import FloatArray, areas, intersections, ious

FAMILIES: IntArray = np.arange(len(ObjectClass), dtype=np.int64)
"""(classes,) the class that stands for each class's family: models waver between a van and an e-tricycle, or a
motorcycle and a bicycle, and mean one object all the same."""
FAMILIES[[ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.E_TRICYCLE]] = ObjectClass.CAR
FAMILIES[[ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE]] = ObjectClass.BICYCLE
FAMILIES.flags.writeable = False

SAME_IOU = 0.7
"""Boxes that agree this much show one object. People who walk side by side stay far below it."""

_PART: Final = 0.7
_PART_SIZE: Final = 0.25
"""A box of which so much lies in another one, and that is not much smaller, shows a part of the same object."""
_CENTRES: Final = 0.35
"""Boxes of one class whose centres are nearer than this share of their sizes show one object: two that stand side by
side are at least a whole width apart, while a box that jitters or is cut off moves by less."""


def distinct(detections: Detections, *, families: bool = False) -> Detections:
    """Without boxes that repeat a surer one.

    A one-to-one head gives some objects twice, and tiles show them twice.

    Args:
        detections: N detections of one picture.
        families: whether a repetition may have another class of the same family; otherwise only of the same class.

    Returns:
        The detections that are left, the surest first.
    """
    if len(detections) < 2:
        return detections
    detections = detections[np.argsort(-detections.confidence, kind="stable")]
    group = FAMILIES[detections.class_id] if families else detections.class_id
    repeats = (ious(detections.xyxy, detections.xyxy) > SAME_IOU) & (group[:, None] == group[None, :])
    return detections[first_of_each(repeats)]


def first_of_each(repeats: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(N,) which of N boxes, the surest first, repeat none that is kept; (N, N) ``repeats`` says who repeats whom."""
    keep = np.ones(len(repeats), np.bool_)
    if np.count_nonzero(repeats) <= len(repeats):  # each only repeats itself
        return keep
    # Only rows that repeat something at all need the loop: as a rule there are few.
    for row in np.flatnonzero(np.tril(repeats, -1).any(axis=1)):
        keep[row] = not (repeats[row, :row] & keep[:row]).any()
    return keep


def show_one_object(a: FloatArray, b: FloatArray) -> NDArray[np.bool_]:
    """(N, M) whether two boxes show one object though they do not agree: one is the other half hidden."""
    shared = intersections(a, b)
    own, other = areas(a)[:, None], areas(b)
    smaller = np.minimum(own, other)
    alike = smaller >= _PART_SIZE * np.maximum(own, other)
    part = (shared >= _PART * smaller) & (smaller > 0)
    near = _centres_agree(a[:, 0::2], b[:, 0::2]) & _centres_agree(a[:, 1::2], b[:, 1::2])
    same: NDArray[np.bool_] = (part | near) & alike
    return same


def _centres_agree(a: FloatArray, b: FloatArray) -> NDArray[np.bool_]:
    """(N, M) whether the middles of (N, 2) and (M, 2) spans are near each other, for how long the spans are."""
    apart = np.abs(a.sum(axis=1)[:, None] - b.sum(axis=1))  # twice the distance, and below twice the mean length
    agree: NDArray[np.bool_] = apart < _CENTRES * ((a[:, 1] - a[:, 0])[:, None] + (b[:, 1] - b[:, 0]))
    return agree


def centred_within(a: FloatArray, b: FloatArray) -> NDArray[np.bool_]:
    """(N, M) whether the centre of one box lies in another one that is as large: what is left of it to be seen."""
    x, y = (a[:, 0] + a[:, 2])[:, None] / 2, (a[:, 1] + a[:, 3])[:, None] / 2
    inside = (x > b[:, 0]) & (x < b[:, 2]) & (y > b[:, 1]) & (y < b[:, 3])
    within: NDArray[np.bool_] = inside & (areas(a)[:, None] <= 1.3 * areas(b))
    return within
