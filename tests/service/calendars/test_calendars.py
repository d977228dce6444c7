"""Calendars and standards as administrators edit them."""

import pytest

from service.security import Role
from tests.service.cases.people import Json, Staff, open_staff
from tests.service.office import Desk, assert_problem

WEEK = [["08:30-12:00", "13:30-18:00"]] * 5 + [[], []]
CALENDAR: Json = {"name": "夜班", "week": [["22:00-24:00"]] * 7, "days": []}


async def test_the_first_start_has_an_office_and_a_sanitation_calendar(desk: Desk) -> None:
    operator = await desk.person(Role.OPERATOR)
    found = {entry["id"]: entry for entry in (await operator.get("/calendars")).json()["items"]}
    assert set(found) == {"office", "sanitation"}
    assert found["office"]["week"] == WEEK
    assert {"day": "2026-02-14", "working": True, "name": "春节"} in found["office"]["days"]
    assert found["sanitation"]["days"] == []


async def test_an_administrator_writes_a_calendar(desk: Desk) -> None:
    admin = await desk.administrator()
    day = {"day": "2027-02-06", "working": False, "name": "春节"}
    written = await admin.put("/calendars/night", json=CALENDAR | {"days": [day]})
    assert written.status_code == 200, written.text
    assert (await admin.get("/calendars/night")).json() == written.json()
    assert written.json()["days"] == [day]
    again = await admin.put("/calendars/night", json=CALENDAR)
    assert again.json()["days"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"week": WEEK[:6]}, "week"),
        ({"week": [["8:30-12:00"]] + [[]] * 6}, "week.0"),
        ({"week": [["12:00-08:30"]] + [[]] * 6}, "week.0"),
        ({"week": [["08:30-12:00", "11:00-13:00"]] + [[]] * 6}, "week.0"),
        ({"week": [["08:30-24:30"]] + [[]] * 6}, "week.0"),
        ({"week": [[]] * 7}, "week"),
        ({"days": [{"day": "2026-13-01", "working": True, "name": "x"}]}, "days.0.day"),
        ({"days": [{"day": "2026-10-01", "working": True, "name": "x"}] * 2}, "days"),
        ({"name": " "}, "name"),
    ],
)
async def test_a_calendar_at_fault_names_its_field(desk: Desk, change: Json, field: str) -> None:
    admin = await desk.administrator()
    problem = assert_problem(await admin.put("/calendars/office", json=CALENDAR | change), 422)
    assert problem["errors"][0]["field"] == field
    assert (await admin.get("/calendars/office")).json()["week"] == WEEK


async def test_the_default_limits_are_those_of_district_manuals(desk: Desk) -> None:
    operator = await desk.person(Role.OPERATOR)
    found = (await operator.get("/standards")).json()["items"]
    limits = {entry["kind"]: entry["limits"]["ordinary"] for entry in found}
    assert limits == {
        "cigarette_butt": {"amount": 2.0, "unit": "hours"},
        "garbage": {"amount": 4.0, "unit": "hours"},
        "illegal_parking": {"amount": 4.0, "unit": "hours"},
        "jaywalking": {"amount": 3.0, "unit": "days"},
    }
    assert all(entry["filing"] and entry["closing"] for entry in found)


async def test_an_administrator_writes_a_standard_and_cases_show_it(desk: Desk) -> None:
    staff: Staff = await open_staff(desk)
    limit = {"amount": 1, "unit": "days"}
    body = {"filing": "立案条件", "closing": "结案条件", "limits": {"ordinary": limit, "urgent": limit}}
    assert (await staff.admin.put("/standards/jaywalking", json=body)).status_code == 200
    case = await staff.at("pending")
    expected = {"filing": "立案条件", "closing": "结案条件", "limit": {"amount": 1.0, "unit": "days"}}
    assert case["conditions"] == expected
    assert_problem(await staff.admin.put("/standards/jaywalking", json=body | {"limits": {}}), 422, "ordinary")
    assert_problem(await staff.admin.put("/standards/singing", json=body), 422, "kind")
