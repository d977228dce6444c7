"""Violations: taken in whole and once, or not at all."""

import asyncio
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import uuid_utils.compat
from sqlalchemy import Connection, event, func, select

from service.cases.models import CaseRow
from service.evidence.models import EvidenceRow
from service.evidence.placing import Waiting
from service.evidence.recovery import recover
from service.evidence.store import LocalFileStore, key_of
from service.security import Role, Scope
from service.settings import Settings
from service.violations.models import ViolationRow
from tests.service.office import Desk, Parcel, Part, assert_problem, deliver, delivered_case, jpeg, open_desk, parcel
from tests.service.postgresql import POSTGRESQL


async def counts(desk: Desk) -> tuple[int, int, int, int]:
    """Violations, cases, evidence rows, stored files."""
    async with desk.office.database.reading() as session:
        rows = [await session.scalar(select(func.count()).select_from(t)) for t in (ViolationRow, CaseRow, EvidenceRow)]
    stored = [path for path in (desk.settings.data / "files").rglob("*") if path.is_file()]
    return rows[0] or 0, rows[1] or 0, rows[2] or 0, len(stored)


@pytest.fixture
async def ready(desk: Desk) -> Desk:
    await desk.camera()
    return desk


async def test_a_violation_becomes_a_pending_case_with_its_evidence(ready: Desk) -> None:
    sent = parcel()
    delivered = await delivered_case(await ready.program(Scope.VIOLATIONS_WRITE), sent)
    assert delivered["violation_id"] == str(sent.violation.id)
    operator = await ready.person(Role.OPERATOR)
    case = (await operator.get(f"/cases/{delivered['case_id']}")).json()
    assert (case["status"], case["kind"], case["camera_name"], case["zone"]) == (
        "pending",
        "jaywalking",
        "北门路口",
        "road",
    )
    assert case["number"] == delivered["case_number"]
    assert case["occurred_at"] == "2026-11-24T08:30:00Z"
    assert [e["role"] for e in case["evidence"]] == ["closeup", "context", "original"]
    assert [h["action"] for h in case["history"]] == ["create"]
    assert case["allowed_actions"] == ["confirm", "dismiss", "merge"]
    for evidence in case["evidence"]:
        content = (await operator.get(evidence["url"].removeprefix("/api/v1"))).content
        assert content == sent.files[f"{evidence['role']}.jpg"]
    assert case["thumbnail_url"] == case["evidence"][0]["url"]
    answer = await operator.get(f"/violations/{sent.violation.id}")
    assert answer.json() == json.loads(sent.violation.model_dump_json()) == case["violation"]
    assert_problem(await operator.get("/violations/01a20f5f-0000-7000-8000-000000000000"), 404)


async def test_times_are_kept_in_utc(ready: Desk) -> None:
    sent = parcel().changed(started_at="2026-11-24T16:30:00+08:00")
    await delivered_case(await ready.engine(), sent)
    shown = (await (await ready.administrator()).get(f"/violations/{sent.violation.id}")).json()
    assert shown["started_at"] == "2026-11-24T08:30:00Z"


@pytest.mark.skipif(POSTGRESQL, reason="is about SQLite")
async def test_a_decision_on_a_full_disk_is_refused_and_the_case_stays(ready: Desk) -> None:
    case = (await delivered_case(await ready.engine()))["case_id"]
    admin = await ready.administrator()
    limit = 1

    def refuse_to_grow(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    event.listen(ready.office.database.engine.sync_engine, "begin", refuse_to_grow)
    body = {"version": 1, "note": "x" * 2000}
    answers = [await admin.post(f"/cases/{case}/confirm", json=body)]
    while answers[-1].is_success:  # the pages that are half empty take a few more
        version = answers[-1].json()["version"]
        answers.append(await admin.post(f"/cases/{case}/undo", json={"version": version, "note": "x" * 2000}))
        if answers[-1].is_success:
            body["version"] = answers[-1].json()["version"]
            answers.append(await admin.post(f"/cases/{case}/confirm", json=body))
    assert_problem(answers[-1], 507, "full")
    limit = 2**30
    shown = (await admin.get(f"/cases/{case}")).json()
    assert shown["version"] == len(shown["history"]) == len(answers)


async def test_delivering_again_gives_the_same_answer(ready: Desk) -> None:
    engine, sent = await ready.engine(), parcel()
    first = await delivered_case(engine, sent)
    again = await deliver(engine, sent)
    assert (again.status_code, again.json()) == (200, first)
    assert await counts(ready) == (1, 1, 3, 3)


async def test_delivering_many_times_at_once_makes_one_case(ready: Desk) -> None:
    engine, sent = await ready.engine(), parcel()
    answers = await asyncio.gather(*(deliver(engine, sent) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert await counts(ready) == (1, 1, 3, 3)
    assert not list(ready.settings.incoming.iterdir())


async def test_many_violations_at_once_get_numbers_without_gap(ready: Desk) -> None:
    engine = await ready.engine()
    answers = await asyncio.gather(*(delivered_case(engine, parcel(("closeup",))) for _ in range(12)))
    numbers = sorted(answer["case_number"] for answer in answers)
    day = numbers[0].split("-")[1]
    assert numbers == [f"JJ-{day}-{number:05d}" for number in range(1, 13)]


async def test_a_violation_without_evidence_is_taken(ready: Desk) -> None:
    engine = await ready.engine()
    case = await delivered_case(engine, parcel(()))
    shown = (await (await ready.administrator()).get(f"/cases/{case['case_id']}")).json()
    assert (shown["thumbnail_url"], shown["evidence"]) == (None, [])


def _without_file(sent: Parcel) -> Parcel:
    return Parcel(sent.violation, {k: v for k, v in sent.files.items() if k != "context.jpg"})


def _altered(sent: Parcel) -> Parcel:
    return Parcel(sent.violation, sent.files | {"context.jpg": b"other bytes"})


def _with_more(sent: Parcel) -> Parcel:
    return Parcel(sent.violation, sent.files | {"more.jpg": b"x"})


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (_without_file, "violation.evidence.1.file", "context.jpg was not sent"),
        (_altered, "violation.evidence.1.sha256", "altered"),
        (_with_more, "files", "more.jpg"),
        (lambda sent: sent.changed(camera="gate-404"), "violation.camera", "gate-404"),
        (lambda sent: sent.changed(camera=None), "violation.camera", "camera or the photo"),
        (lambda sent: sent.changed(photo=str(uuid_utils.compat.uuid7())), "violation.photo", "no photo"),
    ],
)
async def test_a_violation_at_fault_is_refused_and_leaves_nothing(
    ready: Desk, change: Callable[[Parcel], Parcel], field: str, words: str
) -> None:
    problem = assert_problem(await deliver(await ready.engine(), change(parcel())), 422, words)
    assert problem["errors"][0]["field"] == field
    assert await counts(ready) == (0, 0, 0, 0)
    assert not list(ready.settings.incoming.iterdir())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "Invalid JSON"),
        ("[]", "violation"),
        ('{"kind": "singing"}', "violation.kind"),
        ('{"evidence": [{"file": "../../etc/passwd", "sha256": "0", "role": "closeup"}]}', "violation.evidence.0.file"),
    ],
)
async def test_a_document_at_fault_names_its_field(ready: Desk, document: str, words: str) -> None:
    engine = await ready.engine()
    assert_problem(await engine.post("/violations", files={"violation": (None, document)}), 422, words)


async def test_a_form_without_the_document_is_refused(ready: Desk) -> None:
    engine = await ready.engine()
    assert_problem(await engine.post("/violations", files={"files": ("a.jpg", b"x")}), 422, "violation")


async def test_a_document_sent_as_a_file_is_taken(ready: Desk) -> None:
    sent = parcel()
    document: Part = ("violation.json", sent.violation.model_dump_json(), "application/json")
    files = [("violation", document), *sent.parts()[1:]]
    assert (await (await ready.engine()).post("/violations", files=files)).status_code == 201


@pytest.mark.parametrize("name", ["../../../escape.jpg", "/escape.jpg", "..\\escape.jpg", "a/b.jpg", "nul\0.jpg"])
async def test_a_file_name_never_leads_out_of_the_folder(ready: Desk, name: str) -> None:
    sent = parcel(("closeup",))
    files: list[tuple[str, Part]] = [sent.parts()[0], ("files", (name, next(iter(sent.files.values())), "image/jpeg"))]
    assert_problem(await (await ready.engine()).post("/violations", files=files), 422)
    inside = {path.name for path in ready.settings.data.parent.rglob("*")}
    assert "escape.jpg" not in inside
    assert not await asyncio.to_thread(Path("/escape.jpg").exists)
    assert await counts(ready) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"longitude": 116.0, "latitude": 40.0}, (116.0, 40.0)),
        ({}, (117.2, 39.13)),
        ({"longitude": 1.0}, (117.2, 39.13)),
    ],
)
async def test_the_place_is_the_violations_own_else_its_cameras(
    ready: Desk, own: dict[str, object], expected: tuple[float, float]
) -> None:
    case = await delivered_case(await ready.engine(), parcel().changed(**own))
    shown = (await (await ready.administrator()).get(f"/cases/{case['case_id']}")).json()
    assert (shown["longitude"], shown["latitude"]) == expected


@pytest.mark.parametrize(
    ("limits", "status"),
    [({"evidence_limit": 3000}, 413), ({"evidence_files": 2}, 413), ({"evidence_limit": 10**6}, 201)],
)
async def test_limits_hold(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], limits: dict[str, int], status: int
) -> None:
    async with open_desk(make_settings(**limits), prepared[1]) as desk:
        await desk.camera()
        sent = parcel()
        answer = await deliver(await desk.engine(), sent)
        assert answer.status_code == status, answer.text
        assert await counts(desk) == ((1, 1, 3, 3) if status == 201 else (0, 0, 0, 0))


async def test_low_space_refuses_uploads_and_raises_an_alert(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> None:
    async with open_desk(make_settings(min_free_bytes=2**60), prepared[1]) as desk:
        await desk.camera()
        engine, admin = await desk.engine(), await desk.administrator()
        answer = await deliver(engine, parcel())
        assert_problem(answer, 507, "full")
        assert answer.headers["retry-after"] == "60"
        assert_problem(await admin.post("/photos", files={"file": ("a.jpg", jpeg())}), 507)
        system = (await admin.get("/system")).json()
        assert system["disk"]["low"] is True
        assert [alert["code"] for alert in system["alerts"]] == ["disk_full"]
        assert await counts(desk) == (0, 0, 0, 0)


@pytest.mark.parametrize("call", ["fsync", "link"])
@pytest.mark.parametrize("after", [0, 2])
async def test_a_disk_that_runs_full_leaves_nothing_half_done(
    ready: Desk, monkeypatch: pytest.MonkeyPatch, call: str, after: int
) -> None:
    engine, admin, sent = await ready.engine(), await ready.administrator(), parcel()
    calls = 0
    real: Callable[..., None] = getattr(os, call)

    def full(*args: object) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        assert_problem(await deliver(engine, sent), 507)
        assert_problem(await admin.post("/photos", files={"file": ("a.jpg", jpeg())}), 507)
    assert await counts(ready) == (0, 0, 0, 0)
    assert not list(ready.settings.incoming.iterdir())
    assert (await admin.get("/system")).json()["alerts"][0]["code"] == "disk_full"
    await delivered_case(engine, sent)  # there is room again, and the detector's outbox tries again


@pytest.mark.skipif(POSTGRESQL, reason="is about SQLite")
async def test_a_database_that_runs_full_leaves_nothing_half_done(ready: Desk) -> None:
    engine, sent = await ready.engine(), parcel()
    large = parcel(("closeup",), track_ids=tuple(range(40_000)))
    # SQLite itself refuses to grow, with the error that a full disk gives.
    limit = 1

    def refuse_to_grow(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    event.listen(ready.office.database.engine.sync_engine, "begin", refuse_to_grow)
    assert_problem(await deliver(engine, large), 507)
    assert await counts(ready) == (0, 0, 0, 0)
    limit = 2**30
    await delivered_case(engine, sent)


async def test_what_a_crash_left_behind_is_cleaned_up_at_the_next_start(ready: Desk) -> None:
    files = ready.office.files
    assert isinstance(files, LocalFileStore)
    case = await delivered_case(await ready.engine())
    assert case
    lost = uuid_utils.compat.uuid7()
    waiting = ready.settings.incoming / str(lost)
    waiting.write_bytes(b"evidence whose transaction never came")
    await files.put_files({key_of("evidence", lost): Waiting(waiting)})
    async with ready.office.database.reading() as session:
        kept = (await session.scalars(select(EvidenceRow))).first()
    assert kept is not None
    (ready.settings.incoming / str(kept.id)).write_bytes(b"a copy whose removal never came")
    (ready.settings.incoming / "notes.txt").write_text("somebody's own")
    assert await counts(ready) == (1, 1, 3, 4)
    assert await recover(ready.office) == 3
    assert await counts(ready) == (1, 1, 3, 3)
    assert [path.name for path in ready.settings.incoming.iterdir()] == ["notes.txt"]
