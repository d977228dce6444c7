"""How cases move: one table of transitions that the API's answers, the pages and the documents come from.

Stages and their names follow what Chinese cities use for a case file (案卷): collect, file, dispatch, handle, report
back, check and close (CJ/T 315-2009, GB/T 30428).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.security import Grant, Role


class CaseStatus(StrEnum):
    """Where a case stands; `service.cases.words` says how people call it."""

    PENDING = "pending"
    FILED = "filed"
    DISMISSED = "dismissed"
    MERGED = "merged"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    RECTIFIED = "rectified"
    CLOSED = "closed"
    ARCHIVED = "archived"


class CaseAction(StrEnum):
    """What may be done with a case."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    MERGE = "merge"
    SPLIT = "split"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    RECTIFY = "rectify"
    REWORK = "rework"
    ESCALATE = "escalate"
    CLOSE = "close"
    ARCHIVE = "archive"
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


class Outcome(StrEnum):
    """How an offence of a person was settled, where there is nothing to photograph afterwards."""

    TALK = "talk"
    WARNING = "warning"
    FINE = "fine"
    HANDED_OVER = "handed_over"
    NOT_FOUND = "not_found"


class Requirement(StrEnum):
    """What a step needs besides the newest version of the case."""

    REASON = "reason"
    NOTE = "note"
    UNIT = "unit"
    RESULT = "result"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that a case may take.

    Attributes:
        start: where the case must stand.
        action: what is done.
        end: where the case stands afterwards.
        roles: who may do it; a handler only with the cases of the own unit, anybody only in the own area.
        requires: what must be given.
        by_system: whether the service takes the step by itself too.
    """

    start: CaseStatus
    action: CaseAction
    end: CaseStatus
    roles: frozenset[Grant]
    requires: frozenset[Requirement] = frozenset()
    by_system: bool = False


_OFFICE = frozenset[Grant]({Role.OPERATOR, Role.ADMINISTRATOR})
_CHECKERS = frozenset[Grant]({Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})
_SUPERVISORS = frozenset[Grant]({Role.SUPERVISOR, Role.ADMINISTRATOR})
_HANDLERS = frozenset[Grant]({Role.UNIT_HANDLER})

_S, _A = CaseStatus, CaseAction
_REASON, _NOTE, _UNIT = ({Requirement.REASON}, {Requirement.NOTE}, {Requirement.UNIT})
_RESULT, _TARGET = ({Requirement.RESULT}, {Requirement.TARGET})


def _step(
    start: CaseStatus,
    action: CaseAction,
    end: CaseStatus,
    roles: frozenset[Grant],
    requires: set[Requirement] | None = None,
    *,
    by_system: bool = False,
) -> Transition:
    return Transition(start, action, end, roles, frozenset(requires or ()), by_system)


TRANSITIONS: tuple[Transition, ...] = (
    _step(_S.PENDING, _A.CONFIRM, _S.FILED, _OFFICE),
    _step(_S.PENDING, _A.DISMISS, _S.DISMISSED, _OFFICE, _REASON),
    _step(_S.PENDING, _A.MERGE, _S.MERGED, _OFFICE, _TARGET),
    _step(_S.MERGED, _A.SPLIT, _S.PENDING, _OFFICE, _NOTE),
    _step(_S.FILED, _A.DISPATCH, _S.DISPATCHED, _CHECKERS, _UNIT),
    # Settled on the spot, before any unit had to be sent (自行处置).
    _step(_S.FILED, _A.CLOSE, _S.CLOSED, _OFFICE),
    _step(_S.DISPATCHED, _A.DISPATCH, _S.DISPATCHED, _CHECKERS, _UNIT),
    _step(_S.DISPATCHED, _A.ACCEPT, _S.IN_PROGRESS, _HANDLERS),
    _step(_S.DISPATCHED, _A.RETURN, _S.FILED, _HANDLERS, _NOTE),
    _step(_S.DISPATCHED, _A.ESCALATE, _S.DISPATCHED, _SUPERVISORS, _NOTE, by_system=True),
    _step(_S.IN_PROGRESS, _A.RETURN, _S.FILED, _HANDLERS, _NOTE),
    _step(_S.IN_PROGRESS, _A.RECTIFY, _S.RECTIFIED, _HANDLERS, _RESULT),
    _step(_S.IN_PROGRESS, _A.ESCALATE, _S.IN_PROGRESS, _SUPERVISORS, _NOTE, by_system=True),
    _step(_S.RECTIFIED, _A.CLOSE, _S.CLOSED, _CHECKERS),
    _step(_S.RECTIFIED, _A.REWORK, _S.IN_PROGRESS, _CHECKERS, _NOTE),
    _step(_S.CLOSED, _A.ARCHIVE, _S.ARCHIVED, _SUPERVISORS),
)
"""Every step there is. Undo is not in the table: it takes back the last step of the same person for a short while."""

SETTLED = frozenset({CaseStatus.CLOSED, CaseStatus.ARCHIVED})
"""Where an offence has been put right: what happens there again is a relapse."""

CONFIRMED = frozenset(CaseStatus) - {CaseStatus.PENDING, CaseStatus.DISMISSED, CaseStatus.MERGED}
"""Where somebody has said that the offence is one."""

WITH_UNIT = frozenset({CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS})
"""Where a unit's time runs."""


def find(start: CaseStatus, action: CaseAction) -> Transition | None:
    """The transition that an action makes from a status, if there is one."""
    return next((t for t in TRANSITIONS if t.start == start and t.action == action), None)


def allowed(start: CaseStatus, grants: frozenset[Grant]) -> list[CaseAction]:
    """The actions that somebody with these grants may take from a status, in the table's order."""
    return [t.action for t in TRANSITIONS if t.start == start and not t.roles.isdisjoint(grants)]


def who_may(action: CaseAction) -> frozenset[Grant]:
    """Everybody who may take an action from some status."""
    return frozenset(role for t in TRANSITIONS if t.action == action for role in t.roles)


def leading_from(start: CaseStatus) -> Iterator[Transition]:
    """The steps that lead on from a status."""
    return (t for t in TRANSITIONS if t.start == start)
