"""Choosing how one is told, and showing that an address is one's own."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import Actor, record
from service.errors import ProblemError, invalid
from service.notices.kinds import NOTICE_KINDS, NoticeKind, kinds_for
from service.notices.letters import code_letter
from service.notices.models import NoticeSettingsRow
from service.notices.preferences import preferences_from
from service.notices.schemas import KindChoice, NoticeSettings, NoticeSettingsChange, Words
from service.notices.smtp import MailError, send
from service.office import Office
from service.security import Principal, Role
from service.sessions.cookies import token_hash
from service.users.models import UserRow

CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 5
CODE_EVERY = timedelta(minutes=1)
"""Nobody can have codes sent to an address more often than this."""


async def get_settings(session: AsyncSession, office: Office, asker: Principal) -> NoticeSettings:
    """How the asker is told."""
    row = await session.get(NoticeSettingsRow, asker.id)
    user = await session.get_one(UserRow, asker.id)
    return _shown(office, Role(user.role), row)


async def replace_settings(office: Office, asker: Principal, body: NoticeSettingsChange) -> NoticeSettings:
    """Choose how one is told.

    Raises:
        ProblemError: 422 where a kind is not for people of the asker's role.
    """
    async with office.database.transaction() as session:
        user = await session.get_one(UserRow, asker.id)
        role = Role(user.role)
        for kind in body.kinds:
            if role not in NOTICE_KINDS[kind].roles:
                raise invalid(f"kinds.{kind}", f"is not told to a {role}; those are: {', '.join(kinds_for(role))}")
        row = await _own_row(session, asker)
        row.digest = body.digest
        row.choices = {kind.value: choice.model_dump(mode="json") for kind, choice in body.kinds.items()}
        details = {"digest": row.digest, "kinds": row.choices}
        await record(session, Actor.of(asker), "replace", "notice_settings", str(asker.id), details=details)
        return _shown(office, role, row)


async def begin_email(office: Office, asker: Principal, address: str) -> NoticeSettings:
    """Mail a code to an address; the one that is in use stays until the code is told.

    Raises:
        ProblemError: 409 where the office has no mail server, 422 where it does not take the address, 429 where a code
            was sent a moment ago, 503 where it does not answer.
    """
    if office.settings.smtp_host is None:
        raise ProblemError(409, "This office has no mail server: an administrator sets smtp_host.", kind="no-mail")
    code, now = f"{secrets.randbelow(1_000_000):06d}", clock.now()
    async with office.database.transaction() as session:
        user = await session.get_one(UserRow, asker.id)
        row = await _own_row(session, asker)
        if row.code_at is not None and now - row.code_at < CODE_EVERY:
            wait = {"Retry-After": str(int(CODE_EVERY.total_seconds()))}
            raise ProblemError(429, "A code was sent a moment ago: wait a minute.", kind="too-often", headers=wait)
        row.pending_email, row.code_hash, row.code_at, row.code_tries = address, token_hash(code), now, 0
        settings = _shown(office, Role(user.role), row)
    try:
        await send(office.settings, code_letter(office.settings, user.locale, address, code))
    except MailError as error:
        async with office.database.transaction() as session:
            row = await _own_row(session, asker)
            row.pending_email = row.code_hash = row.code_at = None
        if error.final:
            raise invalid("email", f"the mail server does not take it: {error}") from error
        raise ProblemError(503, f"The mail server does not answer: {error}", kind="mail-away") from error
    return settings


async def confirm_email(office: Office, asker: Principal, code: str) -> NoticeSettings:
    """Use the address from now on that the code was mailed to.

    Raises:
        ProblemError: 409 where no address waits, 422 where the code is wrong or too old.
    """
    async with office.database.transaction() as session:
        user = await session.get_one(UserRow, asker.id)
        row = await _own_row(session, asker)
        if row.pending_email is None or row.code_hash is None or row.code_at is None:
            raise ProblemError(409, "No address waits for a code: name one first.", kind="nothing-to-confirm")
        row.code_tries += 1
        fits = secrets.compare_digest(row.code_hash, token_hash(code))
        spent = row.code_tries > CODE_TRIES or clock.now() - row.code_at > CODE_LASTS
        if fits and not spent:
            row.email, row.pending_email, row.code_hash = row.pending_email, None, None
            details = {"email": row.email}
            await record(session, Actor.of(asker), "confirm_email", "notice_settings", str(asker.id), details=details)
        settings = _shown(office, Role(user.role), row)
    if spent:
        raise invalid("code", "is too old or was tried too often: ask for a new one")
    if not fits:
        raise invalid("code", "is not the one that was mailed")
    return settings


async def remove_email(office: Office, asker: Principal) -> None:
    """Get no mails any more."""
    async with office.database.transaction() as session:
        row = await _own_row(session, asker)
        row.email = row.pending_email = row.code_hash = None
        await record(session, Actor.of(asker), "remove_email", "notice_settings", str(asker.id))


async def _own_row(session: AsyncSession, asker: Principal) -> NoticeSettingsRow:
    row = await session.get(NoticeSettingsRow, asker.id, with_for_update=True)
    if row is None:
        preferences = preferences_from(None)
        row = NoticeSettingsRow(
            user_id=asker.id, email=None, digest=preferences.digest, choices={}, pending_email=None,
            code_hash=None, code_at=None, code_tries=0,
        )  # fmt: skip
        session.add(row)
        await session.flush()
    return row


def _shown(office: Office, role: Role, row: NoticeSettingsRow | None) -> NoticeSettings:
    preferences = preferences_from(row)

    def choice(kind: NoticeKind) -> KindChoice:
        words = Words.model_validate(NOTICE_KINDS[kind].name)
        return KindChoice(kind=kind, name=words, **preferences.choice(kind).model_dump())

    waiting = _waits(row, clock.now())
    return NoticeSettings(
        email=preferences.email,
        pending_email=row.pending_email if row is not None and waiting else None,
        digest=preferences.digest,
        kinds=[choice(kind) for kind in kinds_for(role)],
        mail_possible=office.settings.smtp_host is not None,
    )


def _waits(row: NoticeSettingsRow | None, now: datetime) -> bool:
    """Whether an address waits for a code that is still good."""
    if row is None or row.pending_email is None or row.code_at is None:
        return False
    return row.code_tries <= CODE_TRIES and now - row.code_at <= CODE_LASTS
