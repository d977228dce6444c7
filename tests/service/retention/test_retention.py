"""Retention: what the rules let go, what holds keep, and that the record tells of both."""

import asyncio
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from service import clock
from service.audit.verify import verify
from service.audit.workflow import SYSTEM
from service.backup import backup, restore
from service.cases.models import CaseRow
from service.cli import app
from service.evidence.models import EvidenceRow
from service.photos.models import PhotoRow
from service.retention.deletion import Retained, delete_due, dry_run
from service.retention.rules import Rule
from tests.service.cases.people import Json, Staff, done, open_staff, step
from tests.service.office import Desk, assert_problem, deliver, jpeg, parcel
from tests.service.postgresql import POSTGRESQL

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
async def staff(desk: Desk) -> Staff:
    return await open_staff(desk)


async def case_with_files(staff: Staff) -> Json:
    """A pending case with a closeup, a context and an original."""
    answer = await deliver(staff.engine, parcel())
    case: Json = (await staff.admin.get(f"/cases/{answer.json()['case_id']}")).json()
    return case


async def closed(staff: Staff, days_ago: int) -> Json:
    case = done(await step(staff.mei, await case_with_files(staff), "confirm"))
    case = done(await step(staff.mei, case, "close"))
    async with staff.desk.office.database.transaction() as session:
        ago = NOW - timedelta(days=days_ago)
        await session.execute(update(CaseRow).where(CaseRow.id == UUID(case["id"])).values(closed_at=ago))
    return case


async def run(staff: Staff) -> Retained:
    office = staff.desk.office
    return await delete_due(office.database, office.files, SYSTEM, NOW)


async def left(staff: Staff, case: Json) -> list[str]:
    """The roles of a case's files that are on the disk; the record says the same."""
    async with staff.desk.office.database.reading() as session:
        query = select(EvidenceRow).join(CaseRow, CaseRow.violation_id == EvidenceRow.violation_id)
        rows = list(await session.scalars(query.where(CaseRow.id == UUID(case["id"])).order_by(EvidenceRow.position)))
    on_disk = [row.role for row in rows if (staff.desk.settings.data / "files" / row.key).exists()]
    assert on_disk == [row.role for row in rows if row.deleted_at is None]
    return on_disk


ALL = ["closeup", "context", "original"]


@pytest.mark.parametrize(
    ("days", "remaining"), [(1000, ALL), (1094, ALL), (1096, ["closeup", "context"]), (3649, ALL[:2]), (3651, [])]
)
async def test_settled_cases_lose_originals_first_and_all_files_later(
    staff: Staff, days: int, remaining: list[str]
) -> None:
    case = await closed(staff, days)
    await run(staff)
    assert await left(staff, case) == remaining
    assert (await verify(staff.desk.settings, None)).faults == []


async def test_a_dry_run_counts_and_changes_nothing(staff: Staff) -> None:
    case = await closed(staff, 1200)
    found = await dry_run(staff.desk.office.database, NOW)
    totals = {rule: (total.subjects, total.files) for rule, total in found.totals.items()}
    assert totals == {Rule.DISMISSED: (0, 0), Rule.ORIGINALS: (1, 1), Rule.SETTLED: (0, 0), Rule.LOOSE_PHOTOS: (0, 0)}
    assert found.totals[Rule.ORIGINALS].size == len(jpeg(colour=(80, 90, 200)))
    assert not found.deleted
    assert await left(staff, case) == ALL


async def test_open_cases_keep_everything(staff: Staff) -> None:
    case = await case_with_files(staff)
    await run(staff)
    assert await left(staff, case) == ALL


async def test_dismissed_cases_lose_their_files(staff: Staff) -> None:
    case = done(await step(staff.mei, await case_with_files(staff), "dismiss", reason="wrong_object"))
    found = await run(staff)
    assert await left(staff, case) == []
    assert found.totals[Rule.DISMISSED].files == 3


async def test_what_was_merged_goes_with_its_target(staff: Staff) -> None:
    target = done(await step(staff.mei, await case_with_files(staff), "confirm"))
    merged = done(await step(staff.mei, await case_with_files(staff), "merge", into=target["id"]))
    await run(staff)
    assert await left(staff, merged) == ALL, "the other one is still open"
    target = done(await step(staff.mei, (await staff.mei.get(f"/cases/{target['id']}")).json(), "close"))
    hold = await staff.supervisor.post("/retention/holds", json={"case_id": target["id"], "reason": "复议"})
    await run(staff)
    assert await left(staff, merged) == ALL, "a hold on the one keeps both"
    await staff.supervisor.delete(f"/retention/holds/{hold.json()['id']}")
    await run(staff)
    assert await left(staff, merged) == ["closeup", "context"]


async def test_a_hold_keeps_files_until_it_is_released(staff: Staff) -> None:
    case = await closed(staff, 4000)
    body = {"case_id": case["id"], "reason": "行政复议未结"}
    hold = (await staff.supervisor.post("/retention/holds", json=body)).json()
    assert (hold["case_number"], hold["placed_by"], hold["released_at"]) == (case["number"], "Supervisor", None)
    await run(staff)
    assert await left(staff, case) == ALL
    assert [h["id"] for h in (await staff.supervisor.get("/retention/holds?active=true")).json()["items"]] == [
        hold["id"]
    ]
    released = (await staff.supervisor.delete(f"/retention/holds/{hold['id']}")).json()
    assert (await staff.supervisor.delete(f"/retention/holds/{hold['id']}")).json() == released
    assert released["released_by"] == "Supervisor"
    assert (await staff.supervisor.get("/retention/holds?active=true")).json()["items"] == []
    await run(staff)
    assert await left(staff, case) == []


async def test_holds_are_checked_and_paged(staff: Staff) -> None:
    case = await case_with_files(staff)
    for body in ({"case_id": staff.unit["id"], "reason": "x"}, {"case_id": case["id"], "reason": "  "}):
        answer = await staff.supervisor.post("/retention/holds", json=body)
        assert_problem(answer, 422, "case_id" if body["reason"] == "x" else "reason")
    assert_problem(await staff.supervisor.delete(f"/retention/holds/{case['id']}"), 404)
    assert_problem(await staff.mei.post("/retention/holds", json={"case_id": case["id"], "reason": "x"}), 403)
    made = [
        (await staff.supervisor.post("/retention/holds", json={"case_id": case["id"], "reason": str(n)})).json()["id"]
        for n in range(3)
    ]
    first = (await staff.supervisor.get("/retention/holds", params={"limit": 2})).json()
    rest = (await staff.supervisor.get("/retention/holds", params={"cursor": first["next_cursor"]})).json()
    assert [hold["id"] for hold in first["items"] + rest["items"]] == made[::-1]


async def test_who_asks_for_a_deleted_file_is_told_when_it_went(staff: Staff) -> None:
    case = await closed(staff, 1200)
    await run(staff)
    shown = (await staff.mei.get(f"/cases/{case['id']}")).json()
    gone = next(entry for entry in shown["evidence"] if entry["role"] == "original")
    assert gone["deleted_at"] == "2030-01-01T00:00:00Z"
    assert_problem(await staff.mei.get(f"/evidence/{gone['id']}"), 410, "2030-01-01")
    package = await staff.mei.get(f"/cases/{case['id']}/package")
    assert package.status_code == 200


async def test_the_log_tells_what_was_deleted_and_under_which_rule(staff: Staff) -> None:
    first, second = await closed(staff, 1200), await closed(staff, 1200)
    await run(staff)
    page = (await staff.supervisor.get("/retention/deletions", params={"limit": 1})).json()
    rest = (await staff.supervisor.get("/retention/deletions", params={"cursor": page["next_cursor"]})).json()
    items = page["items"] + rest["items"]
    assert [(item["number"], item["rule"], item["actor"]) for item in items] == [
        (second["number"], "originals", "system"), (first["number"], "originals", "system")
    ]  # fmt: skip
    assert [file["role"] for file in items[0]["deleted"]] == ["original"]
    assert_problem(await staff.supervisor.get("/retention/deletions", params={"cursor": "x"}), 422, "cursor")


async def test_photos_go_without_a_case_or_after_its_originals(staff: Staff) -> None:
    photos = []
    for shade in (1, 2):
        upload = {"file": ("a.jpg", jpeg(colour=(shade, 9, 9)))}
        photo = (await staff.mei.post("/photos", files=upload)).json()["id"]
        await staff.engine.post(f"/photos/{photo}/result", json={"status": "done", "detail": "", "model": "m"})
        photos.append(photo)
    await deliver(staff.engine, parcel(camera=None, photo=photos[0]))
    found = await run(staff)
    assert found.totals[Rule.LOOSE_PHOTOS].subjects == 1
    assert (await staff.mei.get(f"/photos/{photos[0]}/image")).status_code == 200
    assert_problem(await staff.mei.get(f"/photos/{photos[1]}/image"), 410)
    case = (await staff.mei.get("/cases")).json()["items"][0]
    done(await step(staff.mei, case, "dismiss", reason="wrong_object"))
    await run(staff)
    assert_problem(await staff.mei.get(f"/photos/{photos[0]}/image"), 410)
    assert (await verify(staff.desk.settings, None)).faults == []


async def test_the_administrator_sets_the_rules(staff: Staff) -> None:
    rules = (await staff.admin.put("/retention/rules/originals", json={"days": None})).json()["items"]
    assert {rule["code"]: rule["days"] for rule in rules} == {
        "dismissed": 90, "originals": None, "settled": 3650, "loose_photos": 180
    }  # fmt: skip
    case = await closed(staff, 1200)
    await run(staff)
    assert await left(staff, case) == ALL, "kept for ever"
    await staff.admin.put("/retention/rules/originals", json={"days": 30})
    await run(staff)
    assert await left(staff, case) == ["closeup", "context"]
    for wrong in ({"days": 29}, {"days": 0}, {"days": -1}, {}):
        assert_problem(await staff.admin.put("/retention/rules/originals", json=wrong), 422, "days")
    assert_problem(await staff.supervisor.put("/retention/rules/originals", json={"days": 30}), 403)
    plan = (await staff.supervisor.get("/retention/plan")).json()["items"]
    assert [rule["code"] for rule in plan] == list(Rule)


@pytest.mark.parametrize("table", [EvidenceRow, PhotoRow])
async def test_what_only_calls_itself_deleted_is_found(staff: Staff, table: type[EvidenceRow] | type[PhotoRow]) -> None:
    await case_with_files(staff)
    await staff.mei.post("/photos", files={"file": ("a.jpg", jpeg())})
    async with staff.desk.office.database.transaction() as session:
        await session.execute(update(table).values(deleted_at=NOW))
    faults = (await verify(staff.desk.settings, None)).faults
    assert faults
    assert all("called deleted, but the audit does not tell of it" in fault for fault in faults)


async def test_a_run_that_was_cut_off_is_finished(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await closed(staff, 4000)
    monkeypatch.setattr(staff.desk.office.files, "delete", _cut_off)
    with pytest.raises(OSError, match="cut off"):
        await run(staff)
    monkeypatch.undo()
    await run(staff)
    assert await left(staff, case) == []
    assert (await verify(staff.desk.settings, None)).faults == []


@pytest.mark.skipif(POSTGRESQL, reason="backup is for the embedded database")
async def test_an_office_that_deleted_files_can_be_backed_up_and_restored(staff: Staff, tmp_path: Path) -> None:
    await closed(staff, 1200)
    await run(staff)
    assert await asyncio.to_thread(backup, staff.desk.settings, tmp_path / "office.tar") > 0
    restored = staff.desk.settings.model_copy(update={"data": tmp_path / "restored"})
    await asyncio.to_thread(restore, restored, tmp_path / "office.tar")
    assert (await verify(restored, None)).faults == []


async def _cut_off(_key: str) -> None:
    raise OSError("cut off")


async def _command(*arguments: str) -> tuple[int, str]:
    answer = await asyncio.to_thread(CliRunner().invoke, app, list(arguments))
    return answer.exit_code, answer.stdout


async def test_the_command_line_shows_and_deletes(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await closed(staff, 1200)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    data = ("--data", str(staff.desk.settings.data))
    status, shown = await _command("retention", *data)
    assert (status, "originals\t1 cases or photos\t1 files" in shown) == (0, True)
    assert await left(staff, case) == ALL
    assert (await _command("retention", "--apply", *data))[0] == 0
    assert await left(staff, case) == ["closeup", "context"]
    assert (await _command("retention", "--data", "/nowhere"))[0] == 1


async def test_the_archive_of_a_year(staff: Staff, tmp_path: Path) -> None:
    case = await staff.at("closed")
    year = datetime.now(staff.desk.settings.zone).year
    years = (await staff.supervisor.get("/retention/years")).json()["items"]
    assert years == [{"year": year, "closed": 1, "archived": 0}]
    arguments = ("archive", str(year), "--to", str(tmp_path), "--data", str(staff.desk.settings.data))
    assert await _command(*arguments) == (0, f"{tmp_path / str(year)}\n")
    names = sorted(path.name for path in (tmp_path / str(year)).iterdir())
    assert names == [f"{case['number']}.zip", "completions.xlsx"]
    assert zipfile.ZipFile(tmp_path / str(year) / f"{case['number']}.zip").testzip() is None
    assert (await staff.supervisor.get(f"/cases/{case['id']}")).json()["status"] == "archived"
    assert (await _command(*arguments))[0] == 0, "it can be run again"
    years = (await staff.supervisor.get("/retention/years")).json()["items"]
    assert years == [{"year": year, "closed": 0, "archived": 1}]
