"""API keys of cameras and engines, as the API says them."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from service.clock import UtcTime
from service.paging import Page
from service.security import Scope


class ApiKey(BaseModel):
    """A key that a program signs its requests with; the secret itself is not kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    scopes: list[Scope]
    camera_id: str | None = Field(description="the one camera that the key speaks for; null: all")
    expires_at: UtcTime | None
    last_used_at: UtcTime | None
    created_at: UtcTime


class ApiKeyPage(Page[ApiKey]):
    """One page of API keys."""


class ApiKeyCreate(BaseModel):
    """A new key. ``frames:write`` needs the camera whose frames it may push."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: list[Scope] = Field(min_length=1, max_length=10)
    camera_id: str | None = Field(None, max_length=64)
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _frames_of_one_camera(self) -> Self:
        if Scope.FRAMES_WRITE in self.scopes and self.camera_id is None:
            raise ValueError("a key with frames:write needs camera_id, the camera whose frames it may push")
        return self


class ApiKeyCreated(ApiKey):
    """A key just made, with the secret that is shown this once."""

    key: str
