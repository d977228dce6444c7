"""Routes for ledgers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from detector.violations import ViolationKind
from service.dependencies import Asker, OfficeDep
from service.downloads import file_answer, file_download
from service.errors import problems
from service.ledgers import workflow
from service.ledgers.columns import Language
from service.ledgers.lists import Ledger
from service.ledgers.rows import LedgerFilter
from service.ledgers.schemas import LedgerNames, LedgerPage
from service.paging import Cursor, Limit
from service.spreadsheets import MEDIA_TYPES, Format

router = APIRouter(prefix="/ledgers", tags=["ledgers"])


async def _wanted(
    since: Annotated[AwareDatetime | None, Query(description="that occurred at this time or later")] = None,
    until: Annotated[AwareDatetime | None, Query(description="that occurred before this time")] = None,
    kind: Annotated[ViolationKind | None, Query()] = None,
    unit_id: Annotated[UUID | None, Query()] = None,
    area_id: Annotated[UUID | None, Query(description="this area and those below it")] = None,
    closed_since: Annotated[AwareDatetime | None, Query(description="that were closed at this time or later")] = None,
    closed_until: Annotated[AwareDatetime | None, Query(description="that were closed before this time")] = None,
) -> LedgerFilter:
    return LedgerFilter(since, until, kind, unit_id, area_id, closed_since, closed_until)


Wanted = Annotated[LedgerFilter, Depends(_wanted)]


@router.get("", responses=problems(401, 403))
async def list_ledgers() -> LedgerNames:
    """The six lists: 问题, 任务, 责任, 整改, 督查, 销号."""
    return workflow.NAMES


@router.get("/{ledger}", responses=problems(401, 403, 422))
async def get_ledger(
    ledger: Ledger, wanted: Wanted, asker: Asker, office: OfficeDep, limit: Limit = 50, cursor: Cursor = None
) -> LedgerPage:
    """One page of a list: the cases that the asker may see."""
    return await workflow.list_ledger(office, asker, ledger, wanted, limit, cursor)


@router.get(
    "/{ledger}/export",
    response_class=StreamingResponse,
    responses=file_answer(*MEDIA_TYPES.values()) | problems(401, 403, 422),
)
async def export_ledger(
    ledger: Ledger,
    wanted: Wanted,
    asker: Asker,
    office: OfficeDep,
    file_format: Annotated[Format, Query(alias="format")] = "xlsx",
    language: Annotated[Language, Query(description="of titles and words")] = "zh",
) -> StreamingResponse:
    """A whole list as a spreadsheet; times are those of the district's zone."""
    file = await workflow.export_ledger(office, asker, ledger, wanted, file_format, language)
    return file_download(file, f"{ledger}.{file_format}", MEDIA_TYPES[file_format])
