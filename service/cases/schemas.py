"""Cases, as the API says them."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from detector.violations import Role as EvidenceRole
from detector.violations import Violation, ViolationKind
from service.areas.schemas import AreaName
from service.cases.transitions import CaseAction, CaseStatus, DismissalReason, Outcome, Requirement
from service.cases.words import Grade
from service.clock import UtcTime
from service.errors import Problem
from service.paging import Page
from service.security import Role, Scope
from service.standards.schemas import TimeLimit
from service.units.schemas import UnitName


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
    area_id: UUID | None = Field(description="the smallest area that held the place when the case was opened")
    unit_id: UUID | None = Field(description="the unit that it was last dispatched to")
    grade: Grade
    due_at: UtcTime | None = Field(description="when the unit's time ends; null while it stands still")
    overdue: bool = Field(description="the unit's time has run out, or had when it reported back")
    escalated_at: UtcTime | None
    returns: int = Field(description="how often units returned it (退回)")
    reworks: int = Field(description="how often checkers sent it back (返工)")
    relapse_of_id: UUID | None = Field(description="the settled case that this one is a relapse of (反弹)")
    merged_into_id: UUID | None


class CasePage(Page[CaseSummary]):
    """One page of cases."""

    total: int = Field(description="cases that pass the filter, counted up to 10 000")


class Evidence(BaseModel):
    """One evidence file of a case; ``after`` is a photo that a unit took when it had put things right."""

    id: UUID
    role: EvidenceRole | Literal["after"]
    note: str
    media_type: str
    sha256: str
    size: int
    taken_at: UtcTime | None
    deleted_at: UtcTime | None = Field(description="when the retention rules deleted it; its hash stays")
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
    action: CaseAction | Literal["create", "add_photo", "absorb", "release", "remind", "withdraw"]
    from_status: CaseStatus | None
    to_status: CaseStatus | None
    reason: DismissalReason | None
    note: str
    unit: str | None = Field(description="name of the unit that the case was dispatched to")
    other_case: str | None = Field(description="number of the case that this step is about too")
    outcome: Outcome | None


class CaseName(BaseModel):
    """Another case that a case names."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    status: CaseStatus
    occurred_at: UtcTime


class MergedCase(CaseName):
    """A case that was merged into this one, with its evidence: one offence, photos of several reports."""

    evidence: list[Evidence]


class Conditions(BaseModel):
    """When a case of this kind is filed, when it may be closed, and how long a unit has (立案条件、结案条件、时限)."""

    filing: str
    closing: str
    limit: TimeLimit


class Case(CaseSummary):
    """A case with its violation, evidence and history, and what the asker may do with it."""

    violation: Violation
    evidence: list[Evidence]
    history: list[HistoryEntry]
    boxes: list[ReviewedBox] | None = Field(
        description="everything of these classes that the last original shows, as a reviewer drew it; none: not drawn"
    )
    area: AreaName | None
    unit: UnitName | None
    suggested_unit: UnitName | None = Field(description="the unit that answers for this place and kind")
    outcome: Outcome | None
    dispatched_at: UtcTime | None
    rectified_at: UtcTime | None
    closed_at: UtcTime | None
    remaining_seconds: int | None = Field(description="working time that was left when the unit's time stood still")
    relapse_of: CaseName | None
    relapses: int = Field(description="how often in a row disorder came back here before this case")
    merged_into: CaseName | None
    merged: list[MergedCase]
    conditions: Conditions
    allowed_actions: list[CaseAction]
    required: dict[CaseAction, list[Requirement]] = Field(description="what each allowed action needs")
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


class Dispatch(Decision):
    """Send a case to a unit; without ``unit_id`` to the one that answers for its place and kind."""

    unit_id: UUID | None = None
    grade: Grade | None = Field(None, description="how urgent it is; as before where it is left out")


class Rectification(Decision):
    """Say that a case was put right. Offences of people may have an outcome instead of a photo taken afterwards."""

    outcome: Outcome | None = None


class Merge(Decision):
    """Make a case part of another one of the same kind."""

    into: UUID


class Suggestion(BaseModel):
    """A case that another one may be merged into."""

    case: CaseSummary
    metres: float
    minutes: int = Field(description="time between them")
    alike: float | None = Field(description="how alike their close-ups look, 0 to 1; null where one has none")
    score: float = Field(description="0 to 1; the likeliest is first")


class Suggestions(BaseModel):
    """Cases that one may be merged into, the likeliest first."""

    items: list[Suggestion]


class HotSpot(BaseModel):
    """A place where cases crowd."""

    longitude: float
    latitude: float
    radius_metres: float = Field(description="from the middle to the farthest case")
    cases: int
    kinds: dict[ViolationKind, int]
    relapses: int
    first_at: UtcTime
    last_at: UtcTime
    case_ids: list[UUID] = Field(description="the latest")


class HotSpots(BaseModel):
    """Places where cases crowd, the most crowded first."""

    items: list[HotSpot]
    looked_at: int = Field(description="cases of the period that were looked at")


class TransitionRow(BaseModel):
    """One row of the table of transitions."""

    start: CaseStatus
    action: CaseAction
    end: CaseStatus
    roles: list[Role | Scope]
    requires: list[Requirement]
    by_system: bool = Field(description="whether the service takes the step by itself too")


class TransitionTable(BaseModel):
    """How cases move: every step there is. Undo takes back one's own last step for ``undo_seconds``."""

    items: list[TransitionRow]
    undo_seconds: int


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
