"""Giving out ledgers: pages to look at, and whole ones as files."""

import asyncio
import tempfile
from typing import IO

from service.audit.workflow import Actor, record
from service.evidence.room import ensure_room, room_or_507
from service.ledgers.columns import Language, columns_of
from service.ledgers.lists import LEDGERS, Ledger
from service.ledgers.rows import LedgerFilter, all_rows, ledger_query, read_rows
from service.ledgers.schemas import LedgerLine, LedgerName, LedgerNames, LedgerPage
from service.office import Office
from service.paging import decode_time_cursor, encode_cursor
from service.security import Principal
from service.spreadsheets import Format, open_sheet

NAMES = LedgerNames(
    items=[
        LedgerName(code=code, chinese=entry.chinese, english=entry.english, about=entry.about)
        for code, entry in LEDGERS.items()
    ]
)


async def list_ledger(
    office: Office, asker: Principal, ledger: Ledger, wanted: LedgerFilter, limit: int, cursor: str | None
) -> LedgerPage:
    """One page of a ledger."""
    after = None if cursor is None else decode_time_cursor(cursor)
    async with office.database.reading() as session:
        query = await ledger_query(session, asker, ledger, wanted)
        rows = await read_rows(session, query, limit + 1, after)
    last = rows[limit - 1] if len(rows) > limit else None
    return LedgerPage(
        items=[LedgerLine.model_validate(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.occurred_at.isoformat(), str(last.id)) if last is not None else None,
    )


async def export_ledger(
    office: Office, asker: Principal, ledger: Ledger, wanted: LedgerFilter, file_format: Format, language: Language
) -> IO[bytes]:
    """A whole ledger as a nameless file that stands at its beginning. The audit tells who had it.

    Raises:
        ProblemError: 507 where there is no room.
    """
    await ensure_room(office)
    async with room_or_507(office):
        file = tempfile.TemporaryFile(dir=office.settings.incoming)  # noqa: SIM115 (the answer closes it)
        try:
            rows = await write_ledger(office, asker, ledger, wanted, file, file_format, language)
            async with office.database.transaction() as session:
                told = {name: str(value) for name in wanted.__slots__ if (value := getattr(wanted, name)) is not None}
                details = {"rows": rows, "format": file_format, "filter": told}
                await record(session, Actor.of(asker), "export", "ledger", ledger, details=details)
            file.seek(0)
        except BaseException:
            file.close()
            raise
    return file


async def write_ledger(
    office: Office,
    asker: Principal,
    ledger: Ledger,
    wanted: LedgerFilter,
    target: IO[bytes],
    file_format: Format,
    language: Language,
) -> int:
    """Write a ledger into an open file; answers how many rows it has."""
    entry, columns, zone = LEDGERS[ledger], columns_of(ledger), office.settings.zone
    name = entry.chinese if language == "zh" else entry.english
    titles = [column.title(language) for column in columns]
    sheet = await asyncio.to_thread(open_sheet, target, file_format, name, titles, zone, office.settings.incoming)
    count = 0
    try:
        async for rows in all_rows(office.database, asker, ledger, wanted):
            cells = [[column.cell(row, language) for column in columns] for row in rows]
            await asyncio.to_thread(sheet.add, cells)
            count += len(rows)
    finally:
        await asyncio.to_thread(sheet.close)
    return count
