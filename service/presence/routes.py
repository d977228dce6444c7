"""Routes for who looks at a case."""

from uuid import UUID

from fastapi import APIRouter

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.presence import workflow
from service.presence.schemas import Viewers

router = APIRouter(prefix="/cases/{case_id}/viewers", tags=["cases"])


@router.put("/me", responses=problems(401, 403, 404))
async def look_at_case(case_id: UUID, asker: Asker, office: OfficeDep) -> Viewers:
    """Say that one looks at a case; answers who else does. Whoever does not say it again is forgotten soon."""
    return await workflow.look_at(office, asker, case_id)


@router.delete("/me", status_code=204, responses=problems(401, 403, 404))
async def look_away_from_case(case_id: UUID, asker: Asker, office: OfficeDep) -> None:
    """Say that one looks at a case no longer."""
    await workflow.look_away(office, asker, case_id)
