"""The outbox: violations waiting to be delivered, on disk, so that none is lost.

A violation and its evidence are a folder named by the violation's id. It is written under another name, synced, and
renamed: after a power cut it is there whole or not at all. One whose films are still being made is held back; after a
crash it goes out without them.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog

from detector.violations import Violation

_log = structlog.get_logger(__name__)
_DOCUMENT = "violation.json"


class OutboxError(OSError):
    """The outbox cannot take a violation; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One violation that waits.

    Attributes:
        violation: what is to be delivered.
        folder: where its evidence files lie.
    """

    violation: Violation
    folder: Path


class Outbox:
    """Parcels in a folder.

    Args:
        folder: made where it is missing. Half-written parcels of an earlier life are removed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready = folder / "ready"
        self._held = folder / "held"
        self._writing = folder / "writing"
        self._refused = folder / "refused"
        if self._writing.exists():
            shutil.rmtree(self._writing)
        for part in (self._ready, self._held, self._writing, self._refused):
            part.mkdir(parents=True, exist_ok=True)
        for left in self._held.iterdir():  # an earlier life has not finished its films
            self._release(left)

    def stage(self, violation_id: UUID) -> Path:
        """A folder for the evidence of a violation that is being made."""
        path = self._writing / str(violation_id)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def discard(self, violation_id: UUID) -> None:
        """Remove a staged folder whose violation could not be made."""
        shutil.rmtree(self._writing / str(violation_id), ignore_errors=True)

    def hold(self, violation: Violation) -> Path | None:
        """Keep a staged violation to which films will be added; from now on nothing loses it.

        Returns:
            Where its films go; None where it waits for delivery already, found again after a crash.

        Raises:
            OutboxError: it could not be written.
        """
        staged = self._writing / str(violation.id)
        try:
            _write(staged, violation)
            if (self._ready / staged.name).exists() or (self._held / staged.name).exists():
                shutil.rmtree(staged)
                return None
            staged.rename(self._held / staged.name)
            sync_folder(self._held)
        except OSError as error:
            raise OutboxError(f"{staged}: violation cannot be kept: {error.strerror or error}") from error
        return self._held / staged.name

    def commit(self, violation: Violation) -> None:
        """Put a staged or held violation among those to be delivered.

        Raises:
            OutboxError: it could not be written.
        """
        held = self._held / str(violation.id)
        folder = held if held.exists() else self._writing / held.name
        try:
            _write(folder, violation)
            self._release(folder)
        except OSError as error:
            raise OutboxError(f"{folder}: violation cannot be kept: {error.strerror or error}") from error

    def _release(self, folder: Path) -> None:
        if (self._ready / folder.name).exists():  # found again after a crash, before it was delivered
            shutil.rmtree(folder)
            return
        folder.rename(self._ready / folder.name)
        sync_folder(self._ready)

    def __len__(self) -> int:
        return sum(1 for part in (self._ready, self._held) for _ in part.iterdir())

    def pending(self) -> Iterator[Parcel]:
        """What waits, oldest first (the ids are UUIDv7: they sort by time).

        A parcel that cannot be read or lacks a file is set aside: it must not hold up those behind it.
        """
        for folder in sorted(self._ready.iterdir()):
            try:
                document = (folder / _DOCUMENT).read_text(encoding="utf-8")
                violation = Violation.model_validate_json(document)
                missing = [e.file for e in violation.evidence if not (folder / e.file).is_file()]
                if missing:
                    raise FileNotFoundError(f"{', '.join(missing)} missing")
            except (OSError, ValueError) as error:
                self.refuse(folder, f"cannot be read: {error}")
                continue
            yield Parcel(violation, folder)

    def delivered(self, parcel: Parcel) -> None:
        """The other side has it for good: forget it."""
        # Moved away at one stroke first: killed in between, what is left is never taken for a parcel.
        gone = self._writing / f"{parcel.folder.name}.delivered"
        parcel.folder.rename(gone)
        shutil.rmtree(gone)

    def refuse(self, folder: Path, reason: str) -> None:
        """Set a parcel aside that the other side will never take; it is kept for people to look at."""
        target = self._refused / folder.name
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
        _log.error("violation refused", folder=str(target), reason=reason)
        if target.is_dir():
            (target / "reason.json").write_text(json.dumps({"reason": reason}), encoding="utf-8")


def _write(folder: Path, violation: Violation) -> None:
    """Write what is known of a violation; what was known before is replaced at one stroke."""
    document = folder / _DOCUMENT
    fresh = document.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(violation.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(document)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
