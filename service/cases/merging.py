"""Merging cases that are one and the same (并案), and taking them apart again."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.workflow import Actor, record
from service.cases.models import CaseRow
from service.cases.sight import may_see
from service.cases.transitions import CaseStatus
from service.errors import invalid
from service.security import Principal

NO_TARGET = frozenset({CaseStatus.DISMISSED, CaseStatus.MERGED, CaseStatus.ARCHIVED})


async def merge(session: AsyncSession, asker: Principal, case: CaseRow, into: UUID) -> CaseRow:
    """Make a case part of another one; answers that one, whose history tells of it.

    Raises:
        ProblemError: 422 where the other one cannot take it in.
    """
    target = await session.get(CaseRow, into, with_for_update=True)
    if target is None or not may_see(asker, target):
        raise invalid("into", "there is no such case")
    if target.id == case.id:
        raise invalid("into", "is the case itself: name another one")
    if target.kind != case.kind:
        raise invalid("into", f"{target.number} is about {target.kind}, this one about {case.kind}")
    if CaseStatus(target.status) in NO_TARGET:
        raise invalid("into", f"{target.number} is {target.status}: name a case that is still worked on")
    if await merged_cases(session, case.id):
        raise invalid("into", f"{case.number} has others merged into it: merge {target.number} into it instead")
    case.merged_into_id = target.id
    await absorb(session, Actor.of(asker), case, target)
    return target


async def absorb(session: AsyncSession, actor: Actor, case: CaseRow, target: CaseRow, note: str = "") -> None:
    """Let the history of a case tell that another one has become part of it."""
    details = {"case": str(case.id), "case_number": case.number}
    await record(session, actor, "absorb", "case", str(target.id), note=note, details=details)


async def split(session: AsyncSession, asker: Principal, case: CaseRow) -> CaseRow | None:
    """Take a case out of the one that it was merged into; answers that one."""
    if case.merged_into_id is None:
        return None
    target = await session.get_one(CaseRow, case.merged_into_id)
    case.merged_into_id = None
    details = {"case": str(case.id), "case_number": case.number}
    await record(session, Actor.of(asker), "release", "case", str(target.id), details=details)
    return target


async def merged_cases(session: AsyncSession, case_id: UUID) -> list[CaseRow]:
    """The cases that were merged into one, oldest first."""
    query = select(CaseRow).where(CaseRow.merged_into_id == case_id).order_by(CaseRow.occurred_at, CaseRow.id)
    return list(await session.scalars(query))
