"""Reading the audit: rows, anchors, and the keys to check them with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.models import AuditAnchorRow, AuditRow
from service.audit.schemas import Anchor, AnchorPage, AuditEntry, AuditPage, PublicKey, PublicKeys
from service.audit.signing import load_key, public_keys, public_pem
from service.paging import bad_cursor, decode_cursor, encode_cursor
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows a list shows: those that pass all of these."""

    subject_type: str | None = None
    subject_id: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_audit(session: AsyncSession, wanted: AuditFilter, limit: int, cursor: str | None) -> AuditPage:
    """One page of the audit, newest first."""
    query = select(AuditRow)
    for column, value in (
        (AuditRow.subject_type, wanted.subject_type),
        (AuditRow.subject_id, wanted.subject_id),
        (AuditRow.actor, wanted.actor),
        (AuditRow.action, wanted.action),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    if cursor is not None:
        query = query.where(AuditRow.sequence < _sequence(cursor))
    rows = list(await session.scalars(query.order_by(AuditRow.sequence.desc()).limit(limit + 1)))
    return AuditPage(
        items=[AuditEntry.model_validate(row, from_attributes=True) for row in rows[:limit]],
        next_cursor=encode_cursor(str(rows[limit - 1].sequence)) if len(rows) > limit else None,
    )


async def list_anchors(session: AsyncSession, limit: int, cursor: str | None) -> AnchorPage:
    """One page of anchors, newest first."""
    query = select(AuditAnchorRow).order_by(AuditAnchorRow.day.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(AuditAnchorRow.day < decode_cursor(cursor, 1)[0])
    rows = list(await session.scalars(query))
    return AnchorPage(
        items=[Anchor.model_validate(row, from_attributes=True) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1].day) if len(rows) > limit else None,
    )


def list_keys(settings: Settings) -> PublicKeys:
    """The public keys of the office, the one in use first."""
    current = load_key(settings.key_folder).id
    keys = [
        PublicKey(id=name, algorithm="Ed25519", pem=public_pem(public), current=name == current)
        for name, public in public_keys(settings.key_folder).items()
    ]
    return PublicKeys(items=sorted(keys, key=lambda key: not key.current))


def _sequence(cursor: str) -> int:
    text = decode_cursor(cursor, 1)[0]
    # SQLite's integers end at 2**63.
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise bad_cursor()
    return int(text)
