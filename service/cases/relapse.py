"""Relapse (反弹): disorder that is back soon after it was settled."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation
from service.cases.models import CaseRow
from service.cases.places import cells_around, metres_between
from service.cases.transitions import SETTLED

WITHIN = timedelta(days=30)
METRES = 15.0
"""A new case within 30 days and 15 m of a closed one of the same kind is a relapse and names it."""

_LOOKED_AT = 200
"""Closed cases of one neighbourhood that are measured, the latest first."""


async def find_relapse(
    session: AsyncSession, violation: Violation, longitude: float | None, latitude: float | None
) -> CaseRow | None:
    """The settled case that a violation is a relapse of: the one that was closed last; none where it is none.

    A detector that knows the place again names the old violation; that counts like the distance.
    """
    since = violation.started_at - WITHIN
    query = (
        select(CaseRow)
        .where(
            CaseRow.kind == violation.kind,
            CaseRow.status.in_(SETTLED),
            CaseRow.closed_at >= since,
            CaseRow.closed_at <= violation.started_at,
        )
        .order_by(CaseRow.closed_at.desc(), CaseRow.id.desc())
    )
    if violation.previous is not None:
        named = await session.scalar(query.where(CaseRow.violation_id == violation.previous))
        if named is not None:
            return named
    if longitude is None or latitude is None:
        return None
    near = query.where(CaseRow.cell.in_(cells_around(longitude, latitude))).limit(_LOOKED_AT)
    for case in await session.scalars(near):
        if _metres(case, longitude, latitude) <= METRES:
            return case
    return None


def _metres(case: CaseRow, longitude: float, latitude: float) -> float:
    if case.longitude is None or case.latitude is None:
        return float("inf")
    return metres_between(case.longitude, case.latitude, longitude, latitude)


async def count_relapses(session: AsyncSession, case_id: UUID) -> int:
    """How often disorder came back in a row before this case."""
    chain = select(CaseRow.id, CaseRow.relapse_of_id).where(CaseRow.id == case_id).cte("chain", recursive=True)
    chain = chain.union(select(CaseRow.id, CaseRow.relapse_of_id).where(CaseRow.id == chain.c.relapse_of_id))
    return len((await session.execute(select(chain.c.id))).all()) - 1
