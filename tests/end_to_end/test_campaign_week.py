# ruff: noqa: ARG001 - each step of the script is given town and street
"""A week of the campaign: thousands of violations from detection to the archive, on SQLite and on PostgreSQL.

A smaller week runs in ``make test``; the whole one, with its figures, by

    STREETWARDEN_CAMPAIGN=5000 pytest -s tests/end_to_end/test_campaign_week.py

The week is that of Mid-Autumn 2026, which begins with a Sunday that is worked for Friday, and ends with a holiday of
three days. The script only says what people want to do. What they see and what comes of it goes through HTTP; the
account (`tests.end_to_end.campaign.account`) keeps its own books, which ledgers, ranking and audit must agree with.
"""

import io
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from service import clock, logs
from service.audit.models import AuditRow
from service.audit.verify import verify
from service.bootstrap import prepare
from service.system import monitor
from tests.end_to_end.campaign import rounds
from tests.end_to_end.campaign.account import Line
from tests.end_to_end.campaign.detection import Street
from tests.end_to_end.campaign.district import DIVIDED, geojson
from tests.end_to_end.campaign.evidence import Pictures
from tests.end_to_end.campaign.expected import LISTS, ledger, ranking
from tests.end_to_end.campaign.fates import Fate
from tests.end_to_end.campaign.town import Town, found_town
from tests.end_to_end.campaign.watch import Watch, local
from tests.service.office import PASSWORD, assert_problem, deliver, open_desk, parcel, settings_for
from tests.service.postgresql import postgres_server
from tests.service.test_audit import execute, unprotect

VIOLATIONS = {"sqlite": 300, "postgresql": 200}
FIRST_DAY = "2026-09-20"
WEEK = timedelta(days=7)
Doing = Callable[[Town, Street], Awaitable[None]]


@pytest.fixture(params=["sqlite", "postgresql"])
async def town(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """The town on its first morning, before anything has happened."""
    logs.configure(level=logging.WARNING)
    watch = Watch(local(f"{FIRST_DAY} 06:00"))
    monkeypatch.setattr(clock, "now", watch.now)
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 1e6)  # the town looks after itself, by its own clock
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgres_server()).create() if request.param == "postgresql" else None
        # Nobody has to sign in each morning: that is tested elsewhere.
        settings = settings_for(tmp_path / "data", database_url=url, session_idle_minutes=7 * 24 * 60, session_days=30)
        password = await prepare(settings)
        assert password is not None
        desk = await stack.enter_async_context(open_desk(settings, password))
        yield await found_town(desk, watch, Pictures(tmp_path / "pictures", watch.moment))


# --- the week -------------------------------------------------------------------------------------------------------


async def detections(town: Town, street: Street) -> None:
    await street.detections()


async def review(town: Town, street: Street) -> None:
    await rounds.review(town)


async def everybody(town: Town, street: Street) -> None:
    await rounds.put_right(town, *rounds.ALL_UNITS)


async def sweepers(town: Town, street: Street) -> None:
    await rounds.put_right(town, *rounds.SANITATION)


async def check(town: Town, street: Street) -> None:
    await rounds.check(town)


async def urge(town: Town, street: Street) -> None:
    await rounds.urge(town)


async def file_away(town: Town, street: Street) -> None:
    await rounds.archive(town, before="2026-09-25 00:00")


WORKDAY: dict[str, Doing] = {
    "06:50": detections, "08:20": detections, "08:30": review, "09:15": everybody, "10:30": check,
    "11:30": detections, "13:40": detections, "14:00": review, "14:45": everybody, "16:30": check, "17:00": urge,
    "18:20": detections, "22:40": detections,
}  # fmt: skip
HOLIDAY: dict[str, Doing] = {
    "06:50": detections, "08:30": review, "09:15": sweepers, "10:30": check, "13:40": detections,
    "14:45": sweepers, "16:30": check, "18:20": detections, "22:40": detections,
}  # fmt: skip
AFTERWARDS: dict[str, Doing] = {
    "00:05": detections, "08:30": review, "09:15": everybody, "10:30": check, "14:00": review,
    "14:45": everybody, "16:30": check, "17:00": urge, "17:30": file_away,
}  # fmt: skip
AFTERWARDS_ALONE = {hour: doing for hour, doing in AFTERWARDS.items() if doing is not detections}


async def two_operators_take_the_same_case(town: Town, street: Street) -> None:
    """Bo is faster; Mei is told what he decided."""
    goes_on = set(Fate) - {Fate.DISMISSED, Fate.MISTAKEN, Fate.DOUBLE, Fate.WRONGLY_MERGED, Fate.LEFT}
    mei, bo = town["mei"], town["bo"]
    seen = {case["id"]: case for case in await mei.sees("pending")}
    case = next(case for case in await bo.sees("pending") if town.fate(case) in goes_on)
    await bo.step(case, "confirm")
    answer = await mei.client.post(f"/cases/{case['id']}/dismiss", json={
        "version": seen[case["id"]]["version"], "reason": "wrong_object",
    })  # fmt: skip
    decision = assert_problem(answer, 409)["current"]["decision"]
    assert (decision["actor"], decision["action"]) == (bo.person.name, "confirm")


async def nobody_oversteps(town: Town, street: Street) -> None:
    """What is not somebody's to do or to see is refused."""
    foreign = parcel(camera="gate-5")
    assert_problem(await deliver(town.smart["gate-4"], foreign), 403, "gate-4")
    settled = town.account.standing("closed")[0]
    path = f"/cases/{town.account.ids[settled.number]}"
    decision = {"version": 1, "note": "x"}
    for username, step in (("mei", "archive"), ("an", "close"), ("hua", "close"), ("shen", "accept"), ("ji", "close")):
        assert_problem(await town[username].client.post(f"{path}/{step}", json=decision), 403)
    for username in ("ji", "kang", "hua", "lan", "zhao", "ning", "bo", "an"):
        worker = town[username]
        status = 200 if worker.may_see(settled) else 404
        assert (await worker.client.get(path)).status_code == status, username
        await worker.sees("pending", "dispatched", "closed", "dismissed")


async def the_line_to_gate_6_breaks(town: Town, street: Street) -> None:
    street.cut_off.add("gate-6")


async def the_line_is_mended(town: Town, street: Street) -> None:
    street.cut_off.clear()


async def the_market_quarter_is_divided(town: Town, street: Street) -> None:
    """Its night market is an area of its own now, for which the city management answers."""
    headers = {"Content-Type": "application/geo+json"}
    answer = await town["admin"].client.put("/areas/geojson", json=geojson(DIVIDED), headers=headers)
    assert answer.status_code == 200, answer.text
    moved = town.account.divide_the_market()
    assert answer.json() == {"created": 1, "updated": 1, "unchanged": 0, "cases_moved": moved}


async def zhao_leaves(town: Town, street: Street) -> None:
    """Zhao leaves the traffic police at noon; Qian goes on with what he had."""
    zhao, qian = town["zhao"], town["qian"]
    had = await zhao.sees("dispatched", "in_progress")
    users = (await town["admin"].client.get("/users", params={"limit": 200})).json()["items"]
    user_id = next(user["id"] for user in users if user["username"] == "zhao")
    assert (await town["admin"].client.patch(f"/users/{user_id}", json={"active": False})).status_code == 200
    assert_problem(await zhao.client.get("/cases"), 401)
    town.gone.add("zhao")
    assert [case["id"] for case in await qian.sees("dispatched", "in_progress")] == [case["id"] for case in had]


async def the_auditor_comes(town: Town, street: Street) -> None:
    """It is over a week since she was here: her session has ended, and she signs in again."""
    auditor = town["an"]
    assert_problem(await auditor.client.get("/cases"), 401)
    again = await town.desk.signed_in(auditor.person.username, PASSWORD)
    auditor.client = again


DAYS: dict[str, dict[str, Doing]] = {
    "2026-09-20": {hour: doing for hour, doing in WORKDAY.items() if hour > "08:00"},  # the town is made this morning
    "2026-09-21": WORKDAY | {"08:25": two_operators_take_the_same_case, "11:00": nobody_oversteps},
    "2026-09-22": WORKDAY | {"18:10": the_line_to_gate_6_breaks},
    "2026-09-23": WORKDAY | {"06:45": the_line_is_mended, "18:10": the_market_quarter_is_divided},
    "2026-09-24": WORKDAY | {"12:00": zhao_leaves},
    "2026-09-25": HOLIDAY,
    "2026-09-26": HOLIDAY,
    "2026-09-27": HOLIDAY,
    "2026-09-28": AFTERWARDS,
    "2026-09-29": AFTERWARDS_ALONE | {"18:00": the_auditor_comes},
}


async def test_a_week_of_the_campaign(town: Town, request: pytest.FixtureRequest) -> None:
    database = request.node.callspec.params["town"]
    count = int(os.environ.get("STREETWARDEN_CAMPAIGN", VIOLATIONS[database]))
    started, spent = time.perf_counter(), time.process_time()
    slots = sum(doing is detections for day in DAYS.values() for doing in day.values())
    street = Street(town, count, slots)
    for day, doings in DAYS.items():
        for hour, doing in sorted(doings.items()):
            await town.until(f"{day} {hour}")
            await doing(town, street)
    lived, lived_cpu = time.perf_counter() - started, time.process_time() - spent
    assert len(town.account.cases) == count
    await everything_has_happened(town, street)
    await the_ledgers_agree(town)
    await the_rankings_agree(town)
    await the_archive_agrees(town)
    await the_audit_agrees(town)
    await one_altered_row_is_found(town)
    total, cpu = time.perf_counter() - started, time.process_time() - spent
    print(
        f"\n{database}: {count} violations, {sum(map(len, town.account.lines.values()))} steps; the week took "
        f"{lived:.1f} s ({lived_cpu:.1f} CPU s, {1000 * lived_cpu / count:.1f} ms a violation), all {total:.1f} s "
        f"({cpu:.1f} CPU s)"
    )


# --- what must agree with the account -------------------------------------------------------------------------------


async def everything_has_happened(town: Town, street: Street) -> None:
    """A week without returns or relapses would prove nothing about them."""
    cases = list(town.account.cases.values())
    assert {case.status for case in cases} == {
        "pending", "dismissed", "merged", "filed", "dispatched", "in_progress", "closed", "archived"
    }  # fmt: skip
    done = {line.action for lines in town.account.lines.values() for line in lines}
    assert done == {
        "create", "confirm", "dismiss", "undo", "merge", "absorb", "split", "release", "dispatch", "accept", "return",
        "add_photo", "rectify", "rework", "remind", "escalate", "close", "archive",
    }  # fmt: skip
    assert any(case.relapse_of for case in cases)
    assert any(case.reporter for case in cases)
    assert {case.unit for case in cases} == {*rounds.ALL_UNITS, None}
    assert any(case.area == "E3" and case.unit == "city" for case in cases)
    assert {line.actor for lines in town.account.lines.values() for line in lines} >= {"交警赵", "交警钱"}
    assert not street.kept


async def the_ledgers_agree(town: Town) -> None:
    """Each of the six lists as the auditor gets it as a spreadsheet, cell by cell."""
    auditor = town["an"].client
    for name in LISTS:
        answer = await auditor.get(f"/ledgers/{name}/export")
        assert answer.status_code == 200, answer.text
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True).worksheets[0]
        rows = [tuple(row) for row in sheet.iter_rows(values_only=True)]
        expected = ledger(town.account, name, town.watch.now())
        assert len(rows) == len(expected) > 2
        for row, wanted in zip(rows, expected, strict=True):
            assert row == wanted, name


async def the_rankings_agree(town: Town) -> None:
    """The units of the campaign's week and of the Sunday before it, also by other weights."""
    weights = {"found": 10.0, "settled": 30.0, "on_time": 40.0, "sent_back": 10.0, "relapse": 10.0}
    for changed in ({}, {"relapse": 60.0, "found": 0.0}):
        weights |= changed
        if changed:
            assert (await town["admin"].client.put("/figures/weights", json=weights)).status_code == 200
        for week, since in (("2026-W39", "2026-09-21 00:00"), ("2026-W38", "2026-09-14 00:00")):
            answer = await town["shen"].client.get("/figures/ranking", params={"week": week})
            now = town.watch.now()
            expected = ranking(town.account, local(since), local(since) + WEEK, now, weights)
            assert [{name: item[name] for name in vars(expected[0])} for item in answer.json()["items"]] == [
                vars(score) for score in expected
            ]
            assert len({score.score for score in expected}) > 1


async def the_archive_agrees(town: Town) -> None:
    years = (await town["an"].client.get("/retention/years")).json()["items"]
    archived, closed = len(town.account.standing("archived")), len(town.account.standing("closed"))
    assert years == [{"year": 2026, "closed": closed, "archived": archived}]


async def the_audit_agrees(town: Town) -> None:
    """The history of every case is what the script did, line by line; nothing in the record was altered."""
    account = town.account
    found: dict[str, list[Line]] = {}
    query = select(AuditRow).where(AuditRow.subject_type == "case").order_by(AuditRow.sequence)
    async with town.desk.office.database.reading() as session:
        for row in await session.scalars(query):
            line = Line(row.at, row.actor, row.action, row.from_status, row.to_status)
            found.setdefault(account.numbers[row.subject_id], []).append(line)
    assert found == dict(account.lines)
    anchors = (await town["an"].client.get("/audit/anchors")).json()["items"]
    assert [anchor["day"] for anchor in anchors] == [day.replace("-", "") for day in sorted(DAYS, reverse=True)]
    verified = await verify(town.desk.settings, None)
    assert verified.faults == []
    assert (verified.cases, verified.anchors) == (len(account.cases), len(anchors))
    assert verified.files == account.files + account.photos


async def one_altered_row_is_found(town: Town) -> None:
    """Somebody who owns the database makes a late case look as if it had been closed by another person."""
    case = town.account.standing("archived")[0]
    case_id = town.account.ids[case.number]
    await unprotect(town.desk)
    altered = f"UPDATE audit SET actor = '审核员梅' WHERE action = 'archive' AND subject_id = '{case_id}'"  # noqa: S608
    await execute(town.desk, altered)
    faults = (await verify(town.desk.settings, None)).faults
    assert len(faults) == 1
    assert faults[0].startswith("audit row ")
    assert faults[0].endswith(f"(archive case {case_id}) was altered")
