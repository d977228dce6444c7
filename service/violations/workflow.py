"""Looking at violations."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation
from service.cases.models import CaseRow
from service.cases.sight import may_see
from service.errors import not_found
from service.security import Principal
from service.violations.models import ViolationRow


async def get_violation(session: AsyncSession, asker: Principal, violation_id: UUID) -> Violation:
    """One violation as it was delivered.

    Raises:
        ProblemError: 404 where there is none, or the asker may not see its case.
    """
    row = await session.get(ViolationRow, violation_id)
    case = await session.scalar(select(CaseRow).where(CaseRow.violation_id == violation_id))
    if row is None or case is None or not may_see(asker, case):
        raise not_found("violation")
    return Violation.model_validate(row.document)
