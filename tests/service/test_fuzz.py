"""schemathesis sends the whole API what its description allows and what it forbids: no answer is a fault of ours."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from service.security import ACCESS, Role, Scope
from service.settings import Settings
from tests.service.office import Desk, delivered_case, jpeg, open_desk, parcel

EXAMPLES = int(os.environ.get("STREETWARDEN_FUZZ_EXAMPLES", "3"))
"""Requests of each sort to each route; ``STREETWARDEN_FUZZ_EXAMPLES=100`` makes a long run of it."""
SEED = 20261125
BASE = "http://office.test"
NO_ENGINE = "urn:streetwarden:no-engine"
"""What only the engine can do is answered with 503 where there is none, as here."""
QUIETLY = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Askers:
    """Who may ask what, and names of what is there, so that not every path ends at a 404."""

    administrator: httpx.AsyncClient
    handler: httpx.AsyncClient
    program: httpx.AsyncClient
    leaving: httpx.AsyncClient
    there: dict[str, str]

    @classmethod
    async def of(cls, desk: Desk) -> "Askers":
        admin = await desk.administrator()
        handler = await desk.person(Role.UNIT_HANDLER)
        program = await desk.program(*(scope for scope in Scope if scope is not Scope.FRAMES_WRITE))
        await desk.camera()
        case = await delivered_case(program, parcel())
        photo = (await admin.post("/photos", files={"file": ("a.jpg", jpeg())})).json()
        detail = (await admin.get(f"/cases/{case['case_id']}")).json()
        users = (await admin.get("/users")).json()["items"]
        there = {
            "camera_id": "gate-1",
            "case_id": case["case_id"],
            "violation_id": case["violation_id"],
            "evidence_id": detail["evidence"][0]["id"],
            "photo_id": photo["id"],
            "user_id": next(user["id"] for user in users if user["username"] != "admin"),
            "unit_id": (await admin.get("/units")).json()["items"][0]["id"],
            "calendar_id": (await admin.get("/calendars")).json()["items"][0]["id"],
            "kind": "garbage",
            "ledger": "problems",
            "rule": "dismissed",
            "form": "xml",
            "service_code": "garbage",
        }
        return cls(admin, handler, program, await desk.administrator(), there)

    def who(self, name: str) -> httpx.AsyncClient:
        """Who asks a route: the administrator, unless the route is for others only, or signs its asker out."""
        if name in ("sign_out", "sign_out_everywhere"):
            return self.leaving
        rule = ACCESS.get(name)
        if rule is None or rule.public or Role.ADMINISTRATOR in rule.grants:
            return self.administrator
        return self.handler if Role.UNIT_HANDLER in rule.grants else self.program


async def test_no_request_gets_an_answer_that_is_a_fault_of_ours(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> None:
    async with open_desk(make_settings(sending_seconds=60), prepared[1]) as desk:
        askers = await Askers.of(desk)
        desk.office.stopping.set()  # streams end at once
        schema = schemathesis.openapi.from_dict(desk.app.openapi())
        loop = asyncio.get_running_loop()
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) > 100
        faults: list[str] = []
        for operation in operations:
            await asyncio.to_thread(_fuzz, operation, askers, loop, faults)
        assert not faults, "\n".join(faults)


def _fuzz(operation: APIOperation, askers: Askers, loop: asyncio.AbstractEventLoop, faults: list[str]) -> None:
    """Send one route requests that its description allows, and some that it does not; blocks."""
    name = str(operation.definition.raw["operationId"])
    asker = askers.who(name)
    known = {key: value for key, value in askers.there.items() if f"{{{key}}}" in operation.path}
    for mode, names in ((GenerationMode.POSITIVE, known or None), (GenerationMode.NEGATIVE, None)):

        @seed(SEED)
        @QUIETLY
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=names))
        def send(case: Case) -> None:
            answer = asyncio.run_coroutine_threadsafe(_send(asker, case), loop).result(timeout=60)
            if answer.status_code >= 500 and NO_ENGINE not in answer.text:
                faults.append(f"{name}: {answer.status_code} {answer.text}\n{case.as_curl_command()}")

        send()


async def _send(asker: httpx.AsyncClient, case: Case) -> httpx.Response:
    """Send a request as schemathesis writes it, under the asker's name."""
    kwargs: dict[str, Any] = case.as_transport_kwargs(base_url=BASE)
    known = {name for name in requests.Request().__dict__ if name != "hooks"}
    prepared = requests.Request(**{name: value for name, value in kwargs.items() if name in known}).prepare()
    own = ("cookie", "authorization")
    headers = {name: value for name, value in prepared.headers.items() if name.lower() not in own}
    return await asker.request(case.method, str(prepared.url), headers=headers, content=prepared.body)
