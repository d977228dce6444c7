"""Units in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class UnitRow(Base):
    """Somebody that puts cases right. At most one is the default, which gets what no area's rule covers."""

    __tablename__ = "units"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(32))
    contact: Mapped[str] = mapped_column(String(200))
    calendar_id: Mapped[str] = mapped_column(String(32), ForeignKey("calendars.id"))
    active: Mapped[bool]
    is_default: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ResponsibilityRow(Base):
    """Which unit answers for one kind of violation in one area, and in those below it that say nothing else."""

    __tablename__ = "responsibilities"

    area_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("areas.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("units.id"), index=True)
