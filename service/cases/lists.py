"""Lists of cases."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from detector.violations import ViolationKind
from service import clock
from service.areas.finding import areas_below
from service.cases.models import CaseRow
from service.cases.numbers import numbers_with
from service.cases.schemas import CasePage
from service.cases.sight import seen_by
from service.cases.transitions import WITH_UNIT, CaseStatus
from service.cases.workflow import summary
from service.paging import decode_time_cursor, encode_cursor
from service.security import OVERSEERS, Principal

COUNTED = 10_000
"""A list counts this far: nobody pages further, and counting all would cost more than the page."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list shows: those that pass all of these."""

    statuses: tuple[CaseStatus, ...] = ()
    kinds: tuple[ViolationKind, ...] = ()
    camera_id: str | None = None
    unit_id: UUID | None = None
    area_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    overdue: bool | None = None
    escalated: bool | None = None
    relapse: bool | None = None
    newest_first: bool = True


async def list_cases(
    session: AsyncSession, asker: Principal, wanted: CaseFilter, limit: int, cursor: str | None
) -> CasePage:
    """One page of the cases that pass a filter, sorted by when they occurred."""
    query = await filtered(session, asker, wanted)
    case, total = CaseRow, None
    if wanted.number:
        text = wanted.number.strip().upper()
        found = await numbers_with(session, text)
        if found.numbers is not None:
            query = query.where(found.numbers.condition())
            # The database does not know that numbers go with time: it would walk along all cases to meet a few of one
            # day. What is in a subquery with an offset is found first, and sorted then.
            case = aliased(CaseRow, query.offset(0).subquery())
        else:
            query = query.where(CaseRow.number.contains(text, autoescape=True))
            if found.count is not None and _shows_all(asker, replace(wanted, number=None)):
                total = min(found.count, COUNTED)
    if total is None:
        counted = select(func.count()).select_from(query.with_only_columns(CaseRow.id).limit(COUNTED).subquery())
        total = await session.scalar(counted) or 0
    if case is not CaseRow:
        query = select(case)
    order = (case.occurred_at, case.id)
    if cursor is not None:
        position = tuple_(*decode_time_cursor(cursor))
        query = query.where(tuple_(*order) < position if wanted.newest_first else tuple_(*order) > position)
    query = query.order_by(*(column.desc() if wanted.newest_first else column for column in order))
    rows = list(await session.scalars(query.limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return CasePage(
        items=[summary(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.occurred_at.isoformat(), str(last.id)) if last is not None else None,
        total=total,
    )


def _shows_all(asker: Principal, wanted: CaseFilter) -> bool:
    """Whether a filter lets every case of the office through."""
    return asker.has(*OVERSEERS) and asker.area_ids is None and wanted == CaseFilter(newest_first=wanted.newest_first)


async def filtered(session: AsyncSession, asker: Principal, wanted: CaseFilter) -> Select[CaseRow]:
    """The cases that the asker may see and that pass a filter, but for its number; in no order."""
    query = select(CaseRow).where(seen_by(asker))
    if wanted.statuses:
        query = query.where(CaseRow.status.in_(wanted.statuses))
    if wanted.kinds:
        query = query.where(CaseRow.kind.in_(wanted.kinds))
    if wanted.camera_id is not None:
        query = query.where(CaseRow.camera_id == wanted.camera_id)
    if wanted.unit_id is not None:
        query = query.where(CaseRow.unit_id == wanted.unit_id)
    if wanted.area_id is not None:
        query = query.where(CaseRow.area_id.in_(await areas_below(session, wanted.area_id)))
    if wanted.since is not None:
        query = query.where(CaseRow.occurred_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(CaseRow.occurred_at < wanted.until)
    if wanted.overdue is not None:
        runs_late = CaseRow.status.in_(WITH_UNIT) & (CaseRow.due_at <= clock.now())
        late = or_(CaseRow.overdue.is_(True), func.coalesce(runs_late, False))
        query = query.where(late if wanted.overdue else ~late)
    if wanted.escalated is not None:
        is_null = CaseRow.escalated_at.is_(None)
        query = query.where(~is_null if wanted.escalated else is_null)
    if wanted.relapse is not None:
        is_null = CaseRow.relapse_of_id.is_(None)
        query = query.where(~is_null if wanted.relapse else is_null)
    return query
