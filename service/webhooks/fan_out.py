"""Making messages of events.

An event is a row that was written in the transaction of what happened, and no event's number appears after a larger
one. So it is enough to keep the number of the last event that was looked at, in one row that is locked meanwhile.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.database import Database, locked_row
from service.events.models import EventRow
from service.outgoing import WAITING
from service.webhooks.models import WebhookDeliveryRow, WebhookHeadRow, WebhookRow

BATCH = 500
HEAD = 1


async def fan_out(database: Database, now: datetime) -> int:
    """Make a message for each webhook of each event since the last time; answers how many events were looked at."""
    async with database.reading() as session:
        webhooks = await _active(session)
        head = await session.get(WebhookHeadRow, HEAD)
        if not webhooks or await session.scalar(_next(head.last if head else 0, webhooks).limit(1)) is None:
            return 0
    async with database.transaction() as session:
        head = await locked_row(session, WebhookHeadRow, HEAD, last=0)
        webhooks = await _active(session)
        if not webhooks:
            return 0
        events = (await session.scalars(_next(head.last, webhooks))).all()
        session.add_all(message for event in events for message in _messages(event, webhooks, now))
        if events:
            head.last = events[-1].id
    return len(events)


def message_of(
    webhook_id: UUID, event: str, event_id: int | None, at: datetime, data: object, now: datetime
) -> WebhookDeliveryRow:
    """A message that waits to be sent. Its payload has the members that Standard Webhooks asks for, and the event's id.

    Args:
        webhook_id: whom it is for.
        event: the type of the event.
        event_id: the event's number; none for a test.
        at: when it happened.
        data: what the event says.
        now: the present moment.
    """
    payload = {"id": event_id, "type": event, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
    return WebhookDeliveryRow(
        id=uuid_utils.compat.uuid7(),
        webhook_id=webhook_id,
        event_id=event_id,
        event=event,
        payload=json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
        created_at=now,
        attempts=[],
        state=WAITING,
        tries=0,
        next_try_at=now,
        finished_at=None,
        error="",
    )


def _messages(event: EventRow, webhooks: Sequence[WebhookRow], now: datetime) -> Iterator[WebhookDeliveryRow]:
    for webhook in webhooks:
        if event.type in webhook.events and event.at >= webhook.active_since:
            yield message_of(webhook.id, event.type, event.id, clock.in_utc(event.at), event.data, now)


async def _active(session: AsyncSession) -> Sequence[WebhookRow]:
    return (await session.scalars(select(WebhookRow).where(WebhookRow.active.is_(True)).order_by(WebhookRow.id))).all()


def _next(after: int, webhooks: Sequence[WebhookRow]) -> Select[EventRow]:
    oldest = min(webhook.active_since for webhook in webhooks)
    types = {event for webhook in webhooks for event in webhook.events}
    return (
        select(EventRow)
        .where(EventRow.id > after, EventRow.at >= oldest, EventRow.type.in_(types))
        .order_by(EventRow.id)
        .limit(BATCH)
    )
