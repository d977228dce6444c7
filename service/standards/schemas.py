"""Standards, as the API says them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from detector.violations import ViolationKind
from service.cases.words import Grade

Condition = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class TimeLimit(BaseModel):
    """How long a unit has, in working time of its calendar; a day is as long as the calendar's usual day."""

    model_config = ConfigDict(extra="forbid")

    amount: float = Field(gt=0, le=500)
    unit: Literal["hours", "days"]

    def seconds(self, day_seconds: int) -> int:
        """Working time in seconds."""
        return round(self.amount * (3600 if self.unit == "hours" else day_seconds))


class Limits(BaseModel):
    """Time limits by grade."""

    model_config = ConfigDict(extra="forbid")

    ordinary: TimeLimit
    urgent: TimeLimit

    def of(self, grade: Grade) -> TimeLimit:
        """The limit of one grade."""
        return self.urgent if grade is Grade.URGENT else self.ordinary


class StandardChange(BaseModel):
    """A standard as an administrator writes it."""

    model_config = ConfigDict(extra="forbid")

    filing: Condition = Field(description="when a case of this kind is filed (立案条件)")
    closing: Condition = Field(description="when it may be closed (结案条件)")
    limits: Limits


class Standard(StandardChange):
    """The standard of one kind of violation."""

    kind: ViolationKind


class Standards(BaseModel):
    """The standards of all kinds."""

    items: list[Standard]
