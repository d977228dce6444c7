"""After a crash: uploads that were under way are removed, and with them stored files that nobody refers to."""

import asyncio
from pathlib import Path
from uuid import UUID

import structlog

from service.database import Base
from service.evidence.models import EvidenceRow
from service.evidence.store import Shelf, key_of
from service.office import Office
from service.photos.models import PhotoRow

log = structlog.get_logger(__name__)

_SHELVES: tuple[tuple[Shelf, type[EvidenceRow] | type[PhotoRow]], ...] = (
    ("evidence", EvidenceRow),
    ("photos", PhotoRow),
)


async def recover(office: Office) -> int:
    """Clean up what a crash left in the folder ``incoming``; answers how many uploads were found there.

    A file there has the identifier that its stored copy has. Where the record holds that identifier, the upload was
    complete and only the waiting copy goes; else the stored copy, if there is one, goes too.
    """
    folder = office.settings.incoming
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(folder.iterdir())
    for path in found:
        await _settle(office, path)
    if found:
        log.warning("removed uploads that were cut off", count=len(found))
    return len(found)


async def _settle(office: Office, path: Path) -> None:
    try:
        file_id = UUID(path.name)
    except ValueError:
        log.warning("left alone a file that is no upload", path=str(path))
        return
    for shelf, table in _SHELVES:
        async with office.database.reading() as session:
            row: Base | None = await session.get(table, file_id)
        if row is None:
            await office.files.delete(key_of(shelf, file_id))
    await asyncio.to_thread(path.unlink, missing_ok=True)
