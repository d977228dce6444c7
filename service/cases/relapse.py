"""Relapse (反弹): disorder that is back soon after it was settled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation
from service.cases.models import CaseRow
from service.cases.places import cells_around, metres_between
from service.cases.transitions import SETTLED

WITHIN = timedelta(days=30)
METRES = 15.0
"""A new case within 30 days and 15 m of a closed one of the same kind is a relapse and names it."""

_LOOKED_AT = 200
"""Closed cases of one kind and one cell of the map grid that are measured, the latest first."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A violation, and where it happened in degrees, if that is known."""

    violation: Violation
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A case that was closed: what tells whether disorder is back there."""

    id: UUID
    number: str
    kind: str
    violation_id: UUID
    closed_at: datetime
    longitude: float | None
    latitude: float | None


async def find_relapses(session: AsyncSession, occurrences: Sequence[Occurrence]) -> list[Settled | None]:
    """For each occurrence the settled case that it is a relapse of: the one closed last; none where it is none.

    A detector that knows the place again names the old violation; that counts like the distance. The database is asked
    once for all occurrences.
    """
    if not occurrences:
        return []
    settled = await _settled(session, occurrences)
    return [next(_before(occurrence, settled), None) for occurrence in occurrences]


async def _settled(session: AsyncSession, occurrences: Sequence[Occurrence]) -> list[Settled]:
    """What was closed around the occurrences or is named by them, the latest first."""
    cells, named = set[int](), set[UUID]()
    for one in occurrences:
        if one.longitude is not None and one.latitude is not None:
            cells.update(cells_around(one.longitude, one.latitude))
        if one.violation.previous is not None:
            named.add(one.violation.previous)
    near, is_named = CaseRow.cell.in_(cells), CaseRow.violation_id.in_(named)
    latest = func.row_number().over(
        partition_by=(CaseRow.cell, CaseRow.kind), order_by=(CaseRow.closed_at.desc(), CaseRow.id.desc())
    )
    columns = (
        CaseRow.id, CaseRow.number, CaseRow.kind, CaseRow.violation_id, CaseRow.closed_at, CaseRow.longitude,
        CaseRow.latitude,
    )  # fmt: skip
    found = (
        select(*columns, latest.label("place"), is_named.label("named"))
        .where(
            or_(near, is_named) if named else near,
            CaseRow.kind.in_({one.violation.kind for one in occurrences}),
            CaseRow.status.in_(SETTLED),
            CaseRow.closed_at >= min(one.violation.started_at for one in occurrences) - WITHIN,
            CaseRow.closed_at <= max(one.violation.started_at for one in occurrences),
        )
        .subquery()
    )
    query = (
        select(found)
        .where(or_(found.c.place <= _LOOKED_AT, found.c.named))
        .order_by(found.c.closed_at.desc(), found.c.id.desc())
    )
    return [Settled(*row[: len(columns)]) for row in await session.execute(query)]


def _before(occurrence: Occurrence, settled: Sequence[Settled]) -> Iterator[Settled]:
    """The settled cases that an occurrence may be a relapse of, the one that it names first."""
    violation, longitude, latitude = occurrence.violation, occurrence.longitude, occurrence.latitude
    in_time = [
        case
        for case in settled
        if case.kind == violation.kind and violation.started_at - WITHIN <= case.closed_at <= violation.started_at
    ]
    yield from (case for case in in_time if case.violation_id == violation.previous)
    if longitude is not None and latitude is not None:
        yield from (case for case in in_time if _metres(case, longitude, latitude) <= METRES)


def _metres(case: Settled, longitude: float, latitude: float) -> float:
    if case.longitude is None or case.latitude is None:
        return float("inf")
    return metres_between(case.longitude, case.latitude, longitude, latitude)


async def count_relapses(session: AsyncSession, case_id: UUID) -> int:
    """How often disorder came back in a row before this case."""
    chain = select(CaseRow.id, CaseRow.relapse_of_id).where(CaseRow.id == case_id).cte("chain", recursive=True)
    chain = chain.union(select(CaseRow.id, CaseRow.relapse_of_id).where(CaseRow.id == chain.c.relapse_of_id))
    return len((await session.execute(select(chain.c.id))).all()) - 1
