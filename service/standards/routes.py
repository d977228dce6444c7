"""Routes for standards."""

from fastapi import APIRouter

from detector.violations import ViolationKind
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.standards import workflow
from service.standards.schemas import Standard, StandardChange, Standards

router = APIRouter(prefix="/standards", tags=["standards"])


@router.get("", responses=problems(401, 403))
async def list_standards(office: OfficeDep) -> Standards:
    """When cases of each kind are filed and closed, and how long a unit has."""
    async with office.database.reading() as session:
        return await workflow.list_standards(session)


@router.put("/{kind}", responses=problems(401, 403, 422))
async def replace_standard(kind: ViolationKind, body: StandardChange, asker: Asker, office: OfficeDep) -> Standard:
    """Write the standard of a kind."""
    return await workflow.replace_standard(office, asker, kind, body)
