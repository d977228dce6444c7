"""Close look: small things in zones marked for it, searched for in full resolution every few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from detector.detections import Detections, FloatArray, IntArray, ObjectClass
from detector.model import Model
from detector.regions import OVERLAP, TilePlan, cut_tiles, merge_tiles, place_tiles, plan_tiles, wants_tiles
from detector.scene import Barrier, Ignore, Scene
from detector.sources import Frame
from detector.sources.frame import Image

SECONDS: Final = 2.0
"""Time between two looks: what lies still needs no more, and each tile costs as much as a frame."""
MAX_TILES: Final = 12
"""Tiles of one look at most; larger zones are scaled down first."""
SMALL_CLASSES: Final = (ObjectClass.CIGARETTE_BUTT, ObjectClass.GARBAGE)
"""What a close look is for. What moves is seen in every frame or not at all, or its track would limp."""

_MARGIN: Final = 0.1
"""Of a tile's side, around the zones: what lies at a zone's edge is seen whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """The tiles of one frame that are to be looked at.

    Attributes:
        images: the pixels of each.
        plan: where they lie in the region.
        region: left, top, right, bottom of the region in pixels of the picture that the tiles are cut from.
        looked: the same of what is looked at beside the tiles, the frame or a part of it, in pixels of the frame.
        factor: pixels of the frame for one of the picture that the tiles are cut from: of the main stream, where the
            frame is of a substream.
        width: width of the frame.
        height: height of the frame.
        side: long side of the model's input.
    """

    images: list[Image]
    plan: TilePlan
    region: tuple[int, int, int, int]
    looked: FloatArray
    factor: FloatArray
    width: int
    height: int
    side: int


class CloseLook:
    """Adds to what the model sees in whole frames what it sees in tiles, when it is time.

    A camera high on a pole shows a butt with 8 pixels; scaled down to the model's input it is gone. So the zones
    that a scene marks with ``tiles`` are looked at in the frame's own resolution too.

    Args:
        scene: what the camera looks at.
        seconds: time between two looks, by the stream's clock.
    """

    def __init__(self, scene: Scene, *, seconds: float = SECONDS) -> None:
        outlines = [z.polygon for z in scene.zones if not isinstance(z, Barrier | Ignore) and z.tiles]
        self._zones = shapely.union_all([shapely.Polygon(outline) for outline in outlines])
        self._seconds = seconds
        self._last: float | None = None
        self._shown: Frame | None = None
        """What the last tiles were cut from: a key frame of the main stream shows nothing new a second time."""
        self._key: tuple[int, int, int] | None = None
        self._region: IntArray = np.zeros(4, np.int64)
        self._plan: TilePlan | None = None

    def add(self, frame: Frame, whole: Detections, model: Model, confidence: float) -> Detections:
        """What was seen in the whole frame and, if it is time for a close look, small things seen in tiles.

        Args:
            frame: the frame.
            whole: what the model sees in it as a whole.
            model: the model.
            confidence: least confidence in the tiles.

        Returns:
            ``whole`` itself, or one box an object from both.
        """
        tiles = self.tiles(frame, model.entry.input_size)
        if tiles is None:
            return whole
        return self.merge(whole, tiles, model.detect(tiles.images, confidence=confidence))

    def tiles(self, frame: Frame, side: int) -> Tiles | None:
        """What is to be looked at closely in a frame; None where nothing is, or where it is not time.

        Args:
            frame: the frame.
            side: long side of the model's input.
        """
        shown = frame.main or frame
        if self._zones.is_empty or shown is self._shown or not self._is_due(frame.seconds):
            return None
        self._shown = shown
        self._lay(shown.width, shown.height, side)
        if self._plan is None:
            return None
        left, top, right, bottom = self._region.tolist()
        region: Image = shown.image[top:bottom, left:right]
        size = np.array([frame.width, frame.height] * 2, np.float32)
        looked = (size * ([0, 0, 1, 1] if frame.part is None else frame.part.box)).astype(np.float32)
        factor = (size / np.array([shown.width, shown.height] * 2)).astype(np.float32)
        images = cut_tiles(region, self._plan)
        return Tiles(images, self._plan, (left, top, right, bottom), looked, factor, frame.width, frame.height, side)

    def forget(self) -> None:
        """What :meth:`tiles` gave last was not looked at: it is time again."""
        self._last = self._shown = None

    @staticmethod
    def merge(whole: Detections, tiles: Tiles, parts: Sequence[Detections]) -> Detections:
        """One box an object from a whole frame and its tiles.

        Args:
            whole: what the model sees in the frame as a whole.
            tiles: what :meth:`tiles` gave for it.
            parts: what it sees in each tile, in the tile's pixels.
        """
        left, top, right, bottom = tiles.region
        placed, places = place_tiles(parts, tiles.plan, right - left, bottom - top)
        near = [part.of_class(*SMALL_CLASSES).shifted(left, top) for part in placed]
        scaled = [Detections(part.xyxy * tiles.factor, part.class_id, part.confidence) for part in near]
        small = [whole.of_class(*SMALL_CLASSES), *scaled]
        places = (places + np.array([left, top, left, top], np.float32)) * tiles.factor
        frames = np.concatenate([tiles.looked[None], places])
        merged = merge_tiles(small, frames, tiles.width, tiles.height, side=tiles.side)
        return Detections.concatenate([whole.not_of_class(*SMALL_CLASSES), merged])

    def _is_due(self, seconds: float) -> bool:
        """Whether it is time; notes that it was."""
        # A stream's clock that begins anew is no reason to wait.
        if self._last is not None and 0 <= seconds - self._last < self._seconds:
            return False
        self._last = seconds
        return True

    def _lay(self, width: int, height: int, side: int) -> None:
        """Lay tiles over the zones, once for each size of frame."""
        if self._key == (width, height, side):
            return
        self._key, self._plan = (width, height, side), None
        if self._zones.is_empty or not wants_tiles(width, height, side):
            return
        bounds = np.array(self._zones.bounds) * [width, height, width, height]
        left, right = _span(bounds[0], bounds[2], width, side)
        top, bottom = _span(bounds[1], bounds[3], height, side)
        self._region = np.array([left, top, right, bottom], np.int64)
        for most in range(MAX_TILES, 200):  # tiles that touch no zone are left out, so that there may be more at first
            plan = plan_tiles(right - left, bottom - top, side, overlap=OVERLAP, most=most)
            factor = (right - left) / plan.width
            corners = plan.tiles * factor + np.array([left, top, left, top])
            boxes = shapely.box(*(corners / [width, height, width, height]).T)
            kept = plan.tiles[shapely.intersects(boxes, self._zones)]
            if len(kept) > MAX_TILES:
                return
            self._plan = replace(plan, tiles=kept)
            if factor == 1.0:
                return


def _span(low: float, high: float, length: int, side: int) -> tuple[int, int]:
    """Whole pixels from ``low`` to ``high`` with a margin, at least a tile long where the frame is."""
    start, end = max(0, int(low - _MARGIN * side)), min(length, int(np.ceil(high + _MARGIN * side)))
    missing = min(side, length) - (end - start)
    if missing > 0:
        start = int(np.clip(start - missing // 2, 0, length - min(side, length)))
        end = start + min(side, length)
    return start, end
