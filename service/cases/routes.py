"""Routes for cases."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from detector.violations import ViolationKind
from service.cases import boxes, decisions, workflow
from service.cases.schemas import Case, CaseConflict, CasePage, Decision, Dismissal, ReviewedBoxes
from service.cases.transitions import CaseAction, CaseStatus
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit

router = APIRouter(prefix="/cases", tags=["cases"])

DECISION = problems(401, 403, 404, 422, conflict=CaseConflict)


@router.get("", responses=problems(401, 422))
async def list_cases(
    asker: Asker,
    office: OfficeDep,
    status: Annotated[list[CaseStatus] | None, Query(description="only these; repeatable")] = None,
    kind: Annotated[list[ViolationKind] | None, Query(description="only these; repeatable")] = None,
    camera_id: Annotated[str | None, Query(max_length=64)] = None,
    since: Annotated[AwareDatetime | None, Query(description="that occurred at this time or later")] = None,
    until: Annotated[AwareDatetime | None, Query(description="that occurred before this time")] = None,
    q: Annotated[str | None, Query(max_length=64, description="part of the case number")] = None,
    order: Annotated[Literal["newest", "oldest"], Query(description="by when it occurred")] = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CasePage:
    """Cases that pass all filters; inspectors see those that came of their own photos."""
    wanted = workflow.CaseFilter(
        statuses=tuple(status or ()),
        kinds=tuple(kind or ()),
        camera_id=camera_id,
        since=since,
        until=until,
        number=q,
        newest_first=order == "newest",
    )
    async with office.database.reading() as session:
        return await workflow.list_cases(session, asker, wanted, limit, cursor)


@router.get("/{case_id}", responses=problems(401, 404))
async def get_case(case_id: UUID, asker: Asker, office: OfficeDep) -> Case:
    """One case with its evidence and history."""
    async with office.database.reading() as session:
        return await workflow.get_case(session, office.settings, asker, case_id)


@router.post("/{case_id}/confirm", responses=DECISION)
async def confirm_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """File a pending case (立案)."""
    return await decisions.decide(office, asker, case_id, CaseAction.CONFIRM, body)


@router.post("/{case_id}/dismiss", responses=DECISION)
async def dismiss_case(case_id: UUID, body: Dismissal, asker: Asker, office: OfficeDep) -> Case:
    """Dismiss a pending case with a reason (不予立案)."""
    return await decisions.decide(office, asker, case_id, CaseAction.DISMISS, body, body.reason)


@router.post("/{case_id}/close", responses=DECISION)
async def close_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Close a filed case (结案)."""
    return await decisions.decide(office, asker, case_id, CaseAction.CLOSE, body)


@router.post("/{case_id}/undo", responses=DECISION)
async def undo_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Take back one's own last decision, for a short while and while nothing followed."""
    return await decisions.undo(office, asker, case_id, body)


@router.put("/{case_id}/boxes", responses=DECISION)
async def replace_boxes(case_id: UUID, body: ReviewedBoxes, asker: Asker, office: OfficeDep) -> Case:
    """Say what a case's last original really shows, for the model to learn from."""
    return await boxes.replace_boxes(office, asker, case_id, body)
