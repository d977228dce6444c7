"""Violations in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class ViolationRow(Base):
    """A violation as it was delivered; ``document`` is all of it, and is never changed."""

    __tablename__ = "violations"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    document: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    delivered_by: Mapped[str] = mapped_column(String(100))
    delivered_at: Mapped[datetime] = mapped_column(UtcDateTime)
