"""How cases move: one table of transitions that the API's answers, the pages and the documents come from."""

from dataclasses import dataclass
from enum import StrEnum

from service.security import Grant, Role


class CaseStatus(StrEnum):
    """Where a case stands: 待审核, 立案, 不予立案, 结案."""

    PENDING = "pending"
    FILED = "filed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class CaseAction(StrEnum):
    """What a person may do with a case."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    CLOSE = "close"
    UNDO = "undo"


class DismissalReason(StrEnum):
    """Why a case is none. ``other`` needs a note."""

    NOT_AN_OFFENCE = "not_an_offence"
    WRONG_OBJECT = "wrong_object"
    POOR_EVIDENCE = "poor_evidence"
    ALREADY_SETTLED = "already_settled"
    DUPLICATE = "duplicate"
    AUTHORISED = "authorised"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that a case may take.

    Attributes:
        start: where the case must stand.
        action: what is done.
        end: where the case stands afterwards.
        roles: who may do it.
        needs_reason: whether a dismissal reason must be given.
    """

    start: CaseStatus
    action: CaseAction
    end: CaseStatus
    roles: frozenset[Grant]
    needs_reason: bool = False


_OFFICE = frozenset[Grant]({Role.OPERATOR, Role.ADMINISTRATOR})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(CaseStatus.PENDING, CaseAction.CONFIRM, CaseStatus.FILED, _OFFICE),
    Transition(CaseStatus.PENDING, CaseAction.DISMISS, CaseStatus.DISMISSED, _OFFICE, needs_reason=True),
    Transition(CaseStatus.FILED, CaseAction.CLOSE, CaseStatus.CLOSED, _OFFICE),
)
"""Every step there is. Undo is not in the table: it takes back the last step of the same person for a short while."""


def find(start: CaseStatus, action: CaseAction) -> Transition | None:
    """The transition that an action makes from a status, if there is one."""
    return next((t for t in TRANSITIONS if t.start == start and t.action == action), None)


def allowed(start: CaseStatus, grants: frozenset[Grant]) -> list[CaseAction]:
    """The actions that somebody with these grants may take from a status, in the table's order."""
    return [t.action for t in TRANSITIONS if t.start == start and not t.roles.isdisjoint(grants)]
