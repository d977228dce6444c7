"""Cases: how they move, who may see them, and how they are listed."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uuid_utils.compat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from detector.violations import ViolationKind
from service import clock
from service.cases.lists import CaseFilter, list_cases
from service.cases.models import CaseNumberRow, CaseRow
from service.database import Database, locked_row
from service.security import Principal, Role
from service.settings import Settings
from service.violations.models import ViolationRow
from tests.service.office import Desk, assert_problem, delivered_case, jpeg, open_desk, parcel

Json = dict[str, Any]


@pytest.fixture
async def case(desk: Desk) -> str:
    """A pending case."""
    await desk.camera()
    return str((await delivered_case(await desk.engine()))["case_id"])


async def step(client: httpx.AsyncClient, case_id: str, action: str, version: int, **body: str) -> httpx.Response:
    return await client.post(f"/cases/{case_id}/{action}", json={"version": version, **body})


async def test_a_case_is_confirmed_and_closed(desk: Desk, case: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    confirmed = (await step(operator, case, "confirm", 1)).json()
    assert (confirmed["status"], confirmed["version"]) == ("filed", 2)
    assert confirmed["allowed_actions"] == ["dispatch", "close", "undo"]
    closed = (await step(operator, case, "close", 2, note="巡查员已现场处理")).json()
    assert (closed["status"], closed["allowed_actions"]) == ("closed", ["undo"])
    seen = (await operator.get(f"/cases/{case}")).json()
    assert seen == closed
    steps = [(h["actor"], h["action"], h["from_status"], h["to_status"], h["note"]) for h in seen["history"]]
    assert steps == [
        ("system", "create", None, "pending", ""),
        ("Operator", "confirm", "pending", "filed", ""),
        ("Operator", "close", "filed", "closed", "巡查员已现场处理"),
    ]


async def test_a_case_is_dismissed_with_a_reason(desk: Desk, case: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    assert_problem(await step(operator, case, "dismiss", 1), 422, "reason")
    assert_problem(await step(operator, case, "dismiss", 1, reason="boring"), 422, "reason")
    assert_problem(await step(operator, case, "dismiss", 1, reason="other", note=" "), 422, "note")
    dismissed = (await step(operator, case, "dismiss", 1, reason="other", note="影子")).json()
    assert (dismissed["status"], dismissed["history"][-1]["reason"]) == ("dismissed", "other")


async def test_two_people_cannot_both_decide(desk: Desk, case: str) -> None:
    mei, bo = await desk.person(Role.OPERATOR, "mei"), await desk.person(Role.OPERATOR, "bo")
    answers = await asyncio.gather(
        step(mei, case, "confirm", 1), step(bo, case, "dismiss", 1, reason="wrong_object", note="自行车")
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert won.status_code == 200
    problem = assert_problem(lost, 409)
    assert problem["type"] == "urn:streetwarden:version-conflict"
    assert problem["current"]["version"] == 2
    assert problem["current"]["status"] == won.json()["status"]
    assert problem["current"]["decision"] == won.json()["history"][-1]


@pytest.mark.parametrize(
    ("taken", "tried", "possible"),
    [
        ("confirm", "confirm", "close"),
        ("confirm", "dismiss", "close"),
        ("dismiss", "close", "undo"),
        ("", "close", "confirm"),
    ],
)
async def test_a_step_that_is_not_allowed_says_which_are(
    desk: Desk, case: str, taken: str, tried: str, possible: str
) -> None:
    operator = await desk.person(Role.OPERATOR)
    version = 1
    if taken:
        assert (
            await step(operator, case, taken, 1, **({"reason": "duplicate"} if taken == "dismiss" else {}))
        ).is_success
        version = 2
    body = {"reason": "duplicate"} if tried == "dismiss" else {}
    problem = assert_problem(await step(operator, case, tried, version, **body), 409, possible)
    assert problem["type"] == "urn:streetwarden:step-not-allowed"
    assert possible in problem["current"]["allowed_actions"]


async def test_undo_takes_back_ones_own_last_decision_once(desk: Desk, case: str) -> None:
    mei, bo = await desk.person(Role.OPERATOR, "mei"), await desk.person(Role.OPERATOR, "bo")
    assert_problem(await step(mei, case, "undo", 1), 409, "undo")
    confirmed = (await step(mei, case, "confirm", 1)).json()
    assert confirmed["undo_until"] is not None
    seen = (await bo.get(f"/cases/{case}")).json()
    assert (seen["undo_until"], seen["allowed_actions"]) == (None, ["dispatch", "close"])
    assert_problem(await step(bo, case, "undo", 2), 409)
    undone = (await step(mei, case, "undo", 2)).json()
    assert (undone["status"], undone["version"]) == ("pending", 3)
    assert undone["history"][-1]["action"] == "undo"
    assert_problem(await step(mei, case, "undo", 3), 409)


async def test_undo_ends_when_something_followed(desk: Desk, case: str) -> None:
    mei, bo = await desk.person(Role.OPERATOR, "mei"), await desk.person(Role.OPERATOR, "bo")
    await step(mei, case, "confirm", 1)
    await step(bo, case, "close", 2)
    assert_problem(await step(mei, case, "undo", 3), 409)


async def test_undo_ends_after_a_while(desk: Desk, case: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    await step(operator, case, "confirm", 1)
    async with desk.office.database.transaction() as session:
        await session.execute(update(CaseRow).values(last_at=clock.now() - timedelta(seconds=61)))
    assert_problem(await step(operator, case, "undo", 2), 409, "close")


async def test_inspectors_see_what_came_of_their_own_photos(desk: Desk, case: str) -> None:
    mine, other = await desk.person(Role.INSPECTOR, "mei"), await desk.person(Role.INSPECTOR, "bo")
    engine = await desk.engine()
    photo = (await mine.post("/photos", files={"file": ("a.jpg", jpeg())})).json()["id"]
    own = (await delivered_case(engine, parcel(camera=None, photo=photo)))["case_id"]
    assert [row["id"] for row in (await mine.get("/cases")).json()["items"]] == [own]
    assert (await other.get("/cases")).json()["items"] == []
    shown = (await mine.get(f"/cases/{own}")).json()
    assert (shown["allowed_actions"], [e["role"] for e in shown["evidence"]]) == ([], ["closeup", "context"])
    assert_problem(await other.get(f"/cases/{own}"), 404)
    assert_problem(await mine.get(f"/cases/{case}"), 404)


async def test_what_people_write_comes_back_as_text(desk: Desk, case: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    note = "<script>alert('x')</script> =cmd|' /C calc'!A0"
    assert (await step(operator, case, "confirm", 1, note=note)).json()["history"][-1]["note"] == note


# --- lists ------------------------------------------------------------------------------------------------------

DAY = datetime(2026, 11, 24, tzinfo=UTC)
OFFICE = Principal(id=uuid4(), name="operator", grants=frozenset({Role.OPERATOR}), user_id=uuid4())


def case_row(number: int, occurred_at: datetime, **fields: Any) -> tuple[ViolationRow, CaseRow]:  # noqa: ANN401 (columns)
    """A case as the ingest writes it, with its violation."""
    violation_id = uuid_utils.compat.uuid7()
    values: Json = {
        "id": uuid_utils.compat.uuid7(),
        "number": f"JJ-20261124-{number:05d}",
        "version": 1,
        "status": "pending",
        "kind": "jaywalking",
        "violation_id": violation_id,
        "camera_id": "gate-1",
        "confidence": 0.8,
        "suspected": False,
        "count": 1,
        "occurred_at": occurred_at,
        "created_at": DAY,
    }
    row = CaseRow(**values | fields)
    violation = ViolationRow(id=violation_id, kind=row.kind, document={}, delivered_by="test", delivered_at=DAY)
    return violation, row


async def fill(database: Database, cases: list[tuple[ViolationRow, CaseRow]]) -> None:
    async with database.transaction() as session:
        session.add_all([violation for violation, _ in cases])
        await session.flush()
        session.add_all([row for _, row in cases])
        given = await locked_row(session, CaseNumberRow, "20261124", last=0)
        given.last = max([given.last, *(int(row.number[-5:]) for _, row in cases)])


async def pages(database: Database, wanted: CaseFilter, limit: int) -> list[list[UUID]]:
    found, cursor = [], None
    while True:
        async with database.reading() as session:
            page = await list_cases(session, OFFICE, wanted, limit, cursor)
        found.append([row.id for row in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_paging_shows_every_case_once_in_order(desk: Desk) -> None:
    """For any times, also equal ones, any page size and either order, and with cases arriving between pages."""
    database = desk.office.database
    loop = asyncio.get_running_loop()

    async def check(minutes: list[int], limit: int, newest_first: bool) -> None:
        async with database.transaction() as session:
            await session.execute(delete(CaseRow))
        rows = [case_row(number, DAY + timedelta(minutes=minute)) for number, minute in enumerate(minutes)]
        await fill(database, rows)
        expected = [
            row.id for row in sorted((r for _, r in rows), key=lambda r: (r.occurred_at, r.id), reverse=newest_first)
        ]
        found = await pages(database, CaseFilter(newest_first=newest_first), limit)
        assert [case_id for page in found for case_id in page] == expected
        assert all(len(page) == limit for page in found[:-1])

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(minutes=st.lists(st.integers(0, 4), max_size=14), limit=st.integers(1, 6), newest_first=st.booleans())
    def checks(minutes: list[int], limit: int, newest_first: bool) -> None:
        asyncio.run_coroutine_threadsafe(check(minutes, limit, newest_first), loop).result()

    await asyncio.to_thread(checks)


async def test_cases_that_arrive_between_pages_shift_nothing(desk: Desk) -> None:
    database = desk.office.database
    await fill(database, [case_row(number, DAY + timedelta(minutes=number)) for number in range(4)])
    operator = await desk.person(Role.OPERATOR)
    first = (await operator.get("/cases", params={"limit": 2})).json()
    await fill(database, [case_row(9, DAY + timedelta(minutes=9))])
    second = (await operator.get("/cases", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    numbers = [row["number"][-1] for row in first["items"] + second["items"]]
    assert numbers == ["3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "43210"),
        ({"order": "oldest"}, "01234"),
        ({"status": "pending"}, "430"),
        ({"status": ["filed", "closed"]}, "21"),
        ({"kind": "garbage"}, "20"),
        ({"kind": ["garbage", "illegal_parking"], "status": "pending"}, "40"),
        ({"camera_id": "gate-2"}, "3"),
        ({"since": "2026-11-24T02:00:00Z"}, "432"),
        ({"since": "2026-11-24T10:00:00+08:00", "until": "2026-11-24T04:00:00Z"}, "32"),
        ({"q": "00003"}, "3"),
        ({"q": "jj-20261124"}, "43210"),
        ({"q": "%"}, ""),
        ({"q": "JJ_20261124"}, ""),
        ({"camera_id": "gate-2", "status": "filed"}, ""),
    ],
)
async def test_filters(desk: Desk, query: Json, expected: str) -> None:
    hour = timedelta(hours=1)
    await fill(
        desk.office.database,
        [
            case_row(0, DAY, kind="garbage"),
            case_row(1, DAY + hour, status="filed"),
            case_row(2, DAY + 2 * hour, status="closed", kind="garbage"),
            case_row(3, DAY + 3 * hour, camera_id="gate-2"),
            case_row(4, DAY + 4 * hour, kind="illegal_parking"),
        ],
    )
    operator = await desk.person(Role.OPERATOR)
    answer = (await operator.get("/cases", params=query)).json()
    assert "".join(row["number"][-1] for row in answer["items"]) == expected
    assert answer["total"] == len(expected)


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"kind": "singing"},
        {"limit": 0},
        {"limit": 201},
        {"since": "yesterday"},
        {"since": "2026-11-24T02:00:00"},
        {"order": "best"},
        {"cursor": "!"},
        {"cursor": "WyJhIiwgImIiXQ"},
    ],
)
async def test_a_query_at_fault_names_its_field(desk: Desk, query: Json) -> None:
    operator = await desk.person(Role.OPERATOR)
    problem = assert_problem(await operator.get("/cases", params=query), 422)
    assert problem["errors"][0]["field"].split(".")[0] == next(iter(query))


async def test_numbers_count_by_the_day_of_the_district(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [datetime(2026, 11, 23, 15, 59, tzinfo=UTC), datetime(2026, 11, 23, 16, 1, tzinfo=UTC)]
    async with open_desk(make_settings(), prepared[1]) as desk:
        await desk.camera()
        engine = await desk.engine()
        numbers = []
        for moment in moments:
            with monkeypatch.context() as patched:
                patched.setattr("service.cases.opening.clock.now", lambda moment=moment: moment)
                numbers.append((await delivered_case(engine, parcel(())))["case_number"])
    assert numbers == ["JJ-20261123-00001", "JJ-20261124-00001"]


def test_the_kinds_are_the_detectors() -> None:
    assert {"jaywalking", "garbage", "illegal_parking", "cigarette_butt"} == set(ViolationKind)
