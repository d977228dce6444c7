"""Webhooks and what was sent to them, in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime
from service.outgoing import Outgoing

_DUE = text("state = 'waiting'")


class WebhookRow(Base):
    """An address of another program that is told of events. ``secret`` is sealed (`service.second_factors.sealing`).

    ``active_since`` is when it was last switched on: what happened before is not sent. Until ``resting_until`` nothing
    is sent because the receiver did not answer well.
    """

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool]
    active_since: Mapped[datetime] = mapped_column(UtcDateTime)
    resting_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookDeliveryRow(Outgoing):
    """One message to one webhook; ``payload`` is the very text that is signed, ``attempts`` the last tries."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),
        Index("ix_webhook_deliveries_state_id", "state", "id"),
        Index("ix_webhook_deliveries_next_try_at", "next_try_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    event: Mapped[str] = mapped_column(String(32))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[list[JsonValue]] = mapped_column(JSON)


class WebhookHeadRow(Base):
    """The last event that was looked at for webhooks. Whoever looks further locks this row first."""

    __tablename__ = "webhook_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)
