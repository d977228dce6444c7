"""Drawing: boxes, labels and captions on a copy of a picture."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from detector.detections import Detections, ObjectClass
from detector.sources.frame import Image
from detector.violations import Box

Colour = tuple[int, int, int]

COLOURS: Final[dict[ObjectClass, Colour]] = {
    ObjectClass.PERSON: (48, 92, 230),
    ObjectClass.BICYCLE: (200, 140, 40),
    ObjectClass.MOTORCYCLE: (180, 110, 70),
    ObjectClass.CAR: (190, 160, 60),
    ObjectClass.BUS: (160, 130, 90),
    ObjectClass.TRUCK: (140, 110, 110),
    ObjectClass.E_TRICYCLE: (30, 150, 245),
    ObjectClass.CIGARETTE_BUTT: (180, 60, 200),
    ObjectClass.GARBAGE: (70, 160, 70),
}
"""Blue, green, red; what offends is warm or strong, other vehicles are pale."""
OFFENCE: Final[Colour] = (40, 40, 225)
"""The box around an offender in evidence."""

_WHITE: Final[Colour] = (255, 255, 255)
_BAR: Final[Colour] = (24, 24, 24)
_FONT: Final = cv2.FontFace("uni")  # comes with OpenCV 5 and holds Chinese
_REGULAR: Final = 400
_CAPTION_SPACING: Final = 1.45
"""Distance of caption lines as a multiple of the letters' size."""


def draw_detections(image: Image, detections: Detections) -> Image:
    """A copy of the picture with every detection's box, class and confidence.

    Args:
        image: (height, width, 3) uint8, blue, green, red.
        detections: in pixels of the picture.
    """
    canvas = image.copy()
    for box, object_class, confidence, track in detections:
        label = f"{object_class.label} {confidence:.2f}" + (f" #{track}" if track >= 0 else "")
        left, top, right, bottom = (float(edge) for edge in box)
        draw_box(canvas, (left, top, right, bottom), COLOURS[object_class], label)
    return canvas


def draw_box(canvas: Image, box: Box, colour: Colour, label: str = "") -> None:
    """Draw a box and its label into ``canvas``; lines and letters grow with the picture.

    Args:
        canvas: (height, width, 3) uint8, written to.
        box: left, top, right, bottom in pixels.
        colour: blue, green, red.
        label: may be Chinese; stands above the box, inside it where there is no room.
    """
    height, width = canvas.shape[:2]
    line = max(2, round(max(width, height) / 400))
    left, top, right, bottom = (round(edge) for edge in box)
    cv2.rectangle(canvas, (left, top), (right, bottom), colour, line, cv2.LINE_AA)
    if not label:
        return
    size = letter_size(width, height) * 4 // 5
    pad = max(2, size // 4)
    text_width = _text_width(label, size)
    x = max(0, min(left, width - text_width - 2 * pad))
    y = top - size - 2 * pad
    if y < 0:
        y = max(0, min(top, height - size - 2 * pad))
    cv2.rectangle(canvas, (x, y), (x + text_width + 2 * pad, y + size + 2 * pad), colour, cv2.FILLED)
    _write(canvas, label, x + pad, y + pad, size)


def with_caption(image: Image, lines: Sequence[str]) -> Image:
    """A copy of the picture with a dark bar below it that holds the lines; the bar hides nothing.

    A line that is too long for the picture's width goes on below.

    Args:
        image: (height, width, 3) uint8, blue, green, red.
        lines: the caption, may be Chinese.

    Returns:
        (height + bar, width, 3) uint8.
    """
    height, width = image.shape[:2]
    size = letter_size(width, height)
    pad = size // 2
    wrapped = [part for line in lines for part in _wrap(line, size, width - 2 * pad)]
    step = round(size * _CAPTION_SPACING)
    bar = np.full((step * len(wrapped) + pad, width, 3), _BAR, np.uint8)
    for number, text in enumerate(wrapped):
        _write(bar, text, pad, pad + number * step, size)
    return np.concatenate([image, bar])


def letter_size(width: int, height: int) -> int:
    """Height of letters in pixels that reads well on a picture of that size."""
    return max(12, round(max(width, height) / 45))


def _write(canvas: Image, text: str, x: int, y: int, size: int) -> None:
    """Write from the left end ``x`` and the letters' upper edge ``y``."""
    baseline = y + round(size * 0.86)
    cv2.putText(canvas, text, (x, baseline), _WHITE, _FONT, size, _REGULAR)


def _wrap(text: str, size: int, width: int) -> list[str]:
    """The text in parts that fit; broken where words are parted, inside a word where it must be."""
    parts = []
    while _text_width(text, size) > width and len(text) > 1:
        fits = next((n for n in range(len(text) - 1, 1, -1) if _text_width(text[:n], size) <= width), 1)
        space = text.rfind(" ", 0, fits + 1)
        end = space if space > 0 else fits
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*parts, text]


def _text_width(text: str, size: int) -> int:
    # An empty picture size means: as if there were no right edge at which the text would wrap.
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _FONT, size, _REGULAR)
    return int(width)
