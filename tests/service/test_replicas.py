"""Several office processes on one database and one store: they keep no state of their own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from service.api_keys.workflow import issue_engine_key
from service.audit.verify import verify
from service.cases.models import CaseRow
from service.database import Database
from service.settings import Settings
from tests.service.crashes import start
from tests.service.office import assert_problem, deliver, jpeg, parcel
from tests.service.postgresql import POSTGRESQL
from tests.service.test_events import listening

pytestmark = pytest.mark.skipif(not POSTGRESQL, reason="SQLite is for one process")


@dataclass
class Replicas:
    """Two processes, each with a data folder of its own; they share database and store."""

    urls: list[str]
    password: str
    key: str
    settings: Settings

    def client(self, number: int) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{self.urls[number]}/api/v1", timeout=30)

    def engine(self, number: int) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.AsyncClient(base_url=f"{self.urls[number]}/api/v1", headers=headers, timeout=30)

    async def sign_in(self, client: httpx.AsyncClient, password: str | None = None) -> httpx.Response:
        body = {"username": "admin", "password": password or self.password}
        answer = await client.post("/session", json=body)
        if answer.status_code == 200:
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return answer


@pytest.fixture
async def replicas(
    make_settings: Callable[..., Settings],
    prepared: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Replicas]:
    files = tmp_path / "files"
    files.mkdir()
    settings = make_settings(files_url=files.as_uri())
    monkeypatch.setenv("STREETWARDEN_FILES_URL", files.as_uri())
    database = Database(settings.database)
    key = await issue_engine_key(database)
    await database.close()
    processes, urls = [], []
    for name in ("a", "b"):
        data = tmp_path / name
        for folder in ("incoming", "leftovers", "run"):
            (data / folder).mkdir(parents=True)
        process, url = await start(data)
        processes.append(process)
        urls.append(url)
    try:
        yield Replicas(urls, prepared[1], key, settings)
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def test_two_processes_are_one_office(replicas: Replicas) -> None:
    async with replicas.client(0) as console, replicas.engine(0) as first, replicas.engine(1) as second:
        assert (await replicas.sign_in(console)).status_code == 200
        camera = {"id": "gate-1", "name": "北门路口", "source": "push:", "longitude": 117.2, "latitude": 39.13}
        assert (await console.post("/cameras", json=camera)).status_code == 201

        async with listening(console) as events:
            # The session that one process began is good at the other, whose events reach the first.
            async with replicas.client(1) as elsewhere:
                elsewhere.cookies.update(console.cookies)
                assert (await elsewhere.get("/session")).status_code == 200
            sent = parcel()
            answers = await asyncio.gather(deliver(first, sent), deliver(second, sent))
            assert sorted(answer.status_code for answer in answers) == [200, 201]
            assert answers[0].json() == answers[1].json()
            kind, data = await events.next()
            assert (kind, data["id"]) == ("case.created", answers[0].json()["case_id"])
            picture = {"Content-Type": "image/jpeg"}
            stored = await second.put("/cameras/gate-1/snapshot", content=jpeg(), headers=picture)
            assert stored.status_code == 204, stored.text
            assert (await events.next())[0] == "camera.snapshot"
            assert (await console.get("/cameras/gate-1/snapshot.jpg")).content == jpeg()

        many = [parcel() for _ in range(30)]
        taken = await asyncio.gather(*(deliver((first, second)[n % 2], one) for n, one in enumerate(many)))
        assert {answer.status_code for answer in taken} == {201}
    database = Database(replicas.settings.database)
    async with database.reading() as session:
        numbers = sorted(int(number[-5:]) for number in await session.scalars(select(CaseRow.number)))
    await database.close()
    assert numbers == list(range(1, 32))
    assert (await verify(replicas.settings, None)).faults == []


async def test_a_guesser_is_slowed_down_by_all_of_them(replicas: Replicas) -> None:
    async with replicas.client(0) as one, replicas.client(1) as other:
        for number in range(replicas.settings.sign_in_tries):
            answer = await replicas.sign_in((one, other)[number % 2], "wrong password")
            assert_problem(answer, 401)
        assert_problem(await replicas.sign_in(one, "wrong password"), 429)
        assert_problem(await replicas.sign_in(other), 429)


async def test_a_console_misses_no_event_however_commits_overtake_each_other(replicas: Replicas) -> None:
    async with replicas.client(0) as console, replicas.engine(0) as first, replicas.engine(1) as second:
        assert (await replicas.sign_in(console)).status_code == 200
        camera = {"id": "gate-1", "name": "北门路口", "source": "push:"}
        assert (await console.post("/cameras", json=camera)).status_code == 201
        async with listening(console) as events:
            many = [parcel() for _ in range(40)]
            answers = await asyncio.gather(*(deliver((first, second)[n % 2], one) for n, one in enumerate(many)))
            expected = {answer.json()["case_id"] for answer in answers}
            heard: set[str] = set()
            while heard != expected:
                kind, data = await events.next()
                if kind == "case.created":
                    heard.add(data["id"])
