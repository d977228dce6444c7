"""The town at work: people who act through HTTP by their rights, and the office whose clock the script holds."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from service.audit.anchors import anchor_today
from service.audit.signing import load_key
from service.cases.sweep import sweep
from service.security import Scope
from tests.end_to_end.campaign.account import Account, CaseAccount
from tests.end_to_end.campaign.district import ADMINISTRATOR, AREAS, CAMERAS, PEOPLE, UNITS, Person, geojson
from tests.end_to_end.campaign.evidence import Pictures
from tests.end_to_end.campaign.fates import Fate
from tests.end_to_end.campaign.watch import ZONE, Watch, local
from tests.service.office import PASSWORD, Desk

Json = dict[str, Any]
OPEN_HOURS = range(6, 23)
"""When somebody works, and a case can fall due. Every hour the office looks; a real one does twice a minute."""


@dataclass
class Worker:
    """Somebody at a desk: what the person sees and does goes through HTTP, and into the account."""

    person: Person
    client: httpx.AsyncClient
    account: Account
    units: dict[str, str]

    async def sees(self, *statuses: str, **filters: object) -> list[Json]:
        """The cases of a list, oldest first, all pages of it. Each list is checked against the account."""
        found: list[Json] = []
        query: Json = {"status": list(statuses), "order": "oldest", "limit": 200, **filters}
        while True:
            answer = await self.client.get("/cases", params=query)
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            query["cursor"] = answer.json()["next_cursor"]
            if query["cursor"] is None:
                break
        if not filters:
            expected = {case.number for case in self.account.standing(*statuses) if self.may_see(case)}
            assert {case["number"] for case in found} == expected
        return found

    def may_see(self, case: CaseAccount) -> bool:
        person = self.person
        if person.role == "unit_handler":
            return case.unit == person.unit
        if person.role == "inspector":
            return case.reporter == person.username
        return person.area is None or self.account.map.lies_in(case.area, person.area)

    async def step(self, case: Json, action: str, **body: str) -> Json:
        """Take a step on a case as it was last seen; answers the case afterwards."""
        told = {name: text for name, text in body.items() if name != "unit"}
        if "unit" in body:
            told["unit_id"] = self.units[body["unit"]]
        answer = await self.client.post(f"/cases/{case['id']}/{action}", json={"version": case["version"], **told})
        assert answer.status_code == 200, answer.text
        self.account.step(self.person.name, case["id"], action, **body)
        self.account.watch.tick()
        after: Json = answer.json()
        assert after["status"] == self.account.of(case["id"]).status
        return after

    async def photograph(self, case: Json, picture: bytes) -> None:
        """Add a photo that shows how the place looks afterwards."""
        path = f"/cases/{case['id']}/after-photos"
        answer = await self.client.post(path, files={"file": ("after.jpg", picture, "image/jpeg")})
        assert answer.status_code == 200, answer.text
        self.account.add_photo(self.person.name, case["id"])
        self.account.watch.tick()


@dataclass
class Town:
    """Everybody and everything."""

    desk: Desk
    watch: Watch
    account: Account
    pictures: Pictures
    engine: httpx.AsyncClient
    smart: dict[str, httpx.AsyncClient]
    people: dict[str, Worker]
    units: dict[str, str]
    fates: dict[str, Fate] = field(default_factory=dict)
    first_reports: dict[str, str] = field(default_factory=dict)
    urged: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def __getitem__(self, username: str) -> Worker:
        return self.people[username]

    def fate(self, case: Json) -> Fate:
        """What the script wants to become of a case."""
        return self.fates[case["number"]]

    def handlers(self, *units: str) -> list[Worker]:
        """Who works for these units now: of two, the one who was there first."""
        found: dict[str, Worker] = {}
        for worker in self.people.values():
            unit = worker.person.unit
            if unit in units and worker.person.username not in self.gone:
                found.setdefault(unit, worker)
        return [found[unit] for unit in units]

    async def until(self, moment: str) -> None:
        """Let time pass. Meanwhile the office looks for what is due, and signs its anchor."""
        then = local(moment)
        office = self.desk.office
        while self.watch.moment < then:
            hour = self.watch.moment.replace(minute=0, second=0) + timedelta(hours=1)
            while hour.astimezone(ZONE).hour not in OPEN_HOURS:
                hour += timedelta(hours=1)
            self.watch.moment = min(then, hour)
            now = self.watch.now()
            expected = self.account.look()
            assert await sweep(office.database, now) == expected, f"what was due at {now.astimezone(ZONE)}"
            await anchor_today(office.database, load_key(office.settings.key_folder), ZONE, now)


async def found_town(desk: Desk, watch: Watch, pictures: Pictures) -> Town:
    """The administrator enters units, areas, cameras and people, and hands out keys."""
    account = Account(watch)
    admin = await desk.administrator()
    units = {}
    for unit in UNITS:
        body = {
            "code": unit.code, "name": unit.name, "kind": unit.kind, "contact": unit.contact,
            "calendar_id": unit.calendar, "is_default": unit.is_default,
        }  # fmt: skip
        units[unit.code] = (await made(admin.post("/units", json=body)))["id"]
    headers = {"Content-Type": "application/geo+json"}
    imported = await admin.put("/areas/geojson", json=geojson(AREAS), headers=headers)
    assert imported.status_code == 200, imported.text
    areas = {area["code"]: area["id"] for area in (await admin.get("/areas")).json()["items"]}
    for camera in CAMERAS:
        longitude, latitude = camera.place
        body = {"id": camera.id, "name": camera.name, "source": "push:", "scene": camera.scene}
        await made(admin.post("/cameras", json=body | {"longitude": longitude, "latitude": latitude}))
    people = {ADMINISTRATOR.username: Worker(ADMINISTRATOR, admin, account, units)}
    for person in PEOPLE:
        body = {"username": person.username, "display_name": person.name, "role": person.role, "password": PASSWORD}
        body |= {"unit_id": units[person.unit]} if person.unit else {}
        body |= {"area_id": areas[person.area]} if person.area else {}
        await made(admin.post("/users", json=body))
        people[person.username] = Worker(person, await desk.signed_in(person.username, PASSWORD), account, units)
    smart = {
        camera.id: await desk.program(Scope.VIOLATIONS_WRITE, camera=camera.id) for camera in CAMERAS if camera.smart
    }
    return Town(desk, watch, account, pictures, await desk.engine(), smart, people, units)


async def made(asking: Awaitable[httpx.Response]) -> Json:
    """What was made by a request that had to go well."""
    answer = await asking
    assert answer.status_code in (200, 201, 202), answer.text
    found: Json = answer.json()
    return found
