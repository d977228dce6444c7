"""Reading and changing calendars."""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import SYSTEM, Actor, record
from service.calendars.hours import WorkingHours
from service.calendars.models import CalendarDayRow, CalendarRow
from service.calendars.schemas import OFFICE_HOURS, Calendar, CalendarChange, CalendarDay, Calendars, span_of
from service.database import Database
from service.loading import load
from service.office import Office
from service.security import Principal

SANITATION_HOURS = "sanitation"
_WORKDAY = ["08:30-12:00", "13:30-18:00"]
_DAILY = ["06:00-22:00"]

FIRST: tuple[tuple[str, str, list[list[str]]], ...] = (
    (OFFICE_HOURS, "机关工作时间", [_WORKDAY] * 5 + [[], []]),
    (SANITATION_HOURS, "环卫作业时间", [_DAILY] * 7),
)
"""The calendars of a first start: offices keep public holidays, street cleaning works every day."""


async def seed_calendars(database: Database) -> None:
    """Write the calendars of a first start where there are none yet."""
    async with database.reading() as session:
        if await session.scalar(select(CalendarRow.id).limit(1)) is not None:
            return
    async with database.alone() as session:
        if await session.scalar(select(CalendarRow.id).limit(1)) is not None:
            return  # another process was first
        for calendar_id, name, week in FIRST:
            session.add(CalendarRow(id=calendar_id, name=name, week=week, updated_at=clock.now()))
            await session.flush()
            if calendar_id == OFFICE_HOURS:
                session.add_all(public_holidays(calendar_id))
            await record(session, SYSTEM, "create", "calendar", calendar_id, details={"name": name})


def public_holidays(calendar_id: str) -> Iterator[CalendarDayRow]:
    """The holidays and make-up working days that were announced when this version was made."""
    text = resources.files("service.calendars").joinpath("holidays.yaml").read_text(encoding="utf-8")
    for entry in yaml.safe_load(text):
        first, last = entry["holiday"]
        off = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        for days, working in ((off, False), (entry["worked"], True)):
            for day in days:
                yield CalendarDayRow(calendar_id=calendar_id, day=day, working=working, name=entry["name"])


async def list_calendars(session: AsyncSession) -> Calendars:
    """All calendars."""
    rows = await session.scalars(select(CalendarRow).order_by(CalendarRow.id))
    return Calendars(items=[await _shown(session, row) for row in rows])


async def get_calendar(session: AsyncSession, calendar_id: str) -> Calendar:
    """One calendar.

    Raises:
        ProblemError: 404 where there is none.
    """
    row = await load(session, CalendarRow, calendar_id, "calendar")
    return await _shown(session, row)


async def replace_calendar(office: Office, asker: Principal, calendar_id: str, body: CalendarChange) -> Calendar:
    """Write a calendar, new or not. Due times that run already stay as they were told."""
    async with office.database.transaction() as session:
        row = await session.get(CalendarRow, calendar_id, with_for_update=True)
        before = None if row is None else (await _shown(session, row)).model_dump(mode="json")
        if row is None:
            row = CalendarRow(id=calendar_id, name=body.name, week=body.week, updated_at=clock.now())
            session.add(row)
        row.name, row.week, row.updated_at = body.name, body.week, clock.now()
        await session.flush()
        await session.execute(delete(CalendarDayRow).where(CalendarDayRow.calendar_id == calendar_id))
        session.add_all(CalendarDayRow(calendar_id=calendar_id, **day.model_dump()) for day in body.days)
        await session.flush()
        details = {"before": before, "after": body.model_dump(mode="json")}
        await record(session, Actor.of(asker), "replace", "calendar", calendar_id, details=details)
        return await _shown(session, row)


async def working_hours(session: AsyncSession, calendar_id: str, zone: ZoneInfo) -> WorkingHours:
    """A calendar to count with; the office's where there is none of that name.

    Raises:
        LookupError: where there is no calendar at all: the data folder was not prepared.
    """
    row = await session.get(CalendarRow, calendar_id) or await session.get(CalendarRow, OFFICE_HOURS)
    if row is None:
        raise LookupError(f"there is no calendar {calendar_id!r} and no {OFFICE_HOURS!r}: start the office once")
    query = select(CalendarDayRow.day, CalendarDayRow.working).where(CalendarDayRow.calendar_id == row.id)
    days: dict[date, bool] = {row.day: row.working for row in await session.execute(query)}
    week = tuple(tuple(span_of(text) for text in spans) for spans in row.week)
    return WorkingHours(zone, week, days)


async def _shown(session: AsyncSession, row: CalendarRow) -> Calendar:
    query = select(CalendarDayRow).where(CalendarDayRow.calendar_id == row.id).order_by(CalendarDayRow.day)
    days = [CalendarDay.model_validate(day) for day in await session.scalars(query)]
    return Calendar(id=row.id, name=row.name, week=row.week, days=days, updated_at=row.updated_at)
