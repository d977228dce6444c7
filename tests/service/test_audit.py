"""The audit: append-only, chained, and checked."""

import json
from collections.abc import Callable
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.audit.chain import canonical
from service.audit.verification import Verification
from service.audit.verify import verify, verify_record
from service.evidence.models import EvidenceRow
from service.security import Role
from tests.service.office import Desk, delivered_case, jpeg
from tests.service.test_cases import step
from tests.service.test_evidence import on_disk, stored

PROTECTED = ("audit", "audit_anchors")


async def execute(desk: Desk, *statements: str) -> None:
    async with desk.office.database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


async def unprotect(desk: Desk) -> None:
    """What somebody does first who may do anything with the database."""
    if desk.office.database.is_sqlite:
        await execute(desk, *(f"DROP TRIGGER {t}_no_{a}" for t in PROTECTED for a in ("update", "delete")))
    else:
        await execute(desk, *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in PROTECTED))


async def check(desk: Desk, case: str | None = None) -> Verification:
    return await verify_record(desk.settings, desk.office.database, desk.office.files, case)


async def busy(desk: Desk) -> tuple[str, dict[str, EvidenceRow]]:
    """A case with evidence and decisions, and a photo."""
    rows = await stored(desk)
    operator = await desk.person(Role.OPERATOR)
    case = (await operator.get("/cases")).json()["items"][0]
    await step(operator, case["id"], "confirm", 1)
    await operator.post("/photos", files={"file": ("a.jpg", jpeg())})
    return case["number"], rows


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET note = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE 1=1"]
)
async def test_the_database_refuses_to_change_it(desk: Desk, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        await execute(desk, statement)


async def test_an_honest_record_is_intact(desk: Desk) -> None:
    number, _ = await busy(desk)
    found = await check(desk)
    assert found.faults == []
    assert found.files == 4
    assert found.rows > 8
    one = await check(desk, number)
    assert (one.faults, one.files) == ([], 3)
    assert (await verify(desk.settings, None)).intact
    with pytest.raises(LookupError, match="JJ-0"):
        await verify(desk.settings, "JJ-0")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE audit SET note = 'forged' WHERE sequence = 3", "audit row 3"),
        ("UPDATE audit SET actor = 'somebody' WHERE sequence = 3", "audit row 3"),
        ("UPDATE audit SET at = '2026-01-01 00:00:00.000000' WHERE sequence = 3", "audit row 3"),
        ("UPDATE audit SET details = '{}' WHERE action = 'create' AND subject_type = 'case'", "create case"),
        ("DELETE FROM audit WHERE sequence = 3", "audit rows 3 to 3 are missing"),
        ("DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)", "missing at the end"),
        ("UPDATE audit SET previous_hash = hash WHERE sequence = 4", "audit row 4"),
        ("DELETE FROM audit_head", "lost its head"),
        ("UPDATE cases SET status = 'closed'", "says closed, but its history ends at filed"),
        ("UPDATE violations SET document = '{}'", "its violation was altered"),
        ("UPDATE evidence SET sha256 = 'forged' WHERE role = 'context'", "context.jpg"),
        ("DELETE FROM evidence WHERE role = 'context'", "was removed from the record"),
        ("DELETE FROM cases", "was removed from the record"),
        ("UPDATE photos SET sha256 = 'forged'", "the SHA-256 beside it was altered"),
    ],
)
async def test_tampering_is_found_and_named(desk: Desk, change: str, words: str) -> None:
    await busy(desk)
    await unprotect(desk)
    await execute(desk, change)
    found = await check(desk)
    assert not found.intact
    assert any(words in fault for fault in found.faults), found.faults


async def test_a_file_changed_with_the_hash_beside_it_is_found(desk: Desk) -> None:
    _, rows = await busy(desk)
    forged = b"another picture"
    on_disk(desk, rows["context"]).write_bytes(forged)
    async with desk.office.database.transaction() as session:
        row = await session.get_one(EvidenceRow, rows["context"].id)
        row.sha256 = sha256(forged).hexdigest()
    found = await check(desk)
    assert [fault for fault in found.faults if "context.jpg" in fault and "beside it was altered" in fault]


async def test_reordered_rows_are_found(desk: Desk) -> None:
    await busy(desk)
    swap = [
        "UPDATE audit SET sequence = 1000 WHERE sequence = 2",
        "UPDATE audit SET sequence = 2 WHERE sequence = 3",
        "UPDATE audit SET sequence = 3 WHERE sequence = 1000",
    ]
    await unprotect(desk)
    await execute(desk, *swap)
    found = await check(desk)
    assert any("audit row 2" in fault for fault in found.faults)


@pytest.mark.parametrize(
    ("damage", "words"),
    [(lambda path: path.unlink(), "is missing"), (lambda path: path.write_bytes(b"x"), "was altered")],
)
async def test_a_damaged_file_is_found_and_named(desk: Desk, damage: Callable[..., object], words: str) -> None:
    number, rows = await busy(desk)
    damage(on_disk(desk, rows["context"]))
    for found in (
        await check(desk),
        await check(desk, number),
    ):
        assert len(found.faults) == 1
        assert "context.jpg" in found.faults[0]
        assert words in found.faults[0]


async def test_secrets_never_enter_it(desk: Desk) -> None:
    await desk.camera("gate-9", source="rtsp://user:geheim@10.0.0.9/live")
    admin = await desk.administrator()
    await admin.patch("/cameras/gate-9", json={"source": "rtsp://user:geheim@10.0.0.8/live"})
    await desk.person(Role.OPERATOR)
    async with desk.office.database.reading() as session:
        everything = str((await session.execute(text("SELECT * FROM audit"))).all())
    assert "geheim" not in everything
    assert "correct horse" not in everything
    assert "10.0.0.8" in everything


def test_canonical_json_is_the_same_for_the_same_value() -> None:
    assert canonical({"b": 1, "a": "烟头"}) == canonical({"a": "烟头", "b": 1}) == '{"a":"烟头","b":1}'
    assert json.loads(canonical({"x": [1, None]})) == {"x": [1, None]}


async def test_a_case_delivered_after_a_restart_continues_the_chain(desk: Desk) -> None:
    await stored(desk)
    await desk.office.database.close()
    await delivered_case(await desk.engine())
    assert (await check(desk)).intact
