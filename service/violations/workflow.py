"""Looking at violations."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation
from service.errors import not_found
from service.violations.models import ViolationRow


async def get_violation(session: AsyncSession, violation_id: UUID) -> Violation:
    """One violation as it was delivered.

    Raises:
        ProblemError: 404 where there is none.
    """
    row = await session.get(ViolationRow, violation_id)
    if row is None:
        raise not_found("violation")
    return Violation.model_validate(row.document)
