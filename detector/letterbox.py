"""Letterbox: how a picture of any size is fitted into the model's input, and boxes back onto the picture."""

from dataclasses import dataclass, replace
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.detections import FloatArray
from detector.parts import Part
from detector.sources.frame import Image

PAD_VALUE: Final = 114
"""Grey of the margin, as YOLO models are trained with it (ultralytics ``LetterBox``)."""
MIN_SIDE: Final = 128
"""The shortest input side, pixels: below it the model has fewer places to look than objects to give (300)."""
_ROUNDING: Final = 1e-6
_THINNED: Final = 0.3
"""Below this scale bilinear sampling skips so many pixels that small things vanish: areas are averaged."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A picture scaled so that its long side fills the input, with grey margins up to the model's stride.

    Attributes:
        width: width of the picture, or of the part of it that is looked at, in pixels.
        height: height likewise.
        scale: input pixels per picture pixel.
        left: grey columns left of the picture in the input.
        top: grey rows above the picture in the input.
        input_width: width of the input, a multiple of the stride.
        input_height: height of the input, a multiple of the stride.
        x: columns of the picture left of the part.
        y: rows of the picture above the part.

    Examples:
        >>> box = Letterbox.fit(1920, 1080, long_side=640, stride=32)
        >>> box.input_width, box.input_height, box.top
        (640, 384, 12)
        >>> box.to_picture(box.to_input(np.array([[10, 20, 30, 40]], np.float32))).round(3).tolist()
        [[10.0, 20.0, 30.0, 40.0]]
    """

    width: int
    height: int
    scale: float
    left: int
    top: int
    input_width: int
    input_height: int
    x: int = 0
    y: int = 0

    @classmethod
    def fit(cls, width: int, height: int, *, long_side: int, stride: int) -> Self:
        """The smallest input whose sides are multiples of ``stride`` and whose longer one is ``long_side``.

        Raises:
            ValueError: where the picture has no pixels.
        """
        if width < 1 or height < 1:
            raise ValueError(f"a picture of {width} × {height} pixels cannot be looked at")
        scale = long_side / max(width, height)
        inner_width, inner_height = _scaled(width, scale), _scaled(height, scale)
        input_width, input_height = _multiple(inner_width, stride), _multiple(inner_height, stride)
        left, top = (input_width - inner_width) // 2, (input_height - inner_height) // 2
        return cls(width, height, scale, left, top, input_width, input_height)

    def around(self, part: Part, stride: int) -> Self:
        """A part of the picture at the same scale: it shows what the whole shows there and costs less.

        Args:
            part: of the picture.
            stride: the model's.
        """
        size = np.array([self.width, self.height] * 2)
        corners = part.box * size + _ROUNDING
        left, top = np.floor(corners[:2]).astype(int).tolist()
        # Rounded down, so that the input is never a stride wider than it need be.
        width, height = np.floor(corners[2:] - corners[:2] + _ROUNDING).astype(int).tolist()
        inner_width, inner_height = _scaled(width, self.scale), _scaled(height, self.scale)
        input_width, input_height = _multiple(inner_width, stride), _multiple(inner_height, stride)
        beside, above = (input_width - inner_width) // 2, (input_height - inner_height) // 2
        return replace(
            self, width=width, height=height, left=beside, top=above, input_width=input_width,
            input_height=input_height, x=left, y=top,
        )  # fmt: skip

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the input."""
        return 3, self.input_height, self.input_width

    def apply(self, image: Image, out: FloatArray) -> None:
        """Write the picture as the model wants it: red, green, blue planes, 0 to 1, grey margins.

        Args:
            image: (height, width, 3) uint8, blue, green, red; the whole picture.
            out: (3, input_height, input_width) float32, overwritten.
        """
        width, height = _scaled(self.width, self.scale), _scaled(self.height, self.scale)
        image = image[self.y : self.y + self.height, self.x : self.x + self.width]
        scaled = image
        if (width, height) != (self.width, self.height):
            way = cv2.INTER_AREA if self.scale < _THINNED else cv2.INTER_LINEAR
            scaled = np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)
        inner = out[:, self.top : self.top + height, self.left : self.left + width]
        if inner.shape != out.shape:
            out.fill(PAD_VALUE / 255)
        # Planes first, then the factor: twelve times as fast as cv2.dnn.blobFromImage (0.5 ms against 6 for
        # 640 × 480).
        for plane, channel in zip(inner, reversed(cv2.split(scaled)), strict=True):
            np.multiply(channel, np.float32(1 / 255), out=plane)

    def to_picture(self, boxes: FloatArray) -> FloatArray:
        """(N, 4) boxes from input pixels to picture pixels, cut off at the edges of the picture or part."""
        moved = (boxes - self._margins()) / np.float32(self.scale)
        limits = np.array([self.width, self.height] * 2, np.float32)
        clipped: FloatArray = (np.clip(moved, 0, limits) + self._corner()).astype(np.float32)
        return clipped

    def to_input(self, boxes: FloatArray) -> FloatArray:
        """(N, 4) boxes from picture pixels to input pixels."""
        moved: FloatArray = ((boxes - self._corner()) * np.float32(self.scale) + self._margins()).astype(np.float32)
        return moved

    def _margins(self) -> NDArray[np.float32]:
        return np.array([self.left, self.top] * 2, np.float32)

    def _corner(self) -> NDArray[np.float32]:
        return np.array([self.x, self.y] * 2, np.float32)


def _scaled(length: int, scale: float) -> int:
    return max(1, round(length * scale))


def _multiple(length: int, stride: int) -> int:
    return max(-(-length // stride) * stride, MIN_SIDE)
