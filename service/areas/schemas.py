"""Areas, as the API says them."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from detector.violations import ViolationKind
from service.clock import UtcTime
from service.paging import Page
from service.units.schemas import Code, Name


class AreaLevel(StrEnum):
    """Levels of the tree, from the top: 区, 街道, 社区."""

    DISTRICT = "district"
    SUB_DISTRICT = "sub_district"
    COMMUNITY = "community"


DEPTH = {level: number for number, level in enumerate(AreaLevel)}
"""How deep in the tree a level lies: a parent lies higher."""


class Area(BaseModel):
    """A part of the district, without its polygon."""

    id: UUID
    code: str
    name: str
    level: AreaLevel
    parent_id: UUID | None
    square_metres: float
    bounds: tuple[float, float, float, float] = Field(description="west, south, east, north in degrees")
    active: bool
    units: dict[ViolationKind, UUID] = Field(description="which unit answers for which kind here")
    created_at: UtcTime
    updated_at: UtcTime


class AreaPage(Page[Area]):
    """One page of areas."""


class AreaName(BaseModel):
    """An area as a case names it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    level: AreaLevel


class AreaUpdate(BaseModel):
    """What changes about an area; fields left out stay as they are. ``units`` replaces all that were named."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    active: bool | None = None
    units: dict[ViolationKind, UUID] | None = None


class AreaFeatureProperties(BaseModel):
    """What a feature of the file says about an area."""

    model_config = ConfigDict(extra="ignore")

    code: Code
    name: Name
    level: AreaLevel
    parent: Code | None = Field(None, description="code of the area above; none for the district")
    units: dict[ViolationKind, Code] = Field(default_factory=dict, description="code of the unit for each kind")


class AreaFeature(BaseModel):
    """An area as a GeoJSON feature."""

    type: Literal["Feature"]
    properties: AreaFeatureProperties
    geometry: dict[str, JsonValue]


class AreaCollection(BaseModel):
    """All areas as a GeoJSON feature collection (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[AreaFeature]


class Imported(BaseModel):
    """What an import did."""

    created: int
    updated: int
    unchanged: int
    cases_moved: int = Field(description="cases that no unit has yet, whose area is another one now")


class Found(BaseModel):
    """Where a point lies, and who would answer for a kind there."""

    areas: list[AreaName] = Field(description="areas that hold the point, the smallest first")
    units: dict[ViolationKind, UUID | None]
