"""Routes for API keys."""

from uuid import UUID

from fastapi import APIRouter

from service.api_keys import workflow
from service.api_keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyPage
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit

router = APIRouter(prefix="/api-keys", tags=["api-keys"])


@router.get("", responses=problems(401, 403, 422))
async def list_api_keys(office: OfficeDep, limit: Limit = 50, cursor: Cursor = None) -> ApiKeyPage:
    """API keys, oldest first; never their secrets."""
    async with office.database.reading() as session:
        return await workflow.list_api_keys(session, limit, cursor)


@router.post("", status_code=201, responses=problems(401, 403, 422))
async def create_api_key(body: ApiKeyCreate, asker: Asker, office: OfficeDep) -> ApiKeyCreated:
    """Make a key; its secret is in this answer and nowhere else."""
    return await workflow.create_api_key(office, asker, body)


@router.delete("/{key_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_api_key(key_id: UUID, asker: Asker, office: OfficeDep) -> None:
    """Remove a key: it stops working at once."""
    await workflow.delete_api_key(office, asker, key_id)
