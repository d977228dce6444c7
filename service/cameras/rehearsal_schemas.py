"""Rehearsals, as the API says them: what a scene that is not saved would have reported of the last hour."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from detector.scene import SceneSettings
from detector.violations import ViolationKind
from service.clock import UtcTime

Box = Annotated[
    tuple[float, float, float, float], Field(description="left, top, right, bottom, fractions of the picture")
]


class RehearsalRequest(BaseModel):
    """Zones and rules to try."""

    model_config = ConfigDict(extra="forbid")

    scene: SceneSettings
    minutes: int = Field(60, ge=1, le=120, description="how far back; two hours are kept at most")


class EngineOffence(BaseModel):
    """An offence as an engine's rehearsal tells of it."""

    kind: ViolationKind
    started_at: AwareDatetime
    ended_at: AwareDatetime
    zone: str | None
    box: Box
    course: list[tuple[float, float]]
    count: int
    confidence: float
    note: str


class EngineRehearsal(BaseModel):
    """What an engine's rehearsal gave."""

    findings: list[EngineOffence]
    watched_seconds: float
    sights: int
    first_at: AwareDatetime | None
    last_at: AwareDatetime | None
    unknown_signals: list[str]


class RehearsedCase(BaseModel):
    """The case that the same offence really became."""

    id: UUID
    number: str


class RehearsedOffence(BaseModel):
    """An offence that would have been reported, or was: see the list that it stands in."""

    kind: ViolationKind
    started_at: UtcTime
    ended_at: UtcTime
    zone: str | None
    box: Box
    course: list[tuple[float, float]] = Field(description="ground points of who moved, fractions of the picture")
    count: int
    confidence: float
    note: str
    case: RehearsedCase | None = Field(description="what it really became; null where it was not reported")


class RehearsedKind(BaseModel):
    """How many offences of a kind would have been reported, and how many were."""

    kind: ViolationKind
    would: int
    did: int


class Rehearsal(BaseModel):
    """What these zones and rules would have reported, compared with what was."""

    since: UtcTime
    until: UtcTime
    watched_seconds: float = Field(description="of that time tracks are stored; less where the camera could not see")
    first_at: UtcTime | None = Field(description="of what is stored; null where nothing is")
    last_at: UtcTime | None
    kinds: list[RehearsedKind]
    found: list[RehearsedOffence] = Field(description="would have been reported, oldest first")
    dropped: list[RehearsedOffence] = Field(description="was reported, and would not have been, oldest first")
    unknown_signals: list[str] = Field(description="crosswalks whose signal was not recorded: nobody crosses at red")
