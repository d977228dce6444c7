"""An office that is killed at random moments of ingest and review; ``python -m tests.service.crashes --times 100``.

Used by test_crash.py for a few kills; the command does many, on SQLite or on a real PostgreSQL.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Annotated

import httpx
import typer
from sqlalchemy import select

from detector.scene import SceneSettings
from service import clock
from service.api_keys.workflow import issue_engine_key
from service.audit.models import AuditRow
from service.audit.verify import verify
from service.bootstrap import prepare
from service.cameras.models import CameraRow
from service.cases.models import CaseRow
from service.database import Database
from service.evidence.models import EvidenceRow
from service.settings import Settings
from tests.service.office import Parcel, deliver, parcel, settings_for
from tests.service.postgresql import postgres_server

SERVE = """
import sys
from pathlib import Path
from service.serving import Address, serve
from tests.service.office import settings_for
serve(settings_for(Path(sys.argv[1])), Address("127.0.0.1", 0), with_engine=False)
"""
NURSERY = """
import os, sys
from pathlib import Path
from service.serving import Address, serve
from tests.service.office import settings_for
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        serve(settings_for(Path(sys.argv[1])), Address("127.0.0.1", 0), with_engine=False)
        os._exit(0)
    print("started", child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
SENDERS = 4
REDELIVERED = 100
"""Acknowledged violations that are delivered again at the end; all of them are looked up in the record."""
_AFTER_AN_ANSWER = 0.9


LISTENS = b"Street Warden is at "


async def start(data: Path) -> tuple[asyncio.subprocess.Process, str]:
    """An office process and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(data), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    return process, await _last_word(process, LISTENS)


async def _last_word(process: asyncio.subprocess.Process, start_of_line: bytes) -> str:
    """The last word of the next line that starts so."""
    assert process.stdout is not None
    said = []
    async with asyncio.timeout(120):
        async for line in process.stdout:
            if line.startswith(start_of_line):
                return line.decode().split()[-1]
            said.append(line.decode())
    raise RuntimeError(f"the office never said {start_of_line.decode()!r}: {''.join(said[-20:])}")


class Nursery:
    """Starts offices, each a process of its own that is forked from one which has loaded the code already."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, data: Path) -> AsyncIterator["Nursery"]:
        """For offices of one data folder; one runs at a time."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", NURSERY, str(data), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT
        )
        try:
            yield cls(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()

    @contextlib.asynccontextmanager
    async def office(self) -> AsyncIterator[tuple[int, str]]:
        """The process id and the address of an office that ends with the block, if it was not killed before."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        pid = int(await _last_word(self._process, b"started "))
        try:
            yield pid, await _last_word(self._process, LISTENS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            await _last_word(self._process, b"ended")


class Victim:
    """An office that is killed and started again, and what it has acknowledged."""

    def __init__(self, settings: Settings, password: str) -> None:
        self.settings = settings
        self.password = password
        self.key = ""
        self.sent: list[Parcel] = []
        self.acknowledged: dict[str, str] = {}
        self.decided: dict[str, str] = {}
        self._answered = asyncio.Event()
        self.chance = random.Random(20261125)  # noqa: S311 (the same moments every time, no secret)

    async def prepare(self) -> None:
        """A camera and an engine's key."""
        database = Database(self.settings.database)
        self.key = await issue_engine_key(database)
        now = clock.now()
        async with database.transaction() as session:
            session.add(
                CameraRow(
                    id="gate-1", name="北门路口", source="push:", enabled=True, longitude=117.2, latitude=39.13,
                    scene=SceneSettings().model_dump(mode="json"), created_at=now, updated_at=now,
                )
            )  # fmt: skip
        await database.close()

    async def kill_once(self, nursery: Nursery, *, within: float = 1.5) -> None:
        """Start it, send and review, and kill it at a random moment."""
        async with nursery.office() as (pid, url), self._reviewer(url) as reviewer, self._engine(url) as engine:
            moment = asyncio.create_task(self._kill(pid, self.chance.uniform(0.0, within)))
            await asyncio.gather(self._review(reviewer), *(self._send(engine) for _ in range(SENDERS)))
            await moment

    async def check(self, nursery: Nursery) -> None:
        """Start it once more: each acknowledged violation is one case, each decision holds, nothing lies around."""
        known = [one for one in self.sent if str(one.violation.id) in self.acknowledged]
        again = [one for one in self.sent if str(one.violation.id) not in self.acknowledged]
        again += self.chance.sample(known, min(REDELIVERED, len(known)))
        async with nursery.office() as (_, url), self._engine(url) as engine:
            await asyncio.gather(*(self._redeliver(engine, again[sender::SENDERS]) for sender in range(SENDERS)))
        database = Database(self.settings.database)
        async with database.reading() as session:
            cases = {str(case.id): case for case in await session.scalars(select(CaseRow))}
            keys = set(await session.scalars(select(EvidenceRow.key)))
            steps = Counter(
                await session.scalars(
                    select(AuditRow.subject_id).where(AuditRow.subject_type == "case", AuditRow.action == "confirm")
                )
            )
        await database.close()
        by_violation = {str(case.violation_id): case_id for case_id, case in cases.items()}
        assert self.acknowledged.items() <= by_violation.items()
        assert sorted(case.violation_id for case in cases.values()) == sorted(one.violation.id for one in self.sent)
        assert sorted(int(case.number[-5:]) for case in cases.values()) == list(range(1, len(self.sent) + 1))
        for case_id, status in self.decided.items():
            assert cases[case_id].status == status
            assert steps[case_id] == 1
        for case_id, case in cases.items():
            assert (steps[case_id] == 1) == (case.status == "filed")
        files = self.settings.data / "files"
        found = {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}
        assert found == keys
        assert not list(self.settings.incoming.iterdir())
        assert not list(self.settings.leftovers.iterdir())
        assert (await verify(self.settings, None)).faults == []

    async def _redeliver(self, engine: httpx.AsyncClient, parcels: Sequence[Parcel]) -> None:
        for one in parcels:  # what was not acknowledged comes again, as an outbox sends it
            answer = await deliver(engine, one)
            case_id = self.acknowledged.get(str(one.violation.id))
            assert answer.status_code in ({200} if case_id else {200, 201}), answer.text
            assert case_id is None or answer.json()["case_id"] == case_id

    async def _kill(self, pid: int, seconds: float) -> None:
        # On a busy machine the first answer may take longer than all of the random time: most kills wait for it.
        if self.chance.random() < _AFTER_AN_ANSWER:
            self._answered.clear()
            await self._answered.wait()
        await asyncio.sleep(seconds)
        os.kill(pid, signal.SIGKILL)

    async def _send(self, engine: httpx.AsyncClient) -> None:
        while True:
            one = parcel()
            self.sent.append(one)
            try:
                answer = await deliver(engine, one)
            except httpx.TransportError:
                return
            assert answer.status_code == 201, answer.text
            self.acknowledged[str(one.violation.id)] = answer.json()["case_id"]
            self._answered.set()

    async def _review(self, reviewer: httpx.AsyncClient) -> None:
        reviewed: set[str] = set()
        while True:
            waiting = [c for c in self.acknowledged.values() if c not in self.decided and c not in reviewed]
            try:
                if not waiting:
                    await reviewer.get("/cases", params={"limit": 1})
                    continue
                reviewed.add(waiting[0])
                answer = await reviewer.post(f"/cases/{waiting[0]}/confirm", json={"version": 1})
            except httpx.TransportError:
                return
            # A decision of an earlier life may have been made without its answer having arrived.
            assert answer.status_code in (200, 409), answer.text
            if answer.status_code == 200:
                self.decided[waiting[0]] = "filed"

    @contextlib.asynccontextmanager
    async def _reviewer(self, url: str) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=60) as client:
            answer = await client.post("/session", json={"username": "admin", "password": self.password})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
            yield client

    def _engine(self, url: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {self.key}"}, timeout=60)


async def _many(settings: Settings, times: int) -> None:
    password = await prepare(settings)
    assert password is not None
    victim = Victim(settings, password)
    await victim.prepare()
    started = time.monotonic()
    async with Nursery.open(settings.data) as nursery:
        for number in range(times):
            await victim.kill_once(nursery)
            if (number + 1) % 10 == 0:
                typer.echo(f"{number + 1} kills, {time.monotonic() - started:.0f} s", err=True)
        await victim.check(nursery)
    typer.echo(
        f"{times} kills: {len(victim.sent)} violations sent, {len(victim.acknowledged)} acknowledged, "
        f"{len(victim.decided)} decisions; each is there once, the audit verifies, no file is orphaned"
    )


def main(
    times: Annotated[int, typer.Option(help="How often it is killed.")] = 100,
    postgresql: Annotated[bool, typer.Option(help="On PostgreSQL instead of SQLite.")] = False,
) -> None:
    """Kill an office at random moments of ingest and review, and check what is left."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sw-crashes-")))
        url = stack.enter_context(postgres_server(durable=True)).create() if postgresql else None
        if url is not None:
            os.environ["STREETWARDEN_DATABASE_URL"] = url
        asyncio.run(_many(settings_for(folder / "data", database_url=url), times))


if __name__ == "__main__":
    typer.run(main)
