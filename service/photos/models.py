"""Photos in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class PhotoRow(Base):
    """A photo that was uploaded, and how far the engine is with it.

    ``owner_id`` is the person or the API key that uploaded it; ``user_id`` the person, if it was one. ``problem`` is
    what the owner calls the problem that several photos show; another owner's photos are never of the same one.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("owner_id", "idempotency_key"),
        Index("ix_photos_owner_id_id", "owner_id", "id"),
        Index("ix_photos_status_id", "status", "id"),
        Index("ix_photos_owner_id_problem", "owner_id", "problem", sqlite_where=text("problem IS NOT NULL"),
              postgresql_where=text("problem IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(500))
    model: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    note: Mapped[str] = mapped_column(String(500))
    problem: Mapped[UUID | None] = mapped_column(Uuid)
    owner_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("users.id"))
    uploaded_by: Mapped[str] = mapped_column(String(100))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claims: Mapped[int]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
