"""What an uploaded picture is: format, size, time and place from EXIF, and whether all of it is there.

Nothing here changes a picture's bytes. The functions block for as long as decoding takes.
"""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from service.clock import plausible
from service.errors import ProblemError

pillow_heif.register_heif_opener()

FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
"""Pillow's names of the formats that are taken; MPO is a JPEG with further pictures behind it, as phones make."""

MOST_PIXELS = 100_000_000
"""More are not decoded to be looked at by the office itself: 300 MB of memory."""

_TURNED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""

_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError)
"""What Pillow raises on broken pictures, depending on where they break."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """Media type, upright size in pixels, and what EXIF says about time and place."""

    media_type: str
    width: int
    height: int
    taken_at: datetime | None
    longitude: float | None
    latitude: float | None


def check_jpeg(content: bytes) -> None:
    """Check by its headers that a pushed frame or live picture is a JPEG; the engine decodes it anyway.

    Raises:
        ProblemError: 422 where it is none.
    """
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            width, height = image.size
    except (UnidentifiedImageError, Image.DecompressionBombError, *_DECODE_ERRORS) as error:
        raise ProblemError(422, "The body is not a JPEG picture.", kind="invalid-input") from error
    if width < 16 or height < 16:
        raise ProblemError(422, f"The picture is too small: {width} × {height} pixels.", kind="invalid-input")


def inspect(path: Path, max_pixels: int, zone: ZoneInfo) -> PictureFacts:
    """Read what a photo is, and decode it once to see that it is whole.

    Args:
        path: the photo.
        max_pixels: more are refused before they are decoded.
        zone: where an EXIF time without an offset was taken.

    Raises:
        ProblemError: 415 where it is not a picture of a known format, 413 where it has too many pixels, 422 where it
            is cut off or broken.
    """
    try:
        image = Image.open(path, formats=["JPEG", "PNG", "WEBP", "HEIF"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(max_pixels) from error
    except UnidentifiedImageError as error:
        raise ProblemError(415, "The file is not a JPEG, PNG, WebP or HEIC photo.", kind="not-a-photo") from error
    except _DECODE_ERRORS as error:
        raise _broken(error) from error
    with image:
        width, height = image.size
        if width * height > max_pixels:
            raise _too_many_pixels(max_pixels)
        try:
            exif = image.getexif()
            orientation = exif.get(ExifTags.Base.Orientation, 1)
            # HEIC is turned upright by its decoder; its EXIF orientation says nothing more.
            if orientation in _TURNED and image.format != "HEIF":
                width, height = height, width
            details = exif.get_ifd(ExifTags.IFD.Exif)
            place = exif.get_ifd(ExifTags.IFD.GPSInfo)
            # JPEG decodes at an eighth of its size: all of its data are read, at a fraction of time and memory.
            image.draft(None, (max(1, image.size[0] // 8), max(1, image.size[1] // 8)))
            image.load()
        except _DECODE_ERRORS as error:
            raise _broken(error) from error
        longitude, latitude = _position(place)
        return PictureFacts(FORMATS[image.format or ""], width, height, _taken_at(details, zone), longitude, latitude)


def open_bounded(content: bytes) -> Image.Image:
    """A picture that somebody delivered, opened and not yet decoded: a few bytes may stand for a wall of pixels.

    Raises:
        ValueError: where it is no picture, or has more than `MOST_PIXELS`.
    """
    try:
        image = Image.open(io.BytesIO(content))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *_DECODE_ERRORS) as error:
        raise ValueError(str(error)) from error
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(f"{image.width} × {image.height} pixels are too many")
    return image


def as_jpeg(content: bytes) -> bytes:
    """A picture of any known format as an upright JPEG, for browsers that cannot show it.

    Raises:
        ProblemError: 422 where it cannot be decoded.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except _DECODE_ERRORS as error:
        raise _broken(error) from error
    converted = io.BytesIO()
    upright.save(converted, "JPEG", quality=90)
    return converted.getvalue()


def _broken(error: BaseException) -> ProblemError:
    return ProblemError(422, f"The photo is cut off or broken: {error}.", kind="broken-photo")


def _too_many_pixels(limit: int) -> ProblemError:
    return ProblemError(413, f"The photo has more than {limit // 1_000_000} million pixels.", kind="too-large")


def _taken_at(details: Mapping[int, object], zone: ZoneInfo) -> datetime | None:
    """DateTimeOriginal with OffsetTimeOriginal where given, else in the district's zone; none where unreadable."""
    text = str(details.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    try:
        taken_at = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (the zone follows from another tag)
    except ValueError:
        return None
    offset = str(details.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
    try:
        return plausible(taken_at.replace(tzinfo=_offset(offset) or zone))
    except ValueError:
        return None


def _offset(text: str) -> timezone | None:
    """An offset such as +08:00; none where it is not one."""
    try:
        offset = datetime.strptime(text, "%z").utcoffset()
    except ValueError:
        return None
    return timezone(offset) if offset is not None and abs(offset) < timedelta(hours=24) else None


def _position(place: Mapping[int, object]) -> tuple[float | None, float | None]:
    """Longitude and latitude in degrees; none where EXIF has none, or nonsense."""
    longitude = _degrees(place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), "W")
    latitude = _degrees(place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), "S")
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None, None
    if longitude == 0 and latitude == 0:
        return None, None  # what phones without a fix write
    return longitude, latitude


def _degrees(parts: object, reference: object, negative: str) -> float | None:
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if value != value:  # noqa: PLR0124 (NaN: a rational with denominator zero)
        return None
    return -value if str(reference).strip("\0 ").upper() == negative else value
