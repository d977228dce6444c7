"""Schedules: at which hours a rule applies, as OpenStreetMap's opening_hours writes them.

The subset that camera rules need: ``24/7``; weekdays and ranges of them (``Mo-Fr``, ``Sa,Su``); times and lists of
them (``07:00-11:00,13:00-22:00``, over midnight too: ``22:00-06:00``); several rules parted by ``;``, where a later
one replaces an earlier one on the days that it names, and ``off`` closes a day.
Reference: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

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
        for rule in re.sub(r"\s*,\s*", ",", text).split(";"):
            words = rule.split()
            if not words:
                continue
            days = list(range(7)) if words[0][0].isdigit() or words[0] == "off" else _days(words.pop(0))
            if len(words) > 1:
                raise ValueError(f"schedule {text!r}: cannot read {rule.strip()!r}, write like 'Mo-Fr 07:00-22:00'")
            hours = words[0] if words else "00:00-24:00"
            open_spans = () if hours == "off" else tuple(_span(part) for part in hours.split(","))
            for day in days:
                spans[day] = open_spans
        return cls(tuple(spans))

    def covers(self, local: datetime) -> bool:
        """Whether the district's local time lies in an open span (start included, end not)."""
        minute = local.hour * 60 + local.minute
        today, yesterday = self.spans[local.weekday()], self.spans[(local - timedelta(days=1)).weekday()]
        return any(start <= minute < end for start, end in today) or any(
            start <= minute + _MINUTES_A_DAY < end for start, end in yesterday
        )


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
