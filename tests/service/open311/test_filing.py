"""Filing reports: what is taken, what is refused and how, and who may."""

import asyncio

import httpx
import pytest
from sqlalchemy import func, select

from service.open311.models import ReporterRow, ServiceRequestRow
from service.security import Role, Scope
from tests.service.office import Desk, jpeg
from tests.service.open311.apps import BASE, REPORT, REPORTER, App, assert_error, xml_of
from tests.service.test_photos import picture


async def test_a_report_with_a_photo_waits_for_the_engine_like_an_inspectors(desk: Desk) -> None:
    app = await App.of(desk)
    request_id = await app.filed()
    operator = await desk.person(Role.OPERATOR)
    photo = (await operator.get(f"/photos/{request_id}")).json()
    assert (photo["status"], photo["note"], photo["uploaded_by"]) == ("queued", REPORT["description"], "program")
    assert (photo["longitude"], photo["latitude"]) == (117.2, 39.13)
    claimed = (await (await desk.engine()).post("/photos/claim", json={})).json()["items"]
    assert [one["id"] for one in claimed] == [request_id]


async def test_a_report_without_a_photo_is_a_case_at_once(desk: Desk) -> None:
    app = await App.of(desk)
    request_id = await app.filed(photo=False)
    operator = await desk.person(Role.OPERATOR)
    (case,) = (await operator.get("/cases")).json()["items"]
    assert (case["status"], case["kind"], case["suspected"], case["confidence"]) == ("pending", "garbage", True, 0)
    detail = (await operator.get(f"/cases/{case['id']}")).json()
    assert (detail["evidence"], detail["violation"]["note"]) == ([], REPORT["description"])
    assert (await operator.get(f"/service-requests/{request_id}")).json()["case_id"] == case["id"]


async def test_an_app_that_speaks_xml_is_answered_in_xml(desk: Desk) -> None:
    app = await App.of(desk)
    document = xml_of(await app.file(form="xml", description="<b>&\x08 垃圾"))
    request_id = document.findtext("request/service_request_id")
    assert (document.tag, document.findtext("request/account_id")) == ("service_requests", "")
    shown = xml_of(await app.get(f"requests/{request_id}.xml", api_key=app.key))
    assert shown.findtext("request/description") == "<b>&\ufffd 垃圾"
    assert_error(await app.file(form="xml", service_code="singing"), 404, 404, "singing", "garbage")


@pytest.mark.parametrize(
    ("fields", "status", "code", "words"),
    [
        ({"api_key": ""}, 403, 403, "api_key"),
        ({"api_key": "swk_nothing"}, 403, 403, "api_key"),
        ({"service_code": ""}, 400, 422, "service_code"),
        ({"service_code": "singing"}, 404, 404, "singing"),
        ({"lat": ""}, 400, 422, "lat"),
        ({"lat": "", "long": ""}, 400, 422, "say where"),
        ({"lat": "91"}, 400, 422, "lat"),
        ({"lat": "nan"}, 400, 422, "lat"),
        ({"description": "x" * 4001}, 400, 422, "description"),
        ({"email": "x" * 255}, 400, 422, "email"),
        ({"description": "a\0b"}, 400, 422, "description"),
    ],
)
@pytest.mark.parametrize("photo", [True, False])
async def test_a_report_at_fault_is_refused_and_leaves_nothing(
    desk: Desk, fields: dict[str, str], status: int, code: int, words: str, photo: bool
) -> None:
    app = await App.of(desk)
    assert_error(await app.file(jpeg() if photo else None, **fields), status, code, words)
    async with desk.office.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ServiceRequestRow)) == 0
    assert (await (await desk.administrator()).get("/photos")).json()["items"] == []
    assert not list(desk.settings.incoming.iterdir())


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [(b"", 422, "empty"), (b"<svg/>", 415, "not a JPEG"), (picture("JPEG", 400, 300)[:-2000], 422, "broken")],
)
async def test_what_is_no_photo_is_refused(desk: Desk, content: bytes, code: int, words: str) -> None:
    assert_error(await (await App.of(desk)).file(content), 400, code, words)


async def test_other_forms_and_addresses_are_refused_in_the_specifications_form(desk: Desk) -> None:
    app = await App.of(desk)
    headers = {"Authorization": f"Bearer {app.key}"}
    assert_error(await app.client.post(f"{BASE}/requests.json", json=REPORT, headers=headers), 400, 415, "multipart")
    assert_error(await app.client.put(f"{BASE}/requests.xml"), 400, 405, "PUT")
    assert_error(await app.get("requests.txt"), 400, 422, "form")
    assert_error(await app.get("nothing.json"), 404, 404, "nothing")
    assert_error(await app.get("services/singing.json"), 404, 404, "singing")


async def test_without_a_key_hardly_any_of_a_photo_is_read(desk: Desk) -> None:
    sent = 0

    async def body() -> object:
        nonlocal sent
        head = b'--xyz\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n'
        for part in [head, *[b"\xff" * 100_000] * 100]:
            sent += len(part)
            yield part

    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    answer = await desk.client().post(f"{BASE}/requests.json", content=body(), headers=headers)  # type: ignore[arg-type]  # an async generator
    assert_error(answer, 403, 403, "before the photo")
    assert not list(desk.settings.incoming.iterdir())


async def test_keys_of_other_programs_and_sessions_do_not_file(desk: Desk) -> None:
    engine, admin = await desk.engine(), await desk.administrator()
    for client in (engine, admin):
        assert_error(await client.post(f"{BASE}/requests.json", data=REPORT), 403, 403)
    program = await desk.program(Scope.OPEN311_WRITE)
    assert (await program.get("/cases")).status_code == 403
    for path in ("services.json", "requests.json"):
        assert_error(await desk.client().get(f"{BASE}/{path}", params={"api_key": "swk_wrong"}), 403, 403)


@pytest.mark.parametrize("photo", [True, False])
async def test_the_same_idempotency_key_gives_the_same_request_also_at_once(desk: Desk, photo: bool) -> None:
    app = await App.of(desk)
    content = jpeg() if photo else None
    answers: list[httpx.Response] = [*await asyncio.gather(*(app.file(content, key="phone-1") for _ in range(4)))]
    answers.append(await app.file(content, key="phone-1"))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    async with desk.office.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ServiceRequestRow)) == 1


async def test_who_reported_is_kept_apart_and_told_to_the_office_only(desk: Desk) -> None:
    app = await App.of(desk)
    request_id = await app.filed(**REPORTER, media_url="http://169.254.169.254/latest")
    for form in ("json", "xml"):
        seen = (await app.get(f"requests/{request_id}.{form}", api_key=app.key)).text
        listed = (await app.get(f"requests.{form}", api_key=app.key)).text
        for said in REPORTER.values():
            assert said not in seen + listed
    operator, supervisor = await desk.person(Role.OPERATOR), await desk.person(Role.SUPERVISOR)
    report = (await operator.get(f"/service-requests/{request_id}")).json()
    assert report["reporter"] == REPORTER | {"account_id": "", "device_id": ""}
    assert report["media_url"] == "http://169.254.169.254/latest"
    assert (await supervisor.get(f"/service-requests/{request_id}")).status_code == 403
    looks = (await (await desk.administrator()).get("/audit", params={"action": "look"})).json()["items"]
    assert [(look["actor"], look["subject_id"]) for look in looks] == [("Operator", request_id)]
    for path in ("/photos", f"/photos/{request_id}"):
        assert "wang@example.org" not in (await operator.get(path)).text
    async with desk.office.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ReporterRow)) == 1
