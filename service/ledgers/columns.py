"""The columns of ledgers: what they are called, and what stands in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from detector.violations import KINDS, ViolationKind
from service.cases.transitions import CaseStatus, Outcome
from service.cases.words import GRADES, OUTCOMES, STATES, Grade
from service.ledgers.lists import LEDGERS, Ledger
from service.ledgers.rows import LedgerRow
from service.spreadsheets import Cell, Title

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its titles, its width in characters, and its cell for a row in a language."""

    chinese: str
    english: str
    width: int
    cell: Callable[[LedgerRow, Language], Cell]

    def title(self, language: Language) -> Title:
        """What stands above it."""
        return Title(self.chinese if language == "zh" else self.english, self.width)


def _yes(value: bool, language: Language) -> str:
    return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]


def _kind(row: LedgerRow, language: Language) -> str:
    entry = KINDS[ViolationKind(row.kind)]
    return entry.chinese if language == "zh" else entry.english


def _status(row: LedgerRow, language: Language) -> str:
    name = STATES[CaseStatus(row.status)]
    return name.chinese if language == "zh" else name.english


def _grade(row: LedgerRow, language: Language) -> str:
    name = GRADES[Grade(row.grade)]
    return name.chinese if language == "zh" else name.english


def _outcome(row: LedgerRow, language: Language) -> str | None:
    if row.outcome is None:
        return None
    name = OUTCOMES[Outcome(row.outcome)]
    return name.chinese if language == "zh" else name.english


def _source(row: LedgerRow, language: Language) -> str:
    if row.camera_id is not None:
        return row.camera_name or row.camera_id
    return "巡查照片" if language == "zh" else "photo"


COLUMNS: dict[str, Column] = {
    "number": Column("案号", "Number", 20, lambda row, _: row.number),
    "kind": Column("问题类别", "Kind", 14, _kind),
    "status": Column("状态", "State", 10, _status),
    "occurred_at": Column("发生时间", "Occurred", 18, lambda row, _: row.occurred_at),
    "area": Column("属地", "Area", 16, lambda row, _: row.area),
    "zone": Column("位置", "Zone", 14, lambda row, _: row.zone),
    "longitude": Column("经度", "Longitude", 11, lambda row, _: row.longitude),
    "latitude": Column("纬度", "Latitude", 11, lambda row, _: row.latitude),
    "source": Column("来源", "Source", 16, _source),
    "confidence": Column("置信度", "Confidence", 9, lambda row, _: round(row.confidence, 3)),
    "count": Column("数量", "Count", 7, lambda row, _: row.count),
    "created_at": Column("登记时间", "Registered", 18, lambda row, _: row.created_at),
    "unit": Column("责任单位", "Unit", 18, lambda row, _: row.unit),
    "contact": Column("联系方式", "Contact", 18, lambda row, _: row.contact),
    "grade": Column("紧急程度", "Grade", 9, _grade),
    "dispatched_at": Column("派遣时间", "Dispatched", 18, lambda row, _: row.dispatched_at),
    "due_at": Column("办结时限", "Due", 18, lambda row, _: row.due_at),
    "rectified_at": Column("整改时间", "Put right", 18, lambda row, _: row.rectified_at),
    "outcome": Column("处理结果", "Outcome", 12, _outcome),
    "overdue": Column("是否超时", "Late", 9, lambda row, language: _yes(row.late, language)),
    "escalated_at": Column("督办时间", "Escalated", 18, lambda row, _: row.escalated_at),
    "returns": Column("退回次数", "Returns", 9, lambda row, _: row.returns),
    "reworks": Column("返工次数", "Sent back", 9, lambda row, _: row.reworks),
    "relapse": Column("反弹", "Relapse", 7, lambda row, language: _yes(row.relapse, language)),
    "closed_at": Column("结案时间", "Closed", 18, lambda row, _: row.closed_at),
    "archived_at": Column("归档时间", "Archived", 18, lambda row, _: row.archived_at),
}
COMMON = ("number", "kind", "status", "occurred_at", "area", "zone", "longitude", "latitude")
"""What every list shows first."""


def columns_of(ledger: Ledger) -> list[Column]:
    """The columns of a list, in their order."""
    return [COLUMNS[name] for name in (*COMMON, *LEDGERS[ledger].columns)]
