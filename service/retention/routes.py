"""Routes for retention."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit
from service.retention import archive, workflow
from service.retention.rules import Rule
from service.retention.schemas import (
    ArchiveYears,
    DeletionPage,
    Hold,
    HoldPage,
    HoldRequest,
    RetentionPlan,
    RetentionRules,
    RuleChange,
)

router = APIRouter(prefix="/retention", tags=["retention"])


@router.get("/rules", responses=problems(401, 403))
async def list_retention_rules(office: OfficeDep) -> RetentionRules:
    """How long which files are kept."""
    async with office.database.reading() as session:
        return await workflow.list_rules(session)


@router.put("/rules/{rule}", responses=problems(401, 403, 422))
async def replace_retention_rule(rule: Rule, body: RuleChange, asker: Asker, office: OfficeDep) -> RetentionRules:
    """Set how long a rule keeps files. It acts when ``streetwarden retention --apply`` runs the next time."""
    return await workflow.replace_rule(office, asker, rule, body)


@router.get("/plan", responses=problems(401, 403))
async def get_retention_plan(office: OfficeDep) -> RetentionPlan:
    """What would be deleted now. Nothing is."""
    return await workflow.plan(office)


@router.get("/deletions", responses=problems(401, 403, 422))
async def list_deletions(office: OfficeDep, limit: Limit = 50, cursor: Cursor = None) -> DeletionPage:
    """What was deleted, when, under which rule, newest first."""
    async with office.database.reading() as session:
        return await workflow.list_deletions(session, limit, cursor)


@router.get("/holds", responses=problems(401, 403, 422))
async def list_holds(
    asker: Asker,
    office: OfficeDep,
    active: Annotated[bool | None, Query(description="only those that hold, or only released ones")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> HoldPage:
    """Cases whose files are kept whatever the rules say, newest first."""
    async with office.database.reading() as session:
        return await workflow.list_holds(session, asker, active, limit, cursor)


@router.post("/holds", status_code=201, responses=problems(401, 403, 422))
async def place_hold(body: HoldRequest, asker: Asker, office: OfficeDep) -> Hold:
    """Keep a case's files until the hold is released."""
    return await workflow.place_hold(office, asker, body)


@router.delete("/holds/{hold_id}", responses=problems(401, 403, 404))
async def release_hold(hold_id: UUID, asker: Asker, office: OfficeDep) -> Hold:
    """Let the rules act on a case's files again."""
    return await workflow.release_hold(office, asker, hold_id)


@router.get("/years", responses=problems(401, 403))
async def list_archive_years(asker: Asker, office: OfficeDep) -> ArchiveYears:
    """How many cases were settled in each year, and how many of them are archived."""
    async with office.database.reading() as session:
        return await archive.list_years(session, asker, office.settings.zone)
