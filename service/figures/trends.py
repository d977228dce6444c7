"""Trends and heat maps."""

from datetime import datetime

from sqlalchemy import CTE, ColumnElement, Integer, ScalarSelect, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.cases.models import CaseRow
from service.cases.transitions import SETTLED
from service.database import UtcDateTime
from service.figures.counting import FigureFilter, conditions, within
from service.figures.schemas import HeatCell, HeatMap, TrendPoint
from service.ledgers.rows import is_late
from service.paging import bad_cursor, decode_cursor, encode_cursor
from service.security import Principal


async def trend(
    session: AsyncSession, asker: Principal, wanted: FigureFilter, steps: list[tuple[datetime, datetime]]
) -> list[TrendPoint]:
    """What happened in each step."""
    if not steps:
        return []
    passing = await conditions(session, asker, wanted)
    spans = _spans(steps)
    # A subquery for each number, not a join: each reads its own span of an index, whatever the planner would do.
    occurred = (passing, CaseRow.occurred_at >= spans.c.since, CaseRow.occurred_at < spans.c.until)
    closed = (passing, CaseRow.closed_at >= spans.c.since, CaseRow.closed_at < spans.c.until)
    query = select(
        spans.c.since,
        spans.c.until,
        _count(spans, *occurred).label("found"),
        _count(spans, *closed, CaseRow.status.in_(sorted(SETTLED))).label("settled"),
        _count(spans, *occurred, is_late(clock.now())).label("late"),
        _count(spans, *occurred, CaseRow.relapse_of_id.is_not(None)).label("relapses"),
    ).order_by(spans.c.step)
    return [TrendPoint.model_validate(row, from_attributes=True) for row in await session.execute(query)]


def _count(spans: CTE, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many cases pass, in each of the steps."""
    return select(func.count(CaseRow.id)).where(*conditions).correlate(spans).scalar_subquery()


def _spans(steps: list[tuple[datetime, datetime]]) -> CTE:
    """The steps as a table: whole days of a zone with summer time are not all as long."""
    rows = [
        select(
            cast(literal(number), Integer).label("step"),
            literal(since, UtcDateTime()).label("since"),
            literal(until, UtcDateTime()).label("until"),
        )
        for number, (since, until) in enumerate(steps)
    ]
    return union_all(*rows).cte("steps")


async def heat_map(
    session: AsyncSession, asker: Principal, wanted: FigureFilter, limit: int, cursor: str | None
) -> HeatMap:
    """The squares of the map in which cases occurred, with how many; those without a place are left out."""
    query = (
        select(
            CaseRow.cell,
            func.count().label("count"),
            func.avg(CaseRow.longitude).label("longitude"),
            func.avg(CaseRow.latitude).label("latitude"),
        )
        .where(
            await conditions(session, asker, wanted),
            within(CaseRow.occurred_at, wanted.since, wanted.until),
            CaseRow.cell.is_not(None),
        )
        .group_by(CaseRow.cell)
        .order_by(CaseRow.cell)
        .limit(limit + 1)
    )
    if cursor is not None:
        text = decode_cursor(cursor, 1)[0]
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise bad_cursor()
        query = query.where(CaseRow.cell > int(text))
    rows = (await session.execute(query)).all()
    return HeatMap(
        items=[HeatCell(longitude=row.longitude, latitude=row.latitude, count=row.count) for row in rows[:limit]],
        next_cursor=encode_cursor(str(rows[limit - 1].cell)) if len(rows) > limit else None,
    )
