"""How people call states, steps, reasons and outcomes of cases, in Chinese and English."""

from dataclasses import dataclass
from enum import StrEnum

from service.cases.transitions import CaseAction, CaseStatus, DismissalReason, Outcome, Requirement
from service.security import Role


@dataclass(frozen=True, slots=True)
class Name:
    """One word in both languages."""

    chinese: str
    english: str


class Grade(StrEnum):
    """How urgent a case is: its time limit depends on it."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


STATES: dict[CaseStatus, Name] = {
    CaseStatus.PENDING: Name("待审核", "To review"),
    CaseStatus.FILED: Name("立案", "Filed"),
    CaseStatus.DISMISSED: Name("不予立案", "Dismissed"),
    CaseStatus.MERGED: Name("并案", "Merged"),
    CaseStatus.DISPATCHED: Name("已派遣", "Dispatched"),
    CaseStatus.IN_PROGRESS: Name("处理中", "In progress"),
    CaseStatus.RECTIFIED: Name("待核查", "To check"),
    CaseStatus.CLOSED: Name("结案", "Closed"),
    CaseStatus.ARCHIVED: Name("归档", "Archived"),
}
ACTIONS: dict[CaseAction, Name] = {
    CaseAction.CONFIRM: Name("立案", "File"),
    CaseAction.DISMISS: Name("不予立案", "Dismiss"),
    CaseAction.MERGE: Name("并案", "Merge"),
    CaseAction.SPLIT: Name("拆分", "Split off"),
    CaseAction.DISPATCH: Name("派遣", "Dispatch"),
    CaseAction.ACCEPT: Name("接办", "Accept"),
    CaseAction.RETURN: Name("退回", "Return"),
    CaseAction.RECTIFY: Name("报请核查", "Report as put right"),
    CaseAction.REWORK: Name("返工", "Send back"),
    CaseAction.ESCALATE: Name("督办", "Escalate"),
    CaseAction.CLOSE: Name("结案", "Close"),
    CaseAction.ARCHIVE: Name("归档", "Archive"),
    CaseAction.UNDO: Name("撤销", "Undo"),
}
REASONS: dict[DismissalReason, Name] = {
    DismissalReason.NOT_AN_OFFENCE: Name("不构成违规", "Not an offence"),
    DismissalReason.WRONG_OBJECT: Name("识别错误", "Wrong object"),
    DismissalReason.POOR_EVIDENCE: Name("证据不足", "Poor evidence"),
    DismissalReason.ALREADY_SETTLED: Name("已处理", "Already settled"),
    DismissalReason.DUPLICATE: Name("重复", "Duplicate"),
    DismissalReason.AUTHORISED: Name("经批准", "Authorised"),
    DismissalReason.OTHER: Name("其他", "Other"),
}
OUTCOMES: dict[Outcome, Name] = {
    Outcome.TALK: Name("批评教育", "Talk"),
    Outcome.WARNING: Name("警告", "Warning"),
    Outcome.FINE: Name("罚款", "Fine"),
    Outcome.HANDED_OVER: Name("移交处理", "Handed over"),
    Outcome.NOT_FOUND: Name("当事人已离开", "Person not found"),
}
REQUIREMENTS: dict[Requirement, Name] = {
    Requirement.REASON: Name("理由", "a reason"),
    Requirement.NOTE: Name("说明", "a note"),
    Requirement.UNIT: Name("责任单位", "the unit that answers for it"),
    Requirement.RESULT: Name(
        "整改后照片，涉及人员的可为处理结果", "a photo taken afterwards, or for a person an outcome"
    ),
    Requirement.TARGET: Name("并入的案件", "the case that it is merged into"),
}
GRADES: dict[Grade, Name] = {
    Grade.ORDINARY: Name("一般", "Ordinary"),
    Grade.URGENT: Name("紧急", "Urgent"),
}
ROLES: dict[Role, Name] = {
    Role.INSPECTOR: Name("巡查员", "Inspector"),
    Role.OPERATOR: Name("审核员", "Operator"),
    Role.UNIT_HANDLER: Name("责任单位经办人", "Unit handler"),
    Role.SUPERVISOR: Name("督查员", "Supervisor"),
    Role.ADMINISTRATOR: Name("管理员", "Administrator"),
    Role.AUDITOR: Name("审计员", "Auditor"),
}
