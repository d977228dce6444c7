"""Adding to the audit, in the transaction that does what is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.chain import GENESIS, canonical, row_hash
from service.audit.models import AuditHeadRow, AuditRow
from service.database import locked_row
from service.security import Principal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person or a program, by the name that history keeps."""

    id: UUID | None
    name: str

    @classmethod
    def of(cls, principal: Principal) -> "Actor":
        """The actor behind a request."""
        return cls(principal.id, principal.name)


SYSTEM = Actor(None, "system")
"""The service itself, for what nobody asked for."""


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: str,
    *,
    from_status: str | None = None,
    to_status: str | None = None,
    reason: str | None = None,
    note: str = "",
    details: Mapping[str, object] | None = None,
) -> AuditRow:
    """Add a row to the chain; it is there when, and only when, the transaction commits."""
    head = await locked_row(session, AuditHeadRow, 1, sequence=0, hash=GENESIS)
    row = AuditRow(
        sequence=head.sequence + 1,
        at=clock.now(),
        actor_id=actor.id,
        actor=actor.name,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        from_status=from_status,
        to_status=to_status,
        reason=reason,
        note=note,
        details=canonical(dict(details or {})),
        previous_hash=head.hash,
        hash="",
    )
    row.hash = row_hash(row)
    head.sequence = row.sequence
    head.hash = row.hash
    session.add(row)
    return row


async def history(session: AsyncSession, subject_type: str, subject_id: str) -> list[AuditRow]:
    """What was done to one subject, oldest first."""
    query = (
        select(AuditRow)
        .where(AuditRow.subject_type == subject_type, AuditRow.subject_id == subject_id)
        .order_by(AuditRow.sequence)
    )
    return list(await session.scalars(query))
