"""Riders: people on or in a vehicle, who therefore do not walk."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.detections import Detections, ObjectClass
from detector.geometry import overlaps

_RIDDEN: Final = (ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.E_TRICYCLE)
_ENCLOSED: Final = (ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK)

_LIMITS: Final = np.zeros((len(ObjectClass), 3))
"""For each class of vehicle: how much of a person it covers at least, and how far its box reaches below the feet at
least and at most, in body heights."""
_LIMITS[list(_RIDDEN)] = 0.25, -0.25, 0.6
_LIMITS[list(_ENCLOSED)] = 0.75, 0.1, 10.0


def riders(detections: Detections) -> NDArray[np.bool_]:
    """Who of one frame's detections rides or sits in a vehicle.

    A person rides a two- or three-wheeler that covers at least a quarter of the person and reaches as low as the
    person's feet, give or take a quarter of the person's height. A person sits in a car that covers at least three
    quarters of the person while the feet end well above the wheels; one who stands before a car has feet below it.

    Args:
        detections: N detections of one frame, all classes.

    Returns:
        (N,) true for riders and passengers; false for everything that is no person.
    """
    result = np.zeros(len(detections), np.bool_)
    rows = (detections.class_id == ObjectClass.PERSON).nonzero()[0]
    vehicles = detections.is_of(*_RIDDEN, *_ENCLOSED).nonzero()[0]
    if not len(rows) or not len(vehicles):
        return result
    people, others = detections.xyxy[rows], detections.xyxy[vehicles]
    feet = people[:, 3:]
    cover, low, high = _LIMITS[detections.class_id[vehicles]].T
    below = (others[:, 3] - feet) / (feet - people[:, 1:2])
    on = (overlaps(people, others) >= cover) & (below >= low) & (below <= high)
    result[rows] = on.any(axis=1)
    return result
