"""The archive of a year: its settled cases archived (归档), each as a signed package, with the ledger of them all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.bootstrap import check_schema
from service.cases.decisions import decide
from service.cases.models import CaseRow
from service.cases.sight import seen_by
from service.cases.steps import Step
from service.cases.transitions import SETTLED, CaseAction, CaseStatus
from service.figures.counting import count_if, within
from service.ledgers.lists import Ledger
from service.ledgers.rows import LedgerFilter
from service.ledgers.workflow import write_ledger
from service.office import Office
from service.packages.workflow import COMMAND_LINE, write_case
from service.packages.writing import AlteredFileError
from service.retention.schemas import ArchiveYear, ArchiveYears
from service.security import Principal
from service.settings import Settings

_PAGE = 200


@dataclass(slots=True)
class ArchivedYear:
    """What an archive came to hold; ``faults`` name the cases of which no package could be made."""

    folder: Path
    archived: int = 0
    packages: int = 0
    kept: int = 0
    faults: list[str] = field(default_factory=list)


def year_span(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first midnight of a year to that of the next."""
    return datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)


async def list_years(session: AsyncSession, asker: Principal, zone: ZoneInfo) -> ArchiveYears:
    """The settled cases that the asker may see, year by year, newest first."""
    settled = (seen_by(asker), CaseRow.status.in_(sorted(SETTLED)), CaseRow.closed_at.is_not(None))
    bounds = select(func.min(CaseRow.closed_at), func.max(CaseRow.closed_at)).where(*settled)
    first, last = (await session.execute(bounds)).one()
    items = []
    if first is not None and last is not None:
        for year in range(last.astimezone(zone).year, first.astimezone(zone).year - 1, -1):
            counts = select(
                count_if(CaseRow.status == CaseStatus.CLOSED), count_if(CaseRow.status == CaseStatus.ARCHIVED)
            ).where(*settled, within(CaseRow.closed_at, *year_span(year, zone)))
            closed, archived = (await session.execute(counts)).one()
            items.append(ArchiveYear(year=year, closed=closed, archived=archived))
    return ArchiveYears(items=items)


async def archive_year(settings: Settings, year: int, folder: Path) -> ArchivedYear:
    """Archive every case that was closed in a year of the district's zone, and write packages and ledger of the year.

    It can be cut off and run again: what is there stays.

    Raises:
        KeyFileError, SchemaError, OSError: where the office cannot be used, or there is no room.
    """
    office = Office.open(settings)
    try:
        await check_schema(office.database)
        done = ArchivedYear(folder / str(year))
        await asyncio.to_thread(done.folder.mkdir, parents=True, exist_ok=True)
        async for case in _settled(office, year):
            if case.status == CaseStatus.CLOSED:
                await decide(office, COMMAND_LINE, case.id, Step(CaseAction.ARCHIVE, case.version, note=""))
                done.archived += 1
            await _package(office, case, done)
        since, until = year_span(year, settings.zone)
        wanted = LedgerFilter(closed_since=since, closed_until=until)
        with (done.folder / f"{Ledger.COMPLETIONS}.xlsx").open("wb") as file:
            await write_ledger(office, COMMAND_LINE, Ledger.COMPLETIONS, wanted, file, "xlsx", "zh")
        return done
    finally:
        await office.database.close()


async def _package(office: Office, case: CaseRow, done: ArchivedYear) -> None:
    try:
        await write_case(office, case.number, done.folder)
        done.packages += 1
    except FileExistsError:
        done.kept += 1
    except AlteredFileError as error:
        done.faults.append(f"{case.number}: {error}")


async def _settled(office: Office, year: int) -> AsyncIterator[CaseRow]:
    after: UUID | None = None
    while True:
        query = select(CaseRow).where(
            CaseRow.status.in_(sorted(SETTLED)),
            within(CaseRow.closed_at, *year_span(year, office.settings.zone)),
        )
        if after is not None:
            query = query.where(CaseRow.id > after)
        async with office.database.reading() as session:
            rows = list(await session.scalars(query.order_by(CaseRow.id).limit(_PAGE)))
        for row in rows:
            yield row
        if len(rows) < _PAGE:
            return
        after = rows[-1].id
