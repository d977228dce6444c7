"""Cases in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class CaseRow(Base):
    """A case. What its violation says is repeated here, so that a list is one read along one index.

    ``last_*`` describe the decision that undo would take back; they are empty when there is none. ``boxes`` are what a
    reviewer says that the last original shows (`service.cases.schemas.ReviewedBox`); none where nobody drew any.

    ``area_id`` is the smallest area that held the place when the case was opened, ``unit_id`` the unit that it was
    last dispatched to. ``due_at`` runs while the unit has the case; while it does not (returned, being checked),
    ``remaining_seconds`` keep what was left of its working time. ``cell`` is the square of the map grid that the case
    lies in (`service.cases.places`).
    """

    __tablename__ = "cases"
    __table_args__ = (
        # Every list is sorted by (occurred_at, id); each index serves one filter in that order.
        # The first holds the number too: looking for a part of it reads this index only. So does counting by what the
        # last columns of the others hold.
        Index("ix_cases_occurred_at_id_number", "occurred_at", "id", "number"),
        Index("ix_cases_status_occurred_at_id", "status", "occurred_at", "id"),
        Index("ix_cases_kind_occurred_at_id", "kind", "occurred_at", "id"),
        Index("ix_cases_status_kind_occurred_at_id", "status", "kind", "occurred_at", "id"),
        Index("ix_cases_camera_id_occurred_at_id_status_kind", "camera_id", "occurred_at", "id", "status", "kind"),
        Index("ix_cases_reporter_id_occurred_at_id", "reporter_id", "occurred_at", "id"),
        Index("ix_cases_unit_id_occurred_at_id_status_kind", "unit_id", "occurred_at", "id", "status", "kind"),
        Index("ix_cases_area_id_occurred_at_id_status_kind", "area_id", "occurred_at", "id", "status", "kind"),
        # The sweep for overdue cases reads those that a unit has.
        Index("ix_cases_status_due_at", "status", "due_at", sqlite_where=text("due_at IS NOT NULL"),
              postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_cases_cell_kind_occurred_at", "cell", "kind", "occurred_at"),
        Index("ix_cases_cell_kind_closed_at", "cell", "kind", "closed_at"),
        Index("ix_cases_closed_at", "closed_at", sqlite_where=text("closed_at IS NOT NULL"),
              postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_cases_merged_into_id", "merged_into_id", sqlite_where=text("merged_into_id IS NOT NULL"),
              postgresql_where=text("merged_into_id IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    # By byte, as SQLite compares: the numbers of a day are one stretch of its index.
    number: Mapped[str] = mapped_column(String(32).with_variant(String(32, collation="C"), "postgresql"), unique=True)
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
    last_state: Mapped[dict[str, JsonValue] | None] = mapped_column(JSON(none_as_null=True))
    boxes: Mapped[list[JsonValue] | None] = mapped_column(JSON(none_as_null=True))
    cell: Mapped[int | None] = mapped_column(BigInteger)
    area_id: Mapped[UUID | None] = mapped_column(Uuid)
    unit_id: Mapped[UUID | None] = mapped_column(Uuid)
    grade: Mapped[str] = mapped_column(String(16), default="ordinary", server_default="ordinary")
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    limit_seconds: Mapped[int | None]
    remaining_seconds: Mapped[int | None]
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    rectified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))
    returns: Mapped[int] = mapped_column(default=0, server_default="0")
    reworks: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[UUID | None] = mapped_column(Uuid)
    relapse_of_id: Mapped[UUID | None] = mapped_column(Uuid)


class CaseNumberRow(Base):
    """The last case number of each day of the district's zone."""

    __tablename__ = "case_numbers"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int]
