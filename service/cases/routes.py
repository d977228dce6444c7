"""Routes for cases."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime

from detector.violations import ViolationKind
from service.cases import after_photos, boxes, decisions, hot_spots, lists, suggestions, workflow
from service.cases.schemas import (
    Case,
    CaseConflict,
    CasePage,
    Decision,
    Dismissal,
    Dispatch,
    HotSpots,
    Merge,
    Rectification,
    ReviewedBoxes,
    Suggestions,
    TransitionTable,
)
from service.cases.steps import Step
from service.cases.transitions import CaseAction, CaseStatus
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit

router = APIRouter(tags=["cases"])

DECISION = problems(401, 403, 404, 422, conflict=CaseConflict)
PHOTO_FORM: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.get("/case-transitions", responses=problems(401))
async def list_case_transitions(office: OfficeDep) -> TransitionTable:
    """How cases move: every step with who may take it and what it needs."""
    return workflow.transition_table(office.settings)


@router.get("/cases", responses=problems(401, 422))
async def list_cases(
    asker: Asker,
    office: OfficeDep,
    status: Annotated[list[CaseStatus] | None, Query(description="only these; repeatable")] = None,
    kind: Annotated[list[ViolationKind] | None, Query(description="only these; repeatable")] = None,
    camera_id: Annotated[str | None, Query(max_length=64)] = None,
    unit_id: Annotated[UUID | None, Query(description="last dispatched to this unit")] = None,
    area_id: Annotated[UUID | None, Query(description="in this area or one below it")] = None,
    since: Annotated[AwareDatetime | None, Query(description="that occurred at this time or later")] = None,
    until: Annotated[AwareDatetime | None, Query(description="that occurred before this time")] = None,
    overdue: Annotated[bool | None, Query(description="the unit's time has run out")] = None,
    escalated: Annotated[bool | None, Query(description="督办")] = None,
    relapse: Annotated[bool | None, Query(description="反弹")] = None,
    q: Annotated[str | None, Query(max_length=64, description="part of the case number")] = None,
    order: Annotated[Literal["newest", "oldest"], Query(description="by when it occurred")] = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CasePage:
    """Cases that pass all filters, of those that the asker may see."""
    wanted = lists.CaseFilter(
        statuses=tuple(status or ()),
        kinds=tuple(kind or ()),
        camera_id=camera_id,
        unit_id=unit_id,
        area_id=area_id,
        since=since,
        until=until,
        number=q,
        overdue=overdue,
        escalated=escalated,
        relapse=relapse,
        newest_first=order == "newest",
    )
    async with office.database.reading() as session:
        return await lists.list_cases(session, asker, wanted, limit, cursor)


@router.get("/cases/{case_id}", responses=problems(401, 404))
async def get_case(case_id: UUID, asker: Asker, office: OfficeDep) -> Case:
    """One case with its evidence and history."""
    async with office.database.reading() as session:
        return await workflow.get_case(session, office, asker, case_id)


@router.get("/cases/{case_id}/suggestions", responses=problems(401, 403, 404))
async def suggest_cases(case_id: UUID, asker: Asker, office: OfficeDep) -> Suggestions:
    """Cases of the same kind within 50 m and 72 hours that this one may be merged into, the likeliest first."""
    return await suggestions.suggest(office, asker, case_id)


@router.get("/hot-spots", responses=problems(401, 403, 422))
async def list_hot_spots(
    asker: Asker,
    office: OfficeDep,
    since: Annotated[AwareDatetime, Query(description="that occurred at this time or later")],
    until: Annotated[AwareDatetime, Query(description="that occurred before this time")],
    kind: Annotated[list[ViolationKind] | None, Query(description="only these; repeatable")] = None,
    radius: Annotated[float, Query(ge=1, le=500, description="metres within which cases crowd")] = 30,
    least: Annotated[int, Query(ge=2, le=1000, description="how many cases make a crowd")] = 5,
) -> HotSpots:
    """Places where cases crowded over a period; dismissed and merged ones do not count."""
    async with office.database.reading() as session:
        return await hot_spots.find_hot_spots(session, asker, since, until, kind or (), radius, least)


@router.post("/cases/{case_id}/confirm", responses=DECISION)
async def confirm_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """File a pending case (立案)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.CONFIRM, body))


@router.post("/cases/{case_id}/dismiss", responses=DECISION)
async def dismiss_case(case_id: UUID, body: Dismissal, asker: Asker, office: OfficeDep) -> Case:
    """Dismiss a pending case with a reason (不予立案)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.DISMISS, body))


@router.post("/cases/{case_id}/merge", responses=DECISION)
async def merge_case(case_id: UUID, body: Merge, asker: Asker, office: OfficeDep) -> Case:
    """Merge a pending case into another one of the same kind (并案)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.MERGE, body))


@router.post("/cases/{case_id}/split", responses=DECISION)
async def split_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Take a case out of the one that it was merged into: it is to be reviewed again."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.SPLIT, body))


@router.post("/cases/{case_id}/dispatch", responses=DECISION)
async def dispatch_case(case_id: UUID, body: Dispatch, asker: Asker, office: OfficeDep) -> Case:
    """Send a filed case to a unit, with a due time (派遣)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.DISPATCH, body))


@router.post("/cases/{case_id}/accept", responses=DECISION)
async def accept_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Take up a case of one's own unit."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.ACCEPT, body))


@router.post("/cases/{case_id}/return", responses=DECISION)
async def return_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Return a case that is not for one's own unit, with the reason in the note (退回)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.RETURN, body))


@router.post("/cases/{case_id}/after-photos", openapi_extra=PHOTO_FORM, responses=DECISION | problems(413, 415, 507))
async def add_after_photo(case_id: UUID, request: Request, asker: Asker, office: OfficeDep) -> Case:
    """Add a photo that shows how the place looks afterwards."""
    return await after_photos.add_after_photo(office, asker, case_id, request)


@router.post("/cases/{case_id}/rectify", responses=DECISION)
async def rectify_case(case_id: UUID, body: Rectification, asker: Asker, office: OfficeDep) -> Case:
    """Report a case as put right, to be checked."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.RECTIFY, body))


@router.post("/cases/{case_id}/rework", responses=DECISION)
async def rework_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Send a case that was not put right back to its unit (返工)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.REWORK, body))


@router.post("/cases/{case_id}/escalate", responses=DECISION)
async def escalate_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Urge a unit on (督办)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.ESCALATE, body))


@router.post("/cases/{case_id}/close", responses=DECISION)
async def close_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Close a case that was put right, or one that was settled on the spot (结案)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.CLOSE, body))


@router.post("/cases/{case_id}/archive", responses=DECISION)
async def archive_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Put a closed case into the archive (归档)."""
    return await decisions.decide(office, asker, case_id, Step.of(CaseAction.ARCHIVE, body))


@router.post("/cases/{case_id}/undo", responses=DECISION)
async def undo_case(case_id: UUID, body: Decision, asker: Asker, office: OfficeDep) -> Case:
    """Take back one's own last decision, for a short while and while nothing followed."""
    return await decisions.undo(office, asker, case_id, body)


@router.put("/cases/{case_id}/boxes", responses=DECISION)
async def replace_boxes(case_id: UUID, body: ReviewedBoxes, asker: Asker, office: OfficeDep) -> Case:
    """Say what a case's last original really shows, for the model to learn from."""
    return await boxes.replace_boxes(office, asker, case_id, body)
