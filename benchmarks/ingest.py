"""How many violations a second one office process takes in: ``python -m benchmarks.ingest``.

The office is the real server in a process of its own, on a real PostgreSQL (or SQLite) that syncs every commit. The
client sends at a fixed rate over some connections, each violation with its evidence, and asks the record at the end.
The figures say how long answers took, what is in the record, and how much processor time each process used (user and
system, after some requests that do not count): on a machine that others use too, the last says more than the first.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import psutil
import typer
import uuid_utils.compat
from sqlalchemy import func, select

from benchmarks.parcels import Template, real_template, small_template
from detector.scene import SceneSettings
from service import clock
from service.api_keys.workflow import issue_engine_key
from service.audit.verify import verify
from service.bootstrap import prepare
from service.cameras.models import CameraRow
from service.cases.models import CaseRow
from service.database import Database
from service.evidence.models import EvidenceRow
from service.settings import Settings
from tests.service.postgresql import postgres_server

SERVE = """
import logging, sys
from pathlib import Path
from service import logs
from service.serving import Address, serve
from service.settings import Settings
logs.configure(level=logging.WARNING)
serve(Settings(data=Path(sys.argv[1]), environment="test"), Address("127.0.0.1", 0), with_engine=False)
"""
CAMERAS = 20
WARM_UP = 100
"""Violations that are sent first: a new process compiles its statements once. They must be in the record too."""

Kind = Literal["none", "small", "real"]
Store = Literal["postgresql", "sqlite"]


@dataclass
class Answers:
    """How requests were answered: seconds from when each was due, statuses, ids that were acknowledged."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: set[UUID] = field(default_factory=set)


def main(
    rate: Annotated[float, typer.Option(help="Violations a second.")] = 200.0,
    seconds: Annotated[float, typer.Option(help="How long to send.")] = 60.0,
    connections: Annotated[int, typer.Option(help="Requests on their way at the same time, at most.")] = 32,
    evidence: Annotated[Kind, typer.Option(help="none; small: 5 kB; real: 1.7 MB.")] = "small",
    database: Annotated[Store, typer.Option(help="Where the record lies.")] = "postgresql",
    check: Annotated[bool, typer.Option(help="Check audit and files afterwards.")] = True,
) -> None:
    """Send violations at a fixed rate and print what came of it as JSON."""
    with tempfile.TemporaryDirectory(prefix="sw-ingest-") as folder, some_database(database) as url:
        settings = Settings.model_validate({"data": Path(folder) / "data", "environment": "test", "database_url": url})
        figures = asyncio.run(_measure(settings, rate, seconds, connections, evidence, check))
    figures = {"database": database, "evidence": evidence, "asked for a second": rate} | figures
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")


@contextlib.contextmanager
def some_database(kind: Store) -> Iterator[str | None]:
    """The URL of a new database that syncs every commit; none for SQLite, which lies in the data folder."""
    if kind == "sqlite":
        yield None
        return
    with postgres_server(durable=True) as server:
        yield server.create()


async def _measure(
    settings: Settings, rate: float, seconds: float, connections: int, kind: Kind, check: bool
) -> dict[str, object]:
    await prepare(settings)
    key = await _set_up(settings)
    template = real_template() if kind == "real" else small_template(3 if kind == "small" else 0)
    async with _office(settings) as (process, url):
        warming = await _send(url, key, template, WARM_UP, 1.0, connections)
        before = _spent(process.pid)
        started = time.perf_counter()
        answers = await _send(url, key, template, rate, seconds, connections)
        took = time.perf_counter() - started
        spent = {name: value - before.get(name, 0.0) for name, value in _spent(process.pid).items()}
    ordered = sorted(answers.seconds)
    figures: dict[str, object] = {
        "bytes of evidence": template.size,
        "sent": len(ordered),
        "took seconds": round(took, 1),
        "accepted a second": round(len(answers.acknowledged) / took, 1),
        "statuses": dict(answers.statuses),
        "median ms": round(statistics.median(ordered) * 1000, 1),
        "p99 ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
        "worst ms": round(ordered[-1] * 1000, 1),
        "cores used": {name: round(value / took, 2) for name, value in spent.items()},
        "processor ms a violation": {name: round(value / len(ordered) * 1000, 2) for name, value in spent.items()},
        "load average": os.getloadavg()[0],
    }
    acknowledged = warming.acknowledged | answers.acknowledged
    return figures | await _record(settings, acknowledged, check=check)


async def _set_up(settings: Settings) -> str:
    database = Database(settings.database)
    now = clock.now()
    async with database.transaction() as session:
        session.add_all(
            CameraRow(
                id=f"gate-{number}", name=f"{number} 号路口", source="push:", enabled=True, longitude=117.2,
                latitude=39.1 + number / 1000, scene=SceneSettings().model_dump(mode="json"),
                created_at=now, updated_at=now,
            )
            for number in range(CAMERAS)
        )  # fmt: skip
    key = await issue_engine_key(database)
    await database.close()
    return key


@contextlib.asynccontextmanager
async def _office(settings: Settings) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    environment = dict(os.environ)
    if settings.database_url is not None:
        environment["STREETWARDEN_DATABASE_URL"] = settings.database_url
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(settings.data), stdout=subprocess.PIPE, env=environment
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        yield process, line.split()[-1]
    finally:
        process.terminate()
        await process.wait()


def _spent(office: int) -> dict[str, float]:
    """Seconds of processor time of the client, the office (user and system apart) and the database's processes."""
    spent: dict[str, float] = {}
    for process in psutil.process_iter(["pid", "name"]):
        name = {os.getpid(): "client", office: "office"}.get(process.pid)
        if process.info["name"] == "postgres" and name is None:
            name = "postgresql"
        if name is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                for kind, seconds in (("user", times.user), ("system", times.system)):
                    spent[f"{name} {kind}"] = spent.get(f"{name} {kind}", 0.0) + seconds
    return spent


async def _send(url: str, key: str, template: Template, rate: float, seconds: float, connections: int) -> Answers:
    host, port = url.removeprefix("http://").split(":")
    answers = Answers()
    numbers = iter(range(int(rate * seconds)))
    started = time.perf_counter()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for number in numbers:
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            violation_id = uuid_utils.compat.uuid7()
            for part in template.request(violation_id, f"gate-{number % CAMERAS}", key, host):
                writer.write(part)
            await writer.drain()
            status = await _status(reader)
            answers.seconds.append(time.perf_counter() - due)
            answers.statuses[status] += 1
            if status == 201:
                answers.acknowledged.add(violation_id)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    return answers


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


async def _record(settings: Settings, acknowledged: set[UUID], *, check: bool) -> dict[str, object]:
    """Whether each acknowledged violation is one case, and whether audit and files are in order."""
    database = Database(settings.database)
    async with database.reading() as session:
        violations = Counter(await session.scalars(select(CaseRow.violation_id)))
        files = await session.scalar(select(func.count()).select_from(EvidenceRow))
    await database.close()
    stored = sum(1 for path in (settings.data / "files").rglob("*") if path.is_file())
    found: dict[str, object] = {
        "lost": len(acknowledged - violations.keys()),
        "twice": sum(count - 1 for count in violations.values()),
        "files that nobody refers to": stored - (files or 0),
    }
    if check:
        found["faults found by verify"] = len((await verify(settings, None)).faults)
    return found


if __name__ == "__main__":
    typer.run(main)
