"""Decoded: a picture as the decoder gave it; colours are computed only when somebody asks for them."""

from threading import Lock
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Luma = NDArray[np.uint8]

LUMA_SIDE: Final = 320
"""Longest side of the small picture in which motion is looked for."""

_TURNS: Final = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
_LUMA_FIRST: Final = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"})
"""Formats whose first plane is brightness, a byte a pixel."""


class Decoded:
    """One picture of a video.

    Its colours cost more than all that motion needs, and most pictures of a street at night are never looked at.

    Args:
        frame: what the decoder gave.

    Attributes:
        width: width in pixels, upright.
        height: height in pixels, upright.
    """

    __slots__ = ("_frame", "_image", "_lock", "_turn", "height", "width")

    def __init__(self, frame: av.VideoFrame) -> None:
        # A phone that was held upright stores its film lying and says by how much to turn it.
        self._turn = _TURNS.get(frame.rotation % 360)
        lying = frame.rotation % 180 == 90
        self.width, self.height = (frame.height, frame.width) if lying else (frame.width, frame.height)
        self._frame: av.VideoFrame | None = frame
        self._image: Image | None = None
        self._lock = Lock()

    @property
    def image(self) -> Image:
        """(height, width, 3) uint8, blue, green, red, upright, not writable."""
        with self._lock:
            if self._image is None:
                assert self._frame is not None
                image = self._upright(np.asarray(self._frame.to_ndarray(format="bgr24"), np.uint8))
                image.flags.writeable = False
                # One of the two is kept: evidence may hold on to a picture for minutes.
                self._image, self._frame = image, None
            return self._image

    def luma(self) -> Luma:
        """Brightness, halved until no side is longer than :data:`LUMA_SIDE`; upright."""
        with self._lock:
            frame = self._frame
        if frame is None or frame.format.name not in _LUMA_FIRST:
            return luma_of(self.image)
        plane = frame.planes[0]
        whole = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
        return self._upright(shrunk(whole))

    def _upright(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return pixels if self._turn is None else np.asarray(cv2.rotate(pixels, self._turn), np.uint8)


def luma_of(image: Image) -> Luma:
    """Brightness of a picture in colours, made smaller likewise."""
    return np.asarray(cv2.cvtColor(shrunk(image), cv2.COLOR_BGR2GRAY), np.uint8)


def shrunk(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels averaged, halved until no side is longer than :data:`LUMA_SIDE`: a sixth of what other factors cost.

    Examples:
        >>> shrunk(np.zeros((1080, 1920), np.uint8)).shape
        (135, 240)
    """
    while max(pixels.shape[:2]) > LUMA_SIDE:
        height, width = pixels.shape[:2]
        half = max(1, width // 2), max(1, height // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    return pixels
