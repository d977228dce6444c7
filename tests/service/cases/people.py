"""The people of a small district, and the steps that they take on cases."""

import io
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image

from service.security import Role
from tests.service.office import PASSWORD, Desk, deliver, parcel

Json = dict[str, Any]


@dataclass
class Staff:
    """Who works on cases: two operators, a handler of the default unit and one of another, a supervisor."""

    desk: Desk
    engine: httpx.AsyncClient
    admin: httpx.AsyncClient
    mei: httpx.AsyncClient
    bo: httpx.AsyncClient
    handler: httpx.AsyncClient
    other: httpx.AsyncClient
    supervisor: httpx.AsyncClient
    unit: Json
    other_unit: Json

    async def new_case(self, **fields: object) -> str:
        """A pending case of a violation that differs from the usual one in these fields."""
        answer = await deliver(self.engine, parcel((), **fields))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["case_id"])

    async def at(self, status: str, **fields: object) -> Json:
        """A case that has come as far as this."""
        case = (await self.admin.get(f"/cases/{await self.new_case(**fields)}")).json()
        way: list[tuple[httpx.AsyncClient, str, Json]] = [
            (self.mei, "confirm", {}),
            (self.mei, "dispatch", {}),
            (self.handler, "accept", {}),
            (self.handler, "rectify", {"outcome": "talk"}),
            (self.mei, "close", {}),
            (self.supervisor, "archive", {}),
        ]
        for who, action, body in way:
            if case["status"] == status:
                return case
            by_photo = action == "rectify" and case["kind"] != "jaywalking"
            if by_photo:
                assert (await add_photo(who, case["id"])).is_success
            case = done(await step(who, case, action, **({} if by_photo else body)))
        assert case["status"] == status
        return case


async def open_staff(desk: Desk) -> Staff:
    """A camera, two units and the people."""
    await desk.camera()
    admin = await desk.administrator()
    units = [await unit(admin, "default", is_default=True), await unit(admin, "other")]
    handlers = [await person(desk, admin, made["code"], Role.UNIT_HANDLER, unit_id=made["id"]) for made in units]
    mei, bo = await desk.person(Role.OPERATOR, "mei"), await desk.person(Role.OPERATOR, "bo")
    supervisor = await desk.person(Role.SUPERVISOR)
    return Staff(desk, await desk.engine(), admin, mei, bo, *handlers, supervisor, *units)


async def unit(admin: httpx.AsyncClient, code: str, **fields: object) -> Json:
    answer = await admin.post("/units", json={"code": code, "name": code.title(), "kind": "sanitation"} | fields)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def person(
    desk: Desk, admin: httpx.AsyncClient, username: str, role: Role, **fields: object
) -> httpx.AsyncClient:
    body = {"username": username, "display_name": username.title(), "role": role, "password": PASSWORD}
    answer = await admin.post("/users", json=body | fields)
    assert answer.status_code == 201, answer.text
    return await desk.signed_in(username, PASSWORD)


async def step(who: httpx.AsyncClient, case: Json, action: str, **body: object) -> httpx.Response:
    """Take a step on a case as it was last seen."""
    return await who.post(f"/cases/{case['id']}/{action}", json={"version": case["version"], **body})


def done(answer: httpx.Response) -> Json:
    """The case after a step that went well."""
    assert answer.status_code == 200, answer.text
    case: Json = answer.json()
    return case


async def add_photo(who: httpx.AsyncClient, case_id: str, shade: int = 0) -> httpx.Response:
    """Add a photo taken afterwards; another shade is another photo."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 120, 60)).save(out, "JPEG")
    return await who.post(f"/cases/{case_id}/after-photos", files={"file": ("after.jpg", out.getvalue(), "image/jpeg")})
