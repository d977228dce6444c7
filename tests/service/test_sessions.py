"""Signing in and out."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from service import clock
from service.security import Role
from service.sessions.models import SessionRow
from service.settings import Settings
from tests.service.office import PASSWORD, Desk, assert_problem, open_desk


async def test_signing_in_tells_who_one_is_and_sets_a_guarded_cookie(desk: Desk) -> None:
    client = desk.client()
    answer = await client.post("/session", json={"username": " ADMIN ", "password": desk.admin_password})
    assert answer.status_code == 200
    assert answer.json()["user"]["username"] == "admin"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert (await client.get("/session")).json() == answer.json()


async def test_the_cookie_is_secure_over_https(desk: Desk) -> None:
    desk.base_url = "https://office.test"
    answer = await desk.client().post("/session", json={"username": "admin", "password": desk.admin_password})
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(desk: Desk) -> None:
    client = desk.client()
    wrong = await client.post("/session", json={"username": "admin", "password": "wrong"})
    unknown = await client.post("/session", json={"username": "nobody", "password": "wrong"})
    assert assert_problem(wrong, 401)["detail"] == assert_problem(unknown, 401)["detail"]


async def test_signing_out_ends_the_session_on_the_server(desk: Desk) -> None:
    admin = await desk.administrator()
    cookie = admin.cookies["streetwarden_session"]
    assert (await admin.delete("/session")).status_code == 204
    assert_problem(await desk.client(Cookie=f"streetwarden_session={cookie}").get("/session"), 401)


async def test_the_database_never_holds_the_token(desk: Desk) -> None:
    admin = await desk.administrator()
    token = admin.cookies["streetwarden_session"].encode()
    assert all(token not in path.read_bytes() for path in desk.settings.data.glob("streetwarden.db*"))


@pytest.mark.parametrize(("column", "ago"), [("seen_at", timedelta(hours=13)), ("expires_at", timedelta(seconds=1))])
async def test_a_session_ends_unused_or_old(desk: Desk, column: str, ago: timedelta) -> None:
    admin = await desk.administrator()
    async with desk.office.database.transaction() as session:
        await session.execute(update(SessionRow).values({column: clock.now() - ago}))
    assert_problem(await admin.get("/session"), 401)


async def test_guessing_is_slowed_down_for_the_guesser_and_not_for_others(
    make_settings: Callable[..., Settings], prepared: tuple[object, str]
) -> None:
    async with open_desk(make_settings(sign_in_tries=3), prepared[1]) as desk:
        guesser = desk.client("198.51.100.7")
        for _ in range(3):
            assert_problem(await guesser.post("/session", json={"username": "admin", "password": "guess"}), 401)
        right = {"username": "admin", "password": desk.admin_password}
        answer = await guesser.post("/session", json=right)
        assert_problem(answer, 429, "wait")
        assert 0 < int(answer.headers["retry-after"]) <= 300
        assert (await desk.client("192.0.2.8").post("/session", json=right)).status_code == 200


@pytest.mark.parametrize("limit", ["sign_in_tries_account", "sign_in_tries_address"])
async def test_guessing_from_everywhere_or_at_everybody_is_slowed_down_too(
    make_settings: Callable[..., Settings], prepared: tuple[object, str], limit: str
) -> None:
    async with open_desk(make_settings(**{limit: 3}), prepared[1]) as desk:
        statuses = []
        for number in range(4):
            one_account = limit == "sign_in_tries_account"
            client = desk.client(f"198.51.100.{number}" if one_account else "198.51.100.1")
            name = "admin" if one_account else f"somebody-{number}"
            statuses.append((await client.post("/session", json={"username": name, "password": "x"})).status_code)
        assert statuses == [401, 401, 401, 429]


async def test_signing_in_well_often_never_slows_anybody_down(
    make_settings: Callable[..., Settings], prepared: tuple[object, str]
) -> None:
    async with open_desk(make_settings(sign_in_tries=2, sign_in_tries_account=2), prepared[1]) as desk:
        for _ in range(5):
            await desk.administrator()


async def test_another_site_cannot_sign_somebody_in(desk: Desk) -> None:
    right = {"username": "admin", "password": desk.admin_password}
    answer = await desk.client().post("/session", json=right, headers={"Sec-Fetch-Site": "cross-site"})
    assert_problem(answer, 403, "another site")


async def test_changing_the_password_ends_other_sessions(desk: Desk) -> None:
    here = await desk.person(Role.OPERATOR)
    elsewhere = await desk.signed_in("operator", PASSWORD)
    wrong = await here.post("/session/password", json={"current": "not it at all", "new": "another good one"})
    assert assert_problem(wrong, 422)["errors"][0]["field"] == "current"
    short = await here.post("/session/password", json={"current": PASSWORD, "new": "short"})
    assert assert_problem(short, 422)["errors"][0]["field"] == "new"
    right = await here.post("/session/password", json={"current": PASSWORD, "new": "another good one"})
    assert right.status_code == 204
    assert (await here.get("/session")).status_code == 200
    assert_problem(await elsewhere.get("/session"), 401)
    await desk.signed_in("operator", "another good one")


async def test_signing_out_everywhere_ends_all_sessions_of_the_person(desk: Desk) -> None:
    first, second = await desk.administrator(), await desk.administrator()
    operator = await desk.person(Role.OPERATOR)
    found = (await first.get("/session/all")).json()["items"]
    assert [entry["current"] for entry in found].count(True) == 1
    assert len(found) == 3  # the clerk who added the operator is the administrator too
    assert (await second.delete("/session/all")).status_code == 204
    for client in (first, second):
        assert_problem(await client.get("/session"), 401)
    assert (await operator.get("/session")).status_code == 200


async def test_an_administrator_signs_somebody_out_everywhere(desk: Desk) -> None:
    operator = await desk.person(Role.OPERATOR)
    user_id = (await operator.get("/session")).json()["user"]["id"]
    admin = await desk.administrator()
    assert (await admin.delete(f"/users/{user_id}/sessions")).status_code == 204
    assert_problem(await operator.get("/session"), 401)
    assert_problem(await admin.delete(f"/users/{uuid4()}/sessions"), 404)
    await desk.signed_in("operator", PASSWORD)
