"""Ledgers: which case is in which list, the files that come of them, and what no file may do."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import select, update

from service import spreadsheets
from service.audit.models import AuditRow
from service.cases.models import CaseRow
from service.ledgers.lists import Ledger
from service.security import Role
from service.spreadsheets import ExcelSheet, Title, harmless
from tests.service.cases.people import Json, Staff, done, person, step
from tests.service.office import assert_problem
from tests.service.test_cases import step as take

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
CASES = {
    "pending": set(),
    "filed": {"problems"},
    "dispatched": {"problems", "tasks", "responsibilities"},
    "in_progress": {"problems", "tasks", "responsibilities"},
    "rectified": {"problems", "responsibilities", "rectifications"},
    "closed": {"problems", "responsibilities", "rectifications", "completions"},
    "archived": {"problems", "responsibilities", "rectifications", "completions"},
}


async def lines(staff: Staff, ledger: str, **query: str) -> list[Json]:
    """All lines of a list, read in pages of two."""
    found: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await staff.supervisor.get(f"/ledgers/{ledger}", params={"limit": 2, **query, **cursor})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return found
        cursor = {"cursor": answer.json()["next_cursor"]}


async def test_each_case_is_in_the_lists_it_belongs_to(staff: Staff) -> None:
    numbers = {status: (await staff.at(status))["number"] for status in CASES}
    dismissed = await staff.new_case()
    assert (await take(staff.mei, dismissed, "dismiss", 1, reason="wrong_object")).is_success
    for ledger in Ledger:
        if ledger is Ledger.SUPERVISION:
            continue
        expected = [number for status, number in numbers.items() if ledger in CASES[status]]
        assert [line["number"] for line in await lines(staff, ledger)] == expected, ledger


async def test_supervision_lists_what_did_not_go_as_it_should(staff: Staff) -> None:
    smooth = await staff.at("closed")
    late = await staff.at("in_progress")
    async with staff.desk.office.database.transaction() as session:
        ago = datetime.now(UTC) - timedelta(hours=1)
        await session.execute(update(CaseRow).where(CaseRow.number == late["number"]).values(due_at=ago))
    sent_back = done(await step(staff.mei, await staff.at("rectified"), "rework", note="没有清理干净"))
    returned = done(await step(staff.handler, await staff.at("dispatched"), "return", note="不是我们的路段"))
    escalated = done(await step(staff.supervisor, await staff.at("dispatched"), "escalate", note="请尽快"))
    found = {line["number"]: line for line in await lines(staff, "supervision")}
    assert found.keys() - {line["number"] for line in found.values() if line["relapse"]} <= {
        late["number"], sent_back["number"], returned["number"], escalated["number"]
    }  # fmt: skip
    assert {late["number"], sent_back["number"], returned["number"], escalated["number"]} <= found.keys()
    assert smooth["number"] not in found or found[smooth["number"]]["relapse"]
    assert found[late["number"]]["late"] is True
    assert found[escalated["number"]]["escalated_at"] is not None
    assert (found[sent_back["number"]]["reworks"], found[returned["number"]]["returns"]) == (1, 1)


async def test_filters(staff: Staff) -> None:
    one = await staff.at("dispatched", kind="garbage", started_at=MOMENT, ended_at=MOMENT)
    later = MOMENT + timedelta(days=1)
    two = await staff.at("dispatched", kind="illegal_parking", started_at=later, ended_at=later)
    assert [line["number"] for line in await lines(staff, "tasks")] == [one["number"], two["number"]]
    for query, expected in (
        ({"kind": "garbage"}, [one]),
        ({"since": later.isoformat()}, [two]),
        ({"until": later.isoformat()}, [one]),
        ({"unit_id": staff.unit["id"]}, [one, two]),
        ({"unit_id": staff.other_unit["id"]}, []),
        ({"area_id": staff.unit["id"]}, []),
    ):
        assert [line["number"] for line in await lines(staff, "tasks", **query)] == [c["number"] for c in expected]
    assert_problem(await staff.supervisor.get("/ledgers/tasks", params={"cursor": "x"}), 422, "cursor")
    assert_problem(await staff.supervisor.get("/ledgers/everything"), 422, "ledger")


async def test_a_handler_sees_the_own_units_lines_and_exports_nothing(staff: Staff) -> None:
    case = await staff.at("dispatched")
    assert [line["number"] for line in (await staff.handler.get("/ledgers/tasks")).json()["items"]] == [case["number"]]
    assert (await staff.other.get("/ledgers/tasks")).json()["items"] == []
    for who in (staff.handler, staff.mei):
        assert_problem(await who.get("/ledgers/tasks/export"), 403)
    auditor = await person(staff.desk, staff.admin, "auditor", Role.AUDITOR)
    assert (await auditor.get("/ledgers/tasks/export")).status_code == 200


async def hostile(staff: Staff) -> Json:
    """A case whose texts would be formulas, in a spreadsheet that let them."""
    await staff.admin.patch("/cameras/gate-1", json={"name": "=cmd|' /C calc'!A1"})
    await staff.admin.patch(f"/units/{staff.unit['id']}", json={"name": "+1+1", "contact": "@SUM(A1:A9)"})
    return await staff.at("closed", zone="=HYPERLINK(1)")


async def test_no_spreadsheet_formula_injection_in_xlsx(staff: Staff) -> None:
    case = await hostile(staff)
    answer = await staff.supervisor.get("/ledgers/problems/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="problems.xlsx"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert b"<f>" not in zipped.read("xl/worksheets/sheet1.xml"), "there is no formula"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    titles, cells = (list(row) for row in sheet.iter_rows(max_row=2))
    row = {str(title.value): cell for title, cell in zip(titles, cells, strict=True)}
    assert (row["案号"].value, row["状态"].value) == (case["number"], "结案")
    assert (row["来源"].value, row["来源"].data_type) == ("=cmd|' /C calc'!A1", "s")
    assert (row["位置"].value, row["位置"].data_type) == ("=HYPERLINK(1)", "s")
    assert str(row["发生时间"].value) == "2026-11-24 16:30:00", "the district's time"
    assert row["置信度"].value == 0.8


async def test_no_spreadsheet_formula_injection_in_csv(staff: Staff) -> None:
    case = await hostile(staff)
    answer = await staff.supervisor.get("/ledgers/completions/export", params={"format": "csv", "language": "en"})
    assert answer.content.startswith(b"\xef\xbb\xbf"), "Excel reads UTF-8 by this mark"
    row = next(iter(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))))
    assert (row["Number"], row["State"], row["Unit"]) == (case["number"], "Closed", "'+1+1")
    assert row["Zone"] == "'=HYPERLINK(1)"
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    contacts = await staff.supervisor.get("/ledgers/responsibilities/export", params={"format": "csv"})
    assert "'@SUM" in contacts.text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        (" =1", "' =1"), ("\uff1d1", "'\uff1d1"), ("北门路口", "北门路口"), ("a=1", "a=1"), ("", ""),
    ],
)  # fmt: skip
def test_text_that_begins_like_a_formula_is_made_harmless(text: str, written: str) -> None:
    assert harmless(text) == written


async def test_an_export_is_taken_down(staff: Staff) -> None:
    await staff.at("filed")
    await staff.supervisor.get("/ledgers/problems/export", params={"kind": "jaywalking", "format": "csv"})
    async with staff.desk.office.database.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.action == "export"))).one()
    assert (row.actor, row.subject_type, row.subject_id) == ("Supervisor", "ledger", "problems")
    assert json.loads(row.details) == {"rows": 1, "format": "csv", "filter": {"kind": "jaywalking"}}
    assert not list(staff.desk.settings.incoming.iterdir()), "nothing is left behind"


def test_a_ledger_longer_than_a_sheet_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "ROWS_OF_A_SHEET", 3)
    path = tmp_path / "long.xlsx"
    with path.open("wb") as target:
        sheet = ExcelSheet(target, "任务清单", [Title("案号", 9)], ZoneInfo("Asia/Shanghai"), tmp_path)
        sheet.add([["JJ-1"]] * 3)
        sheet.add([["JJ-2"]] * 2)
        sheet.close()
    book = openpyxl.load_workbook(path)
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("任务清单", 3), ("任务清单 2", 3), ("任务清单 3", 2)]
