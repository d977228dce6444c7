"""Telling people, in the transaction of what they are told about."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.events.workflow import publish
from service.notices.facts import Facts
from service.notices.kinds import NoticeKind
from service.notices.models import NoticeRow
from service.notices.preferences import preferences_of


async def tell(
    session: AsyncSession,
    kind: NoticeKind,
    user_ids: Collection[UUID],
    facts: Facts,
    now: datetime,
    *,
    case_id: UUID | None = None,
    undo_seconds: float = 0,
) -> None:
    """Tell people something, each as they chose; it is told when, and only when, the transaction commits.

    Args:
        session: a session of `Database.transaction`.
        kind: what it is about.
        user_ids: whom to tell.
        facts: what to tell.
        now: the moment of what happened.
        case_id: the case that it is about.
        undo_seconds: how long what happened may still be taken back: no mail goes out before.
    """
    if not user_ids:
        return
    chosen = await preferences_of(session, user_ids)
    told = []
    for user_id in sorted(user_ids):
        preferences = chosen[user_id]
        choice = preferences.choice(kind)
        mail = None if preferences.email is None or choice.mail == "off" else choice.mail
        if not choice.console and mail is None:
            continue
        row = NoticeRow(
            id=uuid_utils.compat.uuid7(),
            user_id=user_id,
            kind=kind,
            case_id=case_id,
            facts=facts.kept(),
            created_at=now,
            shown=choice.console,
            mail=mail,
            mail_after=now + timedelta(seconds=undo_seconds),
        )
        session.add(row)
        if choice.console:
            told.append(user_id)
    refresh(session, told)


async def withdraw(session: AsyncSession, case_id: UUID, since: datetime, *kinds: NoticeKind) -> None:
    """Take back what was told about a case from a moment on, as far as no mail has gone out."""
    query = select(NoticeRow).where(
        NoticeRow.case_id == case_id, NoticeRow.created_at >= since, NoticeRow.mail_id.is_(None)
    )
    if kinds:
        query = query.where(NoticeRow.kind.in_(kinds))
    rows = (await session.scalars(query.order_by(NoticeRow.id).with_for_update())).all()
    for row in rows:
        await session.delete(row)
    refresh(session, sorted({row.user_id for row in rows if row.shown}))


def refresh(session: AsyncSession, user_ids: Iterable[UUID]) -> None:
    """Let the consoles of these people look for their notices again."""
    for user_id in user_ids:
        publish(session, "notice.updated", {}, (), user_id)
