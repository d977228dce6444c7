"""Holidays that nobody has entered yet: due times would run through days on which nobody works."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from service.calendars.models import CalendarDayRow, CalendarRow
from service.office import Office
from service.system.alerts import clear_alert, raise_alert

ALERT = "holidays_missing"
FROM_MONTH = 12
"""The State Council announces the next year's holidays in November: in December they can be entered."""
_MONTHS = 2
"""A year has holidays in more months than one. The New Year alone is fixed by law and known before the announcement."""


def missing_years(holidays: Iterable[date], today: date) -> list[int]:
    """Years that have come, or come soon, and whose holidays are not among those that a calendar knows."""
    months: defaultdict[int, set[int]] = defaultdict(set)
    for day in holidays:
        months[day.year].add(day.month)
    years = [today.year, today.year + 1] if today.month >= FROM_MONTH else [today.year]
    return [year for year in years if len(months[year]) < _MONTHS]


async def look_for_missing_holidays(office: Office, now: datetime) -> None:
    """Raise an alert while holidays are missing. A calendar that has never had any works on every day."""
    query = (
        select(CalendarRow.name, CalendarDayRow.day)
        .join(CalendarDayRow, CalendarDayRow.calendar_id == CalendarRow.id)
        .where(CalendarDayRow.working.is_(False))
        .order_by(CalendarRow.id, CalendarDayRow.day)
    )
    holidays: defaultdict[str, list[date]] = defaultdict(list)
    async with office.database.reading() as session:
        for name, day in await session.execute(query):
            holidays[name].append(day)
    today = now.astimezone(office.settings.zone).date()
    missing = [
        f"{', '.join(map(str, years))} ({name})"
        for name, days in holidays.items()
        if (years := missing_years(days, today))
    ]
    if missing:
        message = f"Holidays are not entered: {'; '.join(missing)}. Until they are, due times run through them."
        await raise_alert(office.database, ALERT, "warning", message)
    else:
        await clear_alert(office.database, ALERT)
