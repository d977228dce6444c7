"""The road in a photo: where something may lie, how large it looks there, and the dashes that are painted on it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.labels import Labels

HORIZON = 0.33
"""Height of the horizon as a part of the photo's height, from the top: the usual place in street photos."""

HEIGHTS = {"person": 1.7, "bicycle": 1.1, "motorcycle": 1.2, "car": 1.5, "bus": 3.0, "truck": 2.8, "e_tricycle": 1.75}
"""Usual heights in metres, from which the scale of a photo is told."""

_EVEN, _GREYISH, _TOP = 11.0, 75, 0.4


@dataclass(frozen=True)
class Perspective:
    """How large things look: linear from nothing at the horizon, as on a plane seen by an upright camera.

    Attributes:
        horizon: row of the horizon in pixels.
        bottom: the picture's height in pixels.
        scale: pixels a metre, a pixel below the horizon; None where nothing in the photo tells.
    """

    horizon: float
    bottom: float
    scale: float | None

    @classmethod
    def of(cls, labels: Labels, width: int, height: int) -> "Perspective":
        """From the people and vehicles that a photo shows."""
        horizon = HORIZON * height
        corners = labels.corners * (width, height, width, height)
        scales = [
            (box[3] - box[1]) / HEIGHTS[CLASSES[class_id]] / (box[3] - horizon)
            for class_id, box in zip(labels.class_id, corners, strict=True)
            # Boxes cut by the lower edge say nothing about where the feet are.
            if CLASSES[class_id] in HEIGHTS and horizon + 0.1 * height < box[3] < 0.985 * height
        ]
        return cls(horizon, float(height), float(np.median(scales)) if scales else None)

    def nearness(self, row: float) -> float:
        """0 at the horizon, 1 at the lower edge."""
        return float(np.clip((row - self.horizon) / (self.bottom - self.horizon), 0.0, 1.0))

    def pixels(self, metres: float, row: float) -> float | None:
        """How long something looks that stands at a row, if the photo tells."""
        return None if self.scale is None else metres * self.scale * max(row - self.horizon, 0.0)


def road_mask(photo: NDArray[np.uint8], labels: Labels) -> NDArray[np.bool_]:
    """Even, greyish ground that reaches the photo's lower part, shape (height, width). Labelled boxes are left out.

    Args:
        photo: BGR pixels, shape (height, width, 3).
        labels: everything known to stand in the photo, unsure teacher labels included.
    """
    height, width = photo.shape[:2]
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY).astype(np.float32)
    mean = cv2.blur(grey, (11, 11))
    spread = np.sqrt(np.maximum(cv2.blur(grey * grey, (11, 11)) - mean * mean, 0.0))
    hsv = cv2.cvtColor(cv2.blur(photo, (5, 5)), cv2.COLOR_BGR2HSV)
    even = (spread < _EVEN) & (hsv[..., 1] < _GREYISH) & (mean > 40) & (mean < 225)
    even[: int(_TOP * height)] = False
    for left, top, right, bottom in labels.corners * (width, height, width, height):
        margin = 4 + 0.05 * (bottom - top)
        rows = slice(max(0, int(top - margin)), int(bottom + margin))
        even[rows, max(0, int(left - margin)) : int(right + margin)] = False
    count, parts, facts, _ = cv2.connectedComponentsWithStats(even.astype(np.uint8))
    reach = facts[:, cv2.CC_STAT_TOP] + facts[:, cv2.CC_STAT_HEIGHT] >= 0.9 * height
    large = facts[:, cv2.CC_STAT_AREA] >= 0.02 * height * width
    ground = np.flatnonzero(reach & large & (np.arange(count) > 0))
    return np.asarray(np.isin(parts, ground))


def painted_marks(photo: NDArray[np.uint8], road: NDArray[np.bool_]) -> int:
    """How many bright, greyish, elongated marks lie on the road: lane dashes, arrows, zebra bars.

    Args:
        photo: BGR pixels, shape (height, width, 3).
        road: where the road is, shape (height, width). It has holes where marks are; they are closed here.
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
    raised = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, cv2.getStructuringElement(cv2.MORPH_RECT, (21, 21)))
    pale = cv2.cvtColor(photo, cv2.COLOR_BGR2HSV)[..., 1] < _GREYISH
    closed = cv2.morphologyEx(road.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8))
    marks = ((raised > 35) & pale & (closed > 0)).astype(np.uint8)
    outlines, _ = cv2.findContours(marks, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return sum(_is_dash(np.asarray(outline, np.int32)) for outline in outlines)


def _is_dash(outline: NDArray[np.int32]) -> bool:
    _, sides, _ = cv2.minAreaRect(outline)
    short, long = sorted(sides)
    return bool(
        short >= 2 and 8 <= long <= 160 and long >= 2.2 * short and cv2.contourArea(outline) >= 0.5 * short * long
    )


def paint_dashes(
    canvas: NDArray[np.float32], mask: NDArray[np.bool_], view: Perspective, blur: float, random: np.random.Generator
) -> int:
    """Paints a lane's dashes on the road, towards a vanishing point, worn and as blurred as the picture.

    Args:
        canvas: BGR, shape (height, width, 3), changed in place.
        mask: where the road is; nothing is painted elsewhere.
        view: gives the horizon.
        blur: sigma of the picture's blur in pixels.
        random: where the lane, its colour and its wear come from.

    Returns:
        How many dashes are visible.
    """
    height, width = mask.shape
    vanishing = np.array([random.uniform(0.2, 0.8) * width, view.horizon])
    paint = np.array([235, 235, 235] if random.random() < 0.75 else [70, 175, 225], np.float32)
    layer, painted = np.zeros((height, width), np.float32), 0
    for foot in random.uniform(-0.2, 1.2, int(random.integers(1, 4))) * width:
        near, step, thick = 1.0, random.uniform(0.55, 0.8), random.uniform(0.008, 0.025) * width
        while near > 0.05:
            far = near * (1 - (1 - step) * random.uniform(0.35, 0.6))
            quad = [
                vanishing + ((foot + side * thick, height) - vanishing) * depth
                for depth, side in ((near, -1), (near, 1), (far, 1), (far, -1))
            ]
            fresh = np.zeros((height, width), np.uint8)
            cv2.fillConvexPoly(fresh, (np.array(quad) * 16).round().astype(np.int32), 255, cv2.LINE_AA, 4)
            if (fresh > 127).sum() >= 6 and mask[fresh > 127].mean() > 0.8:
                layer = np.maximum(layer, fresh.astype(np.float32) / 255)
                painted += 1
            near *= step
    wear = cv2.resize(random.random((height // 6 + 1, width // 6 + 1)).astype(np.float32), (width, height))
    grain = random.normal(0, 0.12, (height, width)).astype(np.float32)
    alpha = layer * (random.uniform(0.55, 0.95) - 0.45 * random.random() * wear + grain).clip(0, 1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), blur)[..., None]
    light = canvas[mask].mean() / 128 if mask.any() else 1.0
    canvas[:] = canvas * (1 - alpha) + (paint * np.clip(light, 0.6, 1.05)).clip(0, 250) * alpha
    return painted
