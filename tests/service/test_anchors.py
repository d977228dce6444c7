"""Anchors: signed ends of the chain that nobody without the key can move."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from service import clock
from service.audit.anchors import anchor_today, anchored
from service.audit.chain import row_hash
from service.audit.models import AuditAnchorRow, AuditHeadRow, AuditRow
from service.audit.signing import PRIVATE, KeyFileError, is_signed, load_key, prepare_key, public_keys, public_pem
from service.audit.workflow import SYSTEM, record
from service.bootstrap import prepare
from service.paging import encode_cursor
from tests.service.office import Desk, assert_problem
from tests.service.test_audit import check, execute, unprotect

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 12, 1, 12, tzinfo=ZONE)
TODAY = "20261201"


async def anchored_desk(desk: Desk) -> AuditAnchorRow:
    """The chain with an anchor of its own, after which it goes on."""
    key = load_key(desk.settings.key_folder)
    await anchor_today(desk.office.database, key, ZONE, clock.now())  # as the open office does about now
    await go_on(desk)
    row = await anchor_today(desk.office.database, key, ZONE, NOON)
    assert row is not None
    await go_on(desk)
    return row


async def go_on(desk: Desk) -> None:
    async with desk.office.database.transaction() as session:
        await record(session, SYSTEM, "something", "thing", "1")


def test_the_key_is_the_owners_alone_and_made_once(tmp_path: Path) -> None:
    key, is_new = prepare_key(tmp_path / "keys")
    again, is_new_again = prepare_key(tmp_path / "keys")
    assert (is_new, is_new_again) == (True, False)
    assert key.id == again.id
    assert (tmp_path / "keys" / PRIVATE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in sorted((tmp_path / "keys").iterdir())] == sorted([PRIVATE, f"{key.id}.pub.pem"])
    assert is_signed(public_keys(tmp_path / "keys")[key.id], key.sign(b"x"), b"x")
    assert not is_signed(key.public, key.sign(b"x"), b"y")
    assert not is_signed(key.public, "no hex", b"x")


def test_a_new_key_leaves_the_old_one_to_check_with(tmp_path: Path) -> None:
    old, _ = prepare_key(tmp_path)
    (tmp_path / PRIVATE).unlink()
    new, is_new = prepare_key(tmp_path)
    assert is_new
    assert set(public_keys(tmp_path)) == {old.id, new.id}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "there is no signing key"),
        (lambda path: path.write_text("-----BEGIN NONSENSE-----"), "no private PEM key"),
        (lambda path: path.chmod(0o644), "others may read"),
        (lambda path: path.write_bytes(_elliptic()), "no Ed25519"),
    ],
)
def test_an_unusable_key_is_said(tmp_path: Path, damage: Callable[[Path], object], words: str) -> None:
    prepare_key(tmp_path)
    damage(tmp_path / PRIVATE)
    with pytest.raises(KeyFileError, match=words):
        load_key(tmp_path)


def test_a_public_key_under_a_false_name_is_refused(tmp_path: Path) -> None:
    key, _ = prepare_key(tmp_path)
    (tmp_path / "0123456789abcdef.pub.pem").write_text(public_pem(key.public))
    with pytest.raises(KeyFileError, match="not the key that its name says"):
        public_keys(tmp_path)


def _elliptic() -> bytes:
    key = generate_private_key(SECP256R1())
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)


async def test_the_first_start_makes_a_key_and_tells_of_it(desk: Desk) -> None:
    key = load_key(desk.settings.key_folder)
    async with desk.office.database.reading() as session:
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.subject_type == "signing_key")))
    assert [row.subject_id for row in rows] == [key.id]
    await prepare(desk.settings)
    assert load_key(desk.settings.key_folder).id == key.id


async def test_an_open_office_anchors_its_chain(desk: Desk) -> None:
    """The first look after the system, right after the start, makes the day's anchor."""
    row = None
    async with asyncio.timeout(10):
        while row is None:
            await asyncio.sleep(0.01)
            async with desk.office.database.reading() as session:
                row = await session.scalar(select(AuditAnchorRow))
    assert is_signed(load_key(desk.settings.key_folder).public, row.signature, anchored(row))


async def test_one_anchor_a_day_and_none_where_nothing_happened(desk: Desk) -> None:
    await anchored_desk(desk)
    key, database = load_key(desk.settings.key_folder), desk.office.database
    assert await anchor_today(database, key, ZONE, NOON + timedelta(hours=11)) is None, "the same day"
    tomorrow = await anchor_today(database, key, ZONE, NOON + timedelta(hours=12))
    assert tomorrow is not None
    assert tomorrow.day == "20261202"
    assert await anchor_today(database, key, ZONE, NOON + timedelta(days=2)) is None, "only the anchor was added"
    assert (await check(desk)).anchors == 3
    assert (await check(desk)).intact


@pytest.mark.parametrize("statement", ["UPDATE audit_anchors SET signature = ''", "DELETE FROM audit_anchors"])
async def test_the_database_refuses_to_change_anchors(desk: Desk, statement: str) -> None:
    await anchored_desk(desk)
    with pytest.raises(DBAPIError, match="append-only"):
        await execute(desk, statement)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE audit_anchors SET hash = 'x' WHERE day = '20261201'", "its signature does not fit"),
        ("UPDATE audit_anchors SET at = '2026-01-01 00:00:00' WHERE day = '20261201'", "its signature does not fit"),
        ("UPDATE audit_anchors SET key_id = 'ffffffffffffffff' WHERE day = '20261201'", "none of this office"),
        ("DELETE FROM audit_anchors WHERE day = '20261201'", f"the anchor of {TODAY} is missing"),
    ],
)
async def test_a_changed_anchor_is_named(desk: Desk, change: str, words: str) -> None:
    await anchored_desk(desk)
    await unprotect(desk)
    await execute(desk, change)
    assert any(words in fault for fault in (await check(desk)).faults)


async def test_an_anchor_from_nowhere_is_found(desk: Desk) -> None:
    await anchored_desk(desk)
    key = load_key(desk.settings.key_folder)
    async with desk.office.database.transaction() as session:
        head = await session.get_one(AuditHeadRow, 1)
        row = AuditAnchorRow(
            day="20261105", sequence=head.sequence, hash=head.hash, at=NOON, key_id=key.id, signature=""
        )
        row.signature = key.sign(anchored(row))
        session.add(row)
    assert (await check(desk)).faults == ["the anchor of 20261105 is not told of in the audit"]


async def test_a_chain_that_was_computed_anew_is_found(desk: Desk) -> None:
    """Who can write to the database can make every hash fit again; the anchor still says what it was."""
    await anchored_desk(desk)
    await unprotect(desk)
    await execute(desk, "UPDATE audit SET actor = 'nobody' WHERE sequence = 2")
    async with desk.office.database.transaction() as session:
        previous = None
        for row in list(await session.scalars(select(AuditRow).order_by(AuditRow.sequence))):
            row.previous_hash = row.previous_hash if previous is None else previous
            row.hash = previous = row_hash(row)
        head = await session.get_one(AuditHeadRow, 1)
        head.hash = row.hash
    faults = (await check(desk)).faults
    assert any(f"is not what the anchor of {TODAY} signed" in fault for fault in faults)
    assert all("anchor" in fault for fault in faults), "nothing else gives it away"


async def test_a_chain_that_was_cut_short_is_found(desk: Desk) -> None:
    anchor = await anchored_desk(desk)
    await unprotect(desk)
    async with desk.office.database.transaction() as session:
        await session.execute(delete(AuditRow).where(AuditRow.sequence >= anchor.sequence))
        last = await session.get_one(AuditRow, anchor.sequence - 1)
        head = await session.get_one(AuditHeadRow, 1)
        head.sequence, head.hash = last.sequence, last.hash
    wanted = f"the anchor of {TODAY} signed audit row {anchor.sequence}, which is missing"
    assert wanted in (await check(desk)).faults


async def test_the_audit_and_its_anchors_are_read_in_pages(desk: Desk) -> None:
    await anchored_desk(desk)
    admin = await desk.administrator()
    seen: list[int] = []
    cursor = None
    while True:
        page = (await admin.get("/audit", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [row["sequence"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == list(range(seen[0], 0, -1))
    things = (await admin.get("/audit", params={"subject_type": "thing", "action": "something"})).json()["items"]
    assert [row["subject_id"] for row in things] == ["1", "1"]
    first = (await admin.get("/audit/anchors", params={"limit": 1})).json()
    assert first["items"][0]["day"] == TODAY
    rest = (await admin.get("/audit/anchors", params={"cursor": first["next_cursor"]})).json()
    assert len(rest["items"]) == 1
    for path, cursor in (("/audit", "x"), ("/audit", encode_cursor("-1")), ("/audit", encode_cursor("9" * 30))):
        assert_problem(await admin.get(path, params={"cursor": cursor}), 422, "cursor")


async def test_anybody_may_have_the_public_key(desk: Desk) -> None:
    key = load_key(desk.settings.key_folder)
    items = (await desk.client().get("/audit/keys")).json()["items"]
    assert items == [{"id": key.id, "algorithm": "Ed25519", "pem": public_pem(key.public), "current": True}]
