"""Giving out figures, and setting how much each part of a score weighs."""

import asyncio
import tempfile
from datetime import datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import KINDS
from service import clock
from service.areas.models import AreaRow
from service.areas.schemas import AreaLevel
from service.audit.workflow import Actor, record
from service.evidence.room import ensure_room, room_or_507
from service.figures.counting import FigureFilter, sums_by_area, sums_by_kind, sums_by_unit
from service.figures.models import FigureWeightRow
from service.figures.schemas import (
    AreaScore,
    AreaScores,
    Bucket,
    KindScore,
    KindScores,
    RankedUnit,
    Ranking,
    Trend,
    Weights,
)
from service.figures.scores import Sums, most_found, ranks, scored
from service.figures.spans import steps, week_of, week_span
from service.figures.trends import trend
from service.office import Office
from service.paging import decode_cursor, encode_cursor
from service.security import Principal
from service.spreadsheets import Cell, Format, Title, open_sheet
from service.units.models import UnitRow

RANKING_TITLES = (
    Title("名次", 7),
    Title("责任单位", 20),
    Title("综合得分", 10),
    Title("立案数", 9),
    Title("应结数", 9),
    Title("结案数", 9),
    Title("按期结案数", 11),
    Title("超时数", 9),
    Title("返工数", 9),
    Title("退回数", 9),
    Title("反弹数", 9),
)


async def get_weights(session: AsyncSession) -> Weights:
    """The weights that the administrator set, else the default ones."""
    rows = await session.scalars(select(FigureWeightRow))
    known = {row.part: row.weight for row in rows if row.part in Weights.model_fields}
    return Weights.model_validate(known)


async def replace_weights(office: Office, asker: Principal, body: Weights) -> Weights:
    """Set all weights. Figures are computed anew each time: those of weeks that are over change too."""
    async with office.database.transaction() as session:
        before = await get_weights(session)
        for part, weight in body.model_dump().items():
            row = await session.get(FigureWeightRow, part)
            if row is None:
                session.add(FigureWeightRow(part=part, weight=weight, updated_at=clock.now()))
            else:
                row.weight, row.updated_at = weight, clock.now()
        details = {"before": before.model_dump(), "after": body.model_dump()}
        await record(session, Actor.of(asker), "replace", "figure_weights", "all", details=details)
    return body


async def ranking(session: AsyncSession, office: Office, asker: Principal, week: str | None) -> Ranking:
    """The units of a week, best first; by default of the week that runs."""
    zone = office.settings.zone
    week = week or week_of(clock.now(), zone)
    since, until = week_span(week, zone)
    weights = await get_weights(session)
    sums = await sums_by_unit(session, asker, FigureFilter(since, until))
    units = list(await session.scalars(select(UnitRow).order_by(UnitRow.code)))
    shown = [unit for unit in units if unit.active or unit.id in sums]
    most = most_found(sums.values())
    counts = [scored(sums.get(unit.id, Sums()), most, weights) for unit in shown]
    items = [
        RankedUnit(rank=rank, unit_id=unit.id, code=unit.code, name=unit.name, **count.model_dump())
        for unit, count, rank in zip(shown, counts, ranks([count.score for count in counts]), strict=True)
    ]
    items.sort(key=lambda item: (item.rank is None, item.rank or 0, item.code))
    return Ranking(week=week, since=since, until=until, weights=weights, items=items)


async def export_ranking(office: Office, asker: Principal, week: str | None, file_format: Format) -> IO[bytes]:
    """A ranking as a nameless file that stands at its beginning. The audit tells who had it."""
    async with office.database.reading() as session:
        table = await ranking(session, office, asker, week)
    await ensure_room(office)
    async with room_or_507(office):
        file = tempfile.TemporaryFile(dir=office.settings.incoming)  # noqa: SIM115 (the answer closes it)
        try:
            await asyncio.to_thread(_write, file, file_format, table, office)
            async with office.database.transaction() as session:
                details = {"format": file_format, "rows": len(table.items)}
                await record(session, Actor.of(asker), "export", "ranking", table.week, details=details)
            file.seek(0)
        except BaseException:
            file.close()
            raise
    return file


def _write(file: IO[bytes], file_format: Format, table: Ranking, office: Office) -> None:
    settings = office.settings
    sheet = open_sheet(file, file_format, f"考核 {table.week}", RANKING_TITLES, settings.zone, settings.incoming)
    rows: list[list[Cell]] = [
        [
            item.rank, item.name, item.score, item.found, item.due, item.settled, item.on_time, item.late,
            item.sent_back, item.returned, item.relapses,
        ]
        for item in table.items
    ]  # fmt: skip
    sheet.add(rows)
    sheet.close()


async def kind_scores(session: AsyncSession, asker: Principal, wanted: FigureFilter) -> KindScores:
    """The figures of every kind of violation."""
    weights = await get_weights(session)
    sums = await sums_by_kind(session, asker, wanted)
    most = most_found(sums.values())
    return KindScores(
        items=[KindScore(kind=kind, **scored(sums.get(kind, Sums()), most, weights).model_dump()) for kind in KINDS]
    )


async def area_scores(
    session: AsyncSession, asker: Principal, wanted: FigureFilter, level: AreaLevel, limit: int, cursor: str | None
) -> AreaScores:
    """The figures of one page of areas; ``found`` is compared with all areas of the level."""
    weights = await get_weights(session)
    sums = await sums_by_area(session, asker, wanted, level)
    most = most_found(sums.values())
    query = select(AreaRow).where(AreaRow.level == level, AreaRow.active.is_(True))
    if asker.area_ids is not None:
        query = query.where(AreaRow.id.in_(asker.area_ids))
    if cursor is not None:
        query = query.where(AreaRow.code > decode_cursor(cursor, 1)[0])
    areas = list(await session.scalars(query.order_by(AreaRow.code).limit(limit + 1)))
    return AreaScores(
        items=[
            AreaScore(
                area_id=area.id,
                code=area.code,
                name=area.name,
                **scored(sums.get(area.id, Sums()), most, weights).model_dump(),
            )
            for area in areas[:limit]
        ],
        next_cursor=encode_cursor(areas[limit - 1].code) if len(areas) > limit else None,
    )


async def get_trend(
    session: AsyncSession, office: Office, asker: Principal, wanted: FigureFilter, bucket: Bucket
) -> Trend:
    """A trend in whole days, weeks or months."""
    spans: list[tuple[datetime, datetime]] = steps(wanted.since, wanted.until, bucket, office.settings.zone)
    return Trend(bucket=bucket, items=await trend(session, asker, wanted, spans))
