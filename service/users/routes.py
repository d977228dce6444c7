"""Routes for people."""

from uuid import UUID

from fastapi import APIRouter

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit
from service.users import workflow
from service.users.schemas import User, UserCreate, UserPage, UserUpdate

router = APIRouter(prefix="/users", tags=["users"])


@router.get("", responses=problems(401, 403, 422))
async def list_users(office: OfficeDep, limit: Limit = 50, cursor: Cursor = None) -> UserPage:
    """People, by name."""
    async with office.database.reading() as session:
        return await workflow.list_users(session, limit, cursor)


@router.post("", status_code=201, responses=problems(401, 403, 409, 422))
async def create_user(body: UserCreate, asker: Asker, office: OfficeDep) -> User:
    """Add a person."""
    return User.model_validate(await workflow.create_user(office, asker, body))


@router.delete("/{user_id}/sessions", status_code=204, responses=problems(401, 403, 404))
async def end_sessions(user_id: UUID, asker: Asker, office: OfficeDep) -> None:
    """Sign a person out everywhere."""
    await workflow.end_sessions(office, asker, user_id)


@router.patch("/{user_id}", responses=problems(401, 403, 404, 409, 422))
async def update_user(user_id: UUID, body: UserUpdate, asker: Asker, office: OfficeDep) -> User:
    """Change a person; deactivating, another role or another password end the person's sessions."""
    return User.model_validate(await workflow.update_user(office, asker, user_id, body))
