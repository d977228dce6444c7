"""Working time as pure functions: adding it to a moment, and measuring it between two moments.

Moments are UTC; a day's hours are those of the calendar's own zone. Nothing here asks what time it is, so a clock that
jumps changes no result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Span = tuple[int, int]
"""Opening hours of a day: start and end in minutes after midnight, 0 to 1440."""

DAY_MINUTES = 24 * 60
LONGEST_CLOSED = 400
"""Days in a row without working time after which a calendar is taken for broken."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A calendar.

    Attributes:
        zone: the zone that days and hours are of.
        week: hours of Monday to Sunday; an empty tuple is a day off.
        days: days that are not as the week says: true is a make-up working day, false a holiday.
    """

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    days: Mapping[date, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Checks the shape.

        Raises:
            ValueError: where there are not seven days, no working time at all, or spans that are empty, overlap or
                are out of order.
        """
        if len(self.week) != 7:
            raise ValueError(f"a week has 7 days, got {len(self.week)}")
        if not any(self.week):
            raise ValueError("a calendar needs at least one working day")
        for number, spans in enumerate(self.week):
            check_spans(spans, f"week.{number}")

    @property
    def usual_day(self) -> tuple[Span, ...]:
        """The hours of the first day of the week that has some; a make-up working day has these."""
        return next(spans for spans in self.week if spans)

    @property
    def day_seconds(self) -> int:
        """The working time of a usual day."""
        return 60 * sum(end - start for start, end in self.usual_day)

    def hours_of(self, day: date) -> tuple[Span, ...]:
        """The hours of one day."""
        exception = self.days.get(day)
        usual = self.week[day.weekday()]
        if exception is None:
            return usual
        return (usual or self.usual_day) if exception else ()

    def add(self, moment: datetime, seconds: int) -> datetime:
        """The first moment by which so much working time has passed since another.

        Raises:
            ValueError: where the calendar has no working time for more than a year.
        """
        left = timedelta(seconds=seconds)
        if left <= timedelta(0):
            return moment
        day = moment.astimezone(self.zone).date()
        closed = 0
        while closed <= LONGEST_CLOSED:
            spans = self._spans(day)
            closed = 0 if spans else closed + 1
            for start, end in spans:
                begins = max(start, moment)
                if begins >= end:
                    continue
                if end - begins >= left:
                    return begins + left
                left -= end - begins
            day += timedelta(days=1)
        raise ValueError(f"the calendar has no working time for {LONGEST_CLOSED} days before {day}")

    def between(self, start: datetime, end: datetime) -> int:
        """Whole seconds of working time from one moment to a later one; 0 where it is not later."""
        total = timedelta(0)
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self._spans(day):
                total += max(min(closes, end) - max(opens, start), timedelta(0))
            day += timedelta(days=1)
        return int(total.total_seconds())

    def is_open(self, moment: datetime) -> bool:
        """Whether a moment is working time."""
        spans = self._spans(moment.astimezone(self.zone).date())
        return any(start <= moment < end for start, end in spans)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(self._moment(day, start), self._moment(day, end)) for start, end in self.hours_of(day)]

    def _moment(self, day: date, minutes: int) -> datetime:
        days, minute = divmod(minutes, DAY_MINUTES)
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self.zone)
        return (local + timedelta(days=days)).astimezone(UTC)


def check_spans(spans: tuple[Span, ...], field_name: str) -> None:
    """Check the hours of one day.

    Raises:
        ValueError: where a span is empty or outside of the day, or spans overlap or are out of order.
    """
    before = 0
    for start, end in spans:
        if not before <= start < end <= DAY_MINUTES:
            raise ValueError(f"{field_name}: spans must lie in the day, one after the other, got {start}-{end}")
        before = end
