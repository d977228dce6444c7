"""Routes for second factors."""

from uuid import UUID

from fastapi import APIRouter

from service.dependencies import Asker, ClientAddress, OfficeDep
from service.errors import problems
from service.second_factors import workflow
from service.second_factors.schemas import Code, Enrolment, OwnPassword, RecoveryCodes

router = APIRouter(tags=["session"])


@router.post("/session/second-factor", responses=problems(401, 403, 409, 422, 429))
async def begin_second_factor(body: OwnPassword, asker: Asker, office: OfficeDep, address: ClientAddress) -> Enrolment:
    """Begin with an authenticator app: answers the secret for it."""
    return await workflow.begin(office, asker, body.password, address)


@router.post("/session/second-factor/confirm", responses=problems(401, 403, 409, 422, 429))
async def confirm_second_factor(body: Code, asker: Asker, office: OfficeDep, address: ClientAddress) -> RecoveryCodes:
    """Send a code of the app: from now on sign-in asks for one. Other sessions end."""
    return await workflow.confirm(office, asker, body.code, address)


@router.post("/session/second-factor/remove", status_code=204, responses=problems(401, 403, 404, 409, 422, 429))
async def remove_second_factor(body: OwnPassword, asker: Asker, office: OfficeDep, address: ClientAddress) -> None:
    """Remove one's own second factor."""
    await workflow.remove(office, asker, body.password, address)


@router.delete("/users/{user_id}/second-factor", status_code=204, responses=problems(401, 403, 404))
async def reset_second_factor(user_id: UUID, asker: Asker, office: OfficeDep) -> None:
    """Remove the second factor of somebody who lost it; the person's sessions end."""
    await workflow.reset(office, asker, user_id)
