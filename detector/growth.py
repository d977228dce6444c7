"""Growth: a still object of which only a sliver was seen at first, beside something nearer, is seen whole later."""

from typing import Final

import numpy as np

from detector.anchor import Anchor
from detector.detections import BoolArray
from detector.geometry import FloatArray, areas, intersections

_WITHIN: Final = 0.7
"""A place of which so much lies in a larger box is a part of what the box shows; the sliver's box jitters too."""

_SLIVER: Final = 0.1
"""Less than this share of a thing nobody sees as the thing."""

_SIGHTS: Final = 3
"""So many sights show the whole; one box may be a false alarm, or two things in one."""

_SECONDS: Final = 10.0
"""What has been looked at as a thing of its own for longer is none's whole; no rule reports anything sooner."""


def grown(anchors: list[Anchor], now: float) -> list[tuple[Anchor, Anchor]]:
    """Which anchors show the whole of that of which an older one is a part.

    That is, what has come lately around the place of one thing, which has not been seen by itself since. Around the
    places of several it shows things of their own.

    Args:
        anchors: all that are remembered.
        now: seconds since 1970.

    Returns:
        Pairs of the older one and the whole.
    """
    young = [a for a in anchors if a.detected == now and a.sightings >= _SIGHTS and now - a.came <= _SECONDS]
    if not young or len(anchors) < 2:
        return []
    held = around(np.array([a.box for a in young]), np.array([a.box for a in anchors]))
    older = ([anchors[i] for i in row.nonzero()[0].tolist()] for row in held)
    found = [(whole, [a for a in parts if a.detected < whole.came]) for whole, parts in zip(young, older, strict=True)]
    return [(parts[0], whole) for whole, parts in found if len(parts) == 1]


def around(boxes: FloatArray, places: FloatArray) -> BoolArray:
    """(N, A) which of (N, 4) boxes lie around which of (A, 4) places, so that these may be slivers."""
    shared = intersections(boxes, places)
    own, part = areas(boxes)[:, None], areas(places)
    result: BoolArray = (shared >= _WITHIN * part) & (part >= _SLIVER * own) & (part < own)
    return result
