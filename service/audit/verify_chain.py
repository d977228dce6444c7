"""Checking the audit itself: each row against the one before it, and against what anchors signed."""

from collections.abc import AsyncIterator, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from service.audit.anchors import ACTION, SUBJECT, anchored
from service.audit.chain import GENESIS, row_hash
from service.audit.models import AuditAnchorRow, AuditHeadRow, AuditRow
from service.audit.signing import is_signed
from service.audit.verification import Verification
from service.database import Database

_PAGE = 1000


async def verify_chain(database: Database, keys: Mapping[str, Ed25519PublicKey], found: Verification) -> None:
    """Walk the chain from its first row, and name every row and anchor that is not as it was written."""
    async with database.reading() as session:
        anchors = list(await session.scalars(select(AuditAnchorRow).order_by(AuditAnchorRow.sequence)))
        head = await session.get(AuditHeadRow, 1)
    by_sequence = {anchor.sequence: anchor for anchor in anchors}
    told = set()
    sequence, previous = 0, GENESIS
    async for row in _rows(database):
        found.rows += 1
        _verify_row(row, sequence, previous, found)
        anchor = by_sequence.get(row.sequence)
        if anchor is not None and anchor.hash != row.hash:
            line = f"the audit up to row {row.sequence} is not what the anchor of {anchor.day} signed"
            found.faults.append(line)
        if row.action == ACTION and row.subject_type == SUBJECT:
            told.add(row.subject_id)
        sequence, previous = row.sequence, row.hash
    _verify_head(head, sequence, previous, found)
    _verify_anchors(anchors, keys, sequence, told, found)


def _verify_row(row: AuditRow, sequence: int, previous: str, found: Verification) -> None:
    name = f"audit row {row.sequence} ({row.action} {row.subject_type} {row.subject_id})"
    if row.sequence != sequence + 1:
        found.faults.append(f"audit rows {sequence + 1} to {row.sequence - 1} are missing")
    elif row.previous_hash != previous:
        found.faults.append(f"{name} does not follow from the row before it")
    if row_hash(row) != row.hash:
        found.faults.append(f"{name} was altered")


def _verify_head(head: AuditHeadRow | None, sequence: int, previous: str, found: Verification) -> None:
    if head is not None and (head.sequence, head.hash) != (sequence, previous):
        if head.sequence > sequence:
            found.faults.append(f"audit rows {sequence + 1} to {head.sequence} are missing at the end")
        else:
            found.faults.append(f"the audit ends at row {sequence}, not where its head says ({head.sequence})")
    elif head is None and sequence:
        found.faults.append("the audit has lost its head")


def _verify_anchors(
    anchors: list[AuditAnchorRow],
    keys: Mapping[str, Ed25519PublicKey],
    last: int,
    told: set[str],
    found: Verification,
) -> None:
    for anchor in anchors:
        found.anchors += 1
        name = f"the anchor of {anchor.day}"
        public = keys.get(anchor.key_id)
        if public is None:
            found.faults.append(f"{name} was signed with the key {anchor.key_id}, which is none of this office")
        elif not is_signed(public, anchor.signature, anchored(anchor)):
            found.faults.append(f"{name} was altered: its signature does not fit")
        if anchor.sequence > last:
            found.faults.append(f"{name} signed audit row {anchor.sequence}, which is missing")
        if anchor.day not in told:
            found.faults.append(f"{name} is not told of in the audit")
    for day in sorted(told - {anchor.day for anchor in anchors}):
        found.faults.append(f"the anchor of {day} is missing")


async def _rows(database: Database) -> AsyncIterator[AuditRow]:
    after = 0
    async with database.reading() as session:
        while True:
            query = select(AuditRow).where(AuditRow.sequence > after).order_by(AuditRow.sequence).limit(_PAGE)
            rows = list(await session.scalars(query))
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return
            after = rows[-1].sequence
            session.expunge_all()
