"""Riders: people on or in a vehicle, who therefore do not walk."""

import numpy as np
from numpy.typing import NDArray

from detector.detections import Detections, ObjectClass
from detector.geometry import overlaps

_RIDDEN = (ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.E_TRICYCLE)
_ENCLOSED = (ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK)


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
    rows = np.flatnonzero(detections.class_id == ObjectClass.PERSON)
    if not len(rows):
        return result
    people = detections.xyxy[rows]
    height = people[:, 3] - people[:, 1]
    for classes, cover, low, high in ((_RIDDEN, 0.25, -0.25, 0.6), (_ENCLOSED, 0.75, 0.1, 10.0)):
        vehicles = detections.of_class(*classes).xyxy
        if not len(vehicles):
            continue
        below = (vehicles[None, :, 3] - people[:, None, 3]) / height[:, None]
        on = (overlaps(people, vehicles) >= cover) & (below >= low) & (below <= high)
        result[rows] |= on.any(axis=1)
    return result
