"""Schedules: at which hours a rule applies, as OpenStreetMap's opening_hours writes them.

The subset that camera rules need: ``24/7``; weekdays and ranges of them (``Mo-Fr``, ``Sa,Su``); times and lists of
them (``07:00-11:00,13:00-22:00``, over midnight too: ``22:00-06:00``); several rules parted by ``;``, where a later
one replaces an earlier one on the days that it names, and ``off`` closes a day. ``PH`` are public holidays (``PH off``,
``PH 09:00-18:00``): which days these are, the scene says, since the State Council decides it anew each year.
Reference: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_TIME = re.compile(r"^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """Open spans in minutes since midnight for each weekday, Monday first; a span may end after 24:00.

    Examples:
        >>> from datetime import datetime
        >>> s = Schedule.parse("Mo-Fr 07:00-22:00; Sa off")
        >>> s.covers(datetime(2026, 11, 24, 12, 0)), s.covers(datetime(2026, 11, 28, 12, 0))
        (True, False)
    """

    spans: tuple[tuple[tuple[int, int], ...], ...]
    holiday: tuple[tuple[int, int], ...] | None = None
    """Open spans on public holidays; as on any such weekday where None."""

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """Read a schedule.

        Raises:
            ValueError: names the part that cannot be read.
        """
        if text.strip() == "24/7":
            return cls((((0, _MINUTES_A_DAY),),) * 7)
        if not text.strip(" ;"):
            raise ValueError("schedule: it is empty; leave it out where the rule always applies")
        spans: list[tuple[tuple[int, int], ...]] = [()] * 7
        holiday: tuple[tuple[int, int], ...] | None = None
        for rule in re.sub(r"\s*,\s*", ",", text).split(";"):
            words = rule.split()
            if not words:
                continue
            on_holidays = words[0] == "PH"
            if on_holidays:
                words.pop(0)
            days = list(range(7)) if not words or words[0][0].isdigit() or words[0] == "off" else _days(words.pop(0))
            if len(words) > 1:
                raise ValueError(f"schedule {text!r}: cannot read {rule.strip()!r}, write like 'Mo-Fr 07:00-22:00'")
            hours = words[0] if words else "00:00-24:00"
            open_spans = () if hours == "off" else tuple(_span(part) for part in hours.split(","))
            if on_holidays:
                holiday = open_spans
                continue
            for day in days:
                spans[day] = open_spans
        return cls(tuple(spans), holiday)

    def covers(self, local: datetime, holidays: Collection[date] = ()) -> bool:
        """Whether the district's local time lies in an open span (start included, end not).

        Args:
            local: the district's time.
            holidays: days on which the hours of ``PH`` hold instead of the weekday's.
        """
        minute = local.hour * 60 + local.minute
        today, yesterday = (self._of(day, holidays) for day in (local.date(), local.date() - timedelta(days=1)))
        return any(start <= minute < end for start, end in today) or any(
            start <= minute + _MINUTES_A_DAY < end for start, end in yesterday
        )

    def _of(self, day: date, holidays: Collection[date]) -> tuple[tuple[int, int], ...]:
        """A day's open spans."""
        return self.holiday if self.holiday is not None and day in holidays else self.spans[day.weekday()]


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            raise ValueError(f"schedule: {part!r} is no weekday or range of them, write like 'Mo-Fr' or 'Sa,Su'")
        start, stop = _DAYS.index(first), _DAYS.index(last or first)
        days.extend((start + i) % 7 for i in range((stop - start) % 7 + 1))
    return days


def _span(text: str) -> tuple[int, int]:
    match = _TIME.match(text)
    if not match:
        raise ValueError(f"schedule: {text!r} is no span of time, write like '07:00-22:00'")
    h1, m1, h2, m2 = (int(group) for group in match.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if start >= _MINUTES_A_DAY or end > _MINUTES_A_DAY or m1 > 59 or m2 > 59:
        raise ValueError(f"schedule: {text!r} is outside 00:00-24:00")
    return (start, end) if end > start else (start, end + _MINUTES_A_DAY)
