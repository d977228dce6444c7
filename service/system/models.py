"""Engine heartbeats and alerts in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class EngineRow(Base):
    """The last heartbeat of the engine."""

    __tablename__ = "engines"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    outbox: Mapped[int]
    model: Mapped[str] = mapped_column(String(64))
    cameras: Mapped[list[str]] = mapped_column(JSON)
    restarts: Mapped[int]
    last_result_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AlertRow(Base):
    """Something that somebody should look after, and until when it lasted."""

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_code_cleared_at", "code", "cleared_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(100))
    severity: Mapped[str] = mapped_column(String(16))
    message: Mapped[str] = mapped_column(String(500))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
