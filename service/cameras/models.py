"""Cameras in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class CameraRow(Base):
    """A camera; ``scene`` holds zones, ground plane and rules as JSON."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(500))
    substream: Mapped[str | None] = mapped_column(String(500))
    enabled: Mapped[bool]
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    scene: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CameraStatusRow(Base):
    """How a camera fares; apart from the camera, because it changes all the time."""

    __tablename__ = "camera_statuses"

    camera_id: Mapped[str] = mapped_column(String(64), ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(String(500))
    fps: Mapped[float | None]
    last_frame_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    width: Mapped[int | None]
    height: Mapped[int | None]
    cost: Mapped[dict[str, float] | None] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CameraSignalRow(Base):
    """What was told last about the signal of a crosswalk."""

    __tablename__ = "camera_signals"

    camera_id: Mapped[str] = mapped_column(String(64), ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True)
    crosswalk: Mapped[str] = mapped_column(String(64), primary_key=True)
    phase: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class CameraGapRow(Base):
    """A time in which a camera could not see; ``ended_at`` is empty while it lasts."""

    __tablename__ = "camera_gaps"
    __table_args__ = (
        Index("ix_camera_gaps_camera_id_started_at_id", "camera_id", "started_at", "id"),
        Index(
            "ix_camera_gaps_lasting", "camera_id",
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    camera_id: Mapped[str] = mapped_column(String(64), ForeignKey("cameras.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(String(500))
    suspended: Mapped[bool]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
