"""Photos: one picture file, decoded upright, with the time when it was taken."""

import io
import struct
import warnings
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from detector.sources.frame import Frame
from detector.sources.frame import Image as Pixels
from detector.sources.source import SourceError

MAX_PIXELS: Final = 100_000_000
"""The largest photo that is read: 100 megapixels, some 300 MB as pixels."""

PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
"""How the names of photos end, in lower case."""

DISTRICT_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""The zone of times that do not name one, where the caller does not say."""

_FORMATS: Final = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # what many phones write: a JPEG with a second picture behind the first
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}
_OPENED: Final = ("JPEG", "PNG", "WEBP", "HEIF")  # a JPEG turns out to be an MPO once it is open
_EXIF_FAULTS = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error)

pillow_heif.register_heif_opener()
# Pillow checks a size before it decodes. Its own limit is lower than ours, and up to twice the limit it only warns.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PhotoError(SourceError):
    """A photo that cannot be read: one line that names the file and the fault."""


def read_photo(path: Path, *, timezone: tzinfo = DISTRICT_ZONE) -> Frame:
    """Read a JPEG, PNG, WebP or HEIC file.

    The frame's time is when the photo was taken, from EXIF, else the file's own time.

    Args:
        path: the file.
        timezone: zone of an EXIF time that does not name its own.

    Raises:
        PhotoError: where it is missing, no photo, cut off, broken or larger than :data:`MAX_PIXELS`.
    """
    try:
        encoded = path.read_bytes()
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise PhotoError(f"{path}: cannot be read: {error.strerror or error}") from error
    return decode_photo(encoded, name=str(path), timezone=timezone, fallback=changed)


def decode_photo(
    encoded: bytes, *, name: str = "photo", timezone: tzinfo = DISTRICT_ZONE, fallback: datetime | None = None
) -> Frame:
    """Decode the bytes of a photo; the frame keeps them untouched in ``encoded``.

    Args:
        encoded: the file's bytes.
        name: what error lines call it.
        timezone: zone of an EXIF time that does not name its own.
        fallback: the time of a photo without an EXIF time; now where none is given.

    Raises:
        PhotoError: where it is no photo, cut off, broken or larger than :data:`MAX_PIXELS`.
    """
    try:
        with Image.open(io.BytesIO(encoded), formats=_OPENED) as photo:
            media_type = _FORMATS[photo.format or "JPEG"]
            taken = photo_time(photo, timezone)
            orientation = _orientation(photo)
            pixels = _bgr(photo)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(
            f"{name}: is larger than {MAX_PIXELS // 1_000_000} megapixels, the most that is read; make it smaller"
        ) from error
    except UnidentifiedImageError as error:
        raise PhotoError(f"{name}: is no JPEG, PNG, WebP or HEIC photo") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        fault = " ".join(str(error).split()) or type(error).__name__
        raise PhotoError(f"{name}: the photo is cut off or broken ({fault}); copy or send it again") from error
    except MemoryError as error:
        raise PhotoError(f"{name}: too little memory to decode it; make it smaller") from error
    image = _upright(pixels, orientation)
    image.flags.writeable = False
    return Frame(image, taken or fallback or datetime.now(UTC), 0.0, 0, encoded, media_type)


def photo_time(photo: Image.Image, timezone: tzinfo = DISTRICT_ZONE) -> datetime | None:
    """When a photo says in EXIF that it was taken, UTC; None where it does not say or says nonsense."""
    try:
        exif = photo.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        text = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        offset = details.get(ExifTags.Base.OffsetTimeOriginal) or ""
        fraction = str(details.get(ExifTags.Base.SubsecTimeOriginal) or "").strip("\0 ")
        if not isinstance(text, str):
            return None
        taken = datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=timezone)
        if fraction.isdigit():
            taken = taken.replace(microsecond=int(fraction[:6].ljust(6, "0")))
        if isinstance(offset, str) and offset.strip("\0 "):
            taken = taken.replace(tzinfo=datetime.strptime(offset.strip("\0 "), "%z").tzinfo)
        return taken.astimezone(UTC)
    except _EXIF_FAULTS:
        return None  # a camera's broken EXIF is no reason to refuse its photo


def _orientation(photo: Image.Image) -> int:
    try:
        return int(photo.getexif().get(ExifTags.Base.Orientation, 1))
    except _EXIF_FAULTS:
        return 1


def _bgr(photo: Image.Image) -> Pixels:
    """(height, width, 3) uint8, blue, green, red, whatever the photo's own mode is."""
    if photo.mode.startswith("I"):  # 16 bits of grey: Pillow's own conversion cuts off instead of scaling
        deep = np.asarray(photo, dtype=np.int64)
        grey = np.clip(deep >> 8, 0, 255).astype(np.uint8)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    if photo.has_transparency_data:
        layers = photo.convert("RGBA")
        flat = Image.new("RGBA", layers.size, "white")
        flat.alpha_composite(layers)
        photo = flat
    rgb = photo if photo.mode == "RGB" else photo.convert("RGB")
    return np.asarray(cv2.cvtColor(np.asarray(rgb), cv2.COLOR_RGB2BGR), np.uint8)


def _upright(image: Pixels, orientation: int) -> Pixels:
    """Undo the camera's turn: EXIF orientation 1 to 8 as the standard (JEITA CP-3451) defines them."""
    if orientation in (5, 6, 7, 8):
        image = image.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)
