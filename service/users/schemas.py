"""People, as the API says them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.clock import UtcTime
from service.paging import Page
from service.security import Role

Locale = Literal["zh-CN", "en-US"]
Password = Annotated[str, Field(min_length=10, max_length=256, description="10 characters or more")]
Username = Annotated[
    str,
    StringConstraints(pattern=r"^\w[\w.@-]{1,63}$", strip_whitespace=True, to_lower=True),
    Field(description="2 to 64 letters, digits, . _ @ or -; case does not matter"),
]
ExternalId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    Field(description="how the identity provider calls the person"),
]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class User(BaseModel):
    """Somebody who may sign in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    username: str
    display_name: str
    role: Role
    locale: Locale
    active: bool
    external_id: str | None = Field(description="how the identity provider calls the person")
    unit_id: UUID | None = Field(description="the unit that a handler works for")
    area_id: UUID | None = Field(description="the area that an operator or supervisor is bound to; null: all")
    created_at: UtcTime


class UserPage(Page[User]):
    """One page of people."""


class UserCreate(BaseModel):
    """A new person."""

    model_config = ConfigDict(extra="forbid")

    username: Username
    display_name: DisplayName
    role: Role
    locale: Locale = "zh-CN"
    external_id: ExternalId | None = None
    unit_id: UUID | None = Field(None, description="a unit handler's unit; others have none")
    area_id: UUID | None = Field(None, description="binds an operator or supervisor to an area and those below it")
    password: Password


class UserUpdate(BaseModel):
    """What changes about a person; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    display_name: DisplayName | None = None
    role: Role | None = None
    locale: Locale | None = None
    active: bool | None = None
    external_id: ExternalId | None = Field(None, description="null: the person signs in with the password only")
    unit_id: UUID | None = Field(None, description="a unit handler's unit; goes with another role")
    area_id: UUID | None = Field(None, description="binds to an area; null releases")
    password: Password | None = Field(None, description="a new password; it ends all sessions of the person")
