"""What ledgers and ranking must say, from the account alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.end_to_end.campaign.account import CONFIRMED, SETTLED, WITH_UNIT, Account, CaseAccount
from tests.end_to_end.campaign.district import UNIT, UNITS
from tests.end_to_end.campaign.watch import ZONE

Cell = str | int | float | datetime | None
KINDS = {"cigarette_butt": "烟头", "garbage": "乱丢垃圾", "illegal_parking": "电三轮违停", "jaywalking": "行人乱穿马路"}
STATES = {
    "filed": "立案", "dispatched": "已派遣", "in_progress": "处理中", "rectified": "待核查", "closed": "结案",
    "archived": "归档",
}  # fmt: skip
OUTCOMES = {
    "talk": "批评教育", "warning": "警告", "fine": "罚款", "handed_over": "移交处理", "not_found": "当事人已离开",
}  # fmt: skip
COMMON = ("案号", "问题类别", "状态", "发生时间", "属地", "位置", "经度", "纬度")
LISTS: dict[str, tuple[str, ...]] = {
    "problems": ("来源", "置信度", "数量", "登记时间"),
    "tasks": ("责任单位", "紧急程度", "派遣时间", "办结时限", "是否超时"),
    "responsibilities": ("责任单位", "联系方式", "派遣时间", "办结时限", "退回次数"),
    "rectifications": ("责任单位", "派遣时间", "办结时限", "整改时间", "处理结果", "是否超时", "返工次数"),
    "supervision": ("责任单位", "办结时限", "是否超时", "督办时间", "退回次数", "返工次数", "反弹"),
    "completions": ("责任单位", "派遣时间", "整改时间", "处理结果", "结案时间", "归档时间", "是否超时"),
}
"""The six lists (问题、任务、责任、整改、督查、销号) with the columns that each has besides those of all."""


def ledger(account: Account, name: str, now: datetime) -> list[tuple[Cell, ...]]:
    """The rows of a list, titles first, in the order in which the offences occurred."""
    belongs = _BELONGS[name]
    cases = [case for case in account.cases.values() if case.status in CONFIRMED and belongs(case, now)]
    titles = (*COMMON, *LISTS[name])
    rows = [_cells(account, case, now) for case in sorted(cases, key=lambda case: (case.occurred_at, case.number))]
    return [titles, *(tuple(row[title] for title in titles) for row in rows)]


_BELONGS: dict[str, Callable[[CaseAccount, datetime], bool]] = {
    "problems": lambda case, now: True,  # noqa: ARG005 (all have the same signature)
    "tasks": lambda case, now: case.status in WITH_UNIT,  # noqa: ARG005
    "responsibilities": lambda case, now: case.unit is not None,  # noqa: ARG005
    "rectifications": lambda case, now: case.rectified_at is not None,  # noqa: ARG005
    "supervision": lambda case, now: bool(
        case.is_late(now) or case.escalated_at or case.reworks or case.returns or case.relapse_of
    ),
    "completions": lambda case, now: case.status in SETTLED,  # noqa: ARG005
}


def _cells(account: Account, case: CaseAccount, now: datetime) -> dict[str, Cell]:
    unit = UNIT[case.unit] if case.unit else None
    return {
        "案号": case.number,
        "问题类别": KINDS[case.kind],
        "状态": STATES[case.status],
        "发生时间": _clock(case.occurred_at),
        "属地": account.map.areas[case.area].name if case.area else None,
        "位置": case.zone,
        "经度": case.place[0] if case.place else None,
        "纬度": case.place[1] if case.place else None,
        "来源": case.source,
        "置信度": case.confidence,
        "数量": case.count,
        "登记时间": _clock(case.created_at),
        "责任单位": unit.name if unit else None,
        "联系方式": unit.contact if unit else None,
        "紧急程度": {"ordinary": "一般", "urgent": "紧急"}[case.grade],
        "派遣时间": _clock(case.dispatched_at),
        "办结时限": _clock(case.due_at),
        "整改时间": _clock(case.rectified_at),
        "处理结果": OUTCOMES[case.outcome] if case.outcome else None,
        "是否超时": _yes(case.is_late(now)),
        "督办时间": _clock(case.escalated_at),
        "退回次数": case.returns,
        "返工次数": case.reworks,
        "反弹": _yes(case.relapse_of is not None),
        "结案时间": _clock(case.closed_at),
        "归档时间": _clock(case.archived_at),
    }


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _clock(moment: datetime | None) -> datetime | None:
    """What a clock on the district's wall showed."""
    return None if moment is None else moment.astimezone(ZONE).replace(tzinfo=None)


@dataclass
class Score:
    """A unit's figures of a week."""

    code: str
    found: int = 0
    due: int = 0
    settled: int = 0
    on_time: int = 0
    late: int = 0
    sent_back: int = 0
    returned: int = 0
    relapses: int = 0
    score: float | None = None
    rank: int | None = None

    def weigh(self, most: int, weights: dict[str, float]) -> None:
        """From 0 to 100; nothing where nothing can be judged yet."""
        if not self.due:
            return
        parts = {
            "found": self.found / most,
            "settled": self.settled / self.due,
            "on_time": self.on_time / self.due,
            "sent_back": 1 - self.sent_back / self.found,
            "relapse": max(0.0, 1 - self.relapses / self.found),
        }
        self.score = round(100 * sum(weights[name] * part for name, part in parts.items()) / sum(weights.values()), 2)


def ranking(
    account: Account, since: datetime, until: datetime, now: datetime, weights: dict[str, float]
) -> list[Score]:
    """All units, the best first: of the filed cases that occurred in the week, and what came back in it."""
    scores = {unit.code: Score(unit.code) for unit in UNITS}
    for case in account.cases.values():
        if case.status not in CONFIRMED or not since <= case.occurred_at < until:
            continue
        if case.relapse_of is not None:
            before = account.cases[case.relapse_of]
            if before.unit is not None:  # what was closed on the spot was no unit's
                scores[before.unit].relapses += 1
        if case.unit is None or case.status == "filed":
            continue
        score, late, settled = scores[case.unit], case.is_late(now), case.status in SETTLED
        score.found += 1
        score.due += settled or late
        score.settled += settled
        score.on_time += settled and not late
        score.late += late
        score.sent_back += case.reworks > 0
        score.returned += case.returns > 0
    most = max(score.found for score in scores.values())
    for score in scores.values():
        score.weigh(most, weights)
    known = sorted((score.score for score in scores.values() if score.score is not None), reverse=True)
    for score in scores.values():
        score.rank = None if score.score is None else known.index(score.score) + 1
    return sorted(scores.values(), key=lambda score: (score.rank is None, score.rank or 0, score.code))
