"""Figures, as the API says them."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from detector.violations import ViolationKind
from service.clock import UtcTime
from service.paging import Page


class Weights(BaseModel):
    """How much each part weighs in a score; only their ratios count."""

    model_config = ConfigDict(extra="forbid")

    found: float = Field(10.0, ge=0, le=100, allow_inf_nan=False, description="cases, compared with who has most")
    settled: float = Field(30.0, ge=0, le=100, allow_inf_nan=False, description="settled, of those that were due")
    on_time: float = Field(40.0, ge=0, le=100, allow_inf_nan=False, description="settled on time, of those due")
    sent_back: float = Field(10.0, ge=0, le=100, allow_inf_nan=False, description="never sent back by checkers, of all")
    relapse: float = Field(10.0, ge=0, le=100, allow_inf_nan=False, description="did not come back, of all")


class Counts(BaseModel):
    """What was counted: of the confirmed cases that occurred in the span of time."""

    found: int = Field(description="confirmed cases (立案)")
    due: int = Field(description="settled, or late by now: what can be judged already")
    settled: int = Field(description="closed or archived (结案)")
    on_time: int = Field(description="settled, and the unit was not late (按期)")
    late: int = Field(description="the unit is late, or was (超时)")
    sent_back: int = Field(description="sent back by checkers at least once (返工)")
    returned: int = Field(description="returned by the unit at least once (退回)")
    relapses: int = Field(description="new cases in the span of time where this one's settled offence came back (反弹)")
    score: float | None = Field(description="0 to 100; null where nothing can be judged yet")


class RankedUnit(Counts):
    """A unit in a ranking. Units with the same score share a rank; those without a score have none."""

    rank: int | None
    unit_id: UUID
    code: str
    name: str


class Ranking(BaseModel):
    """A ranking of all units over a week of the district's zone, Monday to Sunday."""

    week: str = Field(description="ISO 8601 week, for example 2026-W48")
    since: UtcTime
    until: UtcTime
    weights: Weights
    items: list[RankedUnit]


class KindScore(Counts):
    """The figures of one kind of violation."""

    kind: ViolationKind


class KindScores(BaseModel):
    """Figures of every kind."""

    items: list[KindScore]


class AreaScore(Counts):
    """The figures of one area, with those of the areas below it."""

    area_id: UUID
    code: str
    name: str


class AreaScores(Page[AreaScore]):
    """One page of areas of a level, by code."""


class Bucket(StrEnum):
    """How long the steps of a trend are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class TrendPoint(BaseModel):
    """What happened in one step of a trend."""

    since: UtcTime
    until: UtcTime
    found: int = Field(description="confirmed cases that occurred")
    settled: int = Field(description="cases that were closed, whenever they occurred")
    late: int = Field(description="confirmed cases that occurred and whose unit is late, or was")
    relapses: int = Field(description="confirmed cases that occurred where a settled offence came back")


class Trend(BaseModel):
    """A trend, oldest step first; steps begin at midnight of the district's zone."""

    bucket: Bucket
    items: list[TrendPoint]


class HeatCell(BaseModel):
    """A square of the map, a thousandth of a degree wide and high, in which confirmed cases lie."""

    longitude: float = Field(description="where its cases lie on average, degrees")
    latitude: float
    count: int


class HeatMap(Page[HeatCell]):
    """One page of squares that hold cases."""


class CameraSight(BaseModel):
    """How much of a span of time a camera could see."""

    camera_id: str
    name: str
    seen: float = Field(description="share of the time since the span began, or the camera was added: 0 to 1")
    unseen_seconds: float
    gaps: int = Field(description="times in which it could not see")
    kinds: dict[str, float] = Field(description="seconds of each kind of gap; they may overlap")


class CameraSights(BaseModel):
    """All cameras that are on, the one that saw least first."""

    since: UtcTime
    until: UtcTime = Field(description="now, where the span lasts longer")
    items: list[CameraSight]
