"""Disk budget: files that may be lost give way, oldest first, before the disk has no room for evidence."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DiskBudget:
    """How much room files that can be done without may take.

    Evidence, outboxes and checkpoints never lie in a folder that is trimmed.

    Attributes:
        most_bytes: that they take together.
        least_free: bytes that stay free on their disk, as far as deleting them helps.
    """

    most_bytes: int = 4 * 1024**3
    least_free: int = 2_000_000_000

    def trim(self, folder: Path) -> int:
        """Delete the oldest files below a folder, whatever camera they are of, until the budget is kept.

        Returns:
            How many were deleted; where one cannot be, the log says so and the others wait for the next time.
        """
        deleted = 0
        try:
            files = sorted((status.st_mtime, path, status.st_size) for path, status in _below(folder))
            taken, free = sum(size for _, _, size in files), shutil.disk_usage(folder).free
            for _, path, size in files:
                if taken <= self.most_bytes and free >= self.least_free:
                    break
                path.unlink(missing_ok=True)
                taken, free, deleted = taken - size, free + size, deleted + 1
        except FileNotFoundError:
            return deleted  # no folder yet
        except OSError as error:
            _log.warning("no room can be made", folder=str(folder), reason=error.strerror or str(error))
        if deleted:
            _log.info("deleted what is oldest to make room", folder=str(folder), files=deleted)
        return deleted


def _below(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """All files below a folder; those that others delete meanwhile are left out."""
    found = []
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            found.append((path, status))
    return found
