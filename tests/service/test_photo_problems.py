"""Many photos, one problem: one case of each kind with the evidence of all of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from service import clock
from service.cases.models import CaseRow
from service.security import Role, Scope
from tests.service.office import Desk, Parcel, assert_problem, deliver, jpeg, parcel

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


async def sent(client: httpx.AsyncClient, problem: str | None, number: int = 0, **more: str) -> dict[str, Any]:
    """A photo, each number another picture, with its own idempotency key."""
    fields = more | ({} if problem is None else {"problem": problem})
    files = {"file": ("a.jpg", jpeg(colour=(number, 90, 60)))}
    answer = await client.post("/photos", files=files, data=fields, headers={"Idempotency-Key": f"{problem}-{number}"})
    assert answer.status_code == 202, answer.text
    photo: dict[str, Any] = answer.json()
    return photo


def found(photo: dict[str, Any], kind: str = "garbage", at: datetime = NOON) -> Parcel:
    """What an engine finds in a photo."""
    return parcel(camera=None, zone=None, photo=photo["id"], kind=kind, started_at=at, ended_at=at)


async def handed_over(engine: httpx.AsyncClient, one: Parcel) -> str:
    answer = await deliver(engine, one)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["case_id"])


async def pending(client: httpx.AsyncClient) -> list[str]:
    items = (await client.get("/cases", params={"status": "pending"})).json()["items"]
    return sorted(item["id"] for item in items)


@pytest.mark.parametrize("first", [0, 1], ids=["in order", "the later photo first"])
async def test_photos_of_one_problem_are_one_case_with_the_evidence_of_all(desk: Desk, first: int) -> None:
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    problem = str(uuid4())
    photos = [await sent(inspector, problem, number) for number in range(2)]
    assert [photo["problem"] for photo in photos] == [problem] * 2
    one, other = found(photos[first]), found(photos[1 - first], at=NOON + timedelta(minutes=2))
    case = await handed_over(engine, one)
    joined = await handed_over(engine, other)
    assert await handed_over(engine, other) == joined  # an engine that got no answer delivers again
    assert await pending(inspector) == [case]
    whole = (await inspector.get(f"/cases/{case}")).json()
    (merged,) = whole["merged"]
    assert merged["id"] == joined
    assert len(merged["evidence"]) == len(whole["evidence"]) > 0
    history = [(step["action"], step["actor"], step["other_case"]) for step in whole["history"]]
    assert history == [("create", "system", None), ("absorb", "system", merged["number"])]
    own = (await inspector.get(f"/cases/{joined}")).json()
    assert (own["status"], own["merged_into"]["id"]) == ("merged", case)
    assert "same problem" in own["history"][-1]["note"]
    assert (await inspector.get(f"/photos/{photos[1 - first]['id']}")).json()["case_ids"] == [joined]


async def test_results_that_arrive_at_once_make_one_case(desk: Desk) -> None:
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    problem = str(uuid4())
    photos = [await sent(inspector, problem, number) for number in range(5)]
    parcels = [found(photo) for photo in photos] * 2
    cases = await asyncio.gather(*(handed_over(engine, one) for one in parcels))
    (case,) = await pending(inspector)
    assert case in cases
    assert len((await inspector.get(f"/cases/{case}")).json()["merged"]) == 4


async def test_a_photo_that_is_sent_twice_counts_once(desk: Desk) -> None:
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    problem = str(uuid4())
    photo = await sent(inspector, problem)
    again = await sent(inspector, problem)
    assert again["id"] == photo["id"]
    await handed_over(engine, found(photo))
    assert len(await pending(inspector)) == 1
    assert (await sent(inspector, problem))["problem"] == problem


async def test_each_kind_has_its_own_case(desk: Desk) -> None:
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    problem = str(uuid4())
    for number in range(2):
        photo = await sent(inspector, problem, number)
        for kind in ("garbage", "cigarette_butt"):
            await handed_over(engine, found(photo, kind))
    assert len(await pending(inspector)) == 2


async def test_another_problem_or_none_is_another_case(desk: Desk) -> None:
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    for number, problem in enumerate((str(uuid4()), str(uuid4()), None, None)):
        await handed_over(engine, found(await sent(inspector, problem, number)))
    assert len(await pending(inspector)) == 4


async def test_nobody_joins_somebody_elses_problem(desk: Desk) -> None:
    engine, program = await desk.engine(), await desk.program(Scope.PHOTOS_WRITE)
    mine, other = await desk.person(Role.INSPECTOR, "mei"), await desk.person(Role.INSPECTOR, "bo")
    problem = str(uuid4())
    for number, sender in enumerate((mine, other, program)):
        await handed_over(engine, found(await sent(sender, problem, number)))
    assert len(await pending(await desk.person(Role.OPERATOR))) == 3
    assert len(await pending(mine)) == len(await pending(other)) == 1


async def test_what_people_decided_stays_decided(desk: Desk) -> None:
    inspector, operator = await desk.person(Role.INSPECTOR), await desk.person(Role.OPERATOR)
    engine, problem = await desk.engine(), str(uuid4())
    cases = [await handed_over(engine, found(await sent(inspector, problem, number))) for number in range(2)]
    taken_out = {"version": 1, "note": "another heap"}
    assert (await operator.post(f"/cases/{cases[1]}/split", json=taken_out)).status_code == 200
    dismissal = {"version": 1, "reason": "poor_evidence"}
    assert (await operator.post(f"/cases/{cases[0]}/dismiss", json=dismissal)).status_code == 200
    third = await handed_over(engine, found(await sent(inspector, problem, 2)))
    assert await pending(operator) == [cases[1]]  # the dismissed one takes nothing in, the one that was taken out does
    assert (await operator.get(f"/cases/{third}")).json()["merged_into"]["id"] == cases[1]


async def test_what_a_colleague_merged_is_followed(desk: Desk) -> None:
    inspector, operator = await desk.person(Role.INSPECTOR), await desk.person(Role.OPERATOR)
    engine, problem = await desk.engine(), str(uuid4())
    whole = await handed_over(engine, found(await sent(inspector, None, 9)))
    case = await handed_over(engine, found(await sent(inspector, problem)))
    assert (await operator.post(f"/cases/{case}/merge", json={"version": 1, "into": whole})).status_code == 200
    await handed_over(engine, found(await sent(inspector, problem, 1)))
    assert await pending(operator) == [whole]
    assert len((await operator.get(f"/cases/{whole}")).json()["merged"]) == 2


@pytest.mark.parametrize(("photographed", "cases"), [(-1, 0), (1, 1)], ids=["before it was closed", "afterwards"])
async def test_a_problem_photographed_after_it_was_settled_is_back(desk: Desk, photographed: int, cases: int) -> None:
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    problem = str(uuid4())
    case = await handed_over(engine, found(await sent(inspector, problem)))
    async with desk.office.database.transaction() as session:
        await session.execute(update(CaseRow).values(status="closed", closed_at=clock.now()))
    at = clock.now() + timedelta(minutes=photographed)
    later = await handed_over(engine, found(await sent(inspector, problem, 1), at=at))
    assert len(await pending(inspector)) == cases
    own = (await inspector.get(f"/cases/{later}")).json()
    assert (own["merged_into"] or {}).get("id") == (None if cases else case)


@pytest.mark.parametrize(("problem", "status"), [("", 202), ("heap 7", 422), ("\0", 422)])
async def test_a_problem_is_a_uuid(desk: Desk, problem: str, status: int) -> None:
    inspector = await desk.person(Role.INSPECTOR)
    answer = await inspector.post("/photos", files={"file": ("a.jpg", jpeg())}, data={"problem": problem})
    if status == 202:
        assert answer.json()["problem"] is None
    else:
        assert assert_problem(answer, status)["errors"][0]["field"] == "problem"
