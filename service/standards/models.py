"""Standards in the database: only those that an administrator changed."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class StandardRow(Base):
    """The standard of one kind of violation; ``limits`` are time limits by grade."""

    __tablename__ = "standards"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    filing: Mapped[str] = mapped_column(Text)
    closing: Mapped[str] = mapped_column(Text)
    limits: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
