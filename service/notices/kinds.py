"""What people are told of: one entry a kind, with whom it is for and how it reaches those who chose nothing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from service.cases.words import Name
from service.security import Role

MailChoice = Literal["off", "now", "digest"]


class NoticeKind(StrEnum):
    """What a notice is about."""

    CASE_DISPATCHED = "case_dispatched"
    CASE_REWORKED = "case_reworked"
    CASE_DUE_SOON = "case_due_soon"
    CASE_ESCALATED = "case_escalated"
    CASE_RETURNED = "case_returned"
    REPORT_SETTLED = "report_settled"
    REPORT_DISMISSED = "report_dismissed"
    CAMERA_BLIND = "camera_blind"
    WEBHOOK_DEAD = "webhook_dead"


@dataclass(frozen=True, slots=True)
class KindEntry:
    """A kind of notice.

    Attributes:
        name: how people call it.
        roles: whom it is for.
        mail: how it is mailed to those who chose nothing else; all kinds are shown in the console.
    """

    name: Name
    roles: frozenset[Role]
    mail: MailChoice


_REPORTERS = frozenset({Role.INSPECTOR, Role.OPERATOR, Role.ADMINISTRATOR})
_HANDLERS = frozenset({Role.UNIT_HANDLER})

NOTICE_KINDS: dict[NoticeKind, KindEntry] = {
    NoticeKind.CASE_DISPATCHED: KindEntry(Name("案件派遣到本单位", "A case is sent to my unit"), _HANDLERS, "now"),
    NoticeKind.CASE_REWORKED: KindEntry(Name("案件被返工", "A case is sent back for rework"), _HANDLERS, "now"),
    NoticeKind.CASE_DUE_SOON: KindEntry(Name("案件即将到期", "A case is due soon"), _HANDLERS, "now"),
    NoticeKind.CASE_ESCALATED: KindEntry(Name("案件督办", "A case is escalated"), _HANDLERS | {Role.SUPERVISOR}, "now"),
    NoticeKind.CASE_RETURNED: KindEntry(
        Name("责任单位退回案件", "A unit returns a case"), frozenset({Role.OPERATOR}), "off"
    ),
    NoticeKind.REPORT_SETTLED: KindEntry(Name("上报的问题已处理", "What I reported is settled"), _REPORTERS, "digest"),
    NoticeKind.REPORT_DISMISSED: KindEntry(
        Name("上报的问题不予立案", "What I reported is dismissed"), _REPORTERS, "digest"
    ),
    NoticeKind.CAMERA_BLIND: KindEntry(
        Name("摄像机看不清", "A camera cannot see"), frozenset({Role.OPERATOR, Role.ADMINISTRATOR}), "digest"
    ),
    NoticeKind.WEBHOOK_DEAD: KindEntry(
        Name("网络回调失败", "A webhook's message was given up"), frozenset({Role.ADMINISTRATOR}), "now"
    ),
}


def kinds_for(role: Role) -> list[NoticeKind]:
    """The kinds that people of a role get, in the order of the table."""
    return [kind for kind, entry in NOTICE_KINDS.items() if role in entry.roles]
