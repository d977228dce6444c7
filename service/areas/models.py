"""Areas in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class AreaRow(Base):
    """A part of the district. ``polygon`` is a GeoJSON geometry in WGS 84 degrees; ``west`` … ``north`` are its bounds.

    ``square_metres`` is its size, which decides between areas that hold the same point. ``revision`` counts changes of
    the polygon, so that a process knows when its copy is out of date.
    """

    __tablename__ = "areas"
    __table_args__ = (Index("ix_areas_west_east_south_north", "west", "east", "south", "north"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(16))
    parent_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("areas.id"), index=True)
    polygon: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    square_metres: Mapped[float]
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    revision: Mapped[int]
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
