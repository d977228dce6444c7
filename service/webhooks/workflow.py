"""Making, changing and testing webhooks; looking at what was sent, and sending it again."""

import base64
import secrets
from collections.abc import Sequence
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import Actor, record
from service.errors import ProblemError, invalid
from service.loading import load
from service.office import Office
from service.outgoing import DEAD, LEASE, WAITING, Patience, settle
from service.paging import bad_cursor, decode_cursor, encode_cursor
from service.second_factors.sealing import seal
from service.security import Principal
from service.webhooks.addresses import ForbiddenAddressError, check_url, fault_of_url
from service.webhooks.delivering import TEST, add_attempt, attempt
from service.webhooks.fan_out import message_of
from service.webhooks.models import WebhookDeliveryRow, WebhookRow
from service.webhooks.schemas import (
    Delivery,
    DeliveryPage,
    DeliveryState,
    Requeued,
    Webhook,
    WebhookCreate,
    WebhookCreated,
    Webhooks,
    WebhookUpdate,
)

SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64."""
_ONCE = Patience(tries=1, first_seconds=0)
"""A test is not tried again."""
_SENT_AGAIN_TOGETHER = 1000


async def list_webhooks(session: AsyncSession) -> Webhooks:
    """All webhooks, oldest first."""
    rows = (await session.scalars(select(WebhookRow).order_by(WebhookRow.id))).all()
    return Webhooks(items=[await _shown(session, row) for row in rows])


async def create_webhook(office: Office, asker: Principal, body: WebhookCreate) -> WebhookCreated:
    """Make a webhook.

    Raises:
        ProblemError: 422 where its address is none, cannot be resolved, or leads where it must not.
    """
    await _check(office, body.url)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    now = clock.now()
    row = WebhookRow(
        id=uuid_utils.compat.uuid7(),
        name=body.name,
        url=body.url,
        events=sorted(set(body.events)),
        secret=seal(office.settings.key_folder, secret),
        active=True,
        active_since=now,
        resting_until=None,
        created_at=now,
        updated_at=now,
    )
    async with office.database.transaction() as session:
        session.add(row)
        details = {"name": row.name, "url": row.url, "events": row.events}
        await record(session, Actor.of(asker), "create", "webhook", str(row.id), details=details)
    return WebhookCreated(**_values(row), waiting=0, dead=0, secret=secret)


async def update_webhook(office: Office, asker: Principal, webhook_id: UUID, body: WebhookUpdate) -> Webhook:
    """Change a webhook; its secret stays.

    Raises:
        ProblemError: 404 where there is none, 422 as for a new one.
    """
    if body.url is not None:
        await _check(office, body.url)
    changes = body.model_dump(exclude_none=True)
    if body.events is not None:
        changes["events"] = sorted(set(body.events))
    async with office.database.transaction() as session:
        row = await _load(session, webhook_id)
        if body.active is True and not row.active:
            row.active_since = clock.now()
        for field, value in changes.items():
            setattr(row, field, value)
        row.updated_at, row.resting_until = clock.now(), None
        await record(session, Actor.of(asker), "update", "webhook", str(row.id), details=changes)
        return await _shown(session, row)


async def delete_webhook(office: Office, asker: Principal, webhook_id: UUID) -> None:
    """Remove a webhook with all its messages.

    Raises:
        ProblemError: 404 where there is none.
    """
    async with office.database.transaction() as session:
        row = await _load(session, webhook_id)
        await session.delete(row)
        details = {"name": row.name, "url": row.url}
        await record(session, Actor.of(asker), "delete", "webhook", str(row.id), details=details)


async def test_webhook(office: Office, asker: Principal, webhook_id: UUID) -> Delivery:
    """Send a message at once, also to a webhook that is off; answers how that went. It is not tried again.

    Raises:
        ProblemError: 404 where there is no such webhook.
    """
    now = clock.now()
    async with office.database.transaction() as session:
        webhook = await _load(session, webhook_id)
        message = message_of(webhook.id, TEST, None, now, {"webhook": webhook.name}, now)
        message.tries, message.next_try_at = 1, now + LEASE  # claimed already
        session.add(message)
        await record(session, Actor.of(asker), "test", "webhook", str(webhook_id))
    tried = await attempt(office, message)
    async with office.database.transaction() as session:
        row = await load(session, WebhookDeliveryRow, message.id, "webhook", lock=True)
        add_attempt(row, tried)
        settle(row, tried.failure, _ONCE, clock.now())
        return _delivery(row)


async def list_deliveries(
    session: AsyncSession, webhook_id: UUID | None, state: DeliveryState | None, limit: int, cursor: str | None
) -> DeliveryPage:
    """Messages, newest first; ``state=dead`` are those that were given up."""
    query = select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.id.desc()).limit(limit + 1)
    if webhook_id is not None:
        query = query.where(WebhookDeliveryRow.webhook_id == webhook_id)
    if state is not None:
        query = query.where(WebhookDeliveryRow.state == state)
    if cursor is not None:
        try:
            before = UUID(decode_cursor(cursor, 1)[0])
        except ValueError as error:
            raise bad_cursor() from error
        query = query.where(WebhookDeliveryRow.id < before)
    rows = list(await session.scalars(query))
    return DeliveryPage(
        items=[_delivery(row) for row in rows[:limit]],
        next_cursor=encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None,
    )


async def redeliver(office: Office, asker: Principal, delivery_id: UUID) -> Delivery:
    """Send a message again, with all tries before it; its id stays, so that a receiver knows it again.

    Raises:
        ProblemError: 404 where there is none, 409 where it waits already.
    """
    async with office.database.transaction() as session:
        row = await load(session, WebhookDeliveryRow, delivery_id, "delivery", lock=True)
        if row.state == WAITING:
            raise ProblemError(409, "The message waits to be sent already.", kind="waiting")
        await _requeue(session, [row])
        details = {"delivery": str(row.id), "event": row.event}
        await record(session, Actor.of(asker), "redeliver", "webhook", str(row.webhook_id), details=details)
        return _delivery(row)


async def redeliver_dead(office: Office, asker: Principal, webhook_id: UUID) -> Requeued:
    """Send all messages of a webhook again that were given up, the oldest first.

    Raises:
        ProblemError: 404 where there is no such webhook.
    """
    async with office.database.transaction() as session:
        await _load(session, webhook_id)
        query = (
            select(WebhookDeliveryRow)
            .where(
                WebhookDeliveryRow.webhook_id == webhook_id,
                WebhookDeliveryRow.state == DEAD,
                WebhookDeliveryRow.event != TEST,
            )
            .order_by(WebhookDeliveryRow.id)
            .limit(_SENT_AGAIN_TOGETHER)
            .with_for_update()
        )
        rows = (await session.scalars(query)).all()
        await _requeue(session, rows)
        details = {"messages": len(rows)}
        await record(session, Actor.of(asker), "redeliver", "webhook", str(webhook_id), details=details)
    return Requeued(requeued=len(rows))


async def _requeue(session: AsyncSession, rows: Sequence[WebhookDeliveryRow]) -> None:
    for row in rows:
        row.state, row.tries, row.next_try_at, row.finished_at = WAITING, 0, clock.now(), None
    for webhook_id in sorted({row.webhook_id for row in rows}):
        (await _load(session, webhook_id)).resting_until = None


async def _check(office: Office, url: str) -> None:
    fault = fault_of_url(url)
    if fault is not None:
        raise invalid("url", fault)
    try:
        await check_url(url, office.settings.webhook_networks)
    except ForbiddenAddressError as error:
        raise invalid("url", str(error)) from error
    except OSError as error:
        raise invalid("url", f"cannot be resolved: {error}") from error


async def _load(session: AsyncSession, webhook_id: UUID) -> WebhookRow:
    return await load(session, WebhookRow, webhook_id, "webhook", lock=True)


async def _shown(session: AsyncSession, row: WebhookRow) -> Webhook:
    waiting, dead = [await _count(session, row, state) for state in (WAITING, DEAD)]
    return Webhook(**_values(row), waiting=waiting, dead=dead)


async def _count(session: AsyncSession, row: WebhookRow, state: DeliveryState) -> int:
    query = select(func.count()).where(WebhookDeliveryRow.webhook_id == row.id, WebhookDeliveryRow.state == state)
    return await session.scalar(query) or 0


def _values(row: WebhookRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("id", "name", "url", "events", "active", "created_at")}


def _delivery(row: WebhookDeliveryRow) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.model_fields}
    return Delivery.model_validate({**values, "next_try_at": row.next_try_at if row.state == WAITING else None})
