"""A step that somebody wants a case to take, with everything that it may need."""

from dataclasses import dataclass
from uuid import UUID

from service.cases.schemas import Decision, Dismissal, Dispatch, Merge, Rectification
from service.cases.transitions import CaseAction, DismissalReason, Outcome
from service.cases.words import Grade


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody asks for.

    Attributes:
        action: the step.
        version: the version of the case that the asker saw.
        note: what the asker says about it.
        reason: why a case is dismissed.
        unit_id: where a case is dispatched to; none: to the unit that answers for the place.
        grade: how urgent it is; none: as before.
        outcome: how a person's offence was settled.
        into: the case that this one is merged into.
    """

    action: CaseAction
    version: int
    note: str
    reason: DismissalReason | None = None
    unit_id: UUID | None = None
    grade: Grade | None = None
    outcome: Outcome | None = None
    into: UUID | None = None

    @classmethod
    def of(cls, action: CaseAction, body: Decision) -> "Step":
        """The step that a request's body asks for."""
        return cls(
            action=action,
            version=body.version,
            note=body.note.strip(),
            reason=body.reason if isinstance(body, Dismissal) else None,
            unit_id=body.unit_id if isinstance(body, Dispatch) else None,
            grade=body.grade if isinstance(body, Dispatch) else None,
            outcome=body.outcome if isinstance(body, Rectification) else None,
            into=body.into if isinstance(body, Merge) else None,
        )
