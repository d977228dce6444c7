"""Adding, checking and removing second factors."""

import secrets
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import Actor, record
from service.errors import ProblemError, invalid
from service.loading import load
from service.office import Office
from service.second_factors.models import SecondFactorRow
from service.second_factors.schemas import Enrolment, RecoveryCodes
from service.second_factors.sealing import seal, unseal
from service.security import Principal, Role
from service.sessions import throttle
from service.sessions.cookies import token_hash
from service.sessions.models import SessionRow
from service.sessions.own_password import check_own_password
from service.settings import Settings
from service.users.models import UserRow

ISSUER = "Street Warden"
STEP_SECONDS = 30
DRIFT = 1
"""Steps that a phone's clock may be off, either way (RFC 6238, 5.2)."""

RECOVERY_CODES = 10


async def begin(office: Office, asker: Principal, password: str, address: str) -> Enrolment:
    """A new secret for the asker; the one that is in use stays until the new one is confirmed.

    Raises:
        ProblemError: 409 where there is a second factor already, 422 where the password is wrong, 429 too often.
    """
    user = await check_password(office, asker, password, address)
    secret = pyotp.random_base32()
    async with office.database.transaction() as session:
        row = await session.get(SecondFactorRow, user.id, with_for_update=True)
        if row is not None and row.confirmed_at is not None:
            raise ProblemError(409, "You have a second factor: remove it first.", kind="second-factor-there")
        if row is not None:
            await session.delete(row)
            await session.flush()
        session.add(
            SecondFactorRow(
                user_id=user.id,
                secret=seal(office.settings.key_folder, secret),
                created_at=clock.now(),
                confirmed_at=None,
                last_step=0,
                recovery=[],
            )
        )
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return Enrolment(secret=secret, uri=uri)


async def confirm(office: Office, asker: Principal, code: str, address: str) -> RecoveryCodes:
    """Put the secret into use that `begin` gave: the app shows its codes. The asker's other sessions end.

    Raises:
        ProblemError: 409 where there is nothing to confirm, 422 where the code is wrong, 429 too often.
    """
    async with office.database.reading() as session:
        user = await session.get_one(UserRow, asker.id)
    await throttle.count_try(office.database, office.settings, user.username, address)
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    async with office.database.transaction() as session:
        row = await session.get(SecondFactorRow, user.id, with_for_update=True)
        if row is None or row.confirmed_at is not None:
            raise ProblemError(409, "There is no second factor to confirm: begin first.", kind="nothing-to-confirm")
        if not _takes_code(row, code, office.settings):
            raise invalid("code", "is not what the app shows now: check the phone's clock")
        await throttle.forget(session, user.username, address)
        row.confirmed_at = clock.now()
        row.recovery = [token_hash(_bare(code)) for code in codes]
        await session.execute(
            delete(SessionRow).where(SessionRow.user_id == user.id, SessionRow.id != asker.session_id)
        )
        await record(session, Actor.of(asker), "add_second_factor", "user", str(user.id))
    return RecoveryCodes(codes=codes)


async def remove(office: Office, asker: Principal, password: str, address: str) -> None:
    """Remove the asker's own second factor.

    Raises:
        ProblemError: 404 where there is none, 409 where the asker's role needs one, 422 where the password is wrong.
    """
    if is_needed(office.settings, asker):
        raise ProblemError(409, "Administrators need a second factor here.", kind="second-factor-required")
    await check_password(office, asker, password, address)
    await _drop(office, asker, asker.id)


async def reset(office: Office, asker: Principal, user_id: UUID) -> None:
    """Remove the second factor of somebody who lost it, and end the person's sessions.

    Raises:
        ProblemError: 404 where there is none.
    """
    await _drop(office, asker, user_id)


async def _drop(office: Office, asker: Principal, user_id: UUID) -> None:
    async with office.database.transaction() as session:
        row = await load(session, SecondFactorRow, user_id, "second factor")
        await session.delete(row)
        others = delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.id != (asker.session_id or ""))
        await session.execute(others)
        await record(session, Actor.of(asker), "remove_second_factor", "user", str(user_id))


async def passes(session: AsyncSession, settings: Settings, user_id: UUID, code: str | None) -> bool:
    """Whether a sign-in needs no code, or the code is good; a code is used up by this.

    Raises:
        ProblemError: 401 where a code is needed and none was sent.
    """
    row = await session.get(SecondFactorRow, user_id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return True
    if not code:
        raise ProblemError(401, "Send the code of your authenticator app.", kind="second-factor-needed")
    if _takes_code(row, code, settings):
        return True
    used = token_hash(_bare(code))
    if used not in row.recovery:
        return False
    row.recovery = [kept for kept in row.recovery if kept != used]
    return True


async def has_second_factor(session: AsyncSession, user_id: UUID) -> bool:
    """Whether somebody has a second factor in use."""
    row = await session.get(SecondFactorRow, user_id)
    return row is not None and row.confirmed_at is not None


def is_needed(settings: Settings, asker: Principal) -> bool:
    """Whether somebody must have a second factor."""
    return settings.administrator_second_factor == "required" and asker.has(Role.ADMINISTRATOR)


async def check_password(office: Office, asker: Principal, password: str, address: str) -> UserRow:
    """The asker, after the password was checked again.

    Raises:
        ProblemError: 422 where it is wrong, 429 where it was wrong too often.
    """
    user = await check_own_password(office, asker, "password", password, address)
    async with office.database.transaction() as session:
        await throttle.forget(session, user.username, address)
    return user


def _takes_code(row: SecondFactorRow, code: str, settings: Settings) -> bool:
    """Whether a code is the app's now, or a step away, and later than the last one that was taken."""
    totp = pyotp.TOTP(unseal(settings.key_folder, row.secret))
    now = clock.now()
    for drift in range(-DRIFT, DRIFT + 1):
        moment = now + timedelta(seconds=drift * STEP_SECONDS)
        step = int(moment.timestamp()) // STEP_SECONDS
        if step > row.last_step and secrets.compare_digest(totp.at(moment).encode(), code.strip().encode()):
            row.last_step = step
            return True
    return False


def _recovery_code() -> str:
    """Sixteen letters and digits, 80 bits, in groups of four."""
    letters = "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def _bare(code: str) -> str:
    return code.replace("-", "").replace(" ", "").lower()
