"""The part of a case that steps change, taken down before each step so that undo can bring it back."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from service.cases.models import CaseRow


class Life(BaseModel):
    """Everything of a case that its steps change, besides status and version."""

    model_config = ConfigDict(from_attributes=True)

    unit_id: UUID | None
    grade: str
    dispatched_at: datetime | None
    accepted_at: datetime | None
    due_at: datetime | None
    limit_seconds: int | None
    remaining_seconds: int | None
    remind_at: datetime | None
    reminded_at: datetime | None
    escalated_at: datetime | None
    overdue: bool
    rectified_at: datetime | None
    outcome: str | None
    returns: int
    reworks: int
    closed_at: datetime | None
    archived_at: datetime | None
    merged_into_id: UUID | None


def snapshot(case: CaseRow) -> dict[str, JsonValue]:
    """What undo must bring back, as JSON."""
    taken: dict[str, JsonValue] = Life.model_validate(case).model_dump(mode="json")
    return taken


def restore(case: CaseRow, taken: dict[str, JsonValue]) -> None:
    """Bring back what `snapshot` took down."""
    life = Life.model_validate(taken)
    for name in Life.model_fields:
        setattr(case, name, getattr(life, name))
