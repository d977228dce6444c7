"""Cameras, as the API says them. What a scene holds is the detector's own model."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from detector.scene import CAMERA_ID, SceneSettings
from service.clock import UtcTime
from service.paging import Page

CameraId = Annotated[str, StringConstraints(pattern=CAMERA_ID)]
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
Substream = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(
        description="address of a small stream of the same camera: it is looked at in place of the source, of which "
        "close looks and pictures of what stands still then take key frames; not with push:"
    ),
]
Longitude = Annotated[float, Field(ge=-180, le=180, description="WGS 84, degrees")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="WGS 84, degrees")]
CameraState = Literal["starting", "running", "reconnecting", "waiting", "finished", "stopped", "failed"]


class SignalReport(BaseModel):
    """What a pedestrian signal shows, as its controller tells it."""

    model_config = ConfigDict(extra="forbid")

    crosswalk: str | None = Field(
        None, max_length=64, description="name of the crosswalk's zone; null: every crosswalk whose signal is told"
    )
    phase: Literal["red", "green", "unknown"] = Field(description="unknown: flashing, off, or out of order")
    since: AwareDatetime | None = Field(
        None, description="when the phase began; null: now, or as told before where the phase is the same"
    )
    valid_seconds: float = Field(
        60, ge=1, le=3600, description="so long it may be believed; afterwards the signal is unknown: nobody is accused"
    )


class SignalPhase(BaseModel):
    """What a crosswalk's signal shows, and until when that may be believed."""

    model_config = ConfigDict(from_attributes=True)

    crosswalk: str
    phase: Literal["red", "green", "unknown"]
    since: UtcTime
    until: UtcTime


class GapReport(BaseModel):
    """A time in which a camera could not see, as its engine reports it; again when it ends."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: str = Field(pattern=r"^[a-z_]{1,32}$")
    message: str = Field("", max_length=500)
    suspended: bool = Field(True, description="whether rules were suspended; a small shift is corrected instead")
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None


class Gap(BaseModel):
    """A time in which a camera could not see: black, dark, covered, blurred, frozen, moved, no picture, not watched."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    camera_id: str
    kind: str
    message: str
    suspended: bool
    started_at: UtcTime
    ended_at: UtcTime | None = Field(description="null while it lasts")


class GapPage(Page[Gap]):
    """One page of gaps, newest first."""


class CameraCost(BaseModel):
    """What a camera costs its engine, over the last ten seconds."""

    model_config = ConfigDict(extra="forbid")

    decode: float = Field(ge=0, description="CPU milliseconds a second: reading, decoding, looking for motion")
    model: float = Field(ge=0, description="the same of the model, as far as it computes in the thread that calls it")
    rules: float = Field(ge=0, description="the same of tracking, health, rules and evidence, without clips")
    queue_age: float = Field(
        ge=0, description="seconds from a frame that is worth a look until the rules are through with it"
    )


class CameraStatusReport(BaseModel):
    """How a camera fares, as its engine reports it."""

    model_config = ConfigDict(extra="forbid")

    state: CameraState
    message: str = Field("", max_length=500)
    fps: float | None = Field(None, ge=0, le=1000, description="frames a second that are looked at")
    last_frame_at: AwareDatetime | None = None
    width: int | None = Field(None, ge=1, le=65_535)
    height: int | None = Field(None, ge=1, le=65_535)
    cost: CameraCost | None = None
    gaps: list[GapReport] = Field(
        default_factory=list, max_length=100,
        description="the newest times in which it could not see; one that lasts and is not named has ended",
    )  # fmt: skip


class CameraStatus(BaseModel):
    """How a camera fares; ``at`` says when that was reported."""

    model_config = ConfigDict(from_attributes=True)

    state: CameraState
    message: str
    fps: float | None
    last_frame_at: UtcTime | None
    width: int | None
    height: int | None
    cost: CameraCost | None
    at: UtcTime


class SnapshotStored(BaseModel):
    """A live picture was stored."""

    watched: bool = Field(
        description="somebody looks at this camera now: a picture a second is wanted, else every third"
    )


class Camera(BaseModel):
    """A camera. Credentials in ``source`` and ``substream`` are masked for all but administrators and engines."""

    id: str
    name: str
    source: str
    substream: str | None
    enabled: bool
    longitude: float | None
    latitude: float | None
    scene: SceneSettings
    status: CameraStatus | None
    signals: list[SignalPhase] = Field(description="what is told about its crosswalks' signals now")
    gap: Gap | None = Field(description="why it cannot see now; null where it can")
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
    substream: Substream | None = None
    enabled: bool = True
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    scene: SceneSettings = Field(default_factory=SceneSettings)


class CameraUpdate(BaseModel):
    """What changes about a camera; fields left out stay as they are, a place or substream given as null is removed."""

    model_config = ConfigDict(extra="forbid")

    name: CameraName | None = None
    source: Source | None = None
    substream: Substream | None = None
    enabled: bool | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None


class FrameAccepted(BaseModel):
    """A pushed frame was handed to the engine."""

    camera_id: str
    captured_at: UtcTime


ProbeFault = Literal[
    "address", "forbidden", "missing", "unknown_host", "refused", "silent", "credentials", "path", "no_video", "other"
]


class ProbeRequest(BaseModel):
    """An address to look at."""

    model_config = ConfigDict(extra="forbid")

    source: Source


class Probe(BaseModel):
    """The first picture that an address gives, or why it gives none."""

    fault: ProbeFault | None = Field(None, description="null: there is a picture")
    detail: str = Field("", description="one line about the fault, without credentials")
    width: int | None = None
    height: int | None = None
    seconds: float | None = Field(None, description="after which the picture came")
    picture: str | None = Field(None, description="JPEG, at most 1280 pixels wide, as base64")
