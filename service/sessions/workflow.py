"""Signing in and out."""

import secrets
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.areas.finding import areas_below
from service.audit.workflow import Actor, record
from service.database import Database
from service.errors import ProblemError
from service.office import Office
from service.second_factors import workflow as second_factors
from service.security import Principal, Role
from service.sessions import throttle
from service.sessions.cookies import token_hash
from service.sessions.models import SessionRow
from service.sessions.own_password import check_own_password
from service.sessions.schemas import OpenSession, OpenSessions
from service.settings import Settings
from service.users.models import UserRow
from service.users.workflow import check_new_password

log = structlog.get_logger(__name__)

_SEEN_EVERY = timedelta(minutes=1)


async def sign_in(
    office: Office, username: str, password: str, code: str | None, address: str, agent: str
) -> tuple[UserRow, str]:
    """Check a password, and a code where the person has a second factor, and start a session.

    Returns:
        The person and the token for the cookie.

    Raises:
        ProblemError: 401 where name or password is wrong or the account is not active (the answer does not say
            which), where a code is needed (``second-factor-needed``) or is wrong, 429 after too many failures.
    """
    username = username.strip().lower()
    await throttle.count_try(office.database, office.settings, username, address)
    async with office.database.reading() as session:
        user = await session.scalar(select(UserRow).where(UserRow.username == username))
    fits, new_hash = await office.passwords.verify(password, user.password_hash if user else None)
    if user is None or not fits or not user.active:
        log.warning("sign-in failed", username=username, address=address)
        raise ProblemError(401, "Name or password is wrong.", kind="wrong-password")
    if not code:
        # Not to have sent a code is no failure; but it must not make failures before it forgotten either.
        async with office.database.transaction() as session:
            if await second_factors.has_second_factor(session, user.id):
                await throttle.take_back(session, username, address)
                code = ""
    async with office.database.transaction() as session:
        good = await second_factors.passes(session, office.settings, user.id, code)
        if good:
            await throttle.forget(session, username, address)
            if new_hash is not None:
                stored = await session.get_one(UserRow, user.id)
                stored.password_hash = new_hash
            token = await start_session(session, office.settings, user, address, agent, how="password")
    if not good:
        log.warning("sign-in failed: wrong code", username=username, address=address)
        raise ProblemError(401, "The code is wrong, or was used already.", kind="wrong-code")
    return user, token


async def start_session(
    session: AsyncSession, settings: Settings, user: UserRow, address: str, agent: str, *, how: str
) -> str:
    """Start a session of somebody who has shown who it is; answers the token for the cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    await session.execute(delete(SessionRow).where(SessionRow.expires_at < now))
    row = SessionRow(
        id=token_hash(token),
        user_id=user.id,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=settings.session_days),
        address=address[:64],
        agent=agent[:200],
    )
    session.add(row)
    await session.flush()
    actor = Actor(user.id, user.display_name)
    await record(session, actor, "sign_in", "user", str(user.id), details={"how": how})
    return token


async def sign_out_everywhere(office: Office, asker: Principal) -> None:
    """End all sessions of the asker, this one too."""
    async with office.database.transaction() as session:
        await session.execute(delete(SessionRow).where(SessionRow.user_id == asker.id))
        await record(session, Actor.of(asker), "end_sessions", "user", str(asker.id))


async def list_sessions(session: AsyncSession, asker: Principal) -> OpenSessions:
    """Where the asker is signed in, the newest first."""
    query = select(SessionRow).where(SessionRow.user_id == asker.id, SessionRow.expires_at > clock.now())
    rows = await session.scalars(query.order_by(SessionRow.created_at.desc()))
    names = [name for name in OpenSession.model_fields if name != "current"]
    items = [
        OpenSession(**{name: getattr(row, name) for name in names}, current=row.id == asker.session_id) for row in rows
    ]
    return OpenSessions(items=items)


async def sign_out(office: Office, asker: Principal) -> None:
    """End the asker's session."""
    async with office.database.transaction() as session:
        await session.execute(delete(SessionRow).where(SessionRow.id == asker.session_id))
        await record(session, Actor.of(asker), "sign_out", "user", str(asker.id))


async def change_password(office: Office, asker: Principal, current: str, new: str, address: str) -> None:
    """Change the asker's password; the person's other sessions end.

    Raises:
        ProblemError: 422 where the present password is wrong or the new one breaks the rules, 429 where it was wrong
            too often.
    """
    user = await check_own_password(office, asker, "current", current, address)
    check_new_password("new", new, user.username, user.display_name)
    new_hash = await office.passwords.hash(new)
    async with office.database.transaction() as session:
        await throttle.forget(session, user.username, address)
        stored = await session.get_one(UserRow, asker.id)
        stored.password_hash = new_hash
        others = delete(SessionRow).where(SessionRow.user_id == user.id, SessionRow.id != asker.session_id)
        await session.execute(others)
        await record(session, Actor.of(asker), "change_password", "user", str(user.id))


async def principal_of_session(database: Database, settings: Settings, token: str) -> Principal | None:
    """The person whose session a token opens; none where it opens none, or none any more."""
    query = (
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.id == token_hash(token))
    )
    async with database.reading() as session:
        found = (await session.execute(query)).one_or_none()
        if found is None:
            return None
        row, user = found
        lacking = settings.administrator_second_factor == "required" and user.role == Role.ADMINISTRATOR
        if lacking:
            lacking = not await second_factors.has_second_factor(session, user.id)
        area_ids = await areas_below(session, user.area_id) if user.area_id is not None else None
    now = clock.now()
    idle = timedelta(minutes=settings.session_idle_minutes)
    if not user.active or row.expires_at <= now or row.seen_at + idle <= now:
        return None
    if now - row.seen_at > _SEEN_EVERY:
        await _mark_seen(database, row.id)
    return Principal(
        id=user.id,
        name=user.display_name,
        grants=frozenset({Role(user.role)}),
        user_id=user.id,
        session_id=row.id,
        unit_id=user.unit_id,
        area_ids=area_ids,
        second_factor_missing=lacking,
    )


async def _mark_seen(database: Database, session_id: str) -> None:
    try:
        async with database.transaction() as session:
            row = await session.get(SessionRow, session_id)
            if row is not None:
                row.seen_at = clock.now()
    except OperationalError as error:
        # A full disk must not keep people from looking at their cases.
        log.warning("cannot note that a session is in use", error=str(error.orig))
