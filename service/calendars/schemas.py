"""Calendars, as the API says them."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from service.calendars.hours import Span, check_spans
from service.clock import UtcTime

_SPAN = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")
DAYS = 1500

OFFICE_HOURS = "office"
"""The calendar of who has no other one."""

CalendarId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


def span_of(text: str) -> Span:
    """A span such as ``08:30-12:00`` in minutes after midnight; ``24:00`` is the end of the day.

    Raises:
        ValueError: where it is not one.
    """
    found = _SPAN.match(text)
    if found is None:
        raise ValueError(f"hours look like 08:30-12:00, got {text!r}")
    hours = [int(part) for part in found.groups()]
    return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]


def _spans(texts: list[str]) -> list[str]:
    check_spans(tuple(span_of(text) for text in texts), "hours")
    return texts


Hours = Annotated[list[str], Field(max_length=6), AfterValidator(_spans)]


class CalendarDay(BaseModel):
    """A day that is not as the week says: a holiday, or a make-up working day (调休上班)."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    day: date
    working: bool = Field(description="true: a make-up working day; false: a holiday")
    name: Name


class CalendarChange(BaseModel):
    """A calendar as an administrator writes it; it replaces the one before."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    week: list[Hours] = Field(
        min_length=7, max_length=7, description="hours of Monday to Sunday, for example ['08:30-12:00']; []: a day off"
    )
    days: list[CalendarDay] = Field(max_length=DAYS, description="holidays and make-up working days")

    @field_validator("week")
    @classmethod
    def _has_hours(cls, week: list[list[str]]) -> list[list[str]]:
        if not any(week):
            raise ValueError("give at least one day working hours")
        return week

    @field_validator("days")
    @classmethod
    def _named_once(cls, days: list[CalendarDay]) -> list[CalendarDay]:
        if len({entry.day for entry in days}) < len(days):
            raise ValueError("a day is named twice")
        return days


class Calendar(BaseModel):
    """Working hours that due times are counted in."""

    id: str
    name: str
    week: list[list[str]]
    days: list[CalendarDay]
    updated_at: UtcTime


class Calendars(BaseModel):
    """All calendars."""

    items: list[Calendar]
