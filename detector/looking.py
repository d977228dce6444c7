"""Looking: how much of what a camera sends the model looks at."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from detector.schedule import Schedule


class Looking(BaseModel):
    """What may be spared. A picture that is not looked at shows nothing and proves nothing: clocks go on over it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: float | None = Field(
        5.0, gt=0, le=120, title="Looks a second", description="while something moves; every picture if empty"
    )
    motion: bool = Field(
        True,
        title="Only where something moves",
        description="where nothing moves, a picture waits for the next re-check",
    )
    recheck: float = Field(
        2.0, ge=0.2, le=60, title="Re-check", description="seconds after which even a still picture is looked at"
    )
    quiet_hours: str | None = Field(
        None,
        title="Quiet hours",
        description="when the quiet rate applies: Mo-Su 23:00-05:00, as OpenStreetMap writes it",
    )
    quiet_rate: float = Field(
        2.0, gt=0, le=120, title="Looks a second in quiet hours", description="while something moves"
    )
    parts: bool = Field(
        True,
        title="Only the part that moves",
        description="while something moves in less than half of the picture, only what lies around it is looked at; "
        "the whole picture stays on its re-check",
    )
    sleep: bool = Field(
        True, title="Sleep",
        description="while nothing moves, only key frames are decoded; what lies between is decoded when something did",
    )  # fmt: skip
    sleep_after: float = Field(10.0, ge=1, le=3600, title="Sleep after", description="seconds without motion")
    sleep_recheck: float = Field(
        4.0, ge=0.2, le=600, title="Re-check asleep", description="seconds from look to look while the camera sleeps"
    )

    @field_validator("quiet_hours")
    @classmethod
    def _readable(cls, hours: str | None) -> str | None:
        if hours is not None:
            Schedule.parse(hours)
        return hours

    @classmethod
    def everything(cls) -> Self:
        """Every picture, whatever it shows."""
        return cls(rate=None, motion=False, parts=False, sleep=False)
