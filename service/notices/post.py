"""Making mails of notices, and sending them.

A person gets at most so many mails in some minutes (settings ``mail_burst``, ``mail_burst_minutes``); what follows
waits until then and goes out as one mail. Digests go out at the full hour, or once a day. What has been read in the
console meanwhile is not mailed.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.notices.facts import Facts
from service.notices.kinds import NoticeKind
from service.notices.letters import Told, notice_letter
from service.notices.models import MailRow, NoticeRow, NoticeSettingsRow
from service.notices.smtp import MailError, send
from service.notices.texts import wording
from service.office import Office
from service.outgoing import WAITING, Failure, Patience, claim, claimed_still, keep_doing, settle
from service.system.alerts import clear_alert, raise_alert
from service.users.models import UserRow

AT_ONCE = 10
"""Mails claimed together; they are sent one after the other."""
PEOPLE_AT_ONCE = 100
STALE = timedelta(days=3)
"""A notice that found no way into a mail for so long is none of today's news."""
ALERT = "mail"


async def deliver_mails(office: Office) -> None:
    """Make and send mails until cancelled; does nothing where the office has no mail server."""
    if office.settings.smtp_host is not None:
        await keep_doing(partial(_round, office), office.settings.sending_seconds, office.stopping)


async def _round(office: Office) -> int:
    now = clock.now()
    return await gather(office, now) + await send_due(office, now)


async def gather(office: Office, now: datetime) -> int:
    """Make a mail for everybody who has something to be mailed now; answers how many."""
    due = _due(office, now)
    query = (
        select(NoticeRow.user_id)
        .join(NoticeSettingsRow, NoticeSettingsRow.user_id == NoticeRow.user_id)
        .join(UserRow, UserRow.id == NoticeRow.user_id)
        .where(due, NoticeSettingsRow.email.is_not(None), UserRow.active.is_(True))
        .distinct()
        .limit(PEOPLE_AT_ONCE)
    )
    query = query.where(_mails_lately(office, now) < office.settings.mail_burst)
    async with office.database.reading() as session:
        people = (await session.scalars(query)).all()
    return sum([await _gather_for(office, user_id, due, now) for user_id in people])


async def _gather_for(office: Office, user_id: UUID, due: ColumnElement[bool], now: datetime) -> int:
    async with office.database.transaction() as session:
        # Whoever holds a person's settings makes that person's mails.
        chosen = await session.get(NoticeSettingsRow, user_id, with_for_update=True)
        lately = await session.scalar(select(_mails_lately(office, now, user_id))) or 0
        if chosen is None or chosen.email is None or lately >= office.settings.mail_burst:
            return 0
        query = (
            select(NoticeRow)
            .join(NoticeSettingsRow, NoticeSettingsRow.user_id == NoticeRow.user_id)
            .where(NoticeRow.user_id == user_id, due)
            .order_by(NoticeRow.created_at, NoticeRow.id)
            .with_for_update(of=NoticeRow)
        )
        notices = (await session.scalars(query)).all()
        if not notices:
            return 0
        mail = MailRow(
            id=uuid_utils.compat.uuid7(), user_id=user_id, created_at=now, state=WAITING, tries=0, next_try_at=now,
            finished_at=None, error="",
        )  # fmt: skip
        session.add(mail)
        await session.flush()
        for notice in notices:
            notice.mail_id = mail.id
    return 1


def _due(office: Office, now: datetime) -> ColumnElement[bool]:
    """Notices that should be mailed now, beside the settings of whom they are for."""
    local = now.astimezone(office.settings.zone)
    hour = local.replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=office.settings.digest_hour)
    if day > local:
        day -= timedelta(days=1)
    since_hour = and_(NoticeSettingsRow.digest == "hourly", NoticeRow.created_at < hour)
    since_day = and_(NoticeSettingsRow.digest == "daily", NoticeRow.created_at < day)
    return and_(
        NoticeRow.mail.is_not(None),
        NoticeRow.mail_id.is_(None),
        NoticeRow.read_at.is_(None),
        NoticeRow.created_at > now - STALE,
        NoticeRow.mail_after <= now,
        or_(NoticeRow.mail == "now", and_(NoticeRow.mail == "digest", or_(since_hour, since_day))),
    )


def _mails_lately(office: Office, now: datetime, user_id: UUID | None = None) -> ColumnElement[int]:
    """How many mails a person got lately; the one of the row beside it where none is named."""
    since = now - timedelta(minutes=office.settings.mail_burst_minutes)
    whose = NoticeRow.user_id if user_id is None else user_id
    query = select(func.count()).select_from(MailRow).where(MailRow.user_id == whose, MailRow.created_at > since)
    return query.scalar_subquery()


async def send_due(office: Office, now: datetime) -> int:
    """Send mails that wait; answers how many were tried."""
    patience = Patience(office.settings.sending_tries, office.settings.sending_wait_seconds)
    claimed = await claim(office.database, MailRow, now, AT_ONCE)
    for mail in claimed:
        failure = await _send(office, mail)
        async with office.database.transaction() as session:
            row = await claimed_still(session, MailRow, mail)
            if row is not None:
                settle(row, failure, patience, clock.now())
    return len(claimed)


async def _send(office: Office, mail: MailRow) -> Failure | None:
    async with office.database.reading() as session:
        user = await session.get_one(UserRow, mail.user_id)
        chosen = await session.get(NoticeSettingsRow, mail.user_id)
        told = await _told(session, office, mail)
    if chosen is None or chosen.email is None or not user.active or not told:
        return Failure("nobody wants it any more", final=True)
    letter = notice_letter(office.settings, user.locale, chosen.email, mail.id, told)
    try:
        await send(office.settings, letter)
    except MailError as error:
        if not error.final:
            await raise_alert(office.database, ALERT, "warning", f"Mails cannot be sent: {error}")
        return Failure(str(error), final=error.final)
    await clear_alert(office.database, ALERT)
    return None


async def _told(session: AsyncSession, office: Office, mail: MailRow) -> list[Told]:
    query = select(NoticeRow).where(NoticeRow.mail_id == mail.id).order_by(NoticeRow.created_at, NoticeRow.id)
    told = []
    for row in await session.scalars(query):
        kind, facts = NoticeKind(row.kind), Facts.model_validate(row.facts)
        words = wording(kind, facts, office.settings.zone)
        told.append(Told(words, _path(row.case_id, kind)))
    return told


def _path(case_id: UUID | None, kind: NoticeKind) -> str:
    if case_id is not None:
        return f"/cases/{case_id}"
    return "/admin/webhooks" if kind is NoticeKind.WEBHOOK_DEAD else "/cameras"
