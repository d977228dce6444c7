"""How long a page of 50 cases out of many takes, over the real HTTP route of the real app.

``python -m benchmarks.cases [--cases 1000000] [--database postgresql]`` prints the figures as JSON.
"""

import asyncio
import json
import logging
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
import typer
import uuid_utils.compat
from psycopg import AsyncConnection, sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.ingest import Store, some_database
from detector.violations import ViolationKind
from service import logs
from service.app import create_app
from service.bootstrap import prepare
from service.cases.models import CaseNumberRow, CaseRow
from service.cases.numbers import number_of
from service.cases.transitions import CaseStatus
from service.database import Base, Database
from service.settings import Settings
from service.violations.models import ViolationRow

CASES = 100_000
PAGE = 50
TURNS = 40
_CHUNK = 5000
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_STATES = [CaseStatus.PENDING] * 2 + [CaseStatus.FILED] + [CaseStatus.DISMISSED] * 3 + [CaseStatus.CLOSED] * 4
_KINDS = list(ViolationKind)

QUERIES: dict[str, list[tuple[str, str]]] = {
    "newest": [],
    "pending, oldest first": [("status", "pending"), ("order", "oldest")],
    "pending of one kind": [("status", "pending"), ("kind", "garbage")],
    "two states of one camera": [("status", "filed"), ("status", "closed"), ("camera_id", "gate-7")],
    "one unit": [("unit_id", str(UUID(int=3)))],
    "one week": [("since", "2026-06-01T00:00:00Z"), ("until", "2026-06-08T00:00:00Z")],
    "part of a number": [("q", "00042")],
    "a number": [("q", "JJ-20260601-00042")],
    "the start of a number": [("q", "JJ-20260601-000")],
    "a day": [("q", "20260601")],
    "two digits": [("q", "42")],
    "the end of a number": [("q", "-00042")],
}


def main(
    cases: Annotated[int, typer.Option(help="How many cases there are.")] = CASES,
    database: Annotated[Store, typer.Option(help="Where they lie.")] = "sqlite",
) -> None:
    """Print milliseconds of each query: median and worst of some turns, with first pages and pages far in."""
    logs.configure(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, some_database(database) as url:
        settings = Settings.model_validate(
            {
                "data": Path(folder) / "data", "environment": "test", "database_url": url, "min_free_bytes": 0,
                "password_memory_kib": 8, "password_passes": 1,
            }
        )  # fmt: skip
        figures = asyncio.run(_measure(settings, cases))
    json.dump({name: round(value, 1) for name, value in figures.items()}, sys.stdout, indent=2)
    sys.stdout.write("\n")


async def _measure(settings: Settings, count: int) -> dict[str, float]:
    password = await prepare(settings)
    started, spent = time.perf_counter(), time.process_time()
    await fill(settings, count)
    app = create_app(settings)
    figures = {"filled in s": time.perf_counter() - started, "filled in CPU s": time.process_time() - spent}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://office/api/v1") as client:
            answer = await client.post("/session", json={"username": "admin", "password": password})
            answer.raise_for_status()
            for name, query in QUERIES.items():
                times = await _time(client, query)
                figures[f"{name} median ms"] = statistics.median(times)
                figures[f"{name} worst ms"] = max(times)
    figures["worst median ms"] = max(value for name, value in figures.items() if name.endswith("median ms"))
    return figures


async def _time(client: httpx.AsyncClient, query: list[tuple[str, str]]) -> list[float]:
    times = []
    cursor: str | None = None
    for turn in range(TURNS + 3):
        # Follow the pages, so that not only the first is timed; begin again at the end of the list.
        parameters: list[tuple[str, str | int | float | bool | None]] = [*query, ("limit", PAGE)]
        if cursor is not None:
            parameters.append(("cursor", cursor))
        started = time.perf_counter()
        answer = await client.get("/cases", params=parameters)
        taken = (time.perf_counter() - started) * 1000
        answer.raise_for_status()
        cursor = answer.json()["next_cursor"]
        if turn >= 3:  # the first turns warm caches up
            times.append(taken)
    return times


async def fill(settings: Settings, count: int = CASES) -> None:
    """Write the cases, the same ones every time but for their identifiers."""
    chance = random.Random(20261124)  # noqa: S311 (the same cases every time, no secret)
    database = Database(settings.database)
    days: Counter[str] = Counter()
    for start in range(0, count, _CHUNK):
        violations, cases = [], []
        for _ in range(start, min(count, start + _CHUNK)):
            violation, case = _case(chance, days)
            violations.append(violation)
            cases.append(case)
        async with database.transaction() as session:
            await _insert(session, ViolationRow, violations)
            await _insert(session, CaseRow, cases)
    async with database.transaction() as session:
        session.add_all(CaseNumberRow(day=day, last=last) for day, last in days.items())
    async with database.engine.connect() as connection:  # what a server does by itself sooner or later
        command = "ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text(command))
    await database.close()


def _case(chance: random.Random, days: Counter[str]) -> tuple[dict[str, object], dict[str, object]]:
    """The columns of a violation and of its case, which gets the next number of its day."""
    violation_id = uuid_utils.compat.uuid7()
    kind, status = chance.choice(_KINDS), chance.choice(_STATES)
    occurred_at = _FIRST + timedelta(seconds=chance.randrange(300 * 86_400))
    camera = chance.randrange(50)
    day = f"{occurred_at:%Y%m%d}"
    days[day] += 1
    violation: dict[str, object] = {
        "id": violation_id, "kind": kind.value, "document": "{}", "delivered_by": "bench", "delivered_at": occurred_at,
    }  # fmt: skip
    case: dict[str, object] = {
        "id": uuid_utils.compat.uuid7(),
        "number": number_of(day, days[day]),
        "version": 1,
        "status": status.value,
        "kind": kind.value,
        "violation_id": violation_id,
        "camera_id": f"gate-{camera}",
        "camera_name": f"{camera} 号路口",
        "zone": "road",
        "confidence": chance.random(),
        "suspected": False,
        "count": 1,
        "occurred_at": occurred_at,
        "created_at": occurred_at,
        "longitude": 117.2,
        "latitude": 39.1,
        "thumbnail_id": uuid_utils.compat.uuid7(),
        "unit_id": UUID(int=camera % 7) if status is CaseStatus.CLOSED else None,
        "grade": "ordinary",
        "overdue": False,
        "returns": 0,
        "reworks": 0,
    }
    return violation, case


async def _insert(session: AsyncSession, table: type[Base], rows: list[dict[str, object]]) -> None:
    """Add rows: by COPY to PostgreSQL, which takes them ten times as fast."""
    columns = list(rows[0])
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
        values = [tuple(_for_sqlite(value) for value in row.values()) for row in rows]
        statement = f"INSERT INTO {table.__tablename__} ({names}) VALUES ({marks})"  # noqa: S608 (names of our own)
        await connection.exec_driver_sql(statement, values)
        return
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, AsyncConnection)
    listed = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.__tablename__), listed)
    async with driver.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            await copy.write_row(tuple(row.values()))


def _for_sqlite(value: object) -> object:
    """A value as the columns of SQLite keep it."""
    if isinstance(value, UUID):
        return value.hex
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value


if __name__ == "__main__":
    typer.run(main)
