"""Units, as the API says them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.calendars.schemas import OFFICE_HOURS, CalendarId
from service.clock import UtcTime
from service.paging import Page

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class UnitKind(StrEnum):
    """What a unit is."""

    SANITATION = "sanitation"
    TRAFFIC_POLICE = "traffic_police"
    URBAN_MANAGEMENT = "urban_management"
    SUB_DISTRICT = "sub_district"
    COMMUNITY = "community"
    OTHER = "other"


class Unit(BaseModel):
    """A unit that cases are dispatched to."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    kind: UnitKind
    contact: str
    calendar_id: str = Field(description="the calendar that its due times are counted in")
    active: bool
    is_default: bool = Field(description="gets what no area's rule covers")
    created_at: UtcTime
    updated_at: UtcTime


class UnitPage(Page[Unit]):
    """One page of units."""


class UnitCreate(BaseModel):
    """A new unit."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    name: Name
    kind: UnitKind
    contact: Contact = ""
    calendar_id: CalendarId = OFFICE_HOURS
    is_default: bool = False


class UnitUpdate(BaseModel):
    """What changes about a unit; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    kind: UnitKind | None = None
    contact: Contact | None = None
    calendar_id: CalendarId | None = None
    active: bool | None = None
    is_default: bool | None = None


class UnitName(BaseModel):
    """A unit as a case names it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
