"""Frames pushed over a WebSocket, through the real server."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from service.security import Scope
from service.serving import OfficeServer
from tests.service.office import Desk, jpeg
from tests.service.test_cameras import FrameReader


def dial(desk: Desk, key: str | None, camera: str = "gate-1") -> connect:
    headers = {"Authorization": key} if key is not None else {}
    address = f"{desk.base_url.replace('http', 'ws', 1)}/api/v1/cameras/{camera}/frames"
    return connect(address, additional_headers=headers, proxy=None)


async def key_for(desk: Desk, *scopes: Scope, camera: str | None = "gate-1") -> str:
    return str((await desk.program(*scopes, camera=camera)).headers["Authorization"])


async def pushed(connection: ClientConnection, *messages: str | bytes) -> dict[str, Any]:
    for message in messages:
        await connection.send(message)
    answer: dict[str, Any] = json.loads(await connection.recv())
    return answer


async def test_frames_reach_the_engine_each_with_its_moment(served: tuple[Desk, OfficeServer]) -> None:
    desk, _ = served
    await desk.camera()
    key = await key_for(desk, Scope.FRAMES_WRITE)
    reader = FrameReader(b"ok\n")
    async with await asyncio.start_unix_server(reader, desk.settings.engine_socket), dial(desk, key) as connection:
        first = await pushed(connection, "2026-11-24T16:30:00+08:00", jpeg())
        second = await pushed(connection, jpeg(80, 60))
    assert first == {"camera_id": "gate-1", "captured_at": "2026-11-24T08:30:00Z"}
    assert second["captured_at"] > "2026-11-25", "without a moment of its own a frame is from now"
    assert [content for _, content in reader.frames] == [jpeg(), jpeg(80, 60)]
    assert reader.frames[0][0]["captured_at"] == "2026-11-24T08:30:00Z"


async def test_a_frame_at_fault_is_refused_and_the_next_one_taken(served: tuple[Desk, OfficeServer]) -> None:
    desk, _ = served
    await desk.camera()
    async with dial(desk, await key_for(desk, Scope.FRAMES_WRITE)) as connection:
        assert (await pushed(connection, b"no picture"))["status"] == 422
        late = await pushed(connection, "yesterday")
        assert late["status"] == 422
        assert "'yesterday' is no time" in late["detail"]
        assert (await pushed(connection, jpeg()))["type"] == "urn:streetwarden:no-engine"
        async with await asyncio.start_unix_server(FrameReader(b"ok\n"), desk.settings.engine_socket):
            assert (await pushed(connection, jpeg()))["camera_id"] == "gate-1"


@pytest.mark.parametrize(
    ("scope", "camera", "status"),
    [(None, "gate-1", 401), (Scope.ENGINE, "gate-1", 403), (Scope.FRAMES_WRITE, "gate-2", 403),
     (Scope.FRAMES_WRITE, "gate-9", 404), (Scope.FRAMES_WRITE, "gate-3", 403)],
)  # fmt: skip
async def test_nobody_else_is_let_in(
    served: tuple[Desk, OfficeServer], scope: Scope | None, camera: str, status: int
) -> None:
    desk, _ = served
    for name in ("gate-1", "gate-2", "gate-3"):
        await desk.camera(name)
    own = "gate-1" if scope is Scope.FRAMES_WRITE else None
    key = await key_for(desk, scope, camera=own) if scope is not None else None
    with pytest.raises(InvalidStatus) as refused:
        async with dial(desk, key, camera):
            pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["status"] == status


async def test_a_camera_that_is_switched_off_ends_the_connection(served: tuple[Desk, OfficeServer]) -> None:
    desk, _ = served
    await desk.camera()
    async with dial(desk, await key_for(desk, Scope.FRAMES_WRITE)) as connection:
        admin = await desk.administrator()
        assert (await admin.patch("/cameras/gate-1", json={"enabled": False})).status_code == 200
        assert (await pushed(connection, jpeg()))["type"] == "urn:streetwarden:camera-off"
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


async def test_a_frame_that_is_too_large_ends_the_connection(served: tuple[Desk, OfficeServer]) -> None:
    desk, _ = served
    await desk.camera()
    async with dial(desk, await key_for(desk, Scope.FRAMES_WRITE)) as connection:
        with pytest.raises(ConnectionClosed) as closed:  # while it is sent, or after that
            await pushed(connection, b"\0" * (desk.settings.frame_limit + 1))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


async def test_a_server_that_stops_does_not_wait_for_senders(served: tuple[Desk, OfficeServer]) -> None:
    desk, server = served
    await desk.camera()
    async with dial(desk, await key_for(desk, Scope.FRAMES_WRITE)) as connection:
        server.should_exit = True
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
