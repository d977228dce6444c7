"""Merging cases that are one and the same, and taking them apart again."""

from datetime import UTC, datetime, timedelta

import pytest

from detector.violations import ViolationKind
from tests.service.cases.people import Json, Staff, done, step
from tests.service.office import assert_problem, delivered_case, parcel

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


async def see(staff: Staff, case_id: str) -> Json:
    case: Json = (await staff.mei.get(f"/cases/{case_id}")).json()
    return case


async def test_a_merged_case_joins_photos_and_both_histories_tell(staff: Staff) -> None:
    first = (await delivered_case(staff.engine, parcel(("closeup", "context"))))["case_id"]
    second = (await delivered_case(staff.engine, parcel(("closeup",))))["case_id"]
    merged = done(await step(staff.mei, await see(staff, second), "merge", into=first))
    assert (merged["status"], merged["merged_into"]["id"]) == ("merged", first)
    target = await see(staff, first)
    assert target["version"] == 1  # nobody who reviews it need look again
    assert [case["number"] for case in target["merged"]] == [merged["number"]]
    assert [file["role"] for file in target["merged"][0]["evidence"]] == ["closeup"]
    assert (target["history"][-1]["action"], target["history"][-1]["other_case"]) == ("absorb", merged["number"])
    assert merged["history"][-1]["other_case"] == target["number"]

    parted = done(await step(staff.bo, merged, "split", note="两处垃圾"))
    assert (parted["status"], parted["merged_into"]) == ("pending", None)
    target = await see(staff, first)
    assert (target["merged"], target["history"][-1]["action"]) == ([], "release")


async def test_merging_is_undone_on_both_sides(staff: Staff) -> None:
    first, second = await staff.new_case(), await staff.new_case()
    merged = done(await step(staff.mei, await see(staff, second), "merge", into=first))
    undone = done(await step(staff.mei, merged, "undo"))
    assert (undone["status"], undone["merged_into_id"]) == ("pending", None)
    assert (await see(staff, first))["merged"] == []
    again = done(await step(staff.mei, undone, "merge", into=first))
    parted = done(await step(staff.mei, again, "split", note="另一处"))
    back = done(await step(staff.mei, parted, "undo"))
    assert (back["status"], back["merged_into"]["id"]) == ("merged", first)
    assert len((await see(staff, first))["merged"]) == 1


async def test_what_cannot_be_merged_is_told(staff: Staff) -> None:
    first, second, third = [await staff.new_case() for _ in range(3)]
    other_kind = await staff.new_case(kind=ViolationKind.GARBAGE)
    dismissed = await staff.new_case()
    done(await step(staff.mei, await see(staff, dismissed), "dismiss", reason="duplicate"))
    done(await step(staff.mei, await see(staff, second), "merge", into=first))
    case = await see(staff, third)
    nobody = "01a20f5f-0000-7000-8000-000000000000"
    for into, words in [
        (nobody, "no such case"),
        (third, "itself"),
        (other_kind, "garbage"),
        (dismissed, "dismissed"),
        (second, "merged"),
    ]:
        assert_problem(await step(staff.mei, case, "merge", into=into), 422, "into", words)
    # One that has taken others in: the other way round.
    assert_problem(await step(staff.mei, await see(staff, first), "merge", into=third), 422, "instead")


@pytest.mark.parametrize(
    ("change", "suggested"),
    [
        ({}, True),
        ({"longitude": 117.2005, "latitude": 39.13}, True),  # 43 m
        ({"longitude": 117.2007, "latitude": 39.13}, False),  # 60 m
        ({"longitude": 117.19999, "latitude": 39.12999}, True),  # over the border of a cell of the grid
        ({"kind": ViolationKind.GARBAGE}, False),
        ({"started_at": MOMENT + timedelta(hours=71)}, True),
        ({"started_at": MOMENT + timedelta(hours=73)}, False),
    ],
)
async def test_near_cases_are_suggested(staff: Staff, change: Json, suggested: bool) -> None:
    case = await staff.new_case()
    near = await staff.new_case(**change)
    found = (await staff.mei.get(f"/cases/{case}/suggestions")).json()["items"]
    assert [item["case"]["id"] for item in found] == ([near] if suggested else [])


async def test_the_likeliest_comes_first_by_place_time_and_look(staff: Staff) -> None:
    case = (await delivered_case(staff.engine, parcel(("closeup",))))["case_id"]
    far = (await delivered_case(staff.engine, parcel(("closeup",), longitude=117.2004, latitude=39.13)))["case_id"]
    later = (await delivered_case(staff.engine, parcel(("closeup",), started_at=MOMENT + timedelta(hours=60))))[
        "case_id"
    ]
    same = (await delivered_case(staff.engine, parcel(("closeup",))))["case_id"]
    found = (await staff.mei.get(f"/cases/{case}/suggestions")).json()["items"]
    assert [item["case"]["id"] for item in found] == [same, far, later]
    assert (found[0]["metres"], found[0]["minutes"], found[0]["alike"], found[0]["score"]) == (0.0, 0, 1.0, 1.0)


async def test_what_is_settled_or_dismissed_is_not_suggested(staff: Staff) -> None:
    case = await staff.new_case()
    dismissed = await see(staff, await staff.new_case())
    done(await step(staff.mei, dismissed, "dismiss", reason="duplicate"))
    await staff.at("closed")
    assert (await staff.mei.get(f"/cases/{case}/suggestions")).json()["items"] == []
