"""Cut-outs: labelled objects taken out of their photos with a soft mask."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.labels import Labels, intersection

WORKING_SIDE = 160
"""GrabCut runs on boxes shrunk to this longer side in pixels: they are pasted smaller still."""

SMALLEST_SIDE = {"cigarette_butt": 24, "garbage": 40, "e_tricycle": 90}
"""Boxes with a shorter side in pixels give ragged masks."""

LARGEST_SHARE = 0.8
"""A box that fills more of its photo leaves too little ground to tell the object from."""

_MARGIN = 0.3
"""Ground around the box that GrabCut learns from, as a part of the box."""

_COVER = (0.2, 0.93)
"""How much of its box an object covers. Less is a fragment, more is a box with its ground."""

_WHOLE = 0.75
"""The mask must reach across this part of the box's width and height."""

_PLAIN = 8.0
"""Litter whose brightness varies less (of 255) is a blown-out patch in which nothing is to be seen."""

_CAST = 22.0
"""Red and blue above green by this much (of 255): some `bag-` photos were coloured so at their source."""


@dataclass(frozen=True)
class Cutout:
    """An object without its ground.

    Attributes:
        class_id: what it is.
        pixels: BGR, shape (height, width, 3), float32, cut to the mask.
        mask: how much of each pixel is object, 0 to 1, shape (height, width), float32.
        ground: mean BGR of the ground that it stood on, shape (3,).
        source: the photo that it comes from.
    """

    class_id: int
    pixels: NDArray[np.float32]
    mask: NDArray[np.float32]
    ground: NDArray[np.float32]
    source: Path


def cutouts(photo: NDArray[np.uint8], labels: Labels, source: Path) -> Iterator[Cutout]:
    """The objects of one photo that can be cut out well: large enough, alone in their boxes, and found by GrabCut.

    Args:
        photo: BGR pixels, shape (height, width, 3).
        labels: its human labels.
        source: the photo's file.
    """
    height, width = photo.shape[:2]
    corners = labels.corners * (width, height, width, height)
    overlap = intersection(corners, corners)
    np.fill_diagonal(overlap, 0.0)
    for class_id, box, others in zip(labels.class_id, corners, overlap, strict=True):
        least = SMALLEST_SIDE.get(CLASSES[class_id])
        sides = box[2:] - box[:2]
        inside = (box[:2] > 1).all() and (box[2:] < np.array([width, height]) - 1).all()
        alone = others.max(initial=0.0) < 0.02 * sides.prod()
        fits = least is not None and sides.min() >= least and (sides / (width, height)).max() <= LARGEST_SHARE
        if inside and alone and fits:
            found = _cut(photo, box, int(class_id), source)
            if found is not None:
                yield found


def _cut(photo: NDArray[np.uint8], box: NDArray[np.float64], class_id: int, source: Path) -> Cutout | None:
    height, width = photo.shape[:2]
    sides = box[2:] - box[:2]
    wide = np.concatenate([box[:2] - _MARGIN * sides, box[2:] + _MARGIN * sides])
    left, top, right, bottom = wide.clip(0, (width, height, width, height)).round().astype(int)
    scale = min(1.0, WORKING_SIDE / sides.max())
    size = (max(8, round((right - left) * scale)), max(8, round((bottom - top) * scale)))
    crop = cv2.resize(photo[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    inner = ((box - (left, top, left, top)) * scale).round().astype(int)
    mask = _object_mask(crop.astype(np.uint8, copy=False), inner)
    if mask is None:
        return None
    ground = crop[_outside(mask, inner)].mean(axis=0)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    cut = np.s_[max(0, rows[0] - 2) : rows[-1] + 3, max(0, columns[0] - 2) : columns[-1] + 3]
    # Some photos carry salt-and-pepper noise from their source; a median takes it away.
    pixels = cv2.medianBlur(crop, 3)[cut].astype(np.float32)
    blue, green, red = pixels[mask[cut]].mean(axis=0)
    plain = CLASSES[class_id] == "garbage" and pixels[mask[cut]].mean(axis=1).std() < _PLAIN
    if plain or (blue + red) / 2 - green > _CAST:
        return None
    return Cutout(class_id, pixels, soft[cut].astype(np.float32), ground.astype(np.float32), source)


def _object_mask(crop: NDArray[np.uint8], inner: NDArray[np.int_]) -> NDArray[np.bool_] | None:
    """What GrabCut holds for the object in its box (Rother et al. 2004), or None where that is not credible."""
    left, top, right, bottom = (int(side) for side in inner)
    if right - left < 6 or bottom - top < 6:
        return None
    grown = np.zeros(crop.shape[:2], np.uint8)
    cv2.setRNGSeed(0)  # its clustering starts at random
    rectangle = (left, top, right - left, bottom - top)
    cv2.grabCut(crop, grown, rectangle, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_RECT)
    likely = ((grown == cv2.GC_FGD) | (grown == cv2.GC_PR_FGD)).astype(np.uint8)
    count, parts, facts, _ = cv2.connectedComponentsWithStats(likely)
    if count < 2:
        return None
    largest = 1 + int(facts[1:, cv2.CC_STAT_AREA].argmax())
    area = int(facts[largest, cv2.CC_STAT_AREA])
    wide, high = facts[largest, cv2.CC_STAT_WIDTH], facts[largest, cv2.CC_STAT_HEIGHT]
    share = area / ((right - left) * (bottom - top))
    whole = wide >= _WHOLE * (right - left) and high >= _WHOLE * (bottom - top)
    credible = _COVER[0] <= share <= _COVER[1] and whole and area >= 0.85 * likely.sum()
    return np.asarray(parts == largest) if credible else None


def _outside(mask: NDArray[np.bool_], inner: NDArray[np.int_]) -> NDArray[np.bool_]:
    """The pixels around the box; all that are not object where the box fills the crop."""
    left, top, right, bottom = inner
    around = np.ones_like(mask)
    around[top:bottom, left:right] = False
    return around if around.sum() > 50 else ~mask
