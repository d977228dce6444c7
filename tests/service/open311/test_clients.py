"""GeoReport v2 over HTTP, by a client that was not written here, PyPI's georeport, and by plain requests."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
import requests
from georeport import GeoReport

from service import clock
from service.open311.settling import settle_requests
from service.security import Role, Scope
from service.serving import OfficeServer
from tests.service.office import Desk, deliver, jpeg, parcel

Served = tuple[Desk, OfficeServer]
Answer = TypeVar("Answer")
REPORT = {"service_code": "garbage", "lat": "39.13", "long": "117.2", "description": "树下一堆垃圾"}


async def ask(question: Callable[..., Answer], *args: object, **parameters: object) -> Answer:
    """Ask with a client that blocks, while the server in this process answers."""
    return await asyncio.to_thread(question, *args, **parameters)


async def key_of(desk: Desk) -> str:
    program = await desk.program(Scope.OPEN311_WRITE)
    return program.headers["Authorization"].removeprefix("Bearer ")


async def file_photo(desk: Desk, url: str, **fields: str) -> str:
    """File a report with a photo, as an app's form does; its identifier."""
    form = {"api_key": await key_of(desk)} | REPORT | fields
    answer = await ask(requests.post, f"{url}/requests.json", data=form, files={"media": ("a.jpg", jpeg())}, timeout=20)
    assert answer.status_code == 200, answer.text
    return str(answer.json()[0]["service_request_id"])


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_an_app_finds_services_files_and_follows(served: Served, form: str) -> None:
    desk, server = served
    url = f"{server.url}/open311/v2"
    client = GeoReport(url, output_format=form)
    services = await ask(client.get_service_list)
    assert [service["service_code"] for service in services] == [
        "cigarette_butt",
        "garbage",
        "illegal_parking",
        "jaywalking",
    ]
    assert services[1]["service_name"] == "乱丢垃圾"
    definition = await ask(client.get_service_definition, "garbage")
    assert (definition["service_code"], definition["attributes"] or []) == ("garbage", [])

    request_id = await file_photo(desk, url)
    filed: dict[str, Any] = await ask(client.get_service_request, request_id)
    assert (filed["status"], filed["service_code"], filed["status_notes"]) == ("open", "garbage", "待审核")
    assert (float(filed["lat"]), float(filed["long"])) == (39.13, 117.2)
    assert filed["description"] is None  # what people write is for the app that filed it

    engine = await desk.engine()
    claimed = (await engine.post("/photos/claim", json={})).json()["items"]
    assert [photo["id"] for photo in claimed] == [request_id]
    case = (await deliver(engine, parcel(camera=None, photo=request_id, kind="garbage"))).json()["case_id"]
    await engine.post(f"/photos/{request_id}/result", json={"status": "done", "detail": "garbage × 1"})
    assert await settle_requests(desk.office, clock.now()) == 1
    operator = await desk.person(Role.OPERATOR)
    await operator.post(f"/cases/{case}/confirm", json={"version": 1})
    filed = await ask(client.get_service_request, request_id)
    assert (filed["status"], filed["status_notes"]) == ("open", "立案")
    closed = (await operator.post(f"/cases/{case}/close", json={"version": 2})).json()
    filed = await ask(client.get_service_request, request_id)
    assert (filed["status"], filed["status_notes"]) == ("closed", "结案")
    assert filed["updated_datetime"] == closed["closed_at"]

    other = await file_photo(desk, url, service_code="cigarette_butt")
    found = await ask(client.get_service_requests, service_request_id=f"{request_id},{other}")
    assert [request["service_request_id"] for request in found] == [other, request_id]
    found = await ask(client.get_service_requests, status="open", service_code="garbage,cigarette_butt")
    # Of one element, the client's XML is no list.
    assert (found if form == "xml" else found[0])["service_request_id"] == other


async def test_the_discovery_document_leads_to_the_endpoint(served: Served) -> None:
    _, server = served
    document = (await ask(requests.get, f"{server.url}/open311/v2/discovery.json", timeout=20)).json()
    (endpoint,) = document["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert len(await ask(GeoReport(endpoint["url"]).get_service_list)) == 4
