"""Checking that nothing was altered: the audit chain and its anchors, cases against it, and each file."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.signing import public_keys
from service.audit.verification import Verification
from service.audit.verify_chain import verify_chain
from service.audit.verify_record import verify_cases, verify_photos
from service.cases.models import CaseRow
from service.database import Database
from service.evidence.store import FileStore, open_store
from service.settings import Settings


async def verify(settings: Settings, case: str | None) -> Verification:
    """Check one case, or everything where none is named.

    Raises:
        LookupError: where there is no such case.
        KeyFileError: where a public key cannot be used.
    """
    database = Database(settings.database)
    try:
        return await verify_record(settings, database, open_store(settings), case)
    finally:
        await database.close()


async def verify_record(settings: Settings, database: Database, files: FileStore, case: str | None) -> Verification:
    """Check the whole audit chain and its anchors; of cases and files, those of one case, or all.

    Args:
        settings: where the public keys are.
        database: the database.
        files: where evidence lies.
        case: number or identifier of a case; none: everything.

    Raises:
        LookupError: where there is no such case.
        KeyFileError: where a public key cannot be used.
    """
    only = None
    if case is not None:
        async with database.reading() as session:
            row = await find_case(session, case)
        only = row.id
    found = Verification()
    await verify_chain(database, public_keys(settings.key_folder), found)
    await verify_cases(database, files, found, only)
    if only is None:
        await verify_photos(database, files, found)
    return found


async def find_case(session: AsyncSession, case: str) -> CaseRow:
    """A case by its number or its identifier.

    Raises:
        LookupError: where there is no such case.
    """
    row = await session.scalar(select(CaseRow).where(CaseRow.number == case))
    if row is not None:
        return row
    try:
        row = await session.get(CaseRow, UUID(case))
    except ValueError:
        row = None
    if row is None:
        raise LookupError(f"there is no case {case}")
    return row
