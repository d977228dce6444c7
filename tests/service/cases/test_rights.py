"""Every route about one case: role by role, with a case of the own area or unit, and with somebody else's."""

import re
from typing import Any

import httpx
import pytest

from service.security import ACCESS, Role
from tests.service.areas.test_areas import district, put
from tests.service.cases.people import Json, add_photo, done, person, step, unit
from tests.service.office import Desk, assert_problem, delivered_case, parcel
from tests.service.test_security import api_routes

HERE = {"longitude": 117.2, "latitude": 39.13}
THERE = {"longitude": 117.05, "latitude": 39.25}


class Town:
    """Two areas with a unit and a case each; people who belong to the first."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.people: dict[Role, httpx.AsyncClient] = {}
        self.own: Json = {}
        self.other: Json = {}

    async def build(self) -> None:
        admin = await self.desk.administrator()
        units = {code: await unit(admin, code) for code in ("clean", "police", "office", "far")}
        assert (await put(admin, district())).is_success
        areas = {entry["code"]: entry["id"] for entry in (await admin.get("/areas")).json()["items"]}
        await self.desk.camera()
        engine = await self.desk.engine()
        for role in (Role.OPERATOR, Role.SUPERVISOR):
            self.people[role] = await person(self.desk, admin, role.replace("_", "-"), role, area_id=areas["s1"])
        handler = await person(self.desk, admin, "handler", Role.UNIT_HANDLER, unit_id=units["clean"]["id"])
        self.people |= {Role.UNIT_HANDLER: handler, Role.ADMINISTRATOR: admin}
        self.people[Role.AUDITOR] = await self.desk.person(Role.AUDITOR)
        self.people[Role.INSPECTOR] = await self.desk.person(Role.INSPECTOR)
        far = await person(self.desk, admin, "far-handler", Role.UNIT_HANDLER, unit_id=units["far"]["id"])
        self.own = await self._rectified(engine, admin, handler, units["clean"], HERE)
        self.other = await self._rectified(engine, admin, far, units["far"], THERE)

    async def _rectified(
        self, engine: httpx.AsyncClient, admin: httpx.AsyncClient, handler: httpx.AsyncClient, to: Json, place: Json
    ) -> Json:
        """A case that a unit has reported back, with a photo taken afterwards."""
        delivered = await delivered_case(engine, parcel(("closeup", "original"), **place))
        case = (await admin.get(f"/cases/{delivered['case_id']}")).json()
        case = done(await step(admin, case, "confirm"))
        case = done(await step(admin, case, "dispatch", unit_id=to["id"]))
        case = done(await step(handler, case, "accept"))
        done(await add_photo(handler, case["id"]))
        return done(await step(handler, case, "rectify", outcome="talk"))


@pytest.fixture
async def town(desk: Desk) -> Town:
    built = Town(desk)
    await built.build()
    return built


SEES_OTHERS = {Role.ADMINISTRATOR, Role.AUDITOR}


async def ask(client: httpx.AsyncClient, method: str, path: str, case: Json) -> httpx.Response:
    names = {"case_id": case["id"], "violation_id": case["violation"]["id"], "evidence_id": case["evidence"][0]["id"]}
    path = re.sub(r"{(\w+)}", lambda found: names[found[1]], path)
    # A version that is long past: whoever is let in learns of it, and nothing is changed.
    body: dict[str, Any] = {"version": 1, "note": "因故", "reason": "duplicate", "into": case["id"], "boxes": []}
    wanted = {"dismiss": ("reason",), "merge": ("into",), "boxes": ("boxes",)}.get(path.rsplit("/", 1)[-1], ())
    kept = {"version", *wanted} | (set() if "boxes" in wanted else {"note"})
    sent = {} if method == "GET" else {"json": {name: body[name] for name in kept}}
    return await client.request(method, path, **sent)


async def test_every_route_about_a_case_looks_at_the_case_too(town: Town) -> None:
    """Role by route by own or other: what a role may not do at all is 403, what it may do elsewhere only is 404."""
    routes = [r for r in api_routes(town.desk.app) if re.search(r"{(case|evidence|violation)_id}", r[2])]
    assert len(routes) > 15
    for role, client in town.people.items():
        for name, method, path in routes:
            for whose, case in (("own", town.own), ("other", town.other)):
                answer = await ask(client, method, path, case)
                sees = role in SEES_OTHERS or (whose == "own" and role is not Role.INSPECTOR)
                what = f"{role} {name} {whose}: {answer.status_code} {answer.text[:200]}"
                if role not in ACCESS[name].grants:
                    assert answer.status_code == 403, what
                elif not sees:
                    assert answer.status_code == 404, what
                else:
                    # 204: looking away; 409: the version that was sent is out of date; 415: no photo was sent.
                    assert answer.status_code in (200, 204, 409, 415), what
    for case in (town.own, town.other):
        seen = (await town.people[Role.ADMINISTRATOR].get(f"/cases/{case['id']}")).json()
        assert (seen["status"], seen["version"]) == (case["status"], case["version"])


async def test_lists_show_what_single_cases_do(town: Town) -> None:
    expected = {
        Role.OPERATOR: {"own"},
        Role.SUPERVISOR: {"own"},
        Role.UNIT_HANDLER: {"own"},
        Role.INSPECTOR: set(),
        Role.ADMINISTRATOR: {"own", "other"},
        Role.AUDITOR: {"own", "other"},
    }
    names = {town.own["id"]: "own", town.other["id"]: "other"}
    for role, client in town.people.items():
        found = (await client.get("/cases")).json()
        assert ({names[row["id"]] for row in found["items"]}, found["total"]) == (expected[role], len(expected[role]))


async def test_a_case_cannot_be_merged_into_one_that_is_not_seen(town: Town) -> None:
    engine = await town.desk.engine()
    case = await delivered_case(engine, parcel((), **HERE))
    body = {"version": 1, "into": town.other["id"]}
    answer = await town.people[Role.OPERATOR].post(f"/cases/{case['case_id']}/merge", json=body)
    assert_problem(answer, 422, "no such case")


async def test_originals_are_for_those_who_oversee(town: Town) -> None:
    admin = town.people[Role.ADMINISTRATOR]
    evidence = (await admin.get(f"/cases/{town.own['id']}")).json()["evidence"]
    original = next(file for file in evidence if file["role"] == "original")
    for role, client in town.people.items():
        status = (await client.get(original["url"].removeprefix("/api/v1"))).status_code
        expected = {Role.UNIT_HANDLER: 403, Role.INSPECTOR: 404}.get(role, 200)
        assert status == expected, role
        if role is Role.UNIT_HANDLER:
            roles = {e["role"] for e in (await client.get(f"/cases/{town.own['id']}")).json()["evidence"]}
            assert roles == {"closeup", "after"}
