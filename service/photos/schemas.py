"""Photos, as the API says them."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.clock import UtcTime
from service.paging import Page

PhotoState = Literal["queued", "processing", "done", "failed"]


class Photo(BaseModel):
    """A photo that somebody uploaded, and what came of it. Width and height are of the upright picture, pixels."""

    id: UUID
    status: PhotoState
    detail: str = Field(description="what came of it, or why it failed")
    taken_at: UtcTime | None
    longitude: float | None
    latitude: float | None
    note: str
    problem: UUID | None = Field(description="what the sender calls the problem that this and other own photos show")
    uploaded_by: str = Field(description="display name of the person, or name of the API key")
    created_at: UtcTime
    width: int
    height: int
    media_type: str
    case_ids: list[UUID]


class PhotoPage(Page[Photo]):
    """One page of photos."""


class PhotoClaim(BaseModel):
    """How many queued photos an engine wants to work on."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(1, ge=1, le=50)


class ClaimedPhotos(BaseModel):
    """The photos that now are the engine's until the claim runs out."""

    items: list[Photo]
    claimed_until: UtcTime


class PhotoResult(BaseModel):
    """What came of a photo; its violations were delivered before."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["done", "failed"]
    detail: str = Field("", max_length=500)
    model: str = Field("", max_length=64, description="registry name of the model that looked at it")
