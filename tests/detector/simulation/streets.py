"""Simulated streets by hand, with known answers."""

from dataclasses import replace

import numpy as np

from detector.detections import ObjectClass
from detector.simulation.actor import Actor, Way
from detector.simulation.layout import Layout, random_layout
from detector.simulation.street import Street


def layout(*, seconds: float = 300.0, ground: bool = True) -> Layout:
    """A street with the crosswalk on the left, the bay on the right, no lamp; 60 s to park and to lie."""
    made = random_layout(np.random.default_rng(3), seconds)
    near, far = 11.5, 20.0
    return replace(
        made,
        road=(-40.0, near, 40.0, far),
        crosswalk=(-5.2, near - 0.5, -0.8, far + 0.5),
        no_parking=(-40.0, far - 2.6, 40.0, far + 1.0),
        bay=(4.0, far - 2.6, 9.0, far + 1.0),
        bin=(-3.9, far + 1.6, -2.1, far + 3.4),
        fence=(1.0, 9.0, far + 3.2),
        red=None,
        parking_limit=60.0,
        garbage_limit=60.0,
        parking_applies=True,
        ground_known=ground,
    )


def actor(kind: ObjectClass, *way: tuple[float, float, float], look: int = 0, **more: bool | int) -> Actor:
    sizes = {
        ObjectClass.PERSON: (0.55, 1.7),
        ObjectClass.E_TRICYCLE: (2.4, 1.6),
        ObjectClass.BUS: (9.5, 3.0),
        ObjectClass.GARBAGE: (0.6, 0.45),
        ObjectClass.CIGARETTE_BUTT: (0.11, 0.09),
    }
    steps: Way = list(way)
    made = Actor(kind, sizes[kind], steps, look)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def street(*actors: Actor, place: Layout | None = None, seconds: float = 300.0) -> Street:
    return Street(place or layout(), list(actors), seconds, seed=1)
