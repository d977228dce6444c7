"""The event stream and live pictures, over the real server."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.security import Role
from service.serving import OfficeServer
from tests.service.office import Desk, assert_problem, delivered_case, jpeg, parcel
from tests.service.test_cases import step

Served = tuple[Desk, OfficeServer]
PATIENCE = 15.0


class Listener:
    """A console's end of an event stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.lines = response.aiter_lines()
        self.last_id = ""

    async def next(self) -> tuple[str, dict[str, Any]]:
        """The next event that is not a heartbeat: its type and data."""
        kind, data = "", ""
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                elif name == "event":
                    kind = value
                elif name == "data":
                    data = value
                elif line == "" and data:
                    return kind, json.loads(data)
        raise EOFError


@contextlib.asynccontextmanager
async def listening(client: httpx.AsyncClient, last_id: str | None = None) -> AsyncIterator[Listener]:
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    async with client.stream("GET", "/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in response.headers
        listener = Listener(response)
        async with asyncio.timeout(PATIENCE):
            async for line in listener.lines:  # the first lines say from where the stream resumes
                if line.startswith("id: "):
                    listener.last_id = line.removeprefix("id: ")
                    break
        yield listener


async def test_an_operator_hears_of_cases_as_they_come_and_change(served: Served) -> None:
    desk, _ = served
    await desk.camera()
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    async with listening(operator) as events:
        case = await delivered_case(engine)
        kind, data = await events.next()
        assert kind == "case.created"
        assert (data["id"], data["number"], data["status"]) == (case["case_id"], case["case_number"], "pending")
        await step(operator, case["case_id"], "confirm", 1)
        kind, data = await events.next()
        assert (kind, data["status"], data["version"]) == ("case.updated", "filed", 2)
        await engine.put("/cameras/gate-1/status", json={"state": "running", "fps": 5})
        await engine.put("/cameras/gate-1/status", json={"state": "running", "fps": 4})  # nothing to tell
        await engine.put("/cameras/gate-1/snapshot", content=jpeg(), headers={"Content-Type": "image/jpeg"})
        told = {(await events.next())[0] for _ in range(2)}
        assert told == {"camera.status", "camera.snapshot"}


async def test_a_stream_resumes_where_it_was_lost(served: Served) -> None:
    desk, _ = served
    await desk.camera()
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    async with listening(operator) as events:
        await delivered_case(engine)
        await events.next()
        seen = events.last_id
    missed = [(await delivered_case(engine, parcel(())))["case_id"] for _ in range(3)]
    async with listening(operator, seen) as events:
        assert [(await events.next())[1]["id"] for _ in range(3)] == missed
        later = (await delivered_case(engine, parcel(())))["case_id"]
        assert (await events.next())[1]["id"] == later
    assert_problem(await operator.get("/events", headers={"Last-Event-ID": "yesterday"}), 422, "Last-Event-ID")


async def test_an_inspector_hears_of_own_photos_only(served: Served) -> None:
    desk, _ = served
    await desk.camera()
    engine, mine = await desk.engine(), await desk.person(Role.INSPECTOR, "mei")
    other = await desk.person(Role.INSPECTOR, "bo")
    async with listening(mine) as events:
        await delivered_case(engine)
        await other.post("/photos", files={"file": ("a.jpg", jpeg())})
        photo = (await mine.post("/photos", files={"file": ("a.jpg", jpeg())})).json()["id"]
        assert await events.next() == ("photo.updated", {"id": photo, "status": "queued"})
        case = await delivered_case(engine, parcel((), camera=None, photo=photo))
        kind, data = await events.next()
        assert (kind, data["id"]) == ("case.created", case["case_id"])


async def test_a_stream_ends_with_the_session(served: Served) -> None:
    desk, _ = served
    operator = await desk.person(Role.OPERATOR)
    async with listening(operator) as events:
        await operator.delete("/session")
        with pytest.raises(EOFError):
            await events.next()


async def test_live_pictures_come_as_they_change(served: Served) -> None:
    desk, _ = served
    await desk.camera()
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    pictures = [jpeg(colour=(shade, shade, shade)) for shade in (10, 120, 250)]
    received = bytearray()
    async with operator.stream("GET", "/cameras/gate-1/live.mjpeg") as response:
        assert response.headers["content-type"].startswith("multipart/x-mixed-replace")
        chunks = response.aiter_bytes()
        async with asyncio.timeout(PATIENCE):
            for picture in pictures:
                await engine.put("/cameras/gate-1/snapshot", content=picture, headers={"Content-Type": "image/jpeg"})
                while picture not in received:
                    received += await anext(chunks)
    assert received.count(b"Content-Type: image/jpeg") == 3


async def test_a_stop_ends_streams_within_five_seconds(served: Served) -> None:
    desk, server = served
    await desk.camera()
    operator = await desk.person(Role.OPERATOR)
    loop = asyncio.get_running_loop()
    async with (
        listening(operator) as events,
        operator.stream("GET", "/cameras/gate-1/live.mjpeg") as live,
    ):
        started = loop.time()
        server.should_exit = True
        with pytest.raises((EOFError, httpx.RemoteProtocolError)):
            await events.next()
        with contextlib.suppress(httpx.RemoteProtocolError):
            async for _ in live.aiter_bytes():
                pass
        assert loop.time() - started < 5


async def test_a_reader_that_lags_loses_the_stream_but_no_event(desk: Desk) -> None:
    hub = desk.office.hub
    async with hub.subscribe() as queue:
        for number in range(1100):
            await hub.announce("camera.snapshot", {"id": str(number)})
        assert queue.qsize() == 1000  # new pictures may be left out; kept events end the stream instead
