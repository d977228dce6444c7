"""Cases, as the API says them."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from detector.violations import Role as EvidenceRole
from detector.violations import Violation, ViolationKind
from service.cases.transitions import CaseAction, CaseStatus, DismissalReason
from service.clock import UtcTime
from service.errors import Problem
from service.paging import Page


class CaseSummary(BaseModel):
    """A case as lists show it. ``version`` goes with every decision, so that two people cannot both decide."""

    id: UUID
    number: str
    status: CaseStatus
    kind: ViolationKind
    camera_id: str | None
    camera_name: str | None
    zone: str | None
    photo_id: UUID | None
    confidence: float
    suspected: bool
    count: int
    occurred_at: UtcTime
    created_at: UtcTime
    longitude: float | None
    latitude: float | None
    thumbnail_url: str | None
    version: int


class CasePage(Page[CaseSummary]):
    """One page of cases."""

    total: int = Field(description="cases that pass the filter, counted up to 10 000")


class Evidence(BaseModel):
    """One evidence file of a case."""

    id: UUID
    role: EvidenceRole
    note: str
    media_type: str
    sha256: str
    size: int
    taken_at: UtcTime | None
    url: str


class ObjectClass(StrEnum):
    """What the street model can see; the order is that of its class numbers."""

    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"
    E_TRICYCLE = "e_tricycle"
    CIGARETTE_BUTT = "cigarette_butt"
    GARBAGE = "garbage"


class ReviewedBox(BaseModel):
    """One object that a reviewer sees in a case's picture."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    object_class: ObjectClass = Field(alias="class")
    box: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat] = Field(
        description="left, top, right, bottom in pixels of the violation's frame"
    )


class HistoryEntry(BaseModel):
    """One step of a case: who, when, why."""

    at: UtcTime
    actor: str
    action: Literal["create", "confirm", "dismiss", "close", "undo"]
    from_status: CaseStatus | None
    to_status: CaseStatus | None
    reason: DismissalReason | None
    note: str


class Case(CaseSummary):
    """A case with its violation, evidence and history, and what the asker may do with it."""

    violation: Violation
    evidence: list[Evidence]
    history: list[HistoryEntry]
    boxes: list[ReviewedBox] | None = Field(
        description="everything of these classes that the last original shows, as a reviewer drew it; none: not drawn"
    )
    allowed_actions: list[CaseAction]
    undo_until: UtcTime | None = Field(description="until when the asker may take back the last decision")


class Decision(BaseModel):
    """A decision that needs no reason."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="the version that the decision is about")
    note: str = Field("", max_length=2000)


class ReviewedBoxes(BaseModel):
    """Everything that a case's last original shows of the model's classes; an empty list: nothing."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="the version of the case that was looked at")
    boxes: list[ReviewedBox] = Field(max_length=300)


class Dismissal(Decision):
    """A decision that a case is none, and why; the reason ``other`` needs a note."""

    reason: DismissalReason


class CurrentCase(BaseModel):
    """What a case has become meanwhile, and the decision that made it so."""

    status: CaseStatus
    version: int
    decision: HistoryEntry | None
    allowed_actions: list[CaseAction]


class CaseConflict(Problem):
    """A 409: the case has moved on, or the step is not allowed from where it is.

    The type is ``urn:streetwarden:version-conflict`` or ``urn:streetwarden:step-not-allowed``.
    """

    current: CurrentCase
