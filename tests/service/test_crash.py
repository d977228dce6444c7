"""kill -9 in the middle of taking in violations: what was acknowledged is there, and nothing is half-done."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from service.api_keys.workflow import issue_engine_key
from service.audit.verify import verify
from service.cases.models import CaseRow
from service.database import Database
from service.evidence.models import EvidenceRow
from service.settings import Settings
from tests.service.office import deliver, open_desk, parcel

SERVE = """
import sys
from pathlib import Path
from service.serving import Address, serve
from tests.service.office import settings_for
serve(settings_for(Path(sys.argv[1])), Address("127.0.0.1", 0), with_engine=False)
"""


async def start(data: Path) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(data), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = (await process.stdout.readline()).decode()
    return process, line.split()[-1]


@pytest.mark.parametrize("acknowledged_first", [1, 6])
async def test_what_was_acknowledged_survives(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], acknowledged_first: int
) -> None:
    settings = make_settings()
    async with open_desk(settings, prepared[1]) as desk:
        await desk.camera()
    database = Database(settings.database)
    key = await issue_engine_key(database)
    await database.close()
    process, url = await start(settings.data)
    sent = [parcel() for _ in range(24)]
    acknowledged: set[str] = set()

    async def outbox(client: httpx.AsyncClient, mine: list[int]) -> None:
        for number in mine:
            try:
                answer = await deliver(client, sent[number])
            except httpx.TransportError:
                return
            assert answer.status_code == 201, answer.text
            acknowledged.add(str(sent[number].violation.id))
            if len(acknowledged) == acknowledged_first:
                os.kill(process.pid, signal.SIGKILL)

    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=30) as client:
        await asyncio.gather(*(outbox(client, list(range(start, 24, 4))) for start in range(4)))
    await process.wait()
    assert acknowledged_first <= len(acknowledged) < 24

    async with open_desk(settings, prepared[1]) as desk:  # starting again cleans up
        assert (await verify(settings, None)).faults == []
        engine = desk.client(Authorization=f"Bearer {key}")
        for one in sent:
            answer = await deliver(engine, one)
            expected = {200} if str(one.violation.id) in acknowledged else {200, 201}
            assert answer.status_code in expected, answer.text
        async with desk.office.database.reading() as session:
            cases = list(await session.scalars(select(CaseRow)))
            keys = set(await session.scalars(select(EvidenceRow.key)))
        assert sorted(case.violation_id for case in cases) == sorted(one.violation.id for one in sent)
        assert sorted(int(case.number[-5:]) for case in cases) == list(range(1, 25))
        files = desk.settings.data / "files"
        assert {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()} == keys
        assert not list(settings.incoming.iterdir())
        assert (await verify(settings, None)).faults == []
