"""Deleting what is due: first the record says so, then the file goes.

A crash in between leaves a file that the record calls deleted: the next run removes it. Never the other way round.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.verify_record import RETENTION
from service.audit.workflow import Actor, record
from service.bootstrap import check_schema
from service.cases.models import CaseRow
from service.database import Database
from service.evidence.models import EvidenceRow
from service.evidence.store import FileStore, open_store
from service.photos.models import PhotoRow
from service.retention.models import HoldRow
from service.retention.plan import Due, due_of
from service.retention.rules import Rule
from service.settings import Settings

COMMAND_LINE = Actor(None, "command line")
ACTION, SUBJECT = "delete", RETENTION
"""How the audit tells of deleted files: one row for each case or photo, by its identifier."""
_AGAIN = timedelta(days=30)


@dataclass(slots=True)
class RuleTotal:
    """What one rule lets go."""

    subjects: int = 0
    files: int = 0
    size: int = 0

    def add(self, due: Due) -> None:
        """Count one case or photo."""
        self.subjects += 1
        self.files += len(due.files)
        self.size += sum(file.size for file in due.files)


@dataclass(slots=True)
class Retained:
    """What a run found, by rule; ``deleted`` says whether it deleted that."""

    deleted: bool
    totals: dict[Rule, RuleTotal] = field(default_factory=lambda: {rule: RuleTotal() for rule in Rule})


async def dry_run(database: Database, now: datetime) -> Retained:
    """What a run would delete; nothing changes."""
    found = Retained(deleted=False)
    async for due in due_of(database, now):
        found.totals[due.rule].add(due)
    return found


async def delete_due(database: Database, files: FileStore, actor: Actor, now: datetime) -> Retained:
    """Delete everything that is due. The audit tells of each case and photo what went, under which rule."""
    await _finish(database, files, now)
    found = Retained(deleted=True)
    async for due in due_of(database, now):
        async with database.transaction() as session:
            if not await _mark(session, actor, due, now):
                continue
        for file in due.files:
            await files.delete(file.key)
        found.totals[due.rule].add(due)
    return found


async def run_retention(settings: Settings, *, apply: bool) -> Retained:
    """A run from the command line: a dry one unless ``apply`` says otherwise.

    Raises:
        SchemaError: where the database was not prepared.
    """
    database = Database(settings.database)
    try:
        await check_schema(database)
        now = clock.now()
        if not apply:
            return await dry_run(database, now)
        return await delete_due(database, open_store(settings), COMMAND_LINE, now)
    finally:
        await database.close()


async def _mark(session: AsyncSession, actor: Actor, due: Due, now: datetime) -> bool:
    """Say in the record that the files are gone; answers whether they may go: a hold may have come meanwhile."""
    ids = [file.id for file in due.files]
    if due.rule is Rule.LOOSE_PHOTOS:
        await session.execute(update(PhotoRow).where(PhotoRow.id.in_(ids)).values(deleted_at=now))
    else:
        case = await session.get_one(CaseRow, due.subject_id, with_for_update=True)
        owners = [case.id] if case.merged_into_id is None else [case.id, case.merged_into_id]
        held = select(HoldRow.id).where(HoldRow.case_id.in_(owners), HoldRow.released_at.is_(None)).limit(1)
        if await session.scalar(held) is not None:
            return False
        await session.execute(update(EvidenceRow).where(EvidenceRow.id.in_(ids)).values(deleted_at=now))
    gone = [{"id": str(file.id), "role": file.role, "sha256": file.sha256, "size": file.size} for file in due.files]
    details = {"rule": due.rule, "number": due.number, "deleted": gone}
    await record(session, actor, ACTION, SUBJECT, str(due.subject_id), details=details)
    return True


async def _finish(database: Database, files: FileStore, now: datetime) -> None:
    """Remove what a run that was cut off left."""
    for table in (EvidenceRow, PhotoRow):
        async with database.reading() as session:
            keys = list(await session.scalars(select(table.key).where(table.deleted_at > now - _AGAIN)))
        for key in keys:
            await files.delete(key)
