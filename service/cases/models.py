"""Cases in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class CaseRow(Base):
    """A case. What its violation says is repeated here, so that a list is one read along one index.

    ``last_*`` describe the decision that undo would take back; they are empty when there is none. ``boxes`` are what a
    reviewer says that the last original shows (`service.cases.schemas.ReviewedBox`); none where nobody drew any.
    """

    __tablename__ = "cases"
    __table_args__ = (
        # Every list is sorted by (occurred_at, id); each index serves one filter in that order.
        # The first holds the number too: looking for a part of it reads this index only.
        Index("ix_cases_occurred_at_id_number", "occurred_at", "id", "number"),
        Index("ix_cases_status_occurred_at_id", "status", "occurred_at", "id"),
        Index("ix_cases_kind_occurred_at_id", "kind", "occurred_at", "id"),
        Index("ix_cases_status_kind_occurred_at_id", "status", "kind", "occurred_at", "id"),
        Index("ix_cases_camera_id_occurred_at_id", "camera_id", "occurred_at", "id"),
        Index("ix_cases_reporter_id_occurred_at_id", "reporter_id", "occurred_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(32))
    violation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("violations.id"), unique=True)
    camera_id: Mapped[str | None] = mapped_column(String(64))
    camera_name: Mapped[str | None] = mapped_column(String(100))
    zone: Mapped[str | None] = mapped_column(String(64))
    photo_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("photos.id"), index=True)
    reporter_id: Mapped[UUID | None] = mapped_column(Uuid)
    confidence: Mapped[float]
    suspected: Mapped[bool]
    count: Mapped[int]
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    thumbnail_id: Mapped[UUID | None] = mapped_column(Uuid)
    last_from: Mapped[str | None] = mapped_column(String(16))
    last_by: Mapped[UUID | None] = mapped_column(Uuid)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    boxes: Mapped[list[JsonValue] | None] = mapped_column(JSON(none_as_null=True))


class CaseNumberRow(Base):
    """The last case number of each day of the district's zone."""

    __tablename__ = "case_numbers"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int]
