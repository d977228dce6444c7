"""Ledgers, as the API says them."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from detector.violations import ViolationKind
from service.cases.transitions import CaseStatus, Outcome
from service.cases.words import Grade
from service.clock import UtcTime
from service.ledgers.lists import Ledger
from service.paging import Page


class LedgerName(BaseModel):
    """One of the six lists."""

    code: Ledger
    chinese: str
    english: str
    about: str


class LedgerNames(BaseModel):
    """The six lists."""

    items: list[LedgerName]


class LedgerLine(BaseModel):
    """One case in a ledger."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    kind: ViolationKind
    status: CaseStatus
    occurred_at: UtcTime
    created_at: UtcTime
    camera_id: str | None
    camera_name: str | None
    zone: str | None
    longitude: float | None
    latitude: float | None
    confidence: float
    count: int
    grade: Grade
    dispatched_at: UtcTime | None
    due_at: UtcTime | None
    rectified_at: UtcTime | None
    outcome: Outcome | None
    escalated_at: UtcTime | None
    returns: int
    reworks: int
    closed_at: UtcTime | None
    archived_at: UtcTime | None
    area: str | None = Field(description="name of the smallest area that holds the place")
    unit: str | None = Field(description="name of the unit that it was last dispatched to")
    contact: str | None
    late: bool = Field(description="the unit's time has run out, or had when it reported back")
    relapse: bool


class LedgerPage(Page[LedgerLine]):
    """One page of a ledger, in the order in which cases occurred."""
