"""Duplicates: boxes that show an object which a surer box shows already."""

import numpy as np

from detector.detections import Detections, IntArray, ObjectClass
from detector.geometry import ious

FAMILIES: IntArray = np.arange(len(ObjectClass), dtype=np.int64)
"""(classes,) the class that stands for each class's family: models waver between a van and an e-tricycle, or a
motorcycle and a bicycle, and mean one object all the same."""
FAMILIES[[ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.E_TRICYCLE]] = ObjectClass.CAR
FAMILIES[[ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE]] = ObjectClass.BICYCLE
FAMILIES.flags.writeable = False

SAME_IOU = 0.7
"""Boxes that agree this much show one object. People who walk side by side stay far below it."""


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
    if np.count_nonzero(repeats) == len(detections):  # each only repeats itself
        return detections
    keep = np.ones(len(detections), np.bool_)
    # Only rows that repeat something at all need the loop: as a rule there are few.
    for row in np.flatnonzero(np.tril(repeats, -1).any(axis=1)):
        keep[row] = not (repeats[row, :row] & keep[:row]).any()
    return detections[keep]
