"""Events in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, BigInteger, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class EventRow(Base):
    """Something that changed. Rows are only ever added, and dropped when nobody can resume from them any more.

    ``audience`` names the roles that may see it; ``user_id`` a person who may see it in any role.
    """

    __tablename__ = "events"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (SQLAlchemy's own form)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    type: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    audience: Mapped[str] = mapped_column(String(100))
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
