"""Adding and changing people."""

from uuid import UUID

import uuid_utils.compat
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.areas.models import AreaRow
from service.audit.workflow import Actor, record
from service.errors import ProblemError, invalid
from service.loading import load
from service.office import Office
from service.paging import decode_cursor, encode_cursor
from service.security import Principal, Role
from service.sessions.models import SessionRow
from service.units.models import UnitRow
from service.users.models import UserRow
from service.users.password_rules import fault_of
from service.users.schemas import User, UserCreate, UserPage, UserUpdate

BOUND = (Role.OPERATOR, Role.SUPERVISOR)
"""Who may be bound to an area."""


async def load_user(session: AsyncSession, user_id: UUID) -> UserRow:
    """One person.

    Raises:
        ProblemError: 404 where there is none.
    """
    return await load(session, UserRow, user_id, "person")


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
        ProblemError: 409 where the name or the external_id is taken, 422 where unit or area do not exist or do not go
            with the role.
    """
    check_new_password("password", body.password, body.username, body.display_name)
    row = UserRow(
        id=uuid_utils.compat.uuid7(),
        username=body.username,
        display_name=body.display_name,
        password_hash=await office.passwords.hash(body.password),
        role=body.role,
        locale=body.locale,
        active=True,
        external_id=body.external_id,
        unit_id=body.unit_id,
        area_id=body.area_id,
        created_at=clock.now(),
    )
    try:
        async with office.database.transaction() as session:
            await _check_place(session, body.role, body.unit_id, body.area_id)
            await _check_external_id(session, body.external_id, row.id)
            session.add(row)
            await session.flush()
            details = {"username": row.username, "role": row.role, "unit_id": row.unit_id, "area_id": row.area_id}
            await record(session, Actor.of(asker), "create", "user", str(row.id), details=details)
    except IntegrityError as error:
        if _is_external_id(error):
            raise _external_id_taken(body.external_id) from error
        raise ProblemError(409, f"The name {body.username} is taken.", kind="name-taken") from error
    return row


async def update_user(office: Office, asker: Principal, user_id: UUID, body: UserUpdate) -> UserRow:
    """Change a person.

    Raises:
        ProblemError: 404 where there is none, 409 where no active administrator would be left or somebody else has the
            external_id, 422 where unit or area do not exist or do not go with the role.
    """
    try:
        return await _update_user(office, asker, user_id, body)
    except IntegrityError as error:
        # Another request gave the same external_id to somebody else at the same time, and was first.
        if not _is_external_id(error):
            raise
        raise _external_id_taken(body.external_id) from error


async def _update_user(office: Office, asker: Principal, user_id: UUID, body: UserUpdate) -> UserRow:
    changes = body.model_dump(exclude_none=True, exclude={"password"})
    changes |= {
        name: None
        for name in ("unit_id", "area_id", "external_id")
        if name in body.model_fields_set and name not in changes
    }
    if body.password is not None:
        async with office.database.reading() as session:
            user = await load_user(session, user_id)
        check_new_password("password", body.password, user.username, body.display_name or user.display_name)
    password_hash = await office.passwords.hash(body.password) if body.password is not None else None
    async with office.database.transaction() as session:
        user = await load_user(session, user_id)
        role = Role(body.role or user.role)
        if "role" in changes and role is not Role.UNIT_HANDLER:
            changes["unit_id"] = None
        if "role" in changes and role not in BOUND:
            changes["area_id"] = None
        place = {name: changes.get(name, getattr(user, name)) for name in ("unit_id", "area_id")}
        await _check_place(session, role, place["unit_id"], place["area_id"])
        await _check_external_id(session, body.external_id, user.id)
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


async def _check_place(session: AsyncSession, role: Role, unit_id: UUID | None, area_id: UUID | None) -> None:
    """That unit and area exist and belong to the role."""
    if (role is Role.UNIT_HANDLER) != (unit_id is not None):
        raise invalid("unit_id", "name the unit of a handler" if unit_id is None else f"a {role} works for no unit")
    if unit_id is not None and await session.get(UnitRow, unit_id) is None:
        raise invalid("unit_id", f"there is no unit {unit_id}")
    if area_id is not None and role not in BOUND:
        raise invalid("area_id", f"only {' and '.join(BOUND)} are bound to an area, not a {role}")
    if area_id is not None and await session.get(AreaRow, area_id) is None:
        raise invalid("area_id", f"there is no area {area_id}")


async def _check_external_id(session: AsyncSession, external_id: str | None, user_id: UUID) -> None:
    if external_id is None:
        return
    query = select(UserRow.username).where(UserRow.external_id == external_id, UserRow.id != user_id)
    taken = await session.scalar(query)
    if taken is not None:
        raise _external_id_taken(external_id, taken)


def _external_id_taken(external_id: str | None, who: str = "Somebody else") -> ProblemError:
    return ProblemError(409, f"{who} has the external_id {external_id}.", kind="external-id-taken")


def _is_external_id(error: IntegrityError) -> bool:
    """Whether it is this column that would not have been unique: SQLite names it, PostgreSQL its index."""
    return any(name in str(error.orig) for name in ("users.external_id", "ix_users_external_id"))


def check_new_password(field: str, password: str, *names: str) -> None:
    """That a new password keeps the rules.

    Raises:
        ProblemError: 422 that says what is wrong with it.
    """
    fault = fault_of(password, *names)
    if fault is not None:
        raise invalid(field, fault)


async def end_sessions(office: Office, asker: Principal, user_id: UUID) -> None:
    """Sign somebody out everywhere.

    Raises:
        ProblemError: 404 where there is no such person.
    """
    async with office.database.transaction() as session:
        user = await load_user(session, user_id)
        await session.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
        await record(session, Actor.of(asker), "end_sessions", "user", str(user.id))


async def _another_administrator(session: AsyncSession, user: UserRow) -> None:
    others = select(func.count()).where(
        UserRow.role == Role.ADMINISTRATOR, UserRow.active.is_(True), UserRow.id != user.id
    )
    if not await session.scalar(others):
        raise ProblemError(
            409, f"{user.username} is the last active administrator: make another one first.", kind="last-administrator"
        )
