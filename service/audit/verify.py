"""Checking that nothing was altered: the audit chain row by row, and each evidence file against its hash."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.chain import GENESIS, row_hash
from service.audit.models import AuditHeadRow, AuditRow
from service.cases.models import CaseRow
from service.database import Database
from service.evidence.models import EvidenceRow
from service.evidence.store import FileStore, open_store
from service.photos.models import PhotoRow
from service.settings import Settings

_PAGE = 1000


@dataclass(slots=True)
class Verification:
    """What was checked, and every fault that was found, one line each. No faults: nothing was altered."""

    rows: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether no fault was found."""
        return not self.faults


async def verify(settings: Settings, case: str | None) -> list[str]:
    """Check one case, or everything where none is named; answers the faults, one line each.

    Raises:
        LookupError: where there is no such case.
    """
    database = Database(settings.database)
    try:
        files = open_store(settings)
        found = await (verify_all(database, files) if case is None else verify_case(database, files, case))
        return found.faults
    finally:
        await database.close()


async def verify_all(database: Database, files: FileStore) -> Verification:
    """Check the whole audit chain and every stored file."""
    found = Verification()
    await _verify_chain(database, found)
    await _verify_files(database, files, found, None)
    async with database.reading() as session:
        photos = (await session.execute(select(PhotoRow.id, PhotoRow.key, PhotoRow.sha256))).all()
    for photo in photos:
        await _verify_file(files, found, f"photo {photo.id}", photo.key, photo.sha256)
    return found


async def verify_case(database: Database, files: FileStore, case: str) -> Verification:
    """Check the whole audit chain, and the files of one case.

    Args:
        database: the database.
        files: where evidence lies.
        case: number or identifier of the case.

    Raises:
        LookupError: where there is no such case.
    """
    async with database.reading() as session:
        row = await _find_case(session, case)
    if row is None:
        raise LookupError(f"there is no case {case}")
    found = Verification()
    await _verify_chain(database, found)
    await _verify_files(database, files, found, row.violation_id)
    return found


async def _find_case(session: AsyncSession, case: str) -> CaseRow | None:
    row = await session.scalar(select(CaseRow).where(CaseRow.number == case))
    if row is not None:
        return row
    try:
        case_id = UUID(case)
    except ValueError:
        return None
    return await session.get(CaseRow, case_id)


async def _verify_chain(database: Database, found: Verification) -> None:
    sequence, previous = 0, GENESIS
    async for row in _rows(database):
        found.rows += 1
        name = f"audit row {row.sequence} ({row.action} {row.subject_type} {row.subject_id})"
        if row.sequence != sequence + 1:
            found.faults.append(f"audit rows {sequence + 1} to {row.sequence - 1} are missing")
        elif row.previous_hash != previous:
            found.faults.append(f"{name} does not follow from the row before it")
        if row_hash(row) != row.hash:
            found.faults.append(f"{name} was altered")
        sequence, previous = row.sequence, row.hash
    async with database.reading() as session:
        head = await session.get(AuditHeadRow, 1)
    if head is not None and (head.sequence, head.hash) != (sequence, previous):
        if head.sequence > sequence:
            found.faults.append(f"audit rows {sequence + 1} to {head.sequence} are missing at the end")
        else:
            found.faults.append(f"the audit ends at row {sequence}, not where its head says ({head.sequence})")
    elif head is None and sequence:
        found.faults.append("the audit has lost its head")


async def _rows(database: Database) -> AsyncIterator[AuditRow]:
    after = 0
    async with database.reading() as session:
        while True:
            query = select(AuditRow).where(AuditRow.sequence > after).order_by(AuditRow.sequence).limit(_PAGE)
            rows = list(await session.scalars(query))
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return
            after = rows[-1].sequence
            session.expunge_all()


async def _verify_files(database: Database, files: FileStore, found: Verification, violation_id: UUID | None) -> None:
    query = select(EvidenceRow, CaseRow.number).join(CaseRow, CaseRow.violation_id == EvidenceRow.violation_id)
    if violation_id is not None:
        query = query.where(EvidenceRow.violation_id == violation_id)
    async with database.reading() as session:
        rows = (await session.execute(query.order_by(CaseRow.number, EvidenceRow.position))).all()
    for row, number in rows:
        await _verify_file(files, found, f"case {number}: evidence {row.file} ({row.id})", row.key, row.sha256)


async def _verify_file(files: FileStore, found: Verification, name: str, key: str, sha256: str) -> None:
    found.files += 1
    digest = hashlib.sha256()
    try:
        facts = await files.facts(key)
        async for chunk in files.stream(key, 0, facts.size):
            digest.update(chunk)
    except FileNotFoundError:
        found.faults.append(f"{name} is missing")
        return
    if digest.hexdigest() != sha256:
        found.faults.append(f"{name} was altered: SHA-256 {digest.hexdigest()}, not {sha256}")
