"""Evidence: the pictures that prove a violation, with the digest of each at the moment of writing.

Of each moment the place and the course are shown (context, box and caption burnt into a copy) and the
original is kept untouched; of the surest moment the object is shown from close by. On all but the original, bystanders
and the plates of other vehicles are made unrecognisable. Chinese practice for
traffic offences asks for pictures like these, with the time to a tenth of a second (GA/T 832).
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from detector.drawing import OFFENCE, draw_box, with_caption
from detector.moments import Moment
from detector.plates import find_plate
from detector.privacy import bystanders, hidden
from detector.scene import Camera
from detector.sources.frame import Image
from detector.sources.photos import DISTRICT_ZONE
from detector.violations import KINDS, Box, EvidenceFile, Role, ViolationKind

MOST_MOMENTS: Final = 3
"""Moments of one violation that are written: its start, the surest one between, its end."""
CLOSEUP_MARGIN: Final = 0.4
"""Shown around the object on each side, as a part of its size."""
CLOSEUP_SIDE: Final = 256
"""The least side of a close-up in pixels; a smaller one is enlarged."""
JPEG_QUALITY: Final = 90

_SLIMMEST: Final = 3.0
"""A close-up's longer side is at most this many times its shorter one, where the picture allows."""
_LARGEST_FACTOR: Final = 16.0
"""A close-up is enlarged at most so many times."""

_NOTES: Final = {"start": "开始", "course": "过程", "end": "结束", "before": "之前", "photo": ""}
"""Notes of moments as captions write them; others are written as they are."""

MediaType = Literal["image/jpeg", "image/png", "image/webp", "image/heic", "video/mp4"]
_SUFFIXES: Final[dict[MediaType, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
}


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """A film of an offence, encoded.

    Attributes:
        content: an MP4 file.
        role: ``clip`` for what everybody may see, ``original`` for what the camera itself encoded.
        began: capture time of its first picture.
    """

    content: bytes
    role: Literal["clip", "original"]
    began: datetime


_QUICK_PNG: Final = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB),
]
"""Lossless all the same: half the time of the usual strategy for a sixth more bytes (16 ms against 33, 768 × 576)."""


def write_evidence(
    folder: Path,
    violation_id: UUID,
    kind: ViolationKind,
    moments: Sequence[Moment],
    camera: Camera | None = None,
    *,
    timezone: ZoneInfo = DISTRICT_ZONE,
    place: str = "",
) -> tuple[EvidenceFile, ...]:
    """Write the evidence of one violation; when it returns, all files are safe on the disk.

    Files are called ``<violation>-<role>-<n>``, n from 1. Where writing fails, the files of this call are
    removed.

    Args:
        folder: where to; made where it is missing.
        violation_id: the violation.
        kind: the offence, written into captions.
        moments: in the order of time, at least one; of more than three the first, the surest and the last are
            taken.
        camera: named in captions; None for a photo.
        timezone: the district's time, for captions.
        place: named in captions where no camera is.

    Returns:
        Contexts and originals by time, then the close-up, then one of the plate of a vehicle that shows it.

    Raises:
        ValueError: where there is no moment.
        OSError: where the disk is full or the folder cannot be written.
    """
    chosen = _choose(moments)
    surest = max(chosen, key=lambda moment: moment.confidence)
    shelf = _Shelf(folder, violation_id)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for number, moment in enumerate(chosen, 1):
            shelf.put(_jpeg(_context(moment, kind, camera, timezone, place)), "context", number, moment)
            content, media_type = _original(moment)
            shelf.put(content, "original", number, moment, media_type)
        near = _shown(surest, kind)
        shelf.put(_jpeg(closeup(near, surest.box)), "closeup", 1, surest)
        plate = find_plate(surest.frame.image, surest.box) if kind is ViolationKind.ILLEGAL_PARKING else None
        if plate is not None:
            shown = replace(surest, note="plate")
            shelf.put(_jpeg(closeup(near, plate)), "closeup", 2, shown)
        shelf.sync()
    except OSError:
        shelf.clear()
        raise
    return tuple(shelf.written)


def add_footage(
    folder: Path, violation_id: UUID, evidence: Sequence[EvidenceFile], footage: Sequence[Footage]
) -> tuple[EvidenceFile, ...]:
    """Write films of an offence beside the pictures that prove it; when it returns, all are safe on the disk.

    Args:
        folder: where the pictures lie.
        violation_id: the violation.
        evidence: what :func:`write_evidence` has written.
        footage: films of the offence.

    Returns:
        The films.

    Raises:
        OSError: where the disk is full or the folder cannot be written; then no film of this call is left.
    """
    shelf = _Shelf(folder, violation_id)
    taken = [entry.role for entry in evidence]
    try:
        for film in footage:
            taken.append(film.role)
            shelf.put(film.content, film.role, taken.count(film.role), film, "video/mp4")
        shelf.sync()
    except OSError:
        shelf.clear()
        raise
    return tuple(shelf.written)


def caption(
    time: datetime,
    number: int,
    kind: ViolationKind,
    camera: Camera | None,
    timezone: ZoneInfo,
    *,
    place: str = "",
    note: str = "",
) -> list[str]:
    """Two lines: when (to a tenth of a second), where and by which camera; what, which stage of it, which frame.

    Args:
        time: when the frame was captured.
        number: the frame's number.
        kind: the offence.
        camera: None for a photo.
        timezone: the district's time.
        place: named where the camera has no name, or there is none.
        note: of the moment.
    """
    local = time.astimezone(timezone)
    when = f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 100_000}"
    where = (camera.name or place) if camera else place
    first = [when, where, f"设备 {camera.id}" if camera else "照片"]
    second = [KINDS[kind].chinese, _NOTES.get(note, note), f"帧 {number}" if camera else ""]
    return ["   ".join(filter(None, first)), "   ".join(filter(None, second))]


def closeup(image: Image, box: Box) -> Image:
    """The object with :data:`CLOSEUP_MARGIN` around it, nothing drawn.

    It is at least :data:`CLOSEUP_SIDE` pixels wide and high: the cut is widened where the picture allows, and
    enlarged where it does not or where the object would be lost in its surroundings.

    Args:
        image: (height, width, 3) uint8.
        box: left, top, right, bottom in pixels.
    """
    height, width = image.shape[:2]
    wide, high = _extent(box[0], box[2]), _extent(box[1], box[3])
    wide, high = max(wide, high / _SLIMMEST), max(high, wide / _SLIMMEST)
    left, right = _span(box[0], box[2], wide, width)
    top, bottom = _span(box[1], box[3], high, height)
    cut = image[top:bottom, left:right]
    shorter = min(cut.shape[:2])
    if shorter >= CLOSEUP_SIDE:
        return cut.copy()
    factor = min(CLOSEUP_SIDE / shorter, _LARGEST_FACTOR)
    size = (round(cut.shape[1] * factor), round(cut.shape[0] * factor))
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC), np.uint8)


class _Shelf:
    """Writes the files of one violation, each synchronised with the disk, and remembers them."""

    def __init__(self, folder: Path, violation_id: UUID) -> None:
        self._folder = folder
        self._violation_id = violation_id
        self._paths: list[Path] = []
        self.written: list[EvidenceFile] = []

    def put(
        self, content: bytes, role: Role, number: int, shown: Moment | Footage, media_type: MediaType = "image/jpeg"
    ) -> None:
        name = f"{self._violation_id}-{role}-{number}.{_SUFFIXES[media_type]}"
        path = self._folder / name
        self._paths.append(path)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self.written.append(
            EvidenceFile(
                file=name,
                sha256=hashlib.sha256(content).hexdigest(),
                role=role,
                media_type=media_type,
                taken_at=shown.frame.time if isinstance(shown, Moment) else shown.began,
                note=shown.note if isinstance(shown, Moment) else "",
            )
        )

    def sync(self) -> None:
        """Make the names as safe as the contents."""
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def clear(self) -> None:
        for path in self._paths:
            with suppress(OSError):  # the disk already failed; the first error is the one to report
                path.unlink(missing_ok=True)


def _choose(moments: Sequence[Moment]) -> list[Moment]:
    if not moments:
        raise ValueError("evidence needs at least one moment")
    if len(moments) <= MOST_MOMENTS:
        return list(moments)
    between = max(moments[1:-1], key=lambda moment: moment.confidence)
    return [moments[0], between, moments[-1]]


def _context(moment: Moment, kind: ViolationKind, camera: Camera | None, timezone: ZoneInfo, place: str) -> Image:
    """The whole picture with the offender's box, and below it when, where, by whom, what and which frame."""
    canvas = _shown(moment, kind)
    draw_box(canvas, moment.box, OFFENCE, KINDS[kind].chinese)
    frame = moment.frame
    return with_caption(
        canvas, caption(frame.time, frame.number, kind, camera, timezone, place=place, note=moment.note)
    )


def _shown(moment: Moment, kind: ViolationKind) -> Image:
    """A copy of the frame in which nobody but the offender can be recognised."""
    return hidden(moment.frame.image, bystanders(moment.others, kind, moment.box), moment.box)


def _original(moment: Moment) -> tuple[bytes, MediaType]:
    """The frame as it came: the file's own bytes, or the decoded pixels without loss."""
    frame = moment.frame
    if frame.encoded is not None:
        for media_type in _SUFFIXES:
            if media_type == frame.media_type:
                return frame.encoded, media_type
    # The lowest compression: a second for a large frame is more than the room that it would save is worth.
    return _encoded(".png", frame.image, _QUICK_PNG), "image/png"


def _jpeg(image: Image) -> bytes:
    return _encoded(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def _encoded(suffix: str, image: Image, options: list[int]) -> bytes:
    done, buffer = cv2.imencode(suffix, image, options)
    if not done:
        raise OSError(f"a picture of {image.shape[1]} × {image.shape[0]} pixels cannot be written as {suffix}")
    return buffer.tobytes()


def _extent(low: float, high: float) -> float:
    """Pixels to show along one side: the object, its margins, and more up to the least side."""
    size = max(high - low, 1.0)
    # A small object must not become a dot in its surroundings: it is enlarged rather than given 256 pixels of
    # them.
    return max(size * (1 + 2 * CLOSEUP_MARGIN), min(CLOSEUP_SIDE, size * 2 + 64))


def _span(low: float, high: float, extent: float, length: int) -> tuple[int, int]:
    """From and to of the cut along one side, moved so that it lies in the picture."""
    extent = min(extent, length)
    start = min(max((low + high - extent) / 2, 0.0), length - extent)
    return int(start), max(int(start) + 1, min(length, round(start + extent)))
