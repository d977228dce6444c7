"""Routes for figures."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from detector.violations import ViolationKind
from service import clock
from service.areas.schemas import AreaLevel
from service.dependencies import Asker, OfficeDep
from service.downloads import file_answer, file_download
from service.errors import invalid, problems
from service.figures import sight, trends, workflow
from service.figures.counting import FigureFilter
from service.figures.schemas import AreaScores, Bucket, CameraSights, HeatMap, KindScores, Ranking, Trend, Weights
from service.paging import Cursor, Limit
from service.spreadsheets import MEDIA_TYPES, Format

router = APIRouter(prefix="/figures", tags=["figures"])

DEFAULT_SPAN = timedelta(days=30)
Week = Annotated[str | None, Query(pattern=r"^\d{4}-W\d{2}$", description="ISO 8601 week; default: the one that runs")]


async def _span(
    since: Annotated[AwareDatetime | None, Query(description="default: 30 days before until")] = None,
    until: Annotated[AwareDatetime | None, Query(description="default: now")] = None,
) -> tuple[datetime, datetime]:
    try:
        end = clock.in_utc(until) if until is not None else clock.now()
        start = clock.in_utc(since) if since is not None else end - DEFAULT_SPAN
    except OverflowError as error:
        raise invalid("since", "is beyond what can be counted") from error
    if start >= end:
        raise invalid("since", "must lie before until")
    return start, end


Span = Annotated[tuple[datetime, datetime], Depends(_span)]


async def _wanted(
    span: Span,
    kind: Annotated[ViolationKind | None, Query()] = None,
    unit_id: Annotated[UUID | None, Query()] = None,
    area_id: Annotated[UUID | None, Query(description="this area and those below it")] = None,
) -> FigureFilter:
    return FigureFilter(*span, kind, unit_id, area_id)


Wanted = Annotated[FigureFilter, Depends(_wanted)]


@router.get("/weights", responses=problems(401, 403))
async def get_figure_weights(office: OfficeDep) -> Weights:
    """How much each part weighs in a score."""
    async with office.database.reading() as session:
        return await workflow.get_weights(session)


@router.put("/weights", responses=problems(401, 403, 422))
async def replace_figure_weights(body: Weights, asker: Asker, office: OfficeDep) -> Weights:
    """Set how much each part weighs. The audit keeps what they were."""
    return await workflow.replace_weights(office, asker, body)


@router.get("/ranking", responses=problems(401, 403, 422))
async def get_ranking(asker: Asker, office: OfficeDep, week: Week = None) -> Ranking:
    """All units over a week, best first."""
    async with office.database.reading() as session:
        return await workflow.ranking(session, office, asker, week)


@router.get(
    "/ranking/export",
    response_class=StreamingResponse,
    responses=file_answer(*MEDIA_TYPES.values()) | problems(401, 403, 422),
)
async def export_ranking(
    asker: Asker,
    office: OfficeDep,
    week: Week = None,
    file_format: Annotated[Format, Query(alias="format")] = "xlsx",
) -> StreamingResponse:
    """A ranking as a spreadsheet."""
    file = await workflow.export_ranking(office, asker, week, file_format)
    return file_download(file, f"ranking.{file_format}", MEDIA_TYPES[file_format])


@router.get("/kinds", responses=problems(401, 403, 422))
async def get_kind_scores(wanted: Wanted, asker: Asker, office: OfficeDep) -> KindScores:
    """The figures of every kind of violation."""
    async with office.database.reading() as session:
        return await workflow.kind_scores(session, asker, wanted)


@router.get("/areas", responses=problems(401, 403, 422))
async def get_area_scores(
    wanted: Wanted,
    asker: Asker,
    office: OfficeDep,
    level: Annotated[
        AreaLevel, Query(description="areas of this level, each with those below it")
    ] = AreaLevel.COMMUNITY,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AreaScores:
    """The figures of the areas of a level."""
    async with office.database.reading() as session:
        return await workflow.area_scores(session, asker, wanted, level, limit, cursor)


@router.get("/trend", responses=problems(401, 403, 422))
async def get_trend(
    wanted: Wanted, asker: Asker, office: OfficeDep, bucket: Annotated[Bucket, Query()] = Bucket.DAY
) -> Trend:
    """What happened day by day, week by week or month by month."""
    async with office.database.reading() as session:
        return await workflow.get_trend(session, office, asker, wanted, bucket)


@router.get("/heat-map", responses=problems(401, 403, 422))
async def get_heat_map(
    wanted: Wanted,
    asker: Asker,
    office: OfficeDep,
    limit: Annotated[int, Query(ge=1, le=2000, description="squares on a page")] = 1000,
    cursor: Cursor = None,
) -> HeatMap:
    """Where cases lie: squares of the map with how many."""
    async with office.database.reading() as session:
        return await trends.heat_map(session, asker, wanted, limit, cursor)


@router.get("/cameras", responses=problems(401, 403, 422))
async def get_camera_sights(span: Span, office: OfficeDep) -> CameraSights:
    """How much of a span of time each camera that is on could see."""
    async with office.database.reading() as session:
        return await sight.camera_sights(session, *span)
