"""Room on the disk: uploads are refused before it runs out, and a disk that does run out leaves nothing half-done."""

import contextlib
import shutil
from collections.abc import AsyncIterator

import structlog
from sqlalchemy.exc import OperationalError

from service.errors import disk_full
from service.office import Office
from service.system.alerts import raise_alert
from service.system.schemas import Disk
from service.uploads import NO_ROOM

log = structlog.get_logger(__name__)

ALERT = "disk_full"
REFUSED = "The disk is full: nothing was stored. Keep what you have and try again later."


def disk(office: Office) -> Disk:
    """Free space where the data lie."""
    free = shutil.disk_usage(office.settings.data).free
    return Disk(free_bytes=free, low=free < office.settings.min_free_bytes)


async def ensure_room(office: Office) -> None:
    """Refuse an upload while free space is below the threshold.

    Raises:
        ProblemError: 507.
    """
    if disk(office).low:
        await note_full_disk(office)
        raise disk_full(REFUSED)


@contextlib.asynccontextmanager
async def room_or_507(office: Office) -> AsyncIterator[None]:
    """Turn a full disk, wherever the block meets it, into a 507 and an alert."""
    try:
        yield
    except (OSError, OperationalError) as error:
        if not is_full_disk(error):
            raise
        log.warning("disk is full", error=str(error))
        await note_full_disk(office)
        raise disk_full(REFUSED) from error


def is_full_disk(error: OSError | OperationalError) -> bool:
    """Whether an error says that there is no room."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return "disk is full" in str(error.orig) or "No space left" in str(error.orig)


async def note_full_disk(office: Office) -> None:
    """Raise the alert; a database that itself has no room is left alone, as the state of the disk shows anyway."""
    free = shutil.disk_usage(office.settings.data).free
    message = f"The disk is full: {free // 1_000_000} MB free. Uploads and violations are refused until there is room."
    try:
        await raise_alert(office.database, ALERT, "critical", message)
    except OperationalError as error:
        log.warning("cannot store the alert about the full disk", error=str(error.orig))
