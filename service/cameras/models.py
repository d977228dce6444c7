"""Cameras in the database."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class CameraRow(Base):
    """A camera; ``scene`` holds zones, ground plane and rules as JSON."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(500))
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
    at: Mapped[datetime] = mapped_column(UtcDateTime)
