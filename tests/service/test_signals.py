"""Phases of pedestrian signals: told by a controller, kept, handed to the engine."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from detector.camera_worker import CameraConfig
from service.cameras.models import CameraSignalRow
from service.cameras.schemas import Camera
from service.engine.process import camera_config
from service.security import Scope
from tests.service.office import Desk, assert_problem
from tests.service.test_cameras import SQUARE, FrameReader


def scene(*fed: str) -> dict[str, Any]:
    zones: list[dict[str, object]] = [
        {"name": name, "kind": "crosswalk", "polygon": SQUARE, "signal": {"fed": True}} for name in fed
    ]
    lamp = {"name": "lamp", "kind": "crosswalk", "polygon": SQUARE, "signal": {"lamp": [0.1, 0.1, 0.2, 0.2]}}
    return {"zones": [*zones, lamp]}


async def controller(desk: Desk, camera: str | None = "gate-1") -> httpx.AsyncClient:
    return await desk.program(Scope.SIGNALS_WRITE, camera=camera)


async def test_a_phase_reaches_the_engine_at_once_and_whoever_asks_later(desk: Desk) -> None:
    await desk.camera(scene=scene("east", "west"))
    client = await controller(desk)
    since = datetime.now(UTC) - timedelta(seconds=20)
    reader = FrameReader(b"ok\n")
    async with await asyncio.start_unix_server(reader, desk.settings.engine_socket):
        body = {"phase": "red", "since": since.isoformat(), "valid_seconds": 90}
        answer = await client.put("/cameras/gate-1/signal", json=body)
        assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [(phase["crosswalk"], phase["phase"]) for phase in told] == [("east", "red"), ("west", "red")]
    assert datetime.fromisoformat(told[0]["since"]) == since
    assert [header["signal"]["crosswalk"] for header, _ in reader.frames] == ["east", "west"]
    assert reader.frames[0][0]["signal"]["until"] == told[0]["until"]
    assert (await (await desk.engine()).get("/cameras/gate-1")).json()["signals"] == told


async def test_no_engine_is_no_reason_to_refuse_a_phase(desk: Desk) -> None:
    await desk.camera(scene=scene("east"))
    answer = await (await controller(desk)).put("/cameras/gate-1/signal", json={"phase": "green"})
    assert answer.status_code == 200
    engine = await desk.engine()
    assert len((await engine.get("/cameras/gate-1")).json()["signals"]) == 1
    async with desk.office.database.transaction() as session:  # a minute later
        row = await session.get_one(CameraSignalRow, ("gate-1", "east"))
        row.until = datetime.now(UTC)
    assert (await engine.get("/cameras/gate-1")).json()["signals"] == []


async def test_a_phase_that_is_told_again_began_when_it_was_told_first(desk: Desk) -> None:
    await desk.camera(scene=scene("east"))
    client = await controller(desk)
    phases = ["red", "red", "green", "red"]
    told = [(await client.put("/cameras/gate-1/signal", json={"phase": p})).json()[0] for p in phases]
    assert told[0]["since"] == told[1]["since"] < told[2]["since"] < told[3]["since"]
    assert told[0]["until"] < told[1]["until"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"phase": "amber"}, 422, "phase"),
        ({"phase": "red", "valid_seconds": 0}, 422, "valid_seconds"),
        ({"phase": "red", "valid_seconds": 9999}, 422, "valid_seconds"),
        ({"phase": "red", "since": "2126-11-24T00:00:00Z"}, 422, "future"),
        ({"phase": "red", "since": "2026-11-24T00:00:00"}, 422, "timezone"),
        ({"phase": "red", "crosswalk": "lamp"}, 422, "east"),
        ({"phase": "red", "crosswalk": "nowhere"}, 422, "east"),
    ],
)
async def test_what_cannot_be_is_refused(desk: Desk, body: dict[str, object], status: int, words: str) -> None:
    await desk.camera(scene=scene("east"))
    assert_problem(await (await controller(desk)).put("/cameras/gate-1/signal", json=body), status, words)


async def test_a_key_speaks_for_its_camera_only(desk: Desk) -> None:
    await desk.camera(scene=scene("east"))
    await desk.camera("gate-2", scene=scene())
    red = {"phase": "red"}
    assert_problem(await (await controller(desk, "gate-2")).put("/cameras/gate-1/signal", json=red), 403, "gate-1")
    everywhere = await controller(desk, None)
    assert (await everywhere.put("/cameras/gate-1/signal", json=red)).status_code == 200
    assert_problem(await everywhere.put("/cameras/gate-2/signal", json=red), 409, "fed: true")
    assert_problem(await everywhere.put("/cameras/gate-3/signal", json=red), 404)


async def test_a_phase_does_not_restart_the_camera(desk: Desk) -> None:
    """What the engine compares to find out whether a camera's settings have changed must not hold phases."""
    await desk.camera(scene=scene("east"))
    engine = await desk.engine()

    async def config() -> CameraConfig | None:
        return camera_config(Camera.model_validate((await engine.get("/cameras/gate-1")).json()))

    before = await config()
    await (await controller(desk)).put("/cameras/gate-1/signal", json={"phase": "red"})
    assert before is not None
    assert await config() == before
