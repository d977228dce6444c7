"""Files that nobody refers to: stored for a record that then was not made, or left by a crash. They are removed.

A file has one identifier everywhere: in the folder ``incoming``, in the store and in the record. What cannot be settled
at once, because the store does not answer or because a lost connection leaves it open whether the record was made, is
noted as an empty file of that name in the folder ``leftovers`` and settled later.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from service.evidence.models import EvidenceRow
from service.evidence.placing import Waiting
from service.evidence.store import Shelf, StoreAwayError, key_of
from service.office import Office
from service.photos.models import PhotoRow
from service.uploads import ReceivedFile

log = structlog.get_logger(__name__)

_SHELVES: tuple[tuple[Shelf, type[EvidenceRow] | type[PhotoRow]], ...] = (
    ("evidence", EvidenceRow),
    ("photos", PhotoRow),
)
OPEN_SECONDS = 60.0
"""A commit whose connection was lost is over after this long, one way or the other."""


@dataclass(slots=True)
class Storing:
    """Files on their way into the record; ``kept`` is set by who has made the record of them."""

    kept: bool = False


@contextlib.asynccontextmanager
async def stored(office: Office, shelf: Shelf, files: Iterable[ReceivedFile]) -> AsyncIterator[Storing]:
    """Store files for the block, which makes the record of them; where it does not, they are removed again.

    Raises:
        StoreAwayError: where the store does not answer; nothing is kept.
        OSError: where there is no room.
    """
    keys: Mapping[UUID, tuple[str, Waiting]] = {
        file.id: (key_of(shelf, file.id), Waiting(file.path, file.content)) for file in files
    }
    storing = Storing()
    in_doubt = False
    try:
        await office.files.put_files(dict(keys.values()))
        yield storing
    except BaseException as error:
        # A store that is away would not remove them either.
        in_doubt = isinstance(error, asyncio.CancelledError | StoreAwayError) or (
            isinstance(error, DBAPIError) and not isinstance(error, IntegrityError) and not office.database.is_sqlite
        )
        raise
    finally:
        if not storing.kept:
            await _drop(office, shelf, keys, in_doubt=in_doubt)
        # Whoever received a file into the folder removes it there; one that was held in memory was written there now.
        written = [waiting.path for _, waiting in keys.values() if waiting.content is not None]
        if written:
            await office.files.let_go(written)


async def _drop(office: Office, shelf: Shelf, ids: Iterable[UUID], *, in_doubt: bool) -> None:
    for file_id in ids:
        try:
            if not in_doubt and await _is_free(office, file_id):
                await office.files.delete(key_of(shelf, file_id))
                continue
        except (StoreAwayError, SQLAlchemyError) as error:
            log.warning("a file that nobody refers to cannot be removed yet", file=str(file_id), error=str(error))
        await asyncio.to_thread((office.settings.leftovers / str(file_id)).touch)


async def _is_free(office: Office, file_id: UUID) -> bool:
    """Whether the record does not hold a file."""
    async with office.database.reading() as session:
        for _, table in _SHELVES:
            if await session.get(table, file_id) is not None:
                return False
    return True


async def recover(office: Office) -> int:
    """Settle what a crash left in the folder ``incoming``; answers how many uploads were found there.

    Where the record holds a file's identifier, the upload was complete and only the waiting copy goes; else the stored
    copy, if there is one, goes too.
    """
    for folder in (office.settings.incoming, office.settings.leftovers):
        folder.mkdir(parents=True, exist_ok=True)
    found = sorted(office.settings.incoming.iterdir())
    for path in found:
        await _settle(office, path)
    if found:
        log.warning("removed uploads that were cut off", count=len(found))
    return len(found)


async def settle_leftovers(office: Office) -> int:
    """Settle what was noted long enough ago; answers how many files are still open."""
    noted = sorted(office.settings.leftovers.iterdir())
    for path in noted:
        if time.time() - path.stat().st_mtime >= OPEN_SECONDS:
            await _settle(office, path)
    return len(sorted(office.settings.leftovers.iterdir()))


async def _settle(office: Office, path: Path) -> None:
    try:
        file_id = UUID(path.name)
    except ValueError:
        log.warning("left alone a file that is no upload", path=str(path))
        return
    try:
        if await _is_free(office, file_id):
            for shelf, _ in _SHELVES:
                await office.files.delete(key_of(shelf, file_id))
    except StoreAwayError as error:
        log.warning("a file that nobody refers to cannot be removed yet", file=str(file_id), error=str(error))
        await asyncio.to_thread((office.settings.leftovers / path.name).touch)
        if path.parent == office.settings.leftovers:
            return
    await asyncio.to_thread(path.unlink, missing_ok=True)
