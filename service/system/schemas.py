"""The system's state and its catalogue of words, as the API says them."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.clock import UtcTime

EngineState = Literal["absent", "starting", "running", "stopping", "stopped", "silent"]
Severity = Literal["info", "warning", "critical"]


class EngineReport(BaseModel):
    """An engine's heartbeat."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["starting", "running", "stopping", "stopped"]
    outbox: int = Field(ge=0, le=2**31 - 1, description="violations on disk that wait to be delivered")
    model: str = Field("", max_length=64, description="registry name of the model in use")
    model_refused: str = Field(
        "", max_length=500, description="why the model that is registered now is not in use; empty where it is"
    )
    cameras: list[str] = Field(default_factory=list, max_length=10_000, description="cameras that it runs")
    last_result_at: AwareDatetime | None = Field(None, description="when a frame or photo was last looked at")
    restarts: int | None = Field(None, ge=0, le=2**31 - 1, description="how often its supervisor restarted it")


class EngineStatus(BaseModel):
    """How the engine fares: ``absent`` never reported, ``silent`` has not reported for too long."""

    state: EngineState
    restarts: int
    last_result_at: UtcTime | None
    outbox: int
    cameras: list[str]
    at: UtcTime | None = Field(description="when it last reported")


class Disk(BaseModel):
    """Free space where the data lie; ``low`` means that uploads are refused with 507."""

    free_bytes: int
    low: bool


class Alert(BaseModel):
    """Something that somebody should look after."""

    code: str
    severity: Severity
    message: str
    since: UtcTime


class System(BaseModel):
    """The state of the system."""

    version: str
    model: str | None
    engine: EngineStatus
    disk: Disk
    alerts: list[Alert]


class Health(BaseModel):
    """What was checked and how it went."""

    status: Literal["ok", "failed"]
    checks: dict[str, str] = Field(description="each check: ok, or what is wrong")


class Word(BaseModel):
    """A word of the programs and what people call it."""

    code: str
    chinese: str
    english: str


class KindWord(Word):
    """A kind of violation; ``about_person`` says that the offender is a person."""

    about_person: bool


class ReasonWord(Word):
    """A dismissal reason; ``needs_note`` says that it must be explained."""

    needs_note: bool


class Catalogue(BaseModel):
    """The words that consoles show."""

    kinds: list[KindWord]
    dismissal_reasons: list[ReasonWord]
    case_states: list[Word]
    case_actions: list[Word]
    requirements: list[Word]
    outcomes: list[Word]
    grades: list[Word]
    zone_kinds: list[Word]
    roles: list[Word]
    unit_kinds: list[Word]
    area_levels: list[Word]
