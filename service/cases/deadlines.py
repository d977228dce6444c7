"""A unit's time for a case: it starts with the dispatch, stands still while the unit does not have the case."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import ViolationKind
from service.calendars.hours import WorkingHours
from service.calendars.workflow import working_hours
from service.cases.models import CaseRow
from service.cases.words import Grade
from service.standards.workflow import standard_of
from service.units.models import UnitRow

REMIND_AFTER = 0.75
"""A unit is reminded when this share of its time has passed."""

AGAIN = 0.25
"""A unit that gets a case back has what was left of its time, and at least this share of all of it."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A unit's calendar and the working time that it has for a case, in seconds."""

    hours: WorkingHours
    seconds: int


async def allowance(session: AsyncSession, case: CaseRow, unit: UnitRow, zone: ZoneInfo) -> Allowance:
    """What a unit is given for a case of this kind and grade."""
    hours = await working_hours(session, unit.calendar_id, zone)
    standard = await standard_of(session, ViolationKind(case.kind))
    return Allowance(hours, standard.limits.of(Grade(case.grade)).seconds(hours.day_seconds))


def start(case: CaseRow, given: Allowance, now: datetime, *, resumed: int | None = None) -> None:
    """Let the time run, all of it or what was left (in seconds of working time)."""
    seconds = given.seconds if resumed is None else resumed
    case.limit_seconds = given.seconds
    case.remaining_seconds = None
    case.due_at = given.hours.add(now, seconds)
    case.remind_at = given.hours.add(now, round(seconds * REMIND_AFTER))
    case.reminded_at = None


def stop(case: CaseRow, hours: WorkingHours, now: datetime) -> None:
    """Let the time stand still; notes what is left and whether the unit was late."""
    if case.due_at is None:
        return
    case.overdue = case.overdue or now > case.due_at
    case.remaining_seconds = hours.between(now, case.due_at)
    case.remind_at = None


def left_over(case: CaseRow, given: Allowance) -> int:
    """Working seconds that a unit has when it gets a case back."""
    return max(case.remaining_seconds or 0, round(given.seconds * AGAIN))
