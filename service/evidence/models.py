"""Evidence in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class EvidenceRow(Base):
    """One file that proves a violation; ``key`` is where it lies in the store, until retention deletes it."""

    __tablename__ = "evidence"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    violation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("violations.id"), index=True)
    position: Mapped[int]
    file: Mapped[str] = mapped_column(String(128))
    role: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key: Mapped[str] = mapped_column(String(200))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
