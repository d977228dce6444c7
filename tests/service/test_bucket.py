"""Evidence in a bucket, of a real S3 server: stored, given out in parts, missing, and the server away for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import obstore
import pytest

from detector.outbox import Outbox
from service.audit.verify import verify
from service.engine.office_client import OfficeClient, OfficeUnreachableError
from service.evidence import recovery
from service.evidence.store import FileStore, StoreAwayError
from service.security import Role, Scope
from service.settings import Settings
from tests.end_to_end.parcels import fill_outbox
from tests.service.office import Desk, assert_problem, deliver, delivered_case, open_desk, open_server, parcel
from tests.service.s3 import BUCKET, S3Server, s3_server

__all__ = ["s3_server"]


@pytest.fixture
def bucket(s3_server: S3Server, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an office whose files lie in a bucket, below a prefix of its own."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return make_settings(files_url=f"s3://{BUCKET}/{uuid4().hex}")


@pytest.fixture
async def far_desk(bucket: Settings, prepared: tuple[Path, str]) -> AsyncIterator[Desk]:
    async with open_desk(bucket, prepared[1]) as desk:
        await desk.camera()
        yield desk


def stored(desk: Desk) -> set[str]:
    return {entry["path"] for page in obstore.list(desk.office.files.store) for entry in page}


async def test_evidence_lies_in_the_bucket_and_comes_back_in_parts(far_desk: Desk) -> None:
    sent = parcel()
    case = await delivered_case(await far_desk.engine(), sent)
    operator = await far_desk.person(Role.OPERATOR)
    evidence = (await operator.get(f"/cases/{case['case_id']}")).json()["evidence"]
    whole = (await operator.get(evidence[0]["url"].removeprefix("/api/v1"))).content
    assert whole == sent.files["closeup.jpg"]
    part = await operator.get(evidence[0]["url"].removeprefix("/api/v1"), headers={"Range": "bytes=10-29"})
    assert (part.status_code, part.content) == (206, whole[10:30])
    tail = await operator.get(evidence[0]["url"].removeprefix("/api/v1"), headers={"Range": "bytes=-7"})
    assert (tail.status_code, tail.content) == (206, whole[-7:])
    assert len(stored(far_desk)) == 3
    assert (await verify(far_desk.settings, None)).faults == []


async def test_a_file_that_is_gone_is_said_so(far_desk: Desk) -> None:
    case = await delivered_case(await far_desk.engine())
    operator = await far_desk.person(Role.OPERATOR)
    evidence = (await operator.get(f"/cases/{case['case_id']}")).json()["evidence"]
    for key in stored(far_desk):
        await far_desk.office.files.delete(key)
        await far_desk.office.files.delete(key)  # what is gone already is no error
    assert_problem(await operator.get(evidence[0]["url"].removeprefix("/api/v1")), 500, "missing from the store")
    faults = (await verify(far_desk.settings, None)).faults
    assert sum("is missing" in fault for fault in faults) == 3


async def test_what_is_refused_leaves_nothing_in_the_bucket(far_desk: Desk) -> None:
    engine = await far_desk.engine()
    assert_problem(await deliver(engine, parcel(camera="nowhere")), 422, "no camera")
    sent = parcel()
    answers = await asyncio.gather(*(deliver(engine, sent) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len(stored(far_desk)) == 3


async def test_a_bucket_that_does_not_answer_is_an_error_of_its_own() -> None:
    files = FileStore("s3://nobody/there?region=us-east-1")
    with pytest.raises(StoreAwayError):
        await files.facts("evidence/2026/11/24/nothing")


async def test_a_bucket_away_for_some_seconds_loses_nothing(
    bucket: Settings, prepared: tuple[Path, str], s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "OPEN_SECONDS", 0.0)
    async with open_server(bucket, prepared[1]) as (desk, server):
        await desk.camera()
        engine = await desk.program(Scope.ENGINE)
        first = await delivered_case(engine)
        fill_outbox(tmp_path / "outbox", "gate-1", 2)
        outbox = Outbox(tmp_path / "outbox")
        office = OfficeClient(server.url, engine.headers["Authorization"].removeprefix("Bearer "))

        s3_server.stop()
        for waiting in outbox.pending():
            with pytest.raises(OfficeUnreachableError, match="does not answer"):
                await asyncio.to_thread(office.deliver, waiting)
        assert len(outbox) == 2
        operator = await desk.person(Role.OPERATOR)
        url = (await operator.get(f"/cases/{first['case_id']}")).json()["evidence"][0]["url"].removeprefix("/api/v1")
        answer = await operator.get(url)
        assert_problem(answer, 503, "store of evidence does not answer")
        assert answer.headers["retry-after"] == "5"

        await asyncio.to_thread(s3_server.start)
        for waiting in outbox.pending():
            await asyncio.to_thread(office.deliver, waiting)
            outbox.delivered(waiting)
        office.close()
        assert len(outbox) == 0
        assert (await operator.get(url)).status_code == 200
        assert (await operator.get("/cases")).json()["total"] == 3
        assert await recovery.settle_leftovers(desk.office) == 0
        assert (await verify(bucket, None)).faults == []
        assert len(stored(desk)) == 3 + 2 * len(waiting.violation.evidence)
