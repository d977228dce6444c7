"""Weeks, days and months of the district's zone, as spans of time."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.errors import invalid
from service.figures.schemas import Bucket

MOST_STEPS = 400
"""Longest trend: a year of days, with room."""
_WEEK = re.compile(r"^(\d{4})-W(\d{2})$")


def week_of(moment: datetime, zone: ZoneInfo) -> str:
    """The ISO 8601 week that a moment lies in."""
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"


def week_span(week: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From Monday, midnight, to the next.

    Raises:
        ProblemError: 422 where there is no such week.
    """
    match = _WEEK.match(week)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
        if monday is not None:
            return _midnight(monday, zone), _midnight(monday + timedelta(days=7), zone)
    except (ValueError, OverflowError) as error:
        raise invalid("week", f"there is no week {week}") from error
    raise invalid("week", "say the week as in 2026-W48")


def steps(since: datetime, until: datetime, bucket: Bucket, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The days, weeks or months that a span of time touches, whole.

    Raises:
        ProblemError: 422 where there are too many.
    """
    day = since.astimezone(zone).date()
    if bucket is Bucket.WEEK:
        day -= timedelta(days=day.weekday())
    elif bucket is Bucket.MONTH:
        day = day.replace(day=1)
    found: list[tuple[datetime, datetime]] = []
    while _midnight(day, zone) < until:
        if len(found) == MOST_STEPS:
            raise invalid("since", f"the span has more than {MOST_STEPS} steps: take longer ones or a shorter span")
        following = _next(day, bucket)
        found.append((_midnight(day, zone), _midnight(following, zone)))
        day = following
    return found


def _next(day: date, bucket: Bucket) -> date:
    if bucket is Bucket.DAY:
        return day + timedelta(days=1)
    if bucket is Bucket.WEEK:
        return day + timedelta(days=7)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
