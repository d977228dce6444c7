"""Writing reviewed cases as photos and labels in YOLO's form, for ``python -m datasets`` and ``train.py --extra``."""

import getpass
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from datasets.classes import CLASSES
from datasets.labels import Labels
from datasets.reviewed import RefutedBox, ReviewedManifest, ReviewedPhoto
from datasets.street_folder import StreetFolder
from service import clock
from service.audit.workflow import SYSTEM, record
from service.bootstrap import check_schema
from service.cases.transitions import DismissalReason
from service.database import Database
from service.evidence.models import EvidenceRow
from service.evidence.store import FileStore, open_store
from service.settings import Settings
from service.training.pictures import Picture, select_pictures
from service.training.verdicts import SeenBox

_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

REMINDER = (
    "These are untouched pictures of people and places, with the place and time that cameras write into photos. "
    "Use them for training only, keep them as safe as the office's data, and delete them afterwards."
)


@dataclass(slots=True)
class Exported:
    """What was written, what was left out for which reason, and what is wrong with stored files."""

    photos: int = 0
    positives: int = 0
    negatives: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


async def export_training(
    settings: Settings,
    out: Path,
    since: datetime,
    until: datetime | None = None,
    refuting: frozenset[DismissalReason] = frozenset({DismissalReason.WRONG_OBJECT}),
) -> Exported:
    """Write the originals of cases that were decided in a period, with labels, into a new folder.

    The audit names the cases before the first file is written: it may say more than was written, never less.

    Args:
        settings: of the office.
        out: the folder, absolute, so that the audit says where it was; it must hold no photos yet.
        since: decisions at this time or later.
        until: decisions before this time; up to now where none is given.
        refuting: the dismissal reasons that mean that the object is not there. ``not_an_offence`` usually means that
            it is there and may be: such a picture would teach that a person is none.

    Raises:
        CollectionError: the folder holds photos already.
        SchemaError: the office's data is not there, or of another version.
        OSError: the folder cannot be written.
    """
    database = Database(settings.database)
    try:
        await check_schema(database)
        folder = StreetFolder(out)
        async with database.reading() as session:
            selection = await select_pictures(session, since, until or clock.now(), refuting)
        details = {
            "user": _user(),
            "folder": str(out),
            "since": since.isoformat(),
            "until": until and until.isoformat(),
            "refuting": sorted(refuting),
            "cases": [number for picture in selection.pictures for number in picture.cases],
        }
        async with database.transaction() as session:
            await record(session, SYSTEM, "export", "training", clock.now().date().isoformat(), details=details)
        exported = Exported(left_out=selection.left_out)
        manifest = ReviewedManifest(photos=[])
        files = open_store(settings)
        for picture in selection.pictures:
            await _write(files, folder, picture, manifest, exported)
        folder.finish()
        manifest.write(out)
        return exported
    finally:
        await database.close()


async def _write(
    files: FileStore, folder: StreetFolder, picture: Picture, manifest: ReviewedManifest, exported: Exported
) -> None:
    number = picture.cases[0]
    try:
        content, suffix = await _original(files, picture.original)
    except ValueError as error:
        exported.faults.append(f"case {number}: {error}")
        return
    name = f"reviewed-{number}.{suffix}"
    folder.write(content, "train", name, _labels(picture.shown))
    refuted = [RefutedBox(name=seen.object_class, box=seen.box) for seen in picture.refuted]
    manifest.photos.append(ReviewedPhoto(file=name, cases=list(picture.cases), refuted=refuted))
    exported.photos += 1
    exported.positives += len(picture.shown)
    exported.negatives += not picture.shown


async def _original(files: FileStore, row: EvidenceRow) -> tuple[bytes, str]:
    """The bytes of an original and the suffix of its file; HEIC, which training cannot read, as PNG.

    Raises:
        ValueError: the file is missing, was altered, or is no picture.
    """
    try:
        content, _ = await files.read(row.key)
    except FileNotFoundError as error:
        raise ValueError(f"the original {row.file} is missing") from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ValueError(f"the original {row.file} was altered; run: streetwarden verify --all")
    register_heif_opener()
    try:
        with Image.open(io.BytesIO(content)) as photo:
            photo.load()
            suffix = _SUFFIXES.get(row.media_type)
            if suffix is not None:
                return content, suffix
            lossless = io.BytesIO()
            ImageOps.exif_transpose(photo).convert("RGB").save(lossless, "PNG")
            return lossless.getvalue(), "png"
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"the original {row.file} is not a picture that can be read") from error


def _labels(shown: Sequence[SeenBox]) -> Labels:
    if not shown:
        return Labels.empty()
    class_id = np.array([CLASSES.index(seen.object_class) for seen in shown], np.int64)
    return Labels.from_corners(class_id, np.array([seen.box for seen in shown], np.float64)).clipped()


def _user() -> str:
    """Who runs the command, as the machine knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container, the user's number may have no name
        return "unknown"
