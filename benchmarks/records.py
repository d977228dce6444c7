"""How long the record takes: figures over 100,000 cases, ledgers of them, the check of the audit chain.

``python -m benchmarks.records [--cases 100000]`` prints the figures as JSON: seconds, CPU seconds, which other programs
hardly change, and how far the process's peak memory grew meanwhile.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import update

from benchmarks.cases import CASES, fill
from service.audit.verification import Verification
from service.audit.verify_chain import verify_chain
from service.audit.workflow import SYSTEM, record
from service.bootstrap import prepare
from service.cases.models import CaseRow
from service.cases.places import cell_of
from service.cases.transitions import CaseStatus
from service.figures.counting import FigureFilter, sums_by_kind
from service.figures.schemas import Bucket
from service.figures.spans import steps
from service.figures.trends import heat_map, trend
from service.ledgers.lists import Ledger
from service.ledgers.rows import LedgerFilter
from service.ledgers.workflow import write_ledger
from service.office import Office
from service.packages.workflow import COMMAND_LINE
from service.settings import Settings
from service.spreadsheets import Format

YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
AUDIT_ROWS = 10_000


async def _measure(folder: Path, cases: int) -> dict[str, float]:
    settings = Settings(
        data=folder / "data", environment="test", min_free_bytes=0, password_memory_kib=8, password_passes=1
    )
    await prepare(settings)
    await fill(settings, cases)
    office = Office.open(settings)
    async with office.database.transaction() as session:
        placed = {"status": CaseStatus.CLOSED, "cell": cell_of(117.2, 39.1), "closed_at": CaseRow.occurred_at}
        await session.execute(update(CaseRow).values(**placed))
    figures: dict[str, float] = {"cases": cases}

    async def timed(name: str, work: Awaitable[object]) -> None:
        before, started, cpu = _peak_mib(), time.perf_counter(), time.process_time()
        await work
        figures[f"{name} s"] = round(time.perf_counter() - started, 2)
        figures[f"{name} CPU s"] = round(time.process_time() - cpu, 2)
        figures[f"{name} memory MiB"] = round(_peak_mib() - before, 1)
        sys.stderr.write(f"{name} done\n")

    wanted = FigureFilter(*YEAR)
    async with office.database.reading() as session:
        await timed("figures by kind", sums_by_kind(session, COMMAND_LINE, wanted))
        days = steps(*YEAR, Bucket.DAY, settings.zone)
        await timed("trend of a year by day", trend(session, COMMAND_LINE, wanted, days))
        await timed("heat map of a year", heat_map(session, COMMAND_LINE, wanted, 1000, None))
    formats: tuple[Format, ...] = ("csv", "xlsx")
    for file_format in formats:
        path = folder / f"ledger.{file_format}"
        with path.open("wb") as file:
            writing = write_ledger(office, COMMAND_LINE, Ledger.PROBLEMS, LedgerFilter(), file, file_format, "zh")
            await timed(f"ledger as {file_format}", writing)
        figures[f"ledger as {file_format} MiB"] = round(path.stat().st_size / 2**20, 1)
    async with office.database.transaction() as session:
        for number in range(AUDIT_ROWS):
            await record(session, SYSTEM, "something", "thing", str(number))
    found = Verification()
    await timed(f"check of {AUDIT_ROWS} audit rows", verify_chain(office.database, {}, found))
    if found.faults or found.rows < AUDIT_ROWS:
        raise RuntimeError(f"{found.rows} of {AUDIT_ROWS} rows were checked: {found.faults[:3]}")
    await office.database.close()
    return figures


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(cases: Annotated[int, typer.Option(help="How many cases there are.")] = CASES) -> None:
    """Print the figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        json.dump(asyncio.run(_measure(Path(folder), cases)), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    typer.run(main)
