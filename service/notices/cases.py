"""What the life of a case tells to whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.areas.models import AreaRow
from service.cases.merging import merged_cases
from service.cases.models import CaseRow
from service.cases.steps import Step
from service.cases.transitions import CaseAction
from service.notices.facts import Facts
from service.notices.kinds import NoticeKind
from service.notices.people import handlers_of, overseers_of, still_active
from service.notices.telling import tell
from service.security import Principal, Role
from service.units.models import UnitRow

_KINDS = {
    CaseAction.DISPATCH: NoticeKind.CASE_DISPATCHED,
    CaseAction.REWORK: NoticeKind.CASE_REWORKED,
    CaseAction.RETURN: NoticeKind.CASE_RETURNED,
    CaseAction.ESCALATE: NoticeKind.CASE_ESCALATED,
    CaseAction.CLOSE: NoticeKind.REPORT_SETTLED,
    CaseAction.DISMISS: NoticeKind.REPORT_DISMISSED,
}
"""The steps that somebody besides the one who takes them should know of."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: by whom, when, and for how many seconds it may be undone."""

    asker: Principal
    step: Step
    now: datetime
    undo_seconds: float


async def tell_step(session: AsyncSession, case: CaseRow, taken: Taken) -> None:
    """Tell whoever should know of a step that a case has just taken, but not the one who took it."""
    kind = _KINDS.get(taken.step.action)
    if kind is None:
        return
    people = await _people(session, kind, case) - {taken.asker.id}
    if not people:
        return
    facts = await _facts(session, case)
    facts.note, facts.reason = taken.step.note, taken.step.reason
    await tell(session, kind, people, facts, taken.now, case_id=case.id, undo_seconds=taken.undo_seconds)


async def tell_due_soon(session: AsyncSession, case: CaseRow, now: datetime) -> None:
    """Remind the unit of a case whose time is running out."""
    await _tell(session, NoticeKind.CASE_DUE_SOON, case, now)


async def tell_escalated(session: AsyncSession, case: CaseRow, now: datetime) -> None:
    """Tell unit and supervisors of a case whose time has run out."""
    await _tell(session, NoticeKind.CASE_ESCALATED, case, now)


async def _tell(session: AsyncSession, kind: NoticeKind, case: CaseRow, now: datetime) -> None:
    people = await _people(session, kind, case)
    if people:
        await tell(session, kind, people, await _facts(session, case), now, case_id=case.id)


async def _people(session: AsyncSession, kind: NoticeKind, case: CaseRow) -> set[UUID]:
    if kind is NoticeKind.CASE_RETURNED:
        return await overseers_of(session, Role.OPERATOR, case.area_id)
    if kind in (NoticeKind.REPORT_SETTLED, NoticeKind.REPORT_DISMISSED):
        # What was merged into the case was reported by somebody as well.
        reported = [case, *await merged_cases(session, case.id)]
        reporters = {one.reporter_id for one in reported if one.reporter_id is not None}
        return await still_active(session, reporters) if reporters else set()
    people = await handlers_of(session, case.unit_id)
    if kind is NoticeKind.CASE_ESCALATED:
        people |= await overseers_of(session, Role.SUPERVISOR, case.area_id)
    return people


async def _facts(session: AsyncSession, case: CaseRow) -> Facts:
    place, unit = case.camera_name, None
    if place is None and case.area_id is not None:
        place = await session.scalar(select(AreaRow.name).where(AreaRow.id == case.area_id))
    if case.unit_id is not None:
        unit = await session.scalar(select(UnitRow.name).where(UnitRow.id == case.unit_id))
    return Facts(number=case.number, violation=case.kind, place=place, unit=unit, due_at=case.due_at)
