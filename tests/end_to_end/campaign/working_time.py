"""Working time of the campaign's weeks, written out day by day and counted by walking along it.

The State Council's announcement for 2026: Mid-Autumn is off from 25 to 27 September, National Day from 1 to 7 October;
Sunday 20 September and Saturday 10 October are worked instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.end_to_end.campaign.watch import local

OFFICE_DAYS = (
    "2026-09-20", "2026-09-21", "2026-09-22", "2026-09-23", "2026-09-24", "2026-09-28", "2026-09-29", "2026-09-30",
    "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12", "2026-10-13",
)  # fmt: skip
EVERY_DAY = tuple(str(date(2026, 9, 20) + timedelta(days=number)) for number in range(24))


@dataclass(frozen=True)
class WorkingTime:
    """When a unit works: spans from opening to closing, in their order; ``day`` is a day's working time in seconds."""

    spans: Sequence[tuple[datetime, datetime]]
    day: int

    @classmethod
    def of(cls, days: Sequence[str], *hours: tuple[str, str]) -> "WorkingTime":
        spans = [(local(f"{day} {opens}"), local(f"{day} {closes}")) for day in days for opens, closes in hours]
        first = sum((closes - opens for opens, closes in spans[: len(hours)]), timedelta())
        return cls(spans, int(first.total_seconds()))

    def add(self, moment: datetime, seconds: float) -> datetime:
        """When so much working time has passed."""
        left = timedelta(seconds=seconds)
        for opens, closes in self.spans:
            start = max(opens, moment)
            if start < closes:
                if closes - start >= left:
                    return start + left
                left -= closes - start
        raise AssertionError(f"no working days are written out that are {seconds} s after {moment}")

    def between(self, start: datetime, end: datetime) -> int:
        """Seconds of working time between two moments."""
        total = timedelta()
        for opens, closes in self.spans:
            if opens < end and closes > start:
                total += min(closes, end) - max(opens, start)
        return int(total.total_seconds())


CALENDARS = {
    "office": WorkingTime.of(OFFICE_DAYS, ("08:30", "12:00"), ("13:30", "18:00")),
    "sanitation": WorkingTime.of(EVERY_DAY, ("06:00", "22:00")),
}

LIMITS = {
    # Hours of working time, or days of it: for an ordinary case, for an urgent one.
    "cigarette_butt": ("hours", 2, 1),
    "garbage": ("hours", 4, 2),
    "illegal_parking": ("hours", 4, 2),
    "jaywalking": ("days", 3, 1),
}


def limit_of(kind: str, grade: str, calendar: WorkingTime) -> int:
    """How long a unit has, in seconds of working time."""
    measure, ordinary, urgent = LIMITS[kind]
    return (urgent if grade == "urgent" else ordinary) * (calendar.day if measure == "days" else 3600)
