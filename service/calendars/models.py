"""Calendars in the database."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class CalendarRow(Base):
    """Weekly working hours; ``week`` has seven lists of spans such as ``"08:30-12:00"``, Monday first."""

    __tablename__ = "calendars"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    week: Mapped[list[list[str]]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarDayRow(Base):
    """A day that is not as the week says: a holiday, or a make-up working day."""

    __tablename__ = "calendar_days"

    calendar_id: Mapped[str] = mapped_column(String(32), ForeignKey("calendars.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(100))
