"""Following reports: their state comes from the case, what people wrote goes to nobody else, no report is lost."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from service import clock
from service.cases.transitions import TRANSITIONS, CaseStatus
from service.open311.following import CLOSED
from service.open311.models import ReporterRow, ServiceRequestRow
from service.open311.settling import WAIT, settle_requests
from service.photos.models import PhotoRow
from service.security import Role
from service.settings import Settings
from tests.service.office import Desk, deliver, jpeg, open_desk, parcel
from tests.service.open311.apps import REPORT, REPORTER, App, assert_error


def test_no_step_leads_from_a_closed_state_back_to_an_open_one() -> None:
    assert set(CLOSED) == {CaseStatus.DISMISSED, CaseStatus.CLOSED, CaseStatus.ARCHIVED}
    assert not [t for t in TRANSITIONS if t.start in CLOSED and t.end not in CLOSED]


async def test_a_merged_report_is_where_the_other_case_is(desk: Desk) -> None:
    app, admin = await App.of(desk), await desk.administrator()
    first, second = await app.filed(photo=False), await app.filed(photo=False)
    cases = [(await admin.get(f"/service-requests/{one}")).json()["case_id"] for one in (first, second)]
    answer = await admin.post(f"/cases/{cases[1]}/merge", json={"version": 1, "into": cases[0]})
    assert answer.status_code == 200, answer.text
    assert (await app.request(second))["status"] == "open"
    body = {"version": 1, "reason": "not_an_offence"}
    assert (await admin.post(f"/cases/{cases[0]}/dismiss", json=body)).status_code == 200
    for one in (first, second):
        shown = await app.request(one)
        assert (shown["status"], shown["status_notes"]) == ("closed", "不予立案")
    assert len((await app.get("requests.json", status="closed")).json()) == 2
    assert (await app.get("requests.json", status="open")).json() == []
    assert len((await app.get("requests.json", status="open,closed")).json()) == 2


async def test_what_a_reporter_wrote_goes_to_the_app_that_filed_it(desk: Desk) -> None:
    app, other = await App.of(desk), await App.of(desk)
    request_id = await app.filed(address_string="人民路 8 号", media_url="https://pictures.example/1")
    own = await app.request(request_id, api_key=app.key)
    assert (own["description"], own["address"], own["media_url"]) == (
        REPORT["description"],
        "人民路 8 号",
        "https://pictures.example/1",
    )
    for parameters in ({}, {"api_key": other.key}):
        shown = await app.request(request_id, **parameters)
        assert (shown["description"], shown["address"], shown["media_url"]) == (None, None, None)
        assert (shown["lat"], shown["long"], shown["service_name"]) == (39.13, 117.2, "乱丢垃圾")


async def test_names_are_english_for_whom_asks_so(desk: Desk) -> None:
    app = await App.of(desk)
    request_id = await app.filed()
    app.client.headers["Accept-Language"] = "en-GB,en;q=0.8"
    assert (await app.get("services.json")).json()[1]["service_name"] == "Stray garbage"
    shown = await app.request(request_id)
    assert (shown["service_name"], shown["status_notes"]) == ("Stray garbage", "To review")


async def test_lists_cover_ninety_days_newest_first(desk: Desk) -> None:
    app = await App.of(desk)
    ids = [await app.filed(photo=False) for _ in range(3)]
    async with desk.office.database.transaction() as session:
        old = clock.now() - timedelta(days=91)
        await session.execute(
            update(ServiceRequestRow).where(ServiceRequestRow.id == UUID(ids[0])).values(created_at=old)
        )
    listed = [one["service_request_id"] for one in (await app.get("requests.json")).json()]
    assert listed == [ids[2], ids[1]]
    start = f"{old - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    listed = [one["service_request_id"] for one in (await app.get("requests.json", start_date=start)).json()]
    assert listed == [ids[0]]
    assert len((await app.get("requests.json", service_request_id=",".join(ids))).json()) == 3


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-05-01T00:00:00Z"}, 400, "90 days"),
        ({"start_date": "2026-01-01T00:00:00"}, 400, "start_date"),
        ({"end_date": "0001-01-01T00:00:00Z"}, 400, "calendars"),
        ({"status": "lost"}, 400, "status"),
        ({"service_code": "garbage,singing"}, 404, "singing"),
    ],
)
async def test_a_filter_at_fault_is_refused(desk: Desk, parameters: dict[str, str], status: int, words: str) -> None:
    app = await App.of(desk)
    assert_error(await app.get("requests.json", **parameters), status, status if status == 404 else 422, words)
    empty = await app.get("requests.json", start_date="", status="", service_code="", jurisdiction_id="")
    assert (empty.status_code, empty.json()) == (200, [])


async def test_a_request_is_its_own_token(desk: Desk) -> None:
    app = await App.of(desk)
    request_id = await app.filed()
    found = (await app.get(f"tokens/{request_id}.json")).json()
    assert found == [{"service_request_id": request_id, "token": request_id}]
    for name in ("01a20f5f-0000-7000-8000-000000000000", "nonsense"):
        assert_error(await app.get(f"tokens/{name}.json"), 404, 404, "token")
        assert_error(await app.get(f"requests/{name}.xml"), 404, 404, "request")


async def test_another_jurisdiction_is_not_served(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> None:
    async with open_desk(make_settings(open311_jurisdiction="district.example"), prepared[1]) as desk:
        app = await App.of(desk)
        assert (await app.get("services.json", jurisdiction_id="district.example")).status_code == 200
        assert_error(await app.get("services.json", jurisdiction_id="city.example"), 404, 404, "jurisdiction_id")
        assert_error(await app.file(jpeg(), jurisdiction_id="city.example"), 404, 404, "jurisdiction_id")
        await app.filed()


@pytest.mark.parametrize("status", ["done", "failed"])
async def test_what_no_machine_finds_becomes_a_case_for_people(desk: Desk, status: str) -> None:
    app, engine, admin = await App.of(desk), await desk.engine(), await desk.administrator()
    request_id = await app.filed()
    await engine.post("/photos/claim", json={})
    # The photo shows a parked tricycle as well: that case does not answer what was reported.
    await deliver(engine, parcel(camera=None, photo=request_id, kind="illegal_parking"))
    await engine.post(f"/photos/{request_id}/result", json={"status": status, "detail": "nothing found"})
    assert await settle_requests(desk.office, clock.now()) == 0  # what the engine found may still be on its way
    async with desk.office.database.transaction() as session:
        await session.execute(update(PhotoRow).values(created_at=clock.now() - WAIT - timedelta(seconds=1)))
    assert await settle_requests(desk.office, clock.now()) == 1
    assert await settle_requests(desk.office, clock.now()) == 0
    case_id = (await admin.get(f"/service-requests/{request_id}")).json()["case_id"]
    case = (await admin.get(f"/cases/{case_id}")).json()
    assert (case["kind"], case["status"], case["suspected"], case["photo_id"]) == (
        "garbage",
        "pending",
        True,
        request_id,
    )
    (original,) = case["evidence"]
    assert original["role"] == "original"
    assert (await admin.get(original["url"].removeprefix("/api/v1"))).content == jpeg()
    assert not list(desk.settings.incoming.iterdir())
    body = {"version": 1, "reason": "poor_evidence"}
    await admin.post(f"/cases/{case_id}/dismiss", json=body)
    assert (await app.request(request_id))["status"] == "closed"


async def test_who_reported_is_forgotten_after_some_time(desk: Desk) -> None:
    app, operator = await App.of(desk), await desk.person(Role.OPERATOR)
    request_id = await app.filed(**REPORTER)
    await settle_requests(desk.office, clock.now() + timedelta(days=89))
    assert (await operator.get(f"/service-requests/{request_id}")).json()["reporter"] is not None
    await settle_requests(desk.office, clock.now() + timedelta(days=91))
    report = (await operator.get(f"/service-requests/{request_id}")).json()
    assert (report["reporter"], report["description"]) == (None, REPORT["description"])
    async with desk.office.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ReporterRow)) == 0
    deleted = (await (await desk.administrator()).get("/audit", params={"subject_type": "reporters"})).json()["items"]
    assert [row["action"] for row in deleted] == ["delete"]
