"""Reports of city apps in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class ServiceRequestRow(Base):
    """What somebody reported through an app. With a photo it has the photo's identifier.

    ``case_id`` is the case that answers it: of its kind, found in its photo, or opened on the reporter's word; none
    while nobody has looked. ``owner_id`` is the app's key.
    """

    __tablename__ = "service_requests"
    __table_args__ = (
        UniqueConstraint("owner_id", "idempotency_key"),
        Index("ix_service_requests_created_at_id", "created_at", "id"),
        Index("ix_service_requests_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    service_code: Mapped[str] = mapped_column(String(32))
    photo_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("photos.id"))
    case_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("cases.id"))
    description: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(500))
    address_id: Mapped[str] = mapped_column(String(100))
    media_url: Mapped[str] = mapped_column(String(2000))
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    owner_id: Mapped[UUID] = mapped_column(Uuid)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReporterRow(Base):
    """Who reported, as far as the app said so: kept apart, shown to the office only, deleted after some time."""

    __tablename__ = "reporters"

    request_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("service_requests.id"), primary_key=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(50))
    account_id: Mapped[str] = mapped_column(String(200))
    device_id: Mapped[str] = mapped_column(String(200))
    delete_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
