"""Cameras, as the API says them. The scene's zones, ground plane and rules are the detector's own models."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from detector.scene import Camera as SceneCamera
from detector.scene import Ground, Rules, Scene, Zone, describe
from service.clock import UtcTime
from service.paging import Page

CameraId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
CameraName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
LOOP = "loop:"
"""Before the path of a video file: it begins again at its end."""
Source = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(
        description="rtsp://…, a file (loop: before its path plays it again and again), a folder of frames, "
        "or push: where frames are pushed over HTTP"
    ),
]
Longitude = Annotated[float, Field(ge=-180, le=180, description="WGS 84, degrees")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="WGS 84, degrees")]
CameraState = Literal["starting", "running", "reconnecting", "waiting", "finished", "stopped", "failed"]


class SceneSettings(BaseModel):
    """What a camera looks at: zones, ground plane, rules. A zone kind or rule that is not named is off."""

    model_config = ConfigDict(extra="forbid")

    zones: list[Zone] = Field(default_factory=list, max_length=200)
    ground: Ground | None = None
    rules: Rules = Field(default_factory=Rules)

    @model_validator(mode="after")
    def _as_the_detector_reads_it(self) -> Self:
        try:
            Scene(camera=SceneCamera(id="camera"), zones=self.zones, ground=self.ground, rules=self.rules)
        except ValidationError as error:
            raise ValueError(describe(error)) from error
        return self


class CameraStatusReport(BaseModel):
    """How a camera fares, as its engine reports it."""

    model_config = ConfigDict(extra="forbid")

    state: CameraState
    message: str = Field("", max_length=500)
    fps: float | None = Field(None, ge=0, le=1000, description="frames a second that are looked at")
    last_frame_at: AwareDatetime | None = None
    width: int | None = Field(None, ge=1, le=65_535)
    height: int | None = Field(None, ge=1, le=65_535)


class CameraStatus(BaseModel):
    """How a camera fares; ``at`` says when that was reported."""

    model_config = ConfigDict(from_attributes=True)

    state: CameraState
    message: str
    fps: float | None
    last_frame_at: UtcTime | None
    width: int | None
    height: int | None
    at: UtcTime


class Camera(BaseModel):
    """A camera. Credentials in ``source`` are masked for all but administrators and engines."""

    id: str
    name: str
    source: str
    enabled: bool
    longitude: float | None
    latitude: float | None
    scene: SceneSettings
    status: CameraStatus | None
    created_at: UtcTime
    updated_at: UtcTime


class CameraPage(Page[Camera]):
    """One page of cameras."""


class CameraCreate(BaseModel):
    """A new camera."""

    model_config = ConfigDict(extra="forbid")

    id: CameraId
    name: CameraName = ""
    source: Source
    enabled: bool = True
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    scene: SceneSettings = Field(default_factory=SceneSettings)


class CameraUpdate(BaseModel):
    """What changes about a camera; fields left out stay as they are, a place given as null is removed."""

    model_config = ConfigDict(extra="forbid")

    name: CameraName | None = None
    source: Source | None = None
    enabled: bool | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None


class FrameAccepted(BaseModel):
    """A pushed frame was handed to the engine."""

    camera_id: str
    captured_at: UtcTime
