"""Frame: one picture of a source, with the time when it was captured."""

from dataclasses import dataclass
from datetime import datetime

from detector.parts import Part
from detector.sources.decoded import Decoded, Image, Luma, luma_of
from detector.sources.packets import PacketRing

__all__ = ["Frame", "Image", "Luma"]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Frame:
    """One picture and when it was taken.

    Attributes:
        picture: pixels, or what a decoder gave: see :attr:`image`.
        time: when it was captured, aware UTC.
        seconds: stream time since the source's first frame, from timestamps; never goes backwards.
        number: position in the source, counted from 0; a gap is a frame that was dropped.
        encoded: the untouched bytes of the original file (pushed JPEG, photo); None where there was no file.
        media_type: what ``encoded`` is.
        packets: the source's last seconds as the camera encoded them; None where it gives no video stream.
        part: what of it the model looks at; None: all of it.
        main: where this is a frame of a camera's substream, the main stream's newest key frame; it is never newer.
    """

    picture: Image | Decoded
    time: datetime
    seconds: float
    number: int
    encoded: bytes | None = None
    media_type: str = "image/jpeg"
    packets: PacketRing | None = None
    part: Part | None = None
    main: "Frame | None" = None

    @property
    def image(self) -> Image:
        """(height, width, 3) uint8, blue, green, red, upright. Shared by everybody who looks: never written to."""
        return self.picture.image if isinstance(self.picture, Decoded) else self.picture

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.picture.width if isinstance(self.picture, Decoded) else int(self.picture.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.picture.height if isinstance(self.picture, Decoded) else int(self.picture.shape[0])

    def luma(self) -> Luma:
        """(h, w) uint8 brightness, halved until no side is longer than 320 pixels.

        Cheap for decoded video: colours are not computed.
        """
        return self.picture.luma() if isinstance(self.picture, Decoded) else luma_of(self.picture)
