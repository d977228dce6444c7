"""Adding and changing people."""

from uuid import UUID

import uuid_utils.compat
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import Actor, record
from service.errors import ProblemError, not_found
from service.office import Office
from service.paging import decode_cursor, encode_cursor
from service.security import Principal, Role
from service.sessions.models import SessionRow
from service.users.models import UserRow
from service.users.schemas import User, UserCreate, UserPage, UserUpdate


async def load_user(session: AsyncSession, user_id: UUID) -> UserRow:
    """One person.

    Raises:
        ProblemError: 404 where there is none.
    """
    user = await session.get(UserRow, user_id)
    if user is None:
        raise not_found("person")
    return user


async def list_users(session: AsyncSession, limit: int, cursor: str | None) -> UserPage:
    """People, by name."""
    query = select(UserRow).order_by(UserRow.username).limit(limit + 1)
    if cursor is not None:
        query = query.where(UserRow.username > decode_cursor(cursor, 1)[0])
    rows = list(await session.scalars(query))
    more = len(rows) > limit
    return UserPage(
        items=[User.model_validate(row) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1].username) if more else None,
    )


async def create_user(office: Office, asker: Principal, body: UserCreate) -> UserRow:
    """Add a person.

    Raises:
        ProblemError: 409 where the name is taken.
    """
    row = UserRow(
        id=uuid_utils.compat.uuid7(),
        username=body.username,
        display_name=body.display_name,
        password_hash=await office.passwords.hash(body.password),
        role=body.role,
        locale=body.locale,
        active=True,
        created_at=clock.now(),
    )
    try:
        async with office.database.transaction() as session:
            session.add(row)
            await session.flush()
            details = {"username": row.username, "role": row.role}
            await record(session, Actor.of(asker), "create", "user", str(row.id), details=details)
    except IntegrityError as error:
        raise ProblemError(409, f"The name {body.username} is taken.", kind="name-taken") from error
    return row


async def update_user(office: Office, asker: Principal, user_id: UUID, body: UserUpdate) -> UserRow:
    """Change a person.

    Raises:
        ProblemError: 404 where there is none, 409 where no active administrator would be left.
    """
    changes = body.model_dump(exclude_none=True, exclude={"password"})
    password_hash = await office.passwords.hash(body.password) if body.password is not None else None
    async with office.database.transaction() as session:
        user = await load_user(session, user_id)
        ends_sessions = password_hash is not None or body.active is False or body.role not in (None, user.role)
        if user.role == Role.ADMINISTRATOR and (body.active is False or body.role not in (None, user.role)):
            await _another_administrator(session, user)
        for field, value in changes.items():
            setattr(user, field, value)
        if password_hash is not None:
            user.password_hash = password_hash
            changes["password"] = "changed"  # noqa: S105 (a word, not a password)
        if ends_sessions:
            await session.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
        await record(session, Actor.of(asker), "update", "user", str(user.id), details=changes)
    return user


async def _another_administrator(session: AsyncSession, user: UserRow) -> None:
    others = select(func.count()).where(
        UserRow.role == Role.ADMINISTRATOR, UserRow.active.is_(True), UserRow.id != user.id
    )
    if not await session.scalar(others):
        raise ProblemError(
            409, f"{user.username} is the last active administrator: make another one first.", kind="last-administrator"
        )
