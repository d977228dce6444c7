"""Sending messages that wait to webhooks, several at a time."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.notices.facts import Facts
from service.notices.kinds import NoticeKind
from service.notices.models import NoticeRow
from service.notices.people import people_with
from service.notices.telling import tell
from service.office import Office
from service.outgoing import DEAD, Failure, Patience, claim, claimed_still, keep_doing, settle
from service.second_factors.sealing import SealError, unseal
from service.security import Role
from service.webhooks.fan_out import fan_out
from service.webhooks.models import WebhookDeliveryRow, WebhookRow
from service.webhooks.posting import post, signed_headers

AT_ONCE = 20
REST = timedelta(minutes=5)
"""A receiver that did not answer well is left alone for at most this long, so that it does not hold up others."""
ATTEMPTS_KEPT = 20
AGAIN = timedelta(hours=1)
"""Administrators are not told of the same webhook again within this time."""
TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Tried:
    """How a try went."""

    at: datetime
    status: int | None
    failure: Failure | None
    milliseconds: int


async def deliver_webhooks(office: Office) -> None:
    """Make and send messages until cancelled."""
    await keep_doing(partial(_round, office), office.settings.sending_seconds, office.stopping)


async def _round(office: Office) -> int:
    now = clock.now()
    return await fan_out(office.database, now) + await send_due(office, now)


async def send_due(office: Office, now: datetime) -> int:
    """Send messages that wait; answers how many were tried."""
    ready = select(WebhookRow.id).where(
        WebhookRow.active.is_(True), or_(WebhookRow.resting_until.is_(None), WebhookRow.resting_until <= now)
    )
    claimed = await claim(office.database, WebhookDeliveryRow, now, AT_ONCE, WebhookDeliveryRow.webhook_id.in_(ready))
    if claimed:
        results = await asyncio.gather(*(attempt(office, message) for message in claimed))
        await note(office, list(zip(claimed, results, strict=True)))
    return len(claimed)


async def attempt(office: Office, message: WebhookDeliveryRow) -> Tried:
    """Send one message, once."""
    async with office.database.reading() as session:
        webhook = await session.get(WebhookRow, message.webhook_id)
    now, started = clock.now(), time.perf_counter()
    if webhook is None:
        return Tried(now, None, Failure("the webhook is gone", final=True), 0)
    try:
        secret = unseal(office.settings.key_folder, webhook.secret)
    except SealError as error:
        return Tried(now, None, Failure(str(error)), 0)
    headers = signed_headers(secret, str(message.id), now, message.payload)
    settings = office.settings
    status, failure = await post(
        webhook.url, message.payload, headers, settings.webhook_networks, settings.webhook_seconds
    )
    return Tried(now, status, failure, round((time.perf_counter() - started) * 1000))


async def note(office: Office, results: Sequence[tuple[WebhookDeliveryRow, Tried]]) -> None:
    """Note how tries went. A webhook that did not answer well rests; what was given up is told to administrators."""
    settings = office.settings
    patience = Patience(settings.sending_tries, settings.sending_wait_seconds)
    async with office.database.transaction() as session:
        for message, tried in sorted(results, key=lambda result: result[0].id):
            row = await claimed_still(session, WebhookDeliveryRow, message)
            if row is None:
                continue
            add_attempt(row, tried)
            settle(row, tried.failure, patience, clock.now())
            webhook = await session.get(WebhookRow, row.webhook_id, with_for_update=True)
            if webhook is None:
                continue
            failed_for_now = tried.failure is not None and row.state != DEAD
            webhook.resting_until = min(row.next_try_at, clock.now() + REST) if failed_for_now else None
            if row.state == DEAD:
                await _tell_dead(session, webhook, row.error)


def add_attempt(row: WebhookDeliveryRow, tried: Tried) -> None:
    """Add a try to the delivery's own log."""
    attempt: JsonValue = {
        "at": tried.at.isoformat(),
        "status": tried.status,
        "error": tried.failure.error[:300] if tried.failure is not None else "",
        "milliseconds": tried.milliseconds,
    }
    row.attempts = [*row.attempts, attempt][-ATTEMPTS_KEPT:]


async def _tell_dead(session: AsyncSession, webhook: WebhookRow, error: str) -> None:
    now = clock.now()
    query = select(NoticeRow).where(NoticeRow.kind == NoticeKind.WEBHOOK_DEAD, NoticeRow.created_at > now - AGAIN)
    told: set[UUID] = {row.user_id for row in await session.scalars(query) if row.facts.get("webhook") == webhook.name}
    people = await people_with(session, Role.ADMINISTRATOR) - told
    await tell(session, NoticeKind.WEBHOOK_DEAD, people, Facts(webhook=webhook.name, error=error), now)
