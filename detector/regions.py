"""Regions: which tiles of a picture the model should see, and putting their detections back together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.detections import BoolArray, Detections, FloatArray, IntArray
from detector.geometry import ious, overlaps
from detector.letterbox import Letterbox
from detector.sources.frame import Frame, Image

Tiling = Literal["auto", "off"]

OVERLAP: Final = 0.2
"""Share of a tile that its neighbour sees too: an object up to that size is whole in one of them."""
MAX_TILES: Final = 48
"""Tiles of one picture at most, 12 megapixels at 640; a larger picture is scaled down first."""
TILED_FROM: Final = 1.5
"""A picture is tiled where its long side is more than this many times the model's input."""

_EDGE: Final = 4.0
"""A box that ends within this many pixels of the model's input of a tile's edge was cut by it: boxes are that exact."""
_EXACT: Final = 1.5
"""Pixels of the model's input by which the edges of a whole box may be wrong."""
_INSIDE: Final = 0.6
"""A cut box of which this share lies in a box that goes on beyond the cut is a part of it."""
_FACING: Final = 0.6
"""Two parts belong together where they share this much of the shorter one's side along the cut."""
_SAME_ACROSS: Final = 0.35
"""Boxes of two tiles that agree this much (IoU) are one object: small boxes differ from tile to tile."""
_SAME_WITHIN: Final = 0.7
"""The same within one tile, where the model itself has told its objects apart."""


@dataclass(frozen=True, slots=True)
class TilePlan:
    """Where to look in a picture.

    Attributes:
        width: width in pixels to which the picture is scaled before it is cut.
        height: height likewise.
        tiles: (T, 4) int64 left, top, right, bottom in pixels of the scaled picture; all of one size.
    """

    width: int
    height: int
    tiles: IntArray


def wants_tiles(width: int, height: int, side: int) -> bool:
    """Whether a picture is so much larger than the model's input that small things in it would vanish."""
    return max(width, height) > TILED_FROM * side


def plan_tiles(width: int, height: int, side: int, *, overlap: float = OVERLAP, most: int = MAX_TILES) -> TilePlan:
    """Tiles of ``side`` pixels that cover a picture, evenly spread; neighbours overlap.

    Args:
        width: width of the picture in pixels.
        height: height of the picture in pixels.
        side: side of a tile in pixels; a picture that is narrower or lower gives narrower or lower tiles.
        overlap: least share of a tile that its neighbour sees too, 0 to less than 1.
        most: how many tiles there may be; a picture that would need more is scaled down.

    Raises:
        ValueError: where a number is out of range.

    Examples:
        >>> plan_tiles(1000, 600, 640).tiles.tolist()
        [[0, 0, 640, 600], [360, 0, 1000, 600]]
        >>> plan = plan_tiles(12000, 8000, 640)
        >>> plan.width, plan.height, len(plan.tiles)
        (4224, 2816, 48)
    """
    if min(width, height, side, most) < 1 or not 0 <= overlap < 1:
        raise ValueError(f"cannot tile {width} × {height} by {side} with overlap {overlap}, at most {most} tiles")
    scale = 1.0
    if _count(width, side, overlap) * _count(height, side, overlap) > most:
        low, high = 0.0, 1.0
        while high - low > 1e-4:
            scale = (low + high) / 2
            tiles = _count(round(width * scale), side, overlap) * _count(round(height * scale), side, overlap)
            low, high = (scale, high) if tiles <= most else (low, scale)
        scale = low
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    lefts, tops = _starts(width, side, overlap), _starts(height, side, overlap)
    grid_tops, grid_lefts = np.meshgrid(tops, lefts, indexing="ij")
    corner = np.stack([grid_lefts.ravel(), grid_tops.ravel()], axis=1)
    size = np.array([min(side, width), min(side, height)], np.int64)
    return TilePlan(width, height, np.concatenate([corner, corner + size], axis=1))


def cut_tiles(image: Image, plan: TilePlan) -> list[Image]:
    """The tiles' pixels; those of a picture that need not be scaled are views of it.

    Args:
        image: (height, width, 3) uint8, blue, green, red.
        plan: where to look.
    """
    scaled = image
    if (plan.width, plan.height) != (image.shape[1], image.shape[0]):
        scaled = np.asarray(cv2.resize(image, (plan.width, plan.height), interpolation=cv2.INTER_AREA), np.uint8)
    return [scaled[top:bottom, left:right] for left, top, right, bottom in plan.tiles.tolist()]


def place_tiles(
    parts: Sequence[Detections], plan: TilePlan, width: int, height: int
) -> tuple[list[Detections], FloatArray]:
    """What was seen in each tile, and the (T, 4) tiles, in pixels of the picture that was cut.

    Args:
        parts: what was seen in each tile, in its own pixels.
        plan: where they were cut.
        width: width of the picture.
        height: height of the picture.
    """
    factor = np.array([width / plan.width, height / plan.height] * 2, np.float32)
    placed = []
    for seen, tile in zip(parts, plan.tiles, strict=True):
        moved = seen.shifted(float(tile[0]), float(tile[1]))
        placed.append(Detections(moved.xyxy * factor, moved.class_id, moved.confidence))
    return placed, (plan.tiles * factor).astype(np.float32)


def merge_tiles(parts: Sequence[Detections], tiles: FloatArray, width: int, height: int, *, side: int) -> Detections:
    """One box an object, from what was seen in overlapping tiles.

    A box that a tile's edge cut goes where another tile shows the whole object; parts that no tile shows
    whole are joined; of boxes that agree the surest stays. Classes never mix.

    Args:
        parts: what was seen in each tile, in pixels of the whole picture.
        tiles: (T, 4) the tiles in the same pixels; the whole picture may be one of them.
        width: width of the picture.
        height: height of the picture.
        side: long side of the model's input, to which each tile was scaled: says how exact its boxes are.

    Returns:
        The detections of the whole picture, the surest first.
    """
    boxes = Detections.concatenate(parts)
    if not len(boxes):
        return boxes
    tile = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    frames = np.asarray(tiles, np.float32)[tile]
    pixel = (frames[:, 2:] - frames[:, :2]).max(axis=1) / side
    cuts = _cuts(boxes.xyxy, frames, pixel, width, height)
    boxes, tile, cuts = _drop_parts(boxes, tile, cuts, pixel)
    boxes, tile = _join_parts(boxes, tile, cuts)
    return _surest(boxes, tile)


def without_cut(frame: Frame, detections: Detections, letterbox: Letterbox) -> tuple[Frame, Detections]:
    """What was seen in a part of a frame, without what the part's edge cut: a sliver of a lorry is no small car.

    Args:
        frame: with the part that was looked at.
        detections: in pixels of the frame.
        letterbox: through which the part was looked at.

    Returns:
        The frame, whose part now knows what its edge cut, and what is whole. Both as they are where all of the frame
        was looked at.
    """
    if frame.part is None or not len(detections):
        return frame, detections
    left, top = letterbox.x, letterbox.y
    area = np.array([[left, top, left + letterbox.width, top + letterbox.height]], np.float32)
    pixel = np.full(1, 1 / letterbox.scale, np.float32)
    cut = np.logical_or.reduce(_cuts(detections.xyxy, area, pixel, frame.width, frame.height), axis=1)
    size = np.array([frame.width, frame.height] * 2, np.float64)
    return replace(frame, part=replace(frame.part, cut=detections.xyxy[cut] / size)), detections[~cut]


def _count(length: int, side: int, overlap: float) -> int:
    if length <= side:
        return 1
    shared = math.ceil(side * overlap)
    return math.ceil((length - shared) / max(1, side - shared))


def _starts(length: int, side: int, overlap: float) -> IntArray:
    return np.linspace(0, max(0, length - side), _count(length, side, overlap)).round().astype(np.int64)


def _cuts(boxes: FloatArray, tiles: FloatArray, pixel: FloatArray, width: int, height: int) -> BoolArray:
    """(N, 4) whether the tile's left, top, right, bottom edge cut each box; the picture's own edge is no cut."""
    ends = np.array([0, 0, width, height], np.float32)
    cuts: BoolArray = (np.abs(boxes - tiles) <= _EDGE * pixel[:, None]) & (np.abs(tiles - ends) > 1)
    return cuts


def _drop_parts(
    boxes: Detections, tile: IntArray, cuts: BoolArray, pixel: FloatArray
) -> tuple[Detections, IntArray, BoolArray]:
    """Without the cut boxes that another tile shows beyond the cut; what it shows is as sure as its surest part."""
    part = np.flatnonzero(cuts.any(axis=1))
    if not len(part):
        return boxes, tile, cuts
    outward = np.array([-1, -1, 1, 1], np.float32)
    grown = boxes.xyxy + outward * _EXACT * pixel[:, None]
    # (parts, boxes, 4) by how many pixels the box goes on beyond the part's edge, negative where it ends before.
    beyond = (boxes.xyxy[None, :, :] - boxes.xyxy[part][:, None, :]) * outward
    slack = _EXACT * pixel[None, :, None]
    cut = cuts[part][:, None, :]
    # An edge that only happens to lie at the tile's edge counts as cut too: there it is enough not to end before.
    goes_on = ((beyond > -slack) | ~cut).all(axis=2) & ((beyond > 0) & cut).any(axis=2)
    # Where the other box is itself cut and this one goes on beyond that cut, neither is a part: they are joined.
    facing = (cuts[None, :, :] & (beyond < -slack)).any(axis=2)
    inside = overlaps(boxes.xyxy[part], grown)
    inside[(boxes.class_id[part][:, None] != boxes.class_id[None, :]) | ~goes_on | facing] = 0
    inside[tile[part][:, None] == tile[None, :]] = 0
    best = inside.argmax(axis=1)
    gone = inside[np.arange(len(part)), best] >= _INSIDE
    confidence = boxes.confidence.copy()
    np.maximum.at(confidence, best[gone], boxes.confidence[part[gone]])
    keep = np.ones(len(boxes), np.bool_)
    keep[part[gone]] = False
    surer = Detections(boxes.xyxy, boxes.class_id, confidence)
    return surer[keep], tile[keep], cuts[keep]


def _join_parts(boxes: Detections, tile: IntArray, cuts: BoolArray) -> tuple[Detections, IntArray]:
    """Parts that meet at a cut become the box around them all."""
    if not cuts.any():
        return boxes, tile
    left, top, right, bottom = boxes.xyxy.T
    across = _meets(left, right, cuts[:, 2], cuts[:, 0]) & (_shared(top, bottom) >= _FACING)
    down = _meets(top, bottom, cuts[:, 3], cuts[:, 1]) & (_shared(left, right) >= _FACING)
    linked = across | down
    linked &= (boxes.class_id[:, None] == boxes.class_id[None, :]) & (tile[:, None] != tile[None, :])
    linked |= linked.T
    group = _groups(linked)
    first, place, size = np.unique(group, return_inverse=True, return_counts=True)
    low = np.full((len(first), 2), np.inf, np.float32)
    high = np.full((len(first), 2), -np.inf, np.float32)
    confidence = np.zeros(len(first), np.float32)
    np.minimum.at(low, place, boxes.xyxy[:, :2])
    np.maximum.at(high, place, boxes.xyxy[:, 2:])
    np.maximum.at(confidence, place, boxes.confidence)
    joined = Detections(np.concatenate([low, high], axis=1), boxes.class_id[first], confidence)
    return joined, np.where(size > 1, -1, tile[first])


def _meets(start: FloatArray, end: FloatArray, ends_cut: BoolArray, starts_cut: BoolArray) -> BoolArray:
    """(N, N) whether box i, cut at its end, reaches into box j, cut at its start, which goes on beyond i."""
    meets: BoolArray = ends_cut[:, None] & starts_cut[None, :]
    meets &= (start[:, None] <= start[None, :]) & (start[None, :] <= end[:, None]) & (end[:, None] <= end[None, :])
    return meets


def _shared(start: FloatArray, end: FloatArray) -> NDArray[np.float32]:
    """(N, N) shared length of spans as a part of the shorter one."""
    shared = np.minimum(end[:, None], end[None, :]) - np.maximum(start[:, None], start[None, :])
    shorter = np.minimum((end - start)[:, None], (end - start)[None, :])
    ratio: NDArray[np.float32] = np.clip(shared, 0, None) / np.maximum(shorter, 1e-6)
    return ratio


def _groups(linked: BoolArray) -> IntArray:
    """(N,) the lowest index that each row is linked to, over any number of steps."""
    group = np.arange(len(linked))
    reach = linked | np.eye(len(linked), dtype=np.bool_)
    while True:
        lowest = np.where(reach, group[None, :], len(linked)).min(axis=1)
        if np.array_equal(lowest, group):
            return group
        group = lowest


def _surest(boxes: Detections, tile: IntArray) -> Detections:
    """Of boxes of one class that agree, the surest."""
    order = np.argsort(-boxes.confidence, kind="stable")
    boxes, tile = boxes[order], tile[order]
    limit = np.where(tile[:, None] == tile[None, :], _SAME_WITHIN, _SAME_ACROSS)
    same = (ious(boxes.xyxy, boxes.xyxy) >= limit) & (boxes.class_id[:, None] == boxes.class_id[None, :])
    keep = np.ones(len(boxes), np.bool_)
    for row in range(len(boxes)):
        if keep[row]:
            keep[row + 1 :] &= ~same[row, row + 1 :]
    return boxes[keep]
