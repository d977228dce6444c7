"""Pasting a cut-out into a picture, so that it looks as if the same camera had seen it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.cutouts import Cutout

_OWN_BLUR = 0.4
"""Blur in pixels (sigma of a Gaussian) that shrinking by area leaves."""

_SLOPE_BLUR = 1 / 3
"""Variance that measuring a slope across two pixels adds."""

_VISIBLE = 0.35
"""Pixels that are object to a lesser part do not belong to the box."""


@dataclass(frozen=True)
class Look:
    """How a camera sees: the same for everything in one picture.

    Attributes:
        blur: sigma of its blur in pixels.
        noise: deviation of its noise, of 255.
        sun: where shadows fall, as a part of an object's size to the right and down.
        shade: how dark shadows are, 0 to 1.
        follow: how far an object takes on the light of its place, as an exponent of the ratio of brightnesses. By day
            half of the way: a white filter stays white on dark asphalt. At night nearly all of it.
    """

    blur: float
    noise: float
    sun: tuple[float, float]
    shade: float
    follow: float


def blur_of(picture: NDArray[np.uint8]) -> float:
    """Sigma of the blur of a picture's sharper edges in pixels, 0.4 to 2.5.

    An edge of blur s has the slope 1/s, and 1/sqrt(s² + 1) after another blur of 1: the ratio of the two tells s
    (Zhuo and Sim 2011, "Defocus map estimation from a single image"). It is taken on the ridges of the slope.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    slope, softer = _slope(grey), _slope(np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.float32))
    ridges = slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8))
    edges = ridges & (slope >= max(float(np.percentile(slope, 95)), 8.0))
    if not edges.any():
        return 1.0
    ratio = float(np.median(slope[edges] / np.maximum(softer[edges], 1e-3)))
    variance = 1.0 / max(ratio**2 - 1.0, 1e-3) - _SLOPE_BLUR
    return float(np.clip(np.sqrt(max(variance, 0.0)), _OWN_BLUR, 2.5))


def noise_of(picture: NDArray[np.uint8]) -> float:
    """Deviation of a picture's noise, of 255, 0.5 to 8 (Immerkær 1996, "Fast noise variance estimation").

    The median keeps edges out of it.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(grey, -1, kernel))
    return float(np.clip(np.median(response) / 0.6745 / 6.0, 0.5, 8.0))


def shaped(cutout: Cutout, size: float, turn: float, squeeze: float, *, mirrored: bool) -> Cutout:
    """A cut-out turned, foreshortened and shrunk.

    Args:
        cutout: the object.
        size: its longer side afterwards in pixels.
        turn: degrees, counter-clockwise; for what lies on the ground.
        squeeze: height afterwards as a part of the height before: so a camera at a slant sees what lies on the ground.
        mirrored: left and right swapped.
    """
    layers = np.dstack([cutout.pixels * cutout.mask[..., None], cutout.mask])
    if mirrored:
        layers = layers[:, ::-1]
    height, width = layers.shape[:2]
    if turn:
        radius = int(np.ceil(np.hypot(height, width) / 2)) + 1
        around = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
        around[:, 2] += radius - np.array([width / 2, height / 2])
        turned = cv2.warpAffine(layers, around, (2 * radius, 2 * radius), flags=cv2.INTER_LINEAR)
        layers = _trimmed(np.asarray(turned, np.float32))
        height, width = layers.shape[:2]
    factor = size / max(width, height * squeeze)
    target = (max(2, round(width * factor)), max(2, round(height * squeeze * factor)))
    # Averaging the pixels that are dropped, as a lens at a greater distance would; colours weigh by their mask.
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    layers = np.asarray(cv2.resize(layers, target, interpolation=how), np.float32)
    mask = layers[..., 3].clip(0.0, 1.0)
    pixels = layers[..., :3] / np.maximum(mask, 1e-3)[..., None]
    return Cutout(cutout.class_id, pixels.astype(np.float32), mask.astype(np.float32), cutout.ground, cutout.source)


def muted(cutout: Cutout, contrast: float, colour: float) -> Cutout:
    """A cut-out with less contrast and colour: haze and a small lens take both, and some sources exaggerate them.

    Args:
        cutout: the object.
        contrast: 1 leaves differences of brightness as they are, 0 makes it even.
        colour: 1 leaves colours as they are, 0 makes it grey.
    """
    grey = cutout.pixels.mean(axis=2, keepdims=True)
    mean = float(np.average(grey[..., 0], weights=cutout.mask))
    pixels = (grey - mean) * contrast + mean + (cutout.pixels - grey) * colour
    return replace(cutout, pixels=pixels.clip(0, 255).astype(np.float32))


def paste(
    canvas: NDArray[np.float32], cutout: Cutout, left: int, top: int, look: Look, random: np.random.Generator
) -> NDArray[np.float64] | None:
    """Pastes a cut-out in place, with its shadow, in the light, blur and noise of the picture.

    Args:
        canvas: BGR, shape (height, width, 3), changed in place.
        cutout: as `shaped` made it.
        left: where the cut-out's left edge goes; it may lie outside of the canvas.
        top: where its upper edge goes.
        look: how the camera sees.
        random: where the noise comes from.

    Returns:
        The box around what is visible: left, top, right, bottom in pixels, shape (4,). None if nothing is.
    """
    margin = int(np.ceil(3 * look.blur)) + 2 + int(max(cutout.mask.shape) * max(map(abs, look.sun)))
    padded = cv2.copyMakeBorder(cutout.mask, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    pixels = cv2.copyMakeBorder(cutout.pixels, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    sigma = float(np.sqrt(max(look.blur**2 - _OWN_BLUR**2, 0.01)))
    mask = cv2.GaussianBlur(padded, (0, 0), sigma)
    colours = cv2.GaussianBlur(pixels * padded[..., None], (0, 0), sigma) / np.maximum(mask, 1e-3)[..., None]
    left, top = left - margin, top - margin
    height, width = canvas.shape[:2]
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(left + mask.shape[1], width), min(top + mask.shape[0], height)
    if x1 >= x2 or y1 >= y2:
        return None
    part = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    place = canvas[y1:y2, x1:x2]
    ground = place.reshape(-1, 3).mean(axis=0)
    gain = np.clip(ground.mean() / max(float(cutout.ground.mean()), 1.0), 0.15, 1.3) ** look.follow
    shadow = _shadow(np.asarray(padded, np.float32), look)[part]
    place *= 1.0 - look.shade * (shadow * (1.0 - mask[part]))[..., None]
    grain = random.normal(0.0, look.noise, (*mask[part].shape, 1))
    alpha = mask[part][..., None]
    place[:] = (place * (1.0 - alpha) + (colours[part] * gain + grain) * alpha).clip(0, 255)
    seen = mask[part] >= _VISIBLE * mask.max()
    if not seen.any():
        return None
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return np.array([x1 + columns[0], y1 + rows[0], x1 + columns[-1] + 1, y1 + rows[-1] + 1], np.float64)


def _shadow(mask: NDArray[np.float32], look: Look) -> NDArray[np.float32]:
    """The mask moved away from the sun and softened, shape as the mask."""
    size = max(mask.shape)
    moved = np.array([[1, 0, look.sun[0] * size], [0, 1, look.sun[1] * size]], np.float32)
    shifted = cv2.warpAffine(mask, moved, (mask.shape[1], mask.shape[0]))
    return np.asarray(cv2.GaussianBlur(shifted, (0, 0), max(0.8, look.blur, 0.04 * size)), np.float32)


def _slope(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(across, down), np.float32)


def _trimmed(layers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without empty edges."""
    solid = layers[..., 3] > 0.02
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    return layers[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
