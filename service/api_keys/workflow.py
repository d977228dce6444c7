"""Making, using and removing API keys."""

import secrets
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.api_keys.models import ApiKeyRow
from service.api_keys.ring import PREFIX
from service.api_keys.schemas import ApiKey, ApiKeyCreate, ApiKeyCreated, ApiKeyPage
from service.audit.workflow import SYSTEM, Actor, record
from service.cameras.models import CameraRow
from service.database import Database
from service.errors import invalid
from service.loading import load
from service.office import Office
from service.paging import bad_cursor, decode_cursor, encode_cursor
from service.security import Principal, Scope
from service.sessions.cookies import token_hash

LOCAL_ENGINE = "local engine"


async def list_api_keys(session: AsyncSession, limit: int, cursor: str | None) -> ApiKeyPage:
    """Keys, oldest first."""
    query = select(ApiKeyRow).order_by(ApiKeyRow.id).limit(limit + 1)
    if cursor is not None:
        try:
            after = UUID(decode_cursor(cursor, 1)[0])
        except ValueError as error:
            raise bad_cursor() from error
        query = query.where(ApiKeyRow.id > after)
    rows = list(await session.scalars(query))
    return ApiKeyPage(
        items=[ApiKey.model_validate(row) for row in rows[:limit]],
        next_cursor=encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None,
    )


async def create_api_key(office: Office, asker: Principal, body: ApiKeyCreate) -> ApiKeyCreated:
    """Make a key.

    Raises:
        ProblemError: 422 where its camera does not exist or it would have expired already.
    """
    if body.expires_at is not None and body.expires_at <= clock.now():
        raise invalid("expires_at", "must be in the future")
    async with office.database.transaction() as session:
        if body.camera_id is not None and await session.get(CameraRow, body.camera_id) is None:
            raise invalid("camera_id", f"there is no camera {body.camera_id!r}")
        row, key = _new_key(body)
        session.add(row)
        details = {"name": row.name, "scopes": ",".join(row.scopes)}
        await record(session, Actor.of(asker), "create", "api_key", str(row.id), details=details)
    return ApiKeyCreated(**ApiKey.model_validate(row).model_dump(), key=key)


async def delete_api_key(office: Office, asker: Principal, key_id: UUID) -> None:
    """Remove a key.

    Raises:
        ProblemError: 404 where there is none.
    """
    async with office.database.transaction() as session:
        row = await load(session, ApiKeyRow, key_id, "API key")
        await session.delete(row)
        await record(session, Actor.of(asker), "delete", "api_key", str(key_id), details={"name": row.name})
    office.keys.forget()


async def issue_engine_key(database: Database) -> str:
    """A new key for the engine that this service starts; the one before stops working."""
    async with database.transaction() as session:
        await session.execute(delete(ApiKeyRow).where(ApiKeyRow.name == LOCAL_ENGINE))
        row, key = _new_key(ApiKeyCreate(name=LOCAL_ENGINE, scopes=[Scope.ENGINE]))
        session.add(row)
        await record(session, SYSTEM, "create", "api_key", str(row.id), details={"name": row.name})
    return key


def _new_key(body: ApiKeyCreate) -> tuple[ApiKeyRow, str]:
    key = PREFIX + secrets.token_urlsafe(32)
    row = ApiKeyRow(
        id=uuid_utils.compat.uuid7(),
        name=body.name,
        secret_hash=token_hash(key),
        scopes=[scope.value for scope in body.scopes],
        camera_id=body.camera_id,
        expires_at=body.expires_at,
        last_used_at=None,
        created_at=clock.now(),
    )
    return row, key
