"""People and who may sign in."""

import asyncio

import pytest

from service.security import Role
from tests.service.office import PASSWORD, Desk, assert_problem


async def test_people_are_listed_by_name_page_by_page(desk: Desk) -> None:
    admin = await desk.administrator()
    for name in ("mei", "bo", "zhang.wei"):
        body = {"username": name, "display_name": name, "role": "inspector", "password": PASSWORD}
        assert (await admin.post("/users", json=body)).status_code == 201
    first = (await admin.get("/users", params={"limit": 3})).json()
    rest = (await admin.get("/users", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [user["username"] for user in first["items"] + rest["items"]] == ["admin", "bo", "mei", "zhang.wei"]
    assert rest["next_cursor"] is None
    assert "password" not in str(first)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "a"}, "username"),
        ({"username": "no spaces"}, "username"),
        ({"display_name": "  "}, "display_name"),
        ({"role": "emperor"}, "role"),
        ({"password": "short"}, "password"),
        ({"locale": "fr-FR"}, "locale"),
        ({"admin": True}, "admin"),
    ],
)
async def test_a_fault_names_its_field(desk: Desk, change: dict[str, object], field: str) -> None:
    admin = await desk.administrator()
    body = {"username": "mei", "display_name": "Mei", "role": "inspector", "password": PASSWORD} | change
    assert assert_problem(await admin.post("/users", json=body), 422)["errors"][0]["field"] == field


async def test_a_name_is_taken_once(desk: Desk) -> None:
    admin = await desk.administrator()
    body = {"username": "Admin", "display_name": "Admin", "role": "operator", "password": PASSWORD}
    assert_problem(await admin.post("/users", json=body), 409, "taken")


@pytest.mark.parametrize("change", [{"active": False}, {"role": "inspector"}, {"password": "a new password"}])
async def test_what_changes_rights_ends_sessions(desk: Desk, change: dict[str, object]) -> None:
    operator = await desk.person(Role.OPERATOR)
    user_id = (await operator.get("/session")).json()["user"]["id"]
    admin = await desk.administrator()
    answer = await admin.patch(f"/users/{user_id}", json=change)
    assert answer.status_code == 200
    assert_problem(await operator.get("/session"), 401)


async def test_a_new_name_to_show_ends_nothing(desk: Desk) -> None:
    operator = await desk.person(Role.OPERATOR)
    user_id = (await operator.get("/session")).json()["user"]["id"]
    admin = await desk.administrator()
    answer = await admin.patch(f"/users/{user_id}", json={"display_name": "王芳", "locale": "en-US"})
    assert answer.json()["display_name"] == "王芳"
    assert (await operator.get("/session")).json()["user"]["locale"] == "en-US"


async def test_somebody_not_active_cannot_sign_in(desk: Desk) -> None:
    operator = await desk.person(Role.OPERATOR)
    user_id = (await operator.get("/session")).json()["user"]["id"]
    admin = await desk.administrator()
    await admin.patch(f"/users/{user_id}", json={"active": False})
    answer = await desk.client().post("/session", json={"username": "operator", "password": PASSWORD})
    assert_problem(answer, 401)


@pytest.mark.parametrize("change", [{"active": False}, {"role": "operator"}])
async def test_the_last_administrator_stays(desk: Desk, change: dict[str, object]) -> None:
    admin = await desk.administrator()
    user_id = (await admin.get("/session")).json()["user"]["id"]
    assert_problem(await admin.patch(f"/users/{user_id}", json=change), 409, "last active administrator")
    assert (await admin.get("/users")).json()["items"][0]["role"] == "administrator"


async def test_somebody_unknown_is_not_found(desk: Desk) -> None:
    admin = await desk.administrator()
    answer = await admin.patch("/users/01a20f5f-0000-7000-8000-000000000000", json={"active": False})
    assert_problem(answer, 404)


async def test_of_people_who_get_the_same_external_id_at_once_one_has_it(desk: Desk) -> None:
    admin = await desk.administrator()
    person = {"role": "inspector", "password": PASSWORD, "external_id": "mei@city.example"}
    names = [f"mei-{number}" for number in range(4)]
    answers = await asyncio.gather(
        *(admin.post("/users", json=person | {"username": name, "display_name": name}) for name in names)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409, "external_id mei@city.example")
    ids = []
    for name in ("bo", "li", "an"):
        body = person | {"username": name, "display_name": name, "external_id": None}
        ids.append((await admin.post("/users", json=body)).json()["id"])
    change = {"external_id": "bo@city.example"}
    answers = await asyncio.gather(*(admin.patch(f"/users/{user_id}", json=change) for user_id in ids))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_the_database_has_the_last_word_about_an_external_id(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await desk.administrator()
    person = {"role": "inspector", "password": PASSWORD, "display_name": "Mei", "external_id": "mei@city.example"}
    assert (await admin.post("/users", json=person | {"username": "mei"})).status_code == 201
    other = (await admin.post("/users", json=person | {"username": "bo", "external_id": None})).json()

    async def finds_nothing(*_: object) -> None:
        """What a request sees that comes at the same time as another one."""

    monkeypatch.setattr("service.users.workflow._check_external_id", finds_nothing)
    assert_problem(await admin.post("/users", json=person | {"username": "li"}), 409, "external_id mei@city.example")
    answer = await admin.patch(f"/users/{other['id']}", json={"external_id": "mei@city.example"})
    assert_problem(answer, 409, "external_id mei@city.example")
    assert_problem(await admin.post("/users", json=person | {"username": "mei", "external_id": "x"}), 409, "name mei")
