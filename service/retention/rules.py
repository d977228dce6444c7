"""What is deleted when.

Only files are ever deleted: pictures and films show people, facts do not. Cases, their history and the audit stay, with
the hash of each file that is gone, so that figures and proofs of what happened last.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from service.retention.models import RetentionRuleRow

SHORTEST_DAYS = 30
"""A shorter rule could delete what an objection (行政复议 has 60 days) needs before anybody notices a slip."""


class Rule(StrEnum):
    """One rule: which files, counted from when."""

    DISMISSED = "dismissed"
    ORIGINALS = "originals"
    SETTLED = "settled"
    LOOSE_PHOTOS = "loose_photos"


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """What a rule is about, and how many days it keeps files unless the administrator says otherwise."""

    chinese: str
    english: str
    days: int | None


RULES: dict[Rule, RuleEntry] = {
    Rule.DISMISSED: RuleEntry("不予立案案件的文件，自登记起", "files of dismissed cases, once opened", 90),
    Rule.ORIGINALS: RuleEntry("已结案件的原始件，自结案起", "originals of settled cases, once closed", 1095),
    Rule.SETTLED: RuleEntry("已结案件的全部文件，自结案起", "all files of settled cases, once closed", 3650),
    Rule.LOOSE_PHOTOS: RuleEntry("未成案的照片，自上传起", "photos of which no case came, once uploaded", 180),
}


async def days_of(session: AsyncSession) -> dict[Rule, int | None]:
    """How many days each rule keeps files; none: for ever."""
    days = {}
    for rule, entry in RULES.items():
        row = await session.get(RetentionRuleRow, rule)
        days[rule] = entry.days if row is None else row.days
    return days
