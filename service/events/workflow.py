"""Telling consoles what changed, in the transaction that changes it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.database import Database, add_last
from service.events.models import EventRow
from service.security import Role

EventType = Literal[
    "case.created", "case.updated", "photo.updated", "camera.status", "camera.gap", "alert", "notice.updated"
]

OFFICE = (Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
EVERYBODY = tuple(Role)


def publish(
    session: AsyncSession,
    kind: EventType,
    data: Mapping[str, JsonValue],
    audience: tuple[str, ...],
    user_id: UUID | None = None,
) -> None:
    """Add an event to the transaction: it is seen when, and only when, the change is."""
    row = {"at": clock.now(), "type": kind, "data": dict(data), "audience": " ".join(audience), "user_id": user_id}
    add_last(session, EventRow, row)


async def drop_old(database: Database, days: int) -> None:
    """Drop events that are too old to resume from."""
    async with database.transaction() as session:
        await session.execute(delete(EventRow).where(EventRow.at < clock.now() - timedelta(days=days)))
