"""When cameras could not see: "nothing seen" is told from "could not see"."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import uuid_utils.compat

from service.cameras.models import CameraRow, CameraStatusRow
from service.security import Role
from service.system.monitor import look
from tests.service.office import Desk, assert_problem

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
COVERED = uuid_utils.compat.uuid7()


def gap(
    start: float, end: float | None = None, kind: str = "covered", gap_id: UUID = COVERED, **fields: object
) -> dict[str, object]:
    times = {
        name: None if second is None else (NOON + timedelta(seconds=second)).isoformat()
        for name, second in (("started_at", start), ("ended_at", end))
    }
    return {"id": str(gap_id), "kind": kind, "message": f"{kind}: rules suspended", **times, **fields}


async def report(engine: httpx.AsyncClient, *gaps: dict[str, object], camera: str = "gate-1") -> None:
    answer = await engine.put(f"/cameras/{camera}/status", json={"state": "running", "gaps": gaps})
    assert answer.status_code == 200, answer.text


async def seen(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await client.get("/cameras/gate-1/gaps", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def alerts(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    found = (await client.get("/system")).json()["alerts"]
    return [(a["code"], a["severity"], a["message"]) for a in found if a["code"].startswith("camera:")]


async def test_a_gap_has_a_start_and_an_end_and_is_an_alert_meanwhile(desk: Desk) -> None:
    await desk.camera()
    engine, admin = await desk.engine(), await desk.administrator()
    await report(engine)
    assert await seen(admin) == []
    for _ in range(2):  # engines say it again and again
        await report(engine, gap(0))
    (lasting,) = await seen(admin)
    assert (lasting["kind"], lasting["started_at"], lasting["ended_at"]) == ("covered", "2026-11-24T04:00:00Z", None)
    assert (await admin.get("/cameras/gate-1")).json()["gap"] == lasting
    assert (await admin.get("/cameras")).json()["items"][0]["gap"] == lasting
    assert await alerts(admin) == [("camera:gate-1", "warning", "北门路口 (gate-1): covered: rules suspended")]
    for _ in range(2):
        await report(engine, gap(0, 90))
    (ended,) = await seen(admin)
    assert ended == lasting | {"ended_at": "2026-11-24T04:01:30Z"}
    assert (await admin.get("/cameras/gate-1")).json()["gap"] is None
    assert await alerts(admin) == []
    async with desk.office.database.reading():
        events = [e for e in await desk.office.hub.after(0) if e.type in ("camera.gap", "alert")]
    told = [(e.type, e.data.get("ended_at"), e.data.get("cleared")) for e in events]
    assert told == [
        ("camera.gap", None, None), ("alert", None, False),
        ("camera.gap", "2026-11-24T04:01:30Z", None), ("alert", None, True),
    ]  # fmt: skip


async def test_a_gap_that_a_dead_engine_left_open_ends_with_the_next_engine(desk: Desk) -> None:
    await desk.camera()
    engine, admin = await desk.engine(), await desk.administrator()
    await report(engine, gap(0))
    await report(engine)
    (ended,) = await seen(admin)
    assert ended["ended_at"] is not None


async def test_a_shift_that_is_corrected_is_no_alert(desk: Desk) -> None:
    await desk.camera()
    await report(await desk.engine(), gap(0, kind="shifted", suspended=False))
    admin = await desk.administrator()
    assert [g["suspended"] for g in await seen(admin)] == [False]
    assert await alerts(admin) == []


async def test_a_camera_without_pictures_is_a_critical_alert(desk: Desk) -> None:
    await desk.camera()
    engine, admin = await desk.engine(), await desk.administrator()
    silent = gap(5, kind="no_picture", gap_id=uuid_utils.compat.uuid7())
    await report(engine, gap(0), silent)
    assert [(code, severity) for code, severity, _ in await alerts(admin)] == [("camera:gate-1", "critical")]
    await report(engine, gap(0))  # pictures again, and they show nothing
    assert [(code, severity) for code, severity, _ in await alerts(admin)] == [("camera:gate-1", "warning")]


@pytest.mark.parametrize(
    ("since", "until", "kinds"),
    [
        (None, None, ["moved", "black", "covered"]),
        (100, None, ["moved", "black"]),
        (None, 100, ["covered"]),
        (150, 160, ["black"]),
        (60, 90, []),
    ],
)
async def test_gaps_of_a_time(desk: Desk, since: float | None, until: float | None, kinds: list[str]) -> None:
    await desk.camera()
    ids = [uuid_utils.compat.uuid7() for _ in range(2)]
    await report(await desk.engine(), gap(0, 50), gap(100, 200, "black", ids[0]), gap(300, None, "moved", ids[1]))
    bounds = {
        name: (NOON + timedelta(seconds=second)).isoformat()
        for name, second in (("since", since), ("until", until))
        if second is not None
    }
    assert [g["kind"] for g in await seen(await desk.administrator(), **bounds)] == kinds


async def test_gaps_come_page_by_page(desk: Desk) -> None:
    await desk.camera()
    await report(await desk.engine(), *(gap(n, n + 1, gap_id=uuid_utils.compat.uuid7()) for n in range(5)))
    admin = await desk.administrator()
    starts: list[str] = []
    cursor = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get("/cameras/gate-1/gaps", params=query)).json()
        starts += [g["started_at"] for g in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert starts == sorted(starts, reverse=True)
    assert len(set(starts)) == 5
    assert_problem(await admin.get("/cameras/gate-1/gaps", params={"cursor": "x"}), 422)
    assert_problem(await admin.get("/cameras/gate-9/gaps"), 404)


async def test_another_cameras_gap_stays_as_it_is(desk: Desk) -> None:
    await desk.camera()
    await desk.camera("gate-2")
    engine = await desk.engine()
    await report(engine, gap(0))
    await report(engine, gap(0, 60), camera="gate-2")
    (lasting,) = await seen(await desk.administrator())
    assert lasting["ended_at"] is None


async def age(desk: Desk, seconds: float) -> None:
    """Let time pass for what is known of the camera."""
    async with desk.office.database.transaction() as session:
        camera = await session.get_one(CameraRow, "gate-1")
        status = await session.get(CameraStatusRow, "gate-1")
        camera.updated_at -= timedelta(seconds=seconds)
        if status is not None:
            status.at -= timedelta(seconds=seconds)


@pytest.mark.parametrize("was_watched", [True, False])
async def test_a_camera_that_no_engine_watches_could_not_see(desk: Desk, was_watched: bool) -> None:
    await desk.camera()
    engine, admin = await desk.engine(), await desk.administrator()
    if was_watched:
        await report(engine, gap(0))
    await look(desk.office)
    assert "not_watched" not in [g["kind"] for g in await seen(admin)]
    await age(desk, 3600)
    for _ in range(2):
        await look(desk.office)
    lasting = [g for g in await seen(admin) if g["ended_at"] is None]
    assert [g["kind"] for g in lasting] == ["not_watched"]
    assert datetime.now(UTC) - datetime.fromisoformat(lasting[0]["started_at"]) > timedelta(seconds=3500)
    assert [severity for _, severity, _ in await alerts(admin)] == ["critical"]
    await report(engine)
    assert [g for g in await seen(admin) if g["ended_at"] is None] == []
    assert await alerts(admin) == []


async def test_a_camera_that_is_switched_off_is_not_missed(desk: Desk) -> None:
    await desk.camera()
    engine, admin = await desk.engine(), await desk.administrator()
    await report(engine, gap(0))
    await admin.patch("/cameras/gate-1", json={"enabled": False})
    await age(desk, 3600)
    await look(desk.office)
    assert [g for g in await seen(admin) if g["ended_at"] is None] == []
    assert await alerts(admin) == []


async def test_who_may_see_gaps(desk: Desk) -> None:
    await desk.camera()
    assert await seen(await desk.person(Role.INSPECTOR)) == []
