"""The scene file: what a camera looks at — zones, ground plane, schedules, rule settings.

Coordinates are fractions of the frame's width and height, so that they survive a change of stream. Every field has
a title and a description: the console's forms are made from them.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from shapely.geometry import Polygon
from shapely.validation import explain_validity

from detector.schedule import Schedule

Fraction = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Fraction, Fraction]
Metres = tuple[float, float]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Camera(_Model):
    """The camera that sees the scene."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", title="Identifier", examples=["gate-1"])]
    name: str = Field("", max_length=100, title="Name", description="the place, as people call it: 北门路口")
    longitude: float | None = Field(None, ge=-180, le=180, title="Longitude", description="WGS 84, degrees")
    latitude: float | None = Field(None, ge=-90, le=90, title="Latitude", description="WGS 84, degrees")


class Signal(_Model):
    """A pedestrian lamp that a crosswalk obeys."""

    lamp: tuple[Fraction, Fraction, Fraction, Fraction] = Field(
        title="Lamp", description="left, top, right, bottom of the lamp in the picture, as fractions"
    )

    @field_validator("lamp")
    @classmethod
    def _has_area(cls, lamp: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, top, right, bottom = lamp
        if left >= right or top >= bottom:
            raise ValueError("the lamp has no area: write left, top, right, bottom")
        return lamp


class _Zone(_Model):
    name: str = Field(min_length=1, max_length=64, title="Name", description="unique within the scene")


class _PolygonZone(_Zone):
    polygon: list[Point] = Field(min_length=3, max_length=200, title="Outline", description="corners in order")
    tiles: bool = Field(
        False, title="Look closely",
        description="search here for butts and garbage in the picture's full resolution, every two seconds; "
        "for cameras that see the ground from afar",
    )  # fmt: skip

    @field_validator("polygon")
    @classmethod
    def _simple(cls, polygon: list[Point]) -> list[Point]:
        shape = Polygon(polygon)
        if not shape.is_valid:
            raise ValueError(f"the outline must not cross itself: {explain_validity(shape)}")
        if shape.area < 1e-6:
            raise ValueError("the outline has no area: its corners lie on one line or one point")
        return polygon


class Carriageway(_PolygonZone):
    """Where vehicles drive; a person walking here, outside every crosswalk, jaywalks."""

    kind: Literal["carriageway"]


class Crosswalk(_PolygonZone):
    """Where people may cross; with a signal, only while its pedestrian lamp is not red."""

    kind: Literal["crosswalk"]
    signal: Signal | None = None


class NoParking(_PolygonZone):
    """Where an e-tricycle must not stand for longer than ``seconds``, at the hours of ``schedule``."""

    kind: Literal["no_parking"]
    seconds: float | None = Field(
        None, gt=0, title="Seconds", description="how long it may stand; the rule's own value where none is given"
    )
    schedule: str | None = Field(
        None, title="Schedule", description="when it applies, as OpenStreetMap writes opening hours: Mo-Su 07:00-22:00"
    )
    loading: float | None = Field(
        None, gt=0, le=86_400, title="Loading",
        description="seconds by which people at the vehicle, who load or unload it, may extend the time; none if empty",
    )  # fmt: skip

    @field_validator("schedule")
    @classmethod
    def _readable(cls, schedule: str | None) -> str | None:
        if schedule is not None:
            Schedule.parse(schedule)
        return schedule


class ParkingBay(_PolygonZone):
    """Where an e-tricycle may stand, also inside a no-parking zone."""

    kind: Literal["parking_bay"]


class Barrier(_Zone):
    """A fence that nobody may climb over (跨越护栏)."""

    kind: Literal["barrier"]
    line: list[Point] = Field(min_length=2, max_length=200, title="Line", description="points in order")

    @field_validator("line")
    @classmethod
    def _has_length(cls, line: list[Point]) -> list[Point]:
        if len(set(line)) < 2:
            raise ValueError("the line has no length: its points are one point")
        return line


class Bin(_PolygonZone):
    """A bin and its surroundings: garbage here is in its place."""

    kind: Literal["bin"]


class Ignore(_PolygonZone):
    """Where nothing is looked at: a swaying tree, a poster, a flag."""

    kind: Literal["ignore"]


Zone = Annotated[Carriageway | Crosswalk | NoParking | ParkingBay | Barrier | Bin | Ignore, Field(discriminator="kind")]


class Ground(_Model):
    """Four points of the picture and where they lie on the ground: gives speed and distance in metres."""

    image: list[Point] = Field(min_length=4, max_length=4, title="Points in the picture")
    metres: list[Metres] = Field(min_length=4, max_length=4, title="The same points on the ground, metres")

    @model_validator(mode="after")
    def _spread(self) -> Self:
        for name, points in (("image", self.image), ("metres", self.metres)):
            shape = Polygon(points)
            if not shape.is_valid or shape.area < 1e-6:
                raise ValueError(f"ground.{name}: the four points must be the corners of a simple area, in order")
        return self


class JaywalkingSettings(_Model):
    """When a person on the carriageway is a jaywalker."""

    min_seconds: float = Field(
        2.0, ge=0.2, le=600, title="Seconds on the road", description="shorter stays are steps over the edge"
    )
    min_distance: float = Field(
        1.5, ge=0, le=100, title="Distance walked",
        description="metres where the ground plane is known, else body heights",
    )  # fmt: skip
    report_after: float = Field(
        8.0, ge=1, le=600, title="Report after",
        description="seconds after which a visit that still goes on is reported without waiting for its end",
    )  # fmt: skip


class ParkingSettings(_Model):
    """When a standing e-tricycle is parked illegally."""

    seconds: float = Field(180, ge=1, le=86_400, title="Seconds", description="how long it may stand")


class GarbageSettings(_Model):
    """When a still piece of garbage is stray."""

    min_seconds: float = Field(60, ge=1, le=86_400, title="Seconds", description="how long it must lie still")


class ButtSettings(_Model):
    """When cigarette butts on the ground are reported."""

    min_seconds: float = Field(10, ge=0, le=86_400, title="Seconds", description="how long they must lie still")
    min_count: int = Field(1, ge=1, le=100, title="Butts", description="fewer on one patch are not reported")
    patch: float = Field(
        0.1, gt=0, le=1, title="Patch", description="butts closer than this fraction of the width are one patch"
    )


class Rules(_Model):
    """Settings of the rules; a rule that is not named is off."""

    jaywalking: JaywalkingSettings | None = None
    illegal_parking: ParkingSettings | None = None
    garbage: GarbageSettings | None = None
    cigarette_butt: ButtSettings | None = None


class SceneError(ValueError):
    """A scene that cannot be used; its text names the field and what is wrong with it."""


class Scene(_Model):
    """What one camera looks at."""

    camera: Camera
    zones: list[Zone] = Field(default_factory=list, max_length=200, title="Zones")
    ground: Ground | None = Field(None, title="Ground plane")
    rules: Rules = Field(default_factory=Rules, title="Rules")
    holidays: list[date] = Field(
        default_factory=list, max_length=400, title="Public holidays",
        description="days on which a schedule's PH hours hold; the State Council publishes them each autumn",
    )  # fmt: skip

    @model_validator(mode="after")
    def _unique_names(self) -> Self:
        names = [zone.name for zone in self.zones]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"zone names must be unique, used twice: {', '.join(twice)}")
        return self

    @classmethod
    def load(cls, path: Path) -> "Scene":
        """Read and check a scene file.

        Raises:
            SceneError: one line that names the file, the field and the fault.
        """
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SceneError(f"{path}: cannot be read: {error}") from error
        except yaml.YAMLError as error:
            raise SceneError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise SceneError(f"{path}: {describe(error)}") from error


def describe(error: ValidationError) -> str:
    """A validation error as one line: each fault as ``where: what``, joined by semicolons."""
    faults = []
    for fault in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in fault["loc"]) or "scene"
        faults.append(f"{where}: {fault['msg'].removeprefix('Value error, ')}")
    return "; ".join(faults)
