"""Relapse: disorder of the same kind within 30 days and 15 m of a case that was closed."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from detector.violations import ViolationKind
from service import clock
from service.cases.models import CaseRow
from tests.service.cases.people import Json, Staff


async def closed(staff: Staff, days_ago: float) -> Json:
    case = await staff.at("closed")
    async with staff.desk.office.database.transaction() as session:
        moment = clock.now() - timedelta(days=days_ago)
        await session.execute(update(CaseRow).where(CaseRow.number == case["number"]).values(closed_at=moment))
    return case


@pytest.mark.parametrize(
    ("days_ago", "change", "relapse"),
    [
        (1, {}, True),
        (29.9, {}, True),
        (30.1, {}, False),
        (1, {"longitude": 117.20016, "latitude": 39.13}, True),  # 13.8 m
        (1, {"longitude": 117.20018, "latitude": 39.13}, False),  # 15.5 m
        (1, {"longitude": 117.2, "latitude": 39.12999}, True),  # in the next cell of the grid
        (1, {"kind": ViolationKind.GARBAGE}, False),
        (-1, {}, False),  # it began before the other one was closed
    ],
)
async def test_what_is_a_relapse(staff: Staff, days_ago: float, change: Json, relapse: bool) -> None:
    before = await closed(staff, days_ago)
    case_id = await staff.new_case(started_at=clock.now(), ended_at=clock.now(), **change)
    case = (await staff.mei.get(f"/cases/{case_id}")).json()
    assert (case["relapse_of_id"] == before["id"]) is relapse
    assert case["relapses"] == int(relapse)
    if relapse:
        assert case["relapse_of"]["number"] == case["history"][0]["other_case"] == before["number"]
    listed = (await staff.mei.get("/cases", params={"relapse": True})).json()["items"]
    assert [row["id"] for row in listed] == ([case_id] if relapse else [])


async def test_a_case_that_is_still_open_makes_no_relapse(staff: Staff) -> None:
    await staff.at("rectified")
    case = (await staff.mei.get(f"/cases/{await staff.new_case(started_at=clock.now())}")).json()
    assert case["relapse_of_id"] is None


async def test_the_detector_that_knows_the_place_again_names_the_old_violation(staff: Staff) -> None:
    before = await closed(staff, 2)
    await closed(staff, 1)
    fields: Json = {
        "started_at": clock.now(),
        "previous": before["violation"]["id"],
        "longitude": 116.0,
        "latitude": 40,
    }
    case = (await staff.mei.get(f"/cases/{await staff.new_case(**fields)}")).json()
    assert case["relapse_of_id"] == before["id"]


async def test_relapses_in_a_row_are_counted(staff: Staff) -> None:
    for expected in (0, 1, 2):
        case = await staff.at("filed", started_at=clock.now(), ended_at=clock.now())
        assert case["relapses"] == expected
        answer = await staff.mei.post(f"/cases/{case['id']}/close", json={"version": case["version"]})
        assert answer.is_success
