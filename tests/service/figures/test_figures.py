"""Figures over a small district whose numbers were worked out by hand."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import openpyxl
import pytest
import uuid_utils.compat
from sqlalchemy import select, update

from service import clock
from service.areas.models import AreaRow
from service.audit.models import AuditRow
from service.cases.models import CaseRow
from service.cases.places import cell_of
from service.security import Role
from tests.service.cases.people import Json, Staff, open_staff, person
from tests.service.office import Desk, assert_problem

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
WEEK = {"since": "2026-11-22T16:00:00Z", "until": "2026-11-29T16:00:00Z"}


@dataclass
class District:
    """People, two units (default and other), a district with two communities, and ten cases.

    ===  =======  ========  ============  ======  ==========================================
    id   unit     kind      status        where   what else
    ===  =======  ========  ============  ======  ==========================================
    a1   default  garbage   closed        one     on time, sent back once
    a2   default  garbage   closed        one     late
    a3   default  parking   in_progress   two     its time ran out an hour ago
    a4   default  parking   dispatched    two     has an hour left
    a5   default  parking   closed        one     occurred the week before
    b1   other    butts     archived      two     on time
    b2   other    butts     closed        two     on time, returned once
    b3   other    garbage   dispatched    --      a1 come back; has an hour left
    c1   default  parking   filed         one     returned: nobody's for now
    c2   --       parking   pending       one
    ===  =======  ========  ============  ======  ==========================================
    """

    staff: Staff
    cases: dict[str, UUID]
    areas: dict[str, UUID]

    async def get(self, path: str, **query: str) -> Json:
        answer = await self.staff.supervisor.get(f"/figures/{path}", params=query)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


@pytest.fixture
async def district(desk: Desk) -> District:
    staff = await open_staff(desk)
    default, other = UUID(staff.unit["id"]), UUID(staff.other_unit["id"])
    areas = {name: uuid_utils.compat.uuid7() for name in ("all", "one", "two")}
    hour, now = timedelta(hours=1), clock.now()
    rows: dict[str, Json] = {
        "a1": {"unit_id": default, "kind": "garbage", "status": "closed", "area_id": areas["one"], "reworks": 1},
        "a2": {"unit_id": default, "kind": "garbage", "status": "closed", "area_id": areas["one"], "overdue": True},
        "a3": {"unit_id": default, "status": "in_progress", "area_id": areas["two"], "due_at": now - hour},
        "a4": {"unit_id": default, "status": "dispatched", "area_id": areas["two"], "due_at": now + hour},
        "a5": {"unit_id": default, "status": "closed", "area_id": areas["one"]},
        "b1": {"unit_id": other, "kind": "cigarette_butt", "status": "archived", "area_id": areas["two"]},
        "b2": {"unit_id": other, "kind": "cigarette_butt", "status": "closed", "area_id": areas["two"], "returns": 1},
        "b3": {"unit_id": other, "kind": "garbage", "status": "dispatched", "due_at": now + hour},
        "c1": {"unit_id": default, "status": "filed", "area_id": areas["one"], "returns": 1},
        "c2": {"area_id": areas["one"]},
    }
    cases = {name: UUID(await staff.new_case(kind="illegal_parking")) for name in rows}
    rows["b3"]["relapse_of_id"] = cases["a1"]
    async with desk.office.database.transaction() as session:
        for name, area_id in areas.items():
            session.add(_area(area_id, name, None if name == "all" else areas["all"]))
            await session.flush()
        for position, (name, values) in enumerate(rows.items()):
            at = MOMENT - timedelta(days=7) if name == "a5" else MOMENT + timedelta(minutes=position)
            closed = at + timedelta(days=1) if values.get("status") in ("closed", "archived") else None
            longitude, latitude = (117.2, 39.13) if name[0] == "a" else (117.3, 39.1)
            place = {"longitude": longitude, "latitude": latitude, "cell": cell_of(longitude, latitude)}
            whole = {"relapse_of_id": None, "area_id": None, "occurred_at": at, "closed_at": closed} | place | values
            await session.execute(update(CaseRow).where(CaseRow.id == cases[name]).values(**whole))
    return District(staff, cases, areas)


def _area(area_id: UUID, code: str, parent_id: UUID | None) -> AreaRow:
    level = "district" if parent_id is None else "community"
    return AreaRow(
        id=area_id, code=code, name=code.title(), level=level, parent_id=parent_id, polygon={}, square_metres=1.0,
        west=0.0, south=0.0, east=0.0, north=0.0, revision=1, active=True, created_at=MOMENT, updated_at=MOMENT,
    )  # fmt: skip


def numbers(item: Json) -> tuple[object, ...]:
    names = ("found", "due", "settled", "on_time", "late", "sent_back", "returned", "relapses", "score")
    return tuple(item[name] for name in names)


async def test_the_ranking_of_units(district: District) -> None:
    ranking = await district.get("ranking", week="2026-W48")
    assert (ranking["since"], ranking["until"]) == (WEEK["since"], WEEK["until"])
    items = [(item["rank"], item["code"], *numbers(item)) for item in ranking["items"]]
    assert items == [
        # 10·3/4 + 30·2/2 + 40·2/2 + 10·(1 - 0/3) + 10·(1 - 0/3)
        (1, "other", 3, 2, 2, 2, 0, 0, 1, 0, 97.5),
        # 10·4/4 + 30·2/3 + 40·1/3 + 10·(1 - 1/4) + 10·(1 - 1/4)
        (2, "default", 4, 3, 2, 1, 2, 1, 0, 1, 58.33),
    ]
    before = await district.get("ranking", week="2026-W47")
    assert [(item["rank"], item["code"], item["found"]) for item in before["items"]] == [
        (1, "default", 1), (None, "other", 0)
    ]  # fmt: skip


async def test_the_administrator_sets_the_weights(district: District) -> None:
    admin = district.staff.admin
    weights = {"found": 0, "settled": 0, "on_time": 1, "sent_back": 0, "relapse": 0}
    assert (await admin.put("/figures/weights", json=weights)).json() == weights
    assert (await admin.put("/figures/weights", json=weights)).json() == weights
    scores = {item["code"]: item["score"] for item in (await district.get("ranking", week="2026-W48"))["items"]}
    assert scores == {"other": 100.0, "default": 33.33}
    assert await district.get("weights") == weights
    for wrong in ({"found": -1}, {"found": 101}, {"found": "many"}, {"best": 1}):
        assert_problem(await admin.put("/figures/weights", json=wrong), 422, next(iter(wrong)))
    assert_problem(await district.staff.supervisor.put("/figures/weights", json=weights), 403)
    async with district.staff.desk.office.database.reading() as session:
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.subject_type == "figure_weights")))
    assert len(rows) == 2
    assert '"before":{"found":10.0' in rows[0].details


async def test_figures_by_kind(district: District) -> None:
    items = {item["kind"]: numbers(item) for item in (await district.get("kinds", **WEEK))["items"]}
    assert items["garbage"][:8] == (3, 2, 2, 1, 1, 1, 0, 1)
    assert items["illegal_parking"][:8] == (3, 1, 0, 0, 1, 0, 1, 0)
    assert items["cigarette_butt"][:8] == (2, 2, 2, 2, 0, 0, 1, 0)
    assert items["jaywalking"] == (0, 0, 0, 0, 0, 0, 0, 0, None)


async def test_figures_by_area(district: District) -> None:
    items = {item["code"]: numbers(item)[:8] for item in (await district.get("areas", **WEEK))["items"]}
    assert items == {"one": (3, 2, 2, 1, 1, 1, 1, 1), "two": (4, 3, 2, 2, 1, 0, 1, 0)}
    whole = (await district.get("areas", level="district", **WEEK))["items"]
    assert [(item["code"], *numbers(item)[:8]) for item in whole] == [("all", 7, 5, 4, 3, 2, 1, 2, 1)]
    first = await district.get("areas", limit="1", **WEEK)
    assert [item["code"] for item in first["items"]] == ["one"]
    rest = await district.get("areas", cursor=first["next_cursor"], **WEEK)
    assert ([item["code"] for item in rest["items"]], rest["next_cursor"]) == (["two"], None)


async def test_a_trend(district: District) -> None:
    items = (await district.get("trend", since="2026-11-16T16:00:00Z", until="2026-11-26T00:00:00Z"))["items"]
    shown = {item["since"]: (item["found"], item["settled"], item["late"], item["relapses"]) for item in items}
    assert len(items) == 10
    assert {day: counts for day, counts in shown.items() if any(counts)} == {
        "2026-11-16T16:00:00Z": (1, 0, 0, 0),
        "2026-11-17T16:00:00Z": (0, 1, 0, 0),
        "2026-11-23T16:00:00Z": (8, 0, 2, 1),
        "2026-11-24T16:00:00Z": (0, 4, 0, 0),
    }
    months = (await district.get("trend", bucket="month", kind="garbage", **WEEK))["items"]
    assert [(item["since"], item["found"], item["settled"]) for item in months] == [("2026-10-31T16:00:00Z", 3, 2)]
    long = {"since": "2020-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    assert_problem(await district.staff.supervisor.get("/figures/trend", params=long), 422, "since", "400")


async def test_a_heat_map(district: District) -> None:
    items = (await district.get("heat-map", **WEEK))["items"]
    shown = {(round(item["longitude"], 6), round(item["latitude"], 6)): item["count"] for item in items}
    assert shown == {(117.2, 39.13): 4, (117.3, 39.1): 4}
    first = await district.get("heat-map", limit="1", **WEEK)
    rest = await district.get("heat-map", cursor=first["next_cursor"], **WEEK)
    assert len(first["items"]) == len(rest["items"]) == 1
    assert_problem(await district.staff.supervisor.get("/figures/heat-map", params={"cursor": "x"}), 422, "cursor")


async def test_who_is_bound_to_an_area_sees_its_figures_only(district: District) -> None:
    staff = district.staff
    bound = await person(staff.desk, staff.admin, "ren", Role.SUPERVISOR, area_id=str(district.areas["two"]))
    items = {i["kind"]: i["found"] for i in (await bound.get("/figures/kinds", params=WEEK)).json()["items"]}
    assert items == {"cigarette_butt": 2, "garbage": 0, "illegal_parking": 2, "jaywalking": 0}
    areas = (await bound.get("/figures/areas", params=WEEK)).json()["items"]
    assert [item["code"] for item in areas] == ["two"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2026-11-25T00:00:00Z", "until": "2026-11-24T00:00:00Z"}, "since"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"level": "street"}, "level"),
    ],
)
async def test_bad_spans_are_named(desk: Desk, query: dict[str, str], field: str) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.get("/figures/areas", params=query), 422, field)
    assert_problem(await admin.get("/figures/ranking", params={"week": "2026-W99"}), 422, "week")


async def test_a_ranking_as_a_spreadsheet(district: District) -> None:
    answer = await district.staff.supervisor.get("/figures/ranking/export", params={"week": "2026-W48"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["名次", "责任单位", "综合得分"]
    assert [row[:4] for row in rows[1:]] == [[1, "Other", 97.5, 3], [2, "Default", 58.33, 4]]
    assert sheet.title == "考核 2026-W48"
    assert_problem(await district.staff.mei.get("/figures/ranking/export"), 403)
