"""Anchors: once a day the end of the audit chain is signed.

Whoever can write to the database can recompute every hash of the chain, but not sign: what an anchor names is fixed
from then on, and a copy of an anchor that lies elsewhere (each evidence package holds one) proves it to outsiders.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.chain import canonical
from service.audit.models import AuditAnchorRow, AuditHeadRow
from service.audit.signing import SigningKey
from service.audit.workflow import SYSTEM, record
from service.database import Database

ACTION, SUBJECT = "anchor", "audit_anchor"
"""How the audit itself tells of anchors, so that one that was removed is missed."""


def signed_fields(row: AuditAnchorRow) -> dict[str, object]:
    """What the signature of an anchor covers."""
    at = clock.in_utc(row.at).isoformat(timespec="microseconds")
    return {"day": row.day, "sequence": row.sequence, "hash": row.hash, "at": at, "key": row.key_id}


def anchored(row: AuditAnchorRow) -> bytes:
    """The bytes that are signed: the other fields of an anchor as canonical JSON."""
    return canonical(signed_fields(row)).encode()


async def anchor_today(database: Database, key: SigningKey, zone: ZoneInfo, now: datetime) -> AuditAnchorRow | None:
    """Sign where the chain ends, once for each day of the district's zone on which there is something new.

    Safe to repeat, and from several processes: the head of the chain is locked first. Answers the new anchor, if any.
    """
    day = f"{now.astimezone(zone):%Y%m%d}"
    async with database.reading() as session:
        if not await _is_due(session, day):
            return None
    async with database.transaction() as session:
        head = await session.scalar(select(AuditHeadRow).where(AuditHeadRow.id == 1).with_for_update())
        if head is None or not await _is_due(session, day):
            return None
        row = AuditAnchorRow(day=day, sequence=head.sequence, hash=head.hash, at=now, key_id=key.id, signature="")
        row.signature = key.sign(anchored(row))
        session.add(row)
        details = {"sequence": row.sequence, "hash": row.hash, "key": row.key_id, "signature": row.signature}
        await record(session, SYSTEM, ACTION, SUBJECT, day, details=details)
    return row


async def _is_due(session: AsyncSession, day: str) -> bool:
    """Whether the chain has grown since the last anchor by more than that anchor's own row, and today has none yet."""
    last = await session.scalar(select(AuditAnchorRow).order_by(AuditAnchorRow.day.desc()).limit(1))
    head = await session.get(AuditHeadRow, 1)
    if head is None:
        return False
    return last is None or (last.day < day and head.sequence > last.sequence + 1)
