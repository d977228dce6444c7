"""API keys of cameras and engines."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from service import clock
from service.api_keys.models import ApiKeyRow
from service.api_keys.ring import KEPT_SECONDS
from service.api_keys.workflow import issue_engine_key
from tests.service.office import Desk, assert_problem, deliver, delivered_case, parcel


async def test_the_secret_is_shown_once_and_kept_nowhere(desk: Desk) -> None:
    admin = await desk.administrator()
    made = (await admin.post("/api-keys", json={"name": "gate", "scopes": ["violations:write"]})).json()
    assert made["key"].startswith("swk_")
    listed = await admin.get("/api-keys")
    assert made["key"] not in listed.text
    assert [key["name"] for key in listed.json()["items"]] == ["gate"]
    assert all(made["key"].encode() not in path.read_bytes() for path in desk.settings.data.glob("streetwarden.db*"))


async def test_using_a_key_is_noted_and_removing_it_ends_it(desk: Desk) -> None:
    admin = await desk.administrator()
    made = (await admin.post("/api-keys", json={"name": "engine", "scopes": ["engine"]})).json()
    client = desk.client(Authorization=f"Bearer {made['key']}")
    assert (await client.get("/system")).status_code == 200
    assert (await admin.get("/api-keys")).json()["items"][0]["last_used_at"] is not None
    assert (await admin.delete(f"/api-keys/{made['id']}")).status_code == 204
    assert_problem(await client.get("/system"), 401)
    assert_problem(await admin.delete(f"/api-keys/{made['id']}"), 404)


async def test_a_key_ends_when_it_expires(desk: Desk) -> None:
    admin = await desk.administrator()
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    body = {"name": "engine", "scopes": ["engine"], "expires_at": soon}
    client = desk.client(Authorization=f"Bearer {(await admin.post('/api-keys', json=body)).json()['key']}")
    assert (await client.get("/system")).status_code == 200
    async with desk.office.database.transaction() as session:
        await session.execute(update(ApiKeyRow).values(expires_at=clock.now() - timedelta(seconds=1)))
    await asyncio.sleep(KEPT_SECONDS)
    assert_problem(await client.get("/system"), 401)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["frames:write"]}, "camera_id"),
        ({"camera_id": "nowhere"}, "camera_id"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
    ],
)
async def test_a_fault_names_its_field(desk: Desk, change: dict[str, object], word: str) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.post("/api-keys", json={"name": "x", "scopes": ["engine"]} | change), 422, word)


async def test_a_key_of_one_camera_delivers_for_that_camera_only(desk: Desk) -> None:
    await desk.camera("gate-1")
    await desk.camera("gate-2")
    admin = await desk.administrator()
    body = {"name": "gate", "scopes": ["violations:write"], "camera_id": "gate-1"}
    client = desk.client(Authorization=f"Bearer {(await admin.post('/api-keys', json=body)).json()['key']}")
    await delivered_case(client, parcel(camera="gate-1"))
    assert_problem(await deliver(client, parcel(camera="gate-2")), 403, "gate-1")


async def test_a_new_key_of_the_local_engine_replaces_the_one_before(desk: Desk) -> None:
    first = desk.client(Authorization=f"Bearer {await issue_engine_key(desk.office.database)}")
    assert (await first.get("/cameras")).status_code == 200
    second = desk.client(Authorization=f"Bearer {await issue_engine_key(desk.office.database)}")
    assert (await second.get("/cameras")).status_code == 200
    await asyncio.sleep(KEPT_SECONDS)
    assert_problem(await first.get("/cameras"), 401)
