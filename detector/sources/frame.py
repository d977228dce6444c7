"""Frame: one picture of a source, with the time when it was captured."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from detector.sources.packets import PacketRing

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Frame:
    """One picture and when it was taken.

    Attributes:
        image: (height, width, 3) uint8, blue, green, red, upright. Shared by everybody who looks: never
            written to.
        time: when it was captured, aware UTC.
        seconds: stream time since the source's first frame, from timestamps; never goes backwards.
        number: position in the source, counted from 0; a gap is a frame that was dropped.
        encoded: the untouched bytes of the original file (pushed JPEG, photo); None where there was no file.
        media_type: what ``encoded`` is.
        packets: the source's last seconds as the camera encoded them; None where it gives no video stream.
    """

    image: Image
    time: datetime
    seconds: float
    number: int
    encoded: bytes | None = None
    media_type: str = "image/jpeg"
    packets: PacketRing | None = None

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.image.shape[0])
