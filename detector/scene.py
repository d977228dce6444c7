"""The scene file: what a camera looks at — zones, ground plane, schedules, rule settings.

Coordinates are fractions of the frame's width and height, so that they survive a change of stream. Every field has
a title and a description: the console's forms are made from them.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from shapely.geometry import Polygon
from shapely.validation import explain_validity

from detector.looking import Looking
from detector.schedule import Schedule

Fraction = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Fraction, Fraction]
Metres = tuple[float, float]
CAMERA_ID = r"^[a-z0-9][a-z0-9-]{0,62}$"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Camera(_Model):
    """The camera that sees the scene."""

    id: Annotated[str, Field(pattern=CAMERA_ID, title="Identifier", examples=["gate-1"])]
    name: str = Field("", max_length=100, title="Name", description="the place, as people call it: 北门路口")
    longitude: float | None = Field(None, ge=-180, le=180, title="Longitude", description="WGS 84, degrees")
    latitude: float | None = Field(None, ge=-90, le=90, title="Latitude", description="WGS 84, degrees")


class Signal(_Model):
    """A pedestrian signal that a crosswalk obeys: a lamp in the picture, a phase that is told, or both."""

    lamp: tuple[Fraction, Fraction, Fraction, Fraction] | None = Field(
        None, title="Lamp", description="left, top, right, bottom of the lamp in the picture, as fractions"
    )
    fed: bool = Field(
        False, title="Told through the API",
        description="the signal's controller tells its phase; while it does, the lamp in the picture is not asked",
    )  # fmt: skip

    @field_validator("lamp")
    @classmethod
    def _has_area(cls, lamp: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if lamp is not None and (lamp[0] >= lamp[2] or lamp[1] >= lamp[3]):
            raise ValueError("the lamp has no area: write left, top, right, bottom")
        return lamp

    @model_validator(mode="after")
    def _known_somehow(self) -> Self:
        if self.lamp is None and not self.fed:
            raise ValueError("say where the lamp is in the picture (lamp), or that its phase is told (fed: true)")
        return self


class _Zone(_Model):
    name: str = Field(min_length=1, max_length=64, title="Name", description="unique within the scene")


def _simple(outline: list[Point]) -> list[Point]:
    shape = Polygon(outline)
    if not shape.is_valid:
        raise ValueError(f"the outline must not cross itself: {explain_validity(shape)}")
    if shape.area < 1e-6:
        raise ValueError("the outline has no area: its corners lie on one line or one point")
    return outline


class _PolygonZone(_Zone):
    polygon: list[Point] = Field(min_length=3, max_length=200, title="Outline", description="corners in order")
    tiles: bool = Field(
        False, title="Look closely",
        description="search here for butts and garbage in the picture's full resolution, every two seconds; "
        "for cameras that see the ground from afar",
    )  # fmt: skip

    @field_validator("polygon")
    @classmethod
    def _simple_outline(cls, polygon: list[Point]) -> list[Point]:
        return _simple(polygon)


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
    """A bin and its surroundings: garbage here is in its place, unless it lies beside the bin for too long."""

    kind: Literal["bin"]
    body: list[Point] | None = Field(
        None, min_length=3, max_length=200, title="The bin itself", description="its outline, within the surroundings"
    )
    overflow: float | None = Field(
        None, gt=0, le=86_400, title="Overflow",
        description="seconds after which garbage that lies against the bin is reported as overflow; never if empty",
    )  # fmt: skip

    @field_validator("body")
    @classmethod
    def _simple_body(cls, body: list[Point] | None) -> list[Point] | None:
        return body if body is None else _simple(body)

    @model_validator(mode="after")
    def _has_body(self) -> Self:
        if self.overflow is not None and self.body is None:
            raise ValueError("overflow needs body, the outline of the bin itself: the bin is no litter")
        return self


class Ignore(_PolygonZone):
    """Where nothing is looked at: a swaying tree, a poster, a flag."""

    kind: Literal["ignore"]


Zone = Annotated[Carriageway | Crosswalk | NoParking | ParkingBay | Barrier | Bin | Ignore, Field(discriminator="kind")]


class Ground(_Model):
    """Four points of the picture and where they lie on the ground: gives speed and distance in metres."""

    image: list[Point] = Field(min_length=4, max_length=4, title="Points in the picture")
    metres: list[Metres] = Field(min_length=4, max_length=4, title="The same points on the ground, metres")
    frame: str | None = Field(
        None, min_length=1, max_length=64, title="Survey",
        description="name of the survey that the metres belong to: cameras of one survey that see the same ground "
        "report an offence once",
    )  # fmt: skip

    @model_validator(mode="after")
    def _spread(self) -> Self:
        _corners("ground.image", self.image)
        _corners("ground.metres", self.metres)
        return self


class Overlap(_Model):
    """Ground that another camera shows too: an offence there is one offence, with evidence of both."""

    camera: Annotated[str, Field(pattern=CAMERA_ID, title="Other camera", examples=["gate-2"])]
    here: list[Point] = Field(min_length=4, max_length=4, title="Corners of the common ground in this picture")
    there: list[Point] = Field(min_length=4, max_length=4, title="The same corners in the other camera's picture")

    @model_validator(mode="after")
    def _spread(self) -> Self:
        _corners("here", self.here)
        _corners("there", self.there)
        return self


def _corners(name: str, points: Sequence[tuple[float, float]]) -> None:
    shape = Polygon(points)
    if not shape.is_valid or shape.area < 1e-6:
        raise ValueError(f"{name}: the four points must be the corners of a simple area, in order")


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


class SceneSettings(_Model):
    """What a camera looks at: all of a scene but the camera. A zone kind or rule that is not named is off."""

    zones: list[Zone] = Field(default_factory=list, max_length=200, title="Zones")
    ground: Ground | None = Field(None, title="Ground plane")
    rules: Rules = Field(default_factory=Rules, title="Rules")
    holidays: list[date] = Field(
        default_factory=list, max_length=400, title="Public holidays",
        description="days on which a schedule's PH hours hold; the State Council publishes them each autumn",
    )  # fmt: skip
    overlaps: list[Overlap] = Field(
        default_factory=list, max_length=50, title="Ground that other cameras show too",
        description="said of two cameras once, by either",
    )  # fmt: skip
    looking: Looking = Field(default_factory=Looking, title="How much is looked at")

    @model_validator(mode="after")
    def _unique_names(self) -> Self:
        names = [zone.name for zone in self.zones]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"zone names must be unique, used twice: {', '.join(twice)}")
        return self


class Scene(SceneSettings):
    """What one camera looks at, and which camera it is."""

    camera: Camera

    @property
    def settings(self) -> SceneSettings:
        """All of it but the camera."""
        return SceneSettings(**{name: getattr(self, name) for name in SceneSettings.model_fields})

    @classmethod
    def of(cls, camera: Camera, settings: SceneSettings) -> Self:
        """The scene of a camera; nothing of its settings is left behind."""
        return cls(camera=camera, **{name: getattr(settings, name) for name in SceneSettings.model_fields})

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
