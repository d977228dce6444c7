"""Reading the rows of a ledger, in pages or all of them, without holding more than a part in memory."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import ViolationKind
from service import clock
from service.areas.finding import areas_below
from service.areas.models import AreaRow
from service.cases.models import CaseRow
from service.cases.sight import seen_by
from service.cases.transitions import WITH_UNIT
from service.database import Database
from service.ledgers.lists import Ledger, belongs
from service.security import Principal
from service.units.models import UnitRow

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which cases of a list: by when they occurred or were closed, of a kind, a unit, an area and those below it."""

    since: datetime | None = None
    until: datetime | None = None
    kind: ViolationKind | None = None
    unit_id: UUID | None = None
    area_id: UUID | None = None
    closed_since: datetime | None = None
    closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A case as ledgers tell of it; times in UTC."""

    id: UUID
    number: str
    kind: str
    status: str
    occurred_at: datetime
    created_at: datetime
    camera_id: str | None
    camera_name: str | None
    zone: str | None
    longitude: float | None
    latitude: float | None
    confidence: float
    count: int
    grade: str
    dispatched_at: datetime | None
    due_at: datetime | None
    rectified_at: datetime | None
    outcome: str | None
    escalated_at: datetime | None
    returns: int
    reworks: int
    closed_at: datetime | None
    archived_at: datetime | None
    area: str | None
    unit: str | None
    contact: str | None
    late: bool
    relapse: bool


_OF_CASE = tuple(
    getattr(CaseRow, name) for name in LedgerRow.__dataclass_fields__
    if name not in ("area", "unit", "contact", "late", "relapse")
)  # fmt: skip


def is_late(now: datetime) -> ColumnElement[bool]:
    """Whether a case's unit was late when it reported back, or is late now."""
    runs_late = and_(CaseRow.status.in_(sorted(WITH_UNIT)), CaseRow.due_at <= now)
    return or_(CaseRow.overdue.is_(True), func.coalesce(runs_late, False))


async def ledger_query(
    session: AsyncSession, asker: Principal, ledger: Ledger, wanted: LedgerFilter
) -> Select[tuple[object, ...]]:
    """The rows of a list that the asker may see and that pass a filter, in no order."""
    late = is_late(clock.now())
    query = (
        select(
            *_OF_CASE, AreaRow.name.label("area"), UnitRow.name.label("unit"), UnitRow.contact.label("contact"),
            late.label("late"), CaseRow.relapse_of_id.is_not(None).label("relapse"),
        )
        .outerjoin(AreaRow, AreaRow.id == CaseRow.area_id)
        .outerjoin(UnitRow, UnitRow.id == CaseRow.unit_id)
        .where(seen_by(asker), belongs(ledger, late))
    )  # fmt: skip
    if wanted.since is not None:
        query = query.where(CaseRow.occurred_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(CaseRow.occurred_at < wanted.until)
    if wanted.closed_since is not None:
        query = query.where(CaseRow.closed_at >= wanted.closed_since)
    if wanted.closed_until is not None:
        query = query.where(CaseRow.closed_at < wanted.closed_until)
    if wanted.kind is not None:
        query = query.where(CaseRow.kind == wanted.kind)
    if wanted.unit_id is not None:
        query = query.where(CaseRow.unit_id == wanted.unit_id)
    if wanted.area_id is not None:
        query = query.where(CaseRow.area_id.in_(await areas_below(session, wanted.area_id)))
    return query


async def read_rows(
    session: AsyncSession, query: Select[tuple[object, ...]], limit: int, after: tuple[datetime, UUID] | None
) -> list[LedgerRow]:
    """Rows in the order in which they occurred, after a position."""
    order = (CaseRow.occurred_at, CaseRow.id)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = await session.execute(query.order_by(*order).limit(limit))
    return [LedgerRow(**row) for row in found.mappings()]


async def all_rows(
    database: Database, asker: Principal, ledger: Ledger, wanted: LedgerFilter
) -> AsyncIterator[Sequence[LedgerRow]]:
    """Every row of a list, in parts of some thousand. One session reads all: they are of one moment."""
    after = None
    async with database.reading() as session:
        query = await ledger_query(session, asker, ledger, wanted)
        while True:
            rows = await read_rows(session, query, CHUNK, after)
            if rows:
                yield rows
            if len(rows) < CHUNK:
                return
            after = (rows[-1].occurred_at, rows[-1].id)
