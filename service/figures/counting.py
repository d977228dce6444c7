"""Counting cases in the database: one row for each unit, kind or area."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from detector.violations import ViolationKind
from service import clock
from service.areas.finding import areas_below
from service.areas.models import AreaRow
from service.cases.models import CaseRow
from service.cases.sight import seen_by
from service.cases.transitions import CONFIRMED, SETTLED, CaseStatus
from service.figures.scores import Sums
from service.ledgers.rows import is_late
from service.security import Principal

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class FigureFilter:
    """Which cases are counted: those that occurred in a span of time, of a kind, a unit, an area and those below it."""

    since: datetime
    until: datetime
    kind: ViolationKind | None = None
    unit_id: UUID | None = None
    area_id: UUID | None = None


async def conditions(session: AsyncSession, asker: Principal, wanted: FigureFilter) -> ColumnElement[bool]:
    """The confirmed cases that the asker may see and that pass all but the span of time."""
    terms = [seen_by(asker), CaseRow.status.in_(sorted(CONFIRMED))]
    if wanted.kind is not None:
        terms.append(CaseRow.kind == wanted.kind)
    if wanted.unit_id is not None:
        terms.append(CaseRow.unit_id == wanted.unit_id)
    if wanted.area_id is not None:
        terms.append(CaseRow.area_id.in_(await areas_below(session, wanted.area_id)))
    return and_(*terms)


def within(
    column: SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None], since: datetime, until: datetime
) -> ColumnElement[bool]:
    """Whether a moment lies in a span of time."""
    return and_(column >= since, column < until)


def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group pass a condition."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def sums_by_unit(session: AsyncSession, asker: Principal, wanted: FigureFilter) -> dict[UUID | None, Sums]:
    """Counts of each unit's cases. A case that a unit returned, and that no other has taken yet, is nobody's."""
    theirs = and_(CaseRow.unit_id.is_not(None), CaseRow.status != CaseStatus.FILED)
    return await _sums(session, asker, wanted, CaseRow.unit_id, theirs)


async def sums_by_kind(session: AsyncSession, asker: Principal, wanted: FigureFilter) -> dict[str, Sums]:
    """Counts of each kind's cases."""
    return await _sums(session, asker, wanted, CaseRow.kind)


async def sums_by_area(session: AsyncSession, asker: Principal, wanted: FigureFilter, level: str) -> dict[UUID, Sums]:
    """Counts of each area of a level, with the cases of the areas below it."""
    above = select(AreaRow.id.label("area_id"), AreaRow.id.label("above_id")).cte("above", recursive=True)
    parent = aliased(AreaRow)
    above = above.union(
        select(above.c.area_id, parent.parent_id)
        .join(parent, parent.id == above.c.above_id)
        .where(parent.parent_id.is_not(None))
    )
    outer = aliased(AreaRow)
    of_level = select(above.c.area_id, above.c.above_id).join(outer, outer.id == above.c.above_id)
    tree = of_level.where(outer.level == level).subquery("tree")
    key = select(tree.c.above_id).where(tree.c.area_id == CaseRow.area_id).scalar_subquery()
    return await _sums(session, asker, wanted, key, key.is_not(None))


async def _sums(
    session: AsyncSession,
    asker: Principal,
    wanted: FigureFilter,
    key: SQLColumnExpression[Key],
    counted: ColumnElement[bool] | None = None,
) -> dict[Key, Sums]:
    passing = await conditions(session, asker, wanted)
    passing = passing if counted is None else and_(passing, counted)
    late, settled = is_late(clock.now()), CaseRow.status.in_(sorted(SETTLED))
    query: Select[Key, int, int, int, int, int, int, int] = select(
        key.label("key"),
        func.count().label("found"),
        count_if(or_(settled, late)).label("due"),
        count_if(settled).label("settled"),
        count_if(and_(settled, ~late)).label("on_time"),
        count_if(late).label("late"),
        count_if(CaseRow.reworks > 0).label("sent_back"),
        count_if(CaseRow.returns > 0).label("returned"),
    )
    query = query.where(passing, within(CaseRow.occurred_at, wanted.since, wanted.until)).group_by("key")
    found = {row.key: row for row in await session.execute(query)}
    relapses = await _relapses(session, wanted, key, passing)
    return {
        name: Sums(
            **{part: int(getattr(found[name], part)) for part in Sums.__dataclass_fields__ if part != "relapses"}
            if name in found
            else {},
            relapses=relapses.get(name, 0),
        )
        for name in found.keys() | relapses.keys()
    }


async def _relapses(
    session: AsyncSession,
    wanted: FigureFilter,
    key: SQLColumnExpression[Key],
    passing: ColumnElement[bool],
) -> dict[Key, int]:
    """How often in the span of time an offence came back, counted for whoever had settled it."""
    again = aliased(CaseRow, name="again")
    query: Select[Key, int] = (
        select(key.label("key"), func.count().label("relapses"))
        .select_from(CaseRow)
        .join(again, again.relapse_of_id == CaseRow.id)
        .where(passing, again.status.in_(sorted(CONFIRMED)), within(again.occurred_at, wanted.since, wanted.until))
        .group_by("key")
    )
    return {row.key: row.relapses for row in await session.execute(query)}
