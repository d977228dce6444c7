"""What retention keeps in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class RetentionRuleRow(Base):
    """How many days one kind of file is kept; none: for ever. A rule without a row is as `service.retention.rules`."""

    __tablename__ = "retention_rules"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    days: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HoldRow(Base):
    """Somebody says that a case's files must be kept, whatever the rules say, until the hold is released."""

    __tablename__ = "holds"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("cases.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    placed_by: Mapped[str] = mapped_column(String(100))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[str | None] = mapped_column(String(100))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
