"""Routes for units."""

from uuid import UUID

from fastapi import APIRouter

from service.changes import Changes
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit
from service.units import workflow
from service.units.schemas import Unit, UnitCreate, UnitPage, UnitUpdate

router = APIRouter(prefix="/units", tags=["units"])


@router.get("", responses=problems(401, 403, 422))
async def list_units(office: OfficeDep, limit: Limit = 50, cursor: Cursor = None) -> UnitPage:
    """Units that cases are dispatched to, by code."""
    async with office.database.reading() as session:
        return await workflow.list_units(session, limit, cursor)


@router.post("", status_code=201, responses=problems(401, 403, 409, 422))
async def create_unit(body: UnitCreate, asker: Asker, office: OfficeDep) -> Unit:
    """Add a unit."""
    return Unit.model_validate(await workflow.create_unit(office, asker, body))


@router.patch("/{unit_id}", responses=problems(401, 403, 404, 422))
async def update_unit(unit_id: UUID, body: UnitUpdate, asker: Asker, office: OfficeDep) -> Unit:
    """Change a unit."""
    return Unit.model_validate(await workflow.update_unit(office, asker, unit_id, body))


@router.get("/{unit_id}/history", responses=problems(401, 403, 404))
async def list_unit_changes(unit_id: UUID, office: OfficeDep) -> Changes:
    """What was changed about a unit."""
    async with office.database.reading() as session:
        return await workflow.unit_changes(session, unit_id)
