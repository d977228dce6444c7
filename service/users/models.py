"""People in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class UserRow(Base):
    """Somebody who may sign in. Handlers work for a unit; operators and supervisors may be bound to an area.

    ``external_id`` is how the district's identity provider calls the person, where it knows the person.
    """

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(32))
    locale: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool]
    external_id: Mapped[str | None] = mapped_column(String(255), index=True, unique=True)
    unit_id: Mapped[UUID | None] = mapped_column(Uuid)
    area_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
