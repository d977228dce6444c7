"""Working time as pure functions."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars.hours import Span, WorkingHours
from service.calendars.schemas import span_of
from service.calendars.workflow import FIRST, OFFICE_HOURS, public_holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")


def office() -> WorkingHours:
    """The office's calendar of a first start: 08:30-12:00 and 13:30-18:00, Monday to Friday, public holidays."""
    week = next(week for calendar_id, _, week in FIRST if calendar_id == OFFICE_HOURS)
    spans = tuple(tuple(span_of(text) for text in day) for day in week)
    return WorkingHours(SHANGHAI, spans, {row.day: row.working for row in public_holidays(OFFICE_HOURS)})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


HOUR = 3600


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [
        ("2026-11-24 09:00", 2 * HOUR, "2026-11-24 11:00"),  # a Tuesday
        ("2026-11-24 11:00", 2 * HOUR, "2026-11-24 14:30"),  # over lunch
        ("2026-11-24 12:30", 1 * HOUR, "2026-11-24 14:30"),
        ("2026-11-24 17:00", 4 * HOUR, "2026-11-25 11:30"),  # over night
        ("2026-11-24 10:00", 2 * HOUR, "2026-11-24 12:00"),  # to the end of a span, not the start of the next
        ("2026-11-27 17:00", 2 * HOUR, "2026-11-30 09:30"),  # over a weekend
        ("2026-11-28 10:00", 1 * HOUR, "2026-11-30 09:30"),  # filed on a Saturday
        ("2026-09-30 17:00", 2 * HOUR, "2026-10-08 09:30"),  # over National Day
        ("2026-10-09 17:00", 2 * HOUR, "2026-10-10 09:30"),  # a Saturday that is worked instead
        ("2026-02-14 17:30", 1 * HOUR, "2026-02-24 09:00"),  # the day before Spring Festival, a Saturday
        ("2026-11-24 09:00", 24 * HOUR, "2026-11-27 09:00"),  # three days of eight hours
        ("2026-11-24 09:00", 0, "2026-11-24 09:00"),
    ],
)
def test_working_time_is_added(start: str, seconds: int, end: str) -> None:
    assert office().add(local(start), seconds) == local(end)


def test_a_day_is_eight_hours() -> None:
    assert office().day_seconds == 8 * HOUR


def test_the_holidays_of_2026_are_those_that_were_announced() -> None:
    days = {row.day: row.working for row in public_holidays(OFFICE_HOURS) if row.day.year == 2026}
    worked = [day for day, working in days.items() if working]
    assert sorted(worked) == [
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)
    ]  # fmt: skip
    assert all(day.weekday() >= 5 for day in worked)
    assert len(days) - len(worked) == 3 + 9 + 3 + 5 + 3 + 3 + 7


def pairs(cuts: list[int]) -> tuple[Span, ...]:
    """Cuts of a day, taken two by two as spans."""
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


SPANS = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(pairs)
START = datetime(2025, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=730)).map(lambda passed: START + passed)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingHours:
    week: list[tuple[Span, ...]] = draw(st.lists(st.just(()) | SPANS, min_size=7, max_size=7))
    if not any(week):
        week[draw(st.integers(0, 6))] = ((540, 1020),)
    days = draw(st.dictionaries(st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.booleans(), max_size=20))
    zone = ZoneInfo(draw(st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin", "America/St_Johns"])))
    return WorkingHours(zone, tuple(week), days)


@given(hours=calendars(), start=MOMENTS, seconds=st.integers(0, 60 * HOUR))
def test_what_was_added_lies_between(hours: WorkingHours, start: datetime, seconds: int) -> None:
    end = hours.add(start, seconds)
    assert end >= start
    assert hours.between(start, end) == seconds


@given(hours=calendars(), start=MOMENTS, first=st.integers(0, 30 * HOUR), second=st.integers(0, 30 * HOUR))
def test_added_in_two_parts_is_added_at_once(hours: WorkingHours, start: datetime, first: int, second: int) -> None:
    """So a pause loses and gives nothing."""
    assert hours.add(hours.add(start, first), second) == hours.add(start, first + second)


@given(
    hours=calendars(),
    start=MOMENTS,
    later=st.timedeltas(timedelta(0), timedelta(days=9)),
    seconds=st.integers(1, 9 * HOUR),
)
def test_who_starts_later_is_not_due_earlier(
    hours: WorkingHours, start: datetime, later: timedelta, seconds: int
) -> None:
    assert hours.add(start, seconds) <= hours.add(start + later, seconds)


@given(hours=calendars(), start=MOMENTS, seconds=st.integers(1, 30 * HOUR))
def test_time_ends_while_people_work(hours: WorkingHours, start: datetime, seconds: int) -> None:
    assert hours.is_open(hours.add(start, seconds) - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (((),) * 7, "at least one"),
        ((((540, 1020),),) * 6, "7 days"),
        ((((1020, 540),),) + ((),) * 6, "week.0"),
        ((((540, 1441),),) + ((),) * 6, "1441"),
        ((((540, 720), (700, 1020)),) + ((),) * 6, "one after the other"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(week: tuple[tuple[Span, ...], ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        WorkingHours(SHANGHAI, week)


def test_a_calendar_without_any_working_day_ahead_is_told() -> None:
    week = ((),) * 6 + (((540, 1020),),)
    sundays = {date(2026, 11, 29) + timedelta(weeks=number): False for number in range(80)}
    with pytest.raises(ValueError, match="no working time"):
        WorkingHours(SHANGHAI, week, sundays).add(local("2026-11-24 09:00"), HOUR)
