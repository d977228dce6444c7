"""Second factors in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class SecondFactorRow(Base):
    """Somebody's second factor: the sealed secret, and hashes of the recovery codes that were not used yet.

    It counts once ``confirmed_at`` is set. ``last_step`` is the 30 seconds of the last code: none is taken twice.
    """

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger)
    recovery: Mapped[list[str]] = mapped_column(JSON)
