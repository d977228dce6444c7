"""The periodic look for cases whose time is running out or has run out.

It compares kept moments with the present one and nothing else, so it may run at any time, twice, or on several
replicas at once. A clock that jumped ahead and was set right again leaves no case escalated that is not overdue.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.workflow import SYSTEM, record
from service.cases.events import tell
from service.cases.models import CaseRow
from service.cases.transitions import WITH_UNIT, CaseAction
from service.database import Database
from service.notices.cases import tell_due_soon, tell_escalated
from service.notices.kinds import NoticeKind
from service.notices.telling import withdraw

BATCH = 200
"""Cases in one transaction, so that others need not wait long."""


SKEW = timedelta(minutes=5)
"""Clocks of several replicas may differ by this much: only an escalation from farther ahead was a wrong clock's."""


async def sweep(database: Database, now: datetime) -> int:
    """Remind of cases that are due soon, escalate overdue ones, withdraw escalations made by a wrong clock.

    Returns:
        How many cases were changed.
    """
    changed = 0
    late, soon, withdrawn = (
        [CaseRow.due_at <= now, CaseRow.overdue.is_(False)],
        [CaseRow.remind_at <= now, CaseRow.due_at > now, CaseRow.reminded_at.is_(None)],
        [CaseRow.due_at > now, CaseRow.overdue.is_(True), CaseRow.escalated_at > now + SKEW],
    )
    for conditions, action in ((withdrawn, _withdraw), (late, _escalate), (soon, _remind)):
        while True:
            async with database.transaction() as session:
                cases = await _next(session, conditions)
                for case in cases:
                    await action(session, case, now)
                    tell(session, "case.updated", case)
            changed += len(cases)
            if len(cases) < BATCH:
                break
    return changed


async def _next(session: AsyncSession, conditions: Sequence[ColumnElement[bool]]) -> Sequence[CaseRow]:
    query = (
        select(CaseRow)
        .where(CaseRow.status.in_(WITH_UNIT), *conditions)
        .order_by(CaseRow.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def _escalate(session: AsyncSession, case: CaseRow, now: datetime) -> None:
    case.overdue = True
    case.escalated_at = now
    await record(
        session, SYSTEM, CaseAction.ESCALATE, "case", str(case.id), from_status=case.status, to_status=case.status,
        details={"due_at": case.due_at},
    )  # fmt: skip
    await tell_escalated(session, case, now)


async def _remind(session: AsyncSession, case: CaseRow, now: datetime) -> None:
    case.reminded_at = now
    details = {"due_at": case.due_at}
    await record(session, SYSTEM, "remind", "case", str(case.id), details=details)
    await tell_due_soon(session, case, now)


async def _withdraw(session: AsyncSession, case: CaseRow, now: datetime) -> None:
    details = {"due_at": case.due_at, "escalated_at": case.escalated_at, "now": now}
    if case.escalated_at is not None:
        await withdraw(session, case.id, case.escalated_at, NoticeKind.CASE_ESCALATED)
    case.overdue, case.escalated_at = False, None
    await record(session, SYSTEM, "withdraw", "case", str(case.id), details=details)
