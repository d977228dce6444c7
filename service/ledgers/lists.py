"""The six lists that the supervision mechanism (督查机制) asks for, as conditions on cases.

A problem is found (问题), becomes somebody's task (任务) with somebody who answers for it (责任), is put right (整改),
is watched where it does not go as it should (督查), and is struck off (销号).
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_

from service.cases.models import CaseRow
from service.cases.transitions import CONFIRMED, SETTLED, WITH_UNIT, CaseStatus


class Ledger(StrEnum):
    """One of the six lists."""

    PROBLEMS = "problems"
    TASKS = "tasks"
    RESPONSIBILITIES = "responsibilities"
    RECTIFICATIONS = "rectifications"
    SUPERVISION = "supervision"
    COMPLETIONS = "completions"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """How a list is called, what is in it, and which columns it has besides those of all lists."""

    chinese: str
    english: str
    about: str
    columns: tuple[str, ...]


LEDGERS: dict[Ledger, LedgerEntry] = {
    Ledger.PROBLEMS: LedgerEntry(
        "问题清单", "Problems", "every offence that was filed", ("source", "confidence", "count", "created_at")
    ),
    Ledger.TASKS: LedgerEntry(
        "任务清单", "Tasks", "what units have to do now", ("unit", "grade", "dispatched_at", "due_at", "overdue")
    ),
    Ledger.RESPONSIBILITIES: LedgerEntry(
        "责任清单",
        "Responsibilities",
        "who answers for which offence",
        ("unit", "contact", "dispatched_at", "due_at", "returns"),
    ),
    Ledger.RECTIFICATIONS: LedgerEntry(
        "整改清单",
        "Rectifications",
        "what was put right, and how",
        ("unit", "dispatched_at", "due_at", "rectified_at", "outcome", "overdue", "reworks"),
    ),
    Ledger.SUPERVISION: LedgerEntry(
        "督查清单",
        "Supervision",
        "what is late, escalated, sent back or has come back",
        ("unit", "due_at", "overdue", "escalated_at", "returns", "reworks", "relapse"),
    ),
    Ledger.COMPLETIONS: LedgerEntry(
        "销号清单",
        "Completions",
        "what is settled and struck off",
        ("unit", "dispatched_at", "rectified_at", "outcome", "closed_at", "archived_at", "overdue"),
    ),
}


def belongs(ledger: Ledger, late: ColumnElement[bool]) -> ColumnElement[bool]:
    """Which cases are in a list.

    Args:
        ledger: the list.
        late: whether a case's unit is late, or was.
    """
    confirmed = CaseRow.status.in_(sorted(CONFIRMED))
    conditions: dict[Ledger, ColumnElement[bool]] = {
        Ledger.PROBLEMS: confirmed,
        Ledger.TASKS: CaseRow.status.in_(sorted(WITH_UNIT)),
        Ledger.RESPONSIBILITIES: and_(confirmed, CaseRow.unit_id.is_not(None)),
        Ledger.RECTIFICATIONS: and_(
            CaseRow.status.in_(sorted({CaseStatus.RECTIFIED, *SETTLED})), CaseRow.rectified_at.is_not(None)
        ),
        Ledger.SUPERVISION: and_(
            confirmed,
            or_(
                late,
                CaseRow.escalated_at.is_not(None),
                CaseRow.reworks > 0,
                CaseRow.returns > 0,
                CaseRow.relapse_of_id.is_not(None),
            ),
        ),
        Ledger.COMPLETIONS: CaseRow.status.in_(sorted(SETTLED)),
    }
    return conditions[ledger]
