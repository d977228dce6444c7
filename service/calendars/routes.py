"""Routes for calendars."""

from typing import Annotated

from fastapi import APIRouter, Path

from service.calendars import workflow
from service.calendars.schemas import Calendar, CalendarChange, CalendarId, Calendars
from service.dependencies import Asker, OfficeDep
from service.errors import problems

router = APIRouter(prefix="/calendars", tags=["calendars"])

NamedCalendar = Annotated[CalendarId, Path(description="lower-case letters, digits, _ and -")]


@router.get("", responses=problems(401, 403))
async def list_calendars(office: OfficeDep) -> Calendars:
    """Working hours, holidays and make-up working days."""
    async with office.database.reading() as session:
        return await workflow.list_calendars(session)


@router.get("/{calendar_id}", responses=problems(401, 403, 404, 422))
async def get_calendar(calendar_id: NamedCalendar, office: OfficeDep) -> Calendar:
    """One calendar."""
    async with office.database.reading() as session:
        return await workflow.get_calendar(session, calendar_id)


@router.put("/{calendar_id}", responses=problems(401, 403, 422))
async def replace_calendar(
    calendar_id: NamedCalendar, body: CalendarChange, asker: Asker, office: OfficeDep
) -> Calendar:
    """Write a calendar: weekly hours, holidays and make-up working days."""
    return await workflow.replace_calendar(office, asker, calendar_id, body)
