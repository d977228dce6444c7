"""Folders: pictures of a fixed camera, one file a frame."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import structlog
from PIL import Image

from detector.sources.frame import Frame
from detector.sources.photos import DISTRICT_ZONE, PHOTO_SUFFIXES, PhotoError, photo_time, read_photo
from detector.sources.source import Source, SourceError
from detector.sources.video import Pace

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_NAMED_TIME: Final = re.compile(
    r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})[T_ -]?(\d{2})[-:]?(\d{2})[-:]?(\d{2})"
    r"(?:[._,-]?(\d{1,6})(?!\d))?(Z?)(?![A-Za-z0-9])"
)
_CAMERA_GAP: Final = 0.04
"""Files whose times lie closer than this, seconds, were copied, not captured."""


class FolderSource(Source):
    """JPEG, PNG, WebP and HEIC files of one folder in natural order (``2.jpg`` before ``10.jpg``).

    Times come from the file names (``20261124T120000.jpg``), else from EXIF, else from the files' own times,
    where every file has one and they rise; else the frames are a second apart. A file that cannot be read is
    skipped with a log line.

    Args:
        path: the folder.
        pace: ``real`` gives each frame when its time has come.
        start: when the first frame was captured, where that is known better; the distances stay.
        timezone: zone of times that name none.
    """

    def __init__(
        self,
        path: Path,
        *,
        pace: Pace = "max",
        start: datetime | None = None,
        timezone: tzinfo = DISTRICT_ZONE,
    ) -> None:
        self._path = path
        self._pace = pace
        self._start = start
        self._timezone = timezone
        self._closed = threading.Event()

    @property
    def address(self) -> str:
        """The folder's path."""
        return str(self._path)

    @property
    def live(self) -> bool:
        """Always false: no frame is dropped."""
        return False

    def close(self) -> None:
        """End :meth:`frames` before its next frame."""
        self._closed.set()

    def frames(self) -> Iterator[Frame]:
        """The pictures in order.

        Raises:
            SourceError: where the folder cannot be listed or holds no picture that can be read.
        """
        files = photo_files(self._path)
        if not files:
            raise SourceError(f"{self._path}: holds no JPEG, PNG, WebP or HEIC files")
        times = self._times(files)
        begun = time.monotonic()
        given = 0
        for number, (file, captured) in enumerate(zip(files, times, strict=True)):
            seconds = (captured - times[0]).total_seconds()
            wait = begun + seconds - time.monotonic() if self._pace == "real" else 0.0
            if self._closed.is_set() or (wait > 0 and self._closed.wait(wait)):
                return
            try:
                photo = read_photo(file)
            except PhotoError as error:
                log.warning("frame skipped", source=self.address, reason=str(error))
                continue
            given += 1
            yield Frame(photo.image, captured, seconds, number, photo.encoded, photo.media_type)
        if not given:
            raise SourceError(f"{self._path}: none of its {len(files)} pictures can be read")

    def _times(self, files: Sequence[Path]) -> list[datetime]:
        times = _rising([named_time(file.name, self._timezone) for file in files])
        times = times or _rising([_exif_time(file, self._timezone) for file in files])
        if times is None and (changed := _rising([datetime.fromtimestamp(f.stat().st_mtime, UTC) for f in files])):
            gaps = [(b - a).total_seconds() for a, b in pairwise(changed)]
            times = changed if gaps and median(gaps) >= _CAMERA_GAP else None
        if times is None:
            first = self._start or datetime.now(UTC)
            return [first + timedelta(seconds=number) for number in range(len(files))]
        shift = self._start - times[0] if self._start else timedelta()
        return [captured + shift for captured in times]


def photo_files(folder: Path, *, deep: bool = False) -> list[Path]:
    """The photos of a folder in natural order, by :data:`PHOTO_SUFFIXES`; hidden files are left out.

    Args:
        folder: where to look.
        deep: whether to look into its folders too.

    Raises:
        SourceError: where it cannot be listed.
    """
    found: list[Path] = []
    try:
        for entry in folder.iterdir():
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                found += photo_files(entry, deep=True) if deep else []
            elif entry.suffix.lower() in PHOTO_SUFFIXES:
                found.append(entry)
    except OSError as error:
        raise SourceError(f"{folder}: cannot be listed: {error.strerror or error}") from error
    return sorted(found, key=lambda path: [_natural(part) for part in path.parts])


def named_time(name: str, timezone: tzinfo = DISTRICT_ZONE) -> datetime | None:
    """The time that a file name holds, UTC; None where it holds none.

    Examples:
        >>> named_time("gate-1_20261124T120000.jpg").isoformat()
        '2026-11-24T04:00:00+00:00'
        >>> named_time("20261124T120000.250Z.jpg").isoformat()
        '2026-11-24T12:00:00.250000+00:00'
    """
    match = _NAMED_TIME.search(name)
    if match is None:
        return None
    *parts, fraction, utc = match.groups()
    year, month, day, hour, minute, second = (int(part) for part in parts)
    micro = int((fraction or "0").ljust(6, "0"))
    try:
        local = datetime(year, month, day, hour, minute, second, micro, UTC if utc else timezone)
    except ValueError:
        return None  # digits that are no time
    return local.astimezone(UTC)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key in which numbers count as numbers."""
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p.casefold()) for p in re.split(r"(\d+)", text) if p]


def _exif_time(file: Path, timezone: tzinfo) -> datetime | None:
    try:
        with Image.open(file) as photo:
            return photo_time(photo, timezone)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _rising(times: Sequence[datetime | None]) -> list[datetime] | None:
    """The times where every file has one and each is later than the one before."""
    known = [captured for captured in times if captured is not None]
    if len(known) < len(times) or any(b <= a for a, b in pairwise(known)):
        return None
    return known
