"""The office under test: the real app on a real SQLite file, and people and programs that talk to it."""

import asyncio
import contextlib
import functools
import io
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uuid_utils.compat
from fastapi import FastAPI
from PIL import Image

from detector.violations import EvidenceFile, Violation, ViolationKind
from detector.violations import Role as EvidenceRole
from service.app import create_app
from service.office import Office
from service.security import Principal, Role, Scope
from service.serving import Address, OfficeServer
from service.settings import Settings

ADMINISTRATOR = Principal(id=UUID(int=1), name="test", grants=frozenset({Role.ADMINISTRATOR}))
Part = tuple[str | None, bytes | str, str]
PASSWORD = "correct horse battery"


def settings_for(data: Path, **changes: object) -> Settings:
    """Settings for a test: cheap passwords, quick polling."""
    values: dict[str, Any] = {
        "environment": "test",
        "data": data,
        "password_memory_kib": 8,
        "password_passes": 1,
        "min_free_bytes": 0,
        "event_poll_seconds": 0.05,
        "heartbeat_seconds": 0.3,
    }
    return Settings(**values | changes)


@dataclass
class Desk:
    """The app and those who use it; clients are closed with it."""

    app: FastAPI
    settings: Settings
    admin_password: str
    base_url: str = "http://office.test"
    clients: list[httpx.AsyncClient] = field(default_factory=list)
    clerk: httpx.AsyncClient | None = None
    over_network: bool = False

    @property
    def office(self) -> Office:
        office = self.app.state.office
        assert isinstance(office, Office)
        return office

    def client(self, address: str = "192.0.2.1", **headers: str) -> httpx.AsyncClient:
        """Somebody unknown."""
        transport: httpx.AsyncBaseTransport
        transport = httpx.ASGITransport(self.app, client=(address, 5))
        if self.over_network:
            transport = httpx.AsyncHTTPTransport()
        client = httpx.AsyncClient(transport=transport, base_url=f"{self.base_url}/api/v1", headers=headers, timeout=20)
        self.clients.append(client)
        return client

    async def signed_in(self, username: str, password: str, address: str = "192.0.2.1") -> httpx.AsyncClient:
        client = self.client(address)
        answer = await client.post("/session", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    async def administrator(self) -> httpx.AsyncClient:
        return await self.signed_in("admin", self.admin_password)

    async def _clerk(self) -> httpx.AsyncClient:
        """The administrator who prepares tests; signed in once."""
        if self.clerk is None:
            self.clerk = await self.administrator()
        return self.clerk

    async def person(self, role: Role, username: str | None = None) -> httpx.AsyncClient:
        """Somebody new with a role, signed in."""
        username = username or role.value
        admin = await self._clerk()
        body = {"username": username, "display_name": username.title(), "role": role, "password": PASSWORD}
        if role is Role.UNIT_HANDLER:
            unit = await admin.post("/units", json={"code": username, "name": username, "kind": "other"})
            assert unit.status_code == 201, unit.text
            body["unit_id"] = unit.json()["id"]
        answer = await admin.post("/users", json=body)
        assert answer.status_code == 201, answer.text
        return await self.signed_in(username, PASSWORD)

    async def program(self, *scopes: Scope, camera: str | None = None) -> httpx.AsyncClient:
        """A program with a new API key."""
        admin = await self._clerk()
        answer = await admin.post("/api-keys", json={"name": "program", "scopes": scopes, "camera_id": camera})
        assert answer.status_code == 201, answer.text
        return self.client(Authorization=f"Bearer {answer.json()['key']}")

    async def engine(self) -> httpx.AsyncClient:
        return await self.program(Scope.ENGINE)

    async def camera(self, camera_id: str = "gate-1", **fields: object) -> None:
        admin = await self._clerk()
        body = {"id": camera_id, "name": "北门路口", "source": "push:", "longitude": 117.2, "latitude": 39.13} | fields
        answer = await admin.post("/cameras", json=body)
        assert answer.status_code == 201, answer.text


@functools.cache
def _app() -> FastAPI:
    return create_app(settings_for(Path(tempfile.gettempdir()) / "street-warden-no-such-folder"))


@contextlib.asynccontextmanager
async def open_desk(settings: Settings, admin_password: str) -> AsyncIterator[Desk]:
    """The app in this process, without a network.

    Making an app takes longer than most tests: one is made, and each test gives it an office of its own.
    """
    app = _app()
    app.state.office = Office.open(settings)
    desk = Desk(app, settings, admin_password)
    async with app.router.lifespan_context(app):
        try:
            yield desk
        finally:
            for client in desk.clients:
                await client.aclose()


@contextlib.asynccontextmanager
async def open_server(settings: Settings, admin_password: str) -> AsyncIterator[tuple[Desk, OfficeServer]]:
    """The app behind the real server on a free port: for streams and stops."""
    app = create_app(settings)
    server = OfficeServer(app, Address("127.0.0.1", 0), settings, with_engine=False)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        if serving.done():
            serving.result()
            raise RuntimeError("the server did not start")
    desk = Desk(app, settings, admin_password, server.url, over_network=True)
    try:
        yield desk, server
    finally:
        for client in desk.clients:
            await client.aclose()
        server.should_exit = True
        await serving


def copy_of(template: Path, target: Path) -> Path:
    """A prepared data folder."""
    shutil.copytree(template, target)
    return target


def jpeg(width: int = 64, height: int = 48, colour: tuple[int, int, int] = (90, 120, 60), quality: int = 75) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", quality=quality)
    return out.getvalue()


@dataclass
class Parcel:
    """A violation with the contents of its evidence files."""

    violation: Violation
    files: dict[str, bytes]

    def parts(self) -> list[tuple[str, Part]]:
        parts: list[tuple[str, Part]] = [("violation", (None, self.violation.model_dump_json(), "application/json"))]
        parts += [("files", (name, content, "image/jpeg")) for name, content in self.files.items()]
        return parts

    def changed(self, **fields: object) -> "Parcel":
        document = json.loads(self.violation.model_dump_json()) | fields
        return Parcel(Violation.model_validate(document), self.files)


def parcel(
    roles: tuple[EvidenceRole, ...] = ("closeup", "context", "original"),
    *,
    camera: str | None = "gate-1",
    **fields: object,
) -> Parcel:
    """A violation as a detector delivers it."""
    files = {f"{role}.jpg": jpeg(colour=(position * 40, 90, 200)) for position, role in enumerate(roles)}
    moment = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    evidence = tuple(
        EvidenceFile(file=f"{role}.jpg", sha256=sha256(files[f"{role}.jpg"]).hexdigest(), role=role, taken_at=moment)
        for role in roles
    )
    values: dict[str, Any] = {
        "id": uuid_utils.compat.uuid7(),
        "kind": ViolationKind.JAYWALKING,
        "camera": camera,
        "started_at": moment,
        "ended_at": moment,
        "confidence": 0.8,
        "box": (10, 10, 60, 90),
        "width": 768,
        "height": 576,
        "zone": "road",
        "evidence": evidence,
    }
    return Parcel(Violation(**values | fields), files)


async def deliver(client: httpx.AsyncClient, sent: Parcel) -> httpx.Response:
    return await client.post("/violations", files=sent.parts())


async def delivered_case(client: httpx.AsyncClient, sent: Parcel | None = None) -> dict[str, Any]:
    """Deliver a violation; the answer names its case."""
    answer = await deliver(client, sent or parcel())
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    return result


def assert_problem(answer: httpx.Response, status: int, *words: str) -> dict[str, Any]:
    """The answer is a problem of this status whose text holds these words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["request_id"]
    for word in words:
        assert word in answer.text, answer.text
    return problem
