"""Zone rules: what a scene asks for, in the terms of tools that know zones and timers but no scene."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.detections import ObjectClass
from detector.scene import Carriageway, NoParking, Scene
from detector.violations import ViolationKind


@dataclass(frozen=True, slots=True, eq=False)
class ZoneRule:
    """One polygon with the class that must not stay in it for too long.

    Attributes:
        kind: what it is when it does.
        object_class: whose boxes count.
        polygon: (P, 2) int64 pixels.
        seconds: how long is too long.
    """

    kind: ViolationKind
    object_class: ObjectClass
    polygon: NDArray[np.int64]
    seconds: float


def zone_rules(scene: Scene, width: int, height: int) -> list[ZoneRule]:
    """The scene's rules for frames of a size; litter may lie anywhere in the picture."""
    size = np.array([width, height])
    everywhere = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    found = []
    for zone in scene.zones:
        if isinstance(zone, Carriageway) and scene.rules.jaywalking is not None:
            polygon, seconds = np.array(zone.polygon), scene.rules.jaywalking.min_seconds
            found.append((ViolationKind.JAYWALKING, ObjectClass.PERSON, polygon, seconds))
        if isinstance(zone, NoParking) and scene.rules.illegal_parking is not None:
            seconds = zone.seconds or scene.rules.illegal_parking.seconds
            found.append((ViolationKind.ILLEGAL_PARKING, ObjectClass.E_TRICYCLE, np.array(zone.polygon), seconds))
    if scene.rules.garbage is not None:
        found.append((ViolationKind.GARBAGE, ObjectClass.GARBAGE, everywhere, scene.rules.garbage.min_seconds))
    if scene.rules.cigarette_butt is not None:
        seconds = scene.rules.cigarette_butt.min_seconds
        found.append((ViolationKind.CIGARETTE_BUTT, ObjectClass.CIGARETTE_BUTT, everywhere, seconds))
    return [
        ZoneRule(kind, object_class, (polygon * size).round().astype(np.int64), seconds)
        for kind, object_class, polygon, seconds in found
    ]
