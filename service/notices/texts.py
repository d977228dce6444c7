"""Notices in words, in Chinese and English."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from detector.violations import KINDS, ViolationKind
from service.cases.transitions import DismissalReason
from service.cases.words import REASONS, Name
from service.notices.facts import BlindCamera, Facts
from service.notices.kinds import NoticeKind

_GAPS = {
    "black": Name("黑屏", "black"),
    "dark": Name("过暗", "too dark"),
    "covered": Name("被遮挡", "covered"),
    "blurred": Name("模糊", "blurred"),
    "frozen": Name("画面冻结", "frozen"),
    "weather": Name("雨雪", "rain or snow"),
    "moved": Name("移位", "moved"),
    "no_picture": Name("没有画面", "no picture"),
    "not_watched": Name("未识别", "not watched"),
}
_NAMED = 5
"""Cameras that a notice names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in words; the body may be empty."""

    title: Name
    body: Name


def wording(kind: NoticeKind, facts: Facts, zone: ZoneInfo) -> Wording:
    """Put a notice into words; times are shown in the district's zone."""
    return _WORDINGS[kind](_Words(facts, zone))


class _Words:
    """The facts of one notice, ready to be put into sentences."""

    def __init__(self, facts: Facts, zone: ZoneInfo) -> None:
        self.facts = facts
        self._zone = zone
        kind = None if facts.violation is None else KINDS[ViolationKind(facts.violation)]
        violation = Name("", "") if kind is None else Name(kind.chinese, kind.english)
        place = one_line(facts.place or "")
        # What the case is: 烟头，北门路口 · Cigarette butt, North gate
        self.case = Name("，".join(filter(None, (violation.chinese, place))),
                         ", ".join(filter(None, (violation.english, place))))  # fmt: skip
        self.number = facts.number or ""

    def due(self) -> Name:
        """Until when; empty where there is no due time."""
        if self.facts.due_at is None:
            return Name("", "")
        local = self.facts.due_at.astimezone(self._zone)
        return Name(f"期限：{_chinese_time(local)}。", f"Due {local:%d %b %H:%M}.")

    def note(self) -> Name:
        """What somebody wrote about it."""
        note = one_line(self.facts.note)
        return Name(f"说明：{note}", f"Note: {note}") if note else Name("", "")

    def reason(self) -> Name:
        """Why a case was dismissed."""
        if self.facts.reason is None:
            return Name("", "")
        name = REASONS[DismissalReason(self.facts.reason)]
        return Name(f"理由：{name.chinese}。", f"Reason: {name.english}.")


def one_line(text: str) -> str:
    """Text that people typed, without line breaks: it becomes part of titles and of a mail's header."""
    return " ".join(text.split())


def _chinese_time(local: datetime) -> str:
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _sentences(*names: Name) -> Name:
    return Name("".join(n.chinese for n in names), " ".join(n.english for n in names if n.english))


def _ended(case: Name) -> Name:
    return Name(f"{case.chinese}。" if case.chinese else "", f"{case.english}." if case.english else "")


def _of_case(chinese: str, english: str) -> Callable[[_Words], Wording]:
    """A kind whose title names the case and whose body says what, until when and why."""

    def worded(words: _Words) -> Wording:
        title = Name(f"{chinese} {words.number}", f"{english}: {words.number}")
        return Wording(title, _sentences(_ended(words.case), words.reason(), words.due(), words.note()))

    return worded


def _returned(words: _Words) -> Wording:
    unit = one_line(words.facts.unit or "")
    title = Name(f"{unit}退回案件 {words.number}", f"{unit} returned {words.number}")
    return Wording(title, _sentences(_ended(words.case), words.note()))


def _report(chinese: str, english: str) -> Callable[[_Words], Wording]:
    def worded(words: _Words) -> Wording:
        title = Name(f"您上报的问题{chinese}：{words.number}", f"Your report {english}: {words.number}")
        return Wording(title, _sentences(_ended(words.case), words.reason(), words.note()))

    return worded


def _blind(words: _Words) -> Wording:
    cameras = words.facts.cameras
    named = cameras[:_NAMED]
    if len(cameras) == 1:
        title = Name(f"摄像机看不清：{one_line(named[0].name)}", f"Camera cannot see: {one_line(named[0].name)}")
    else:
        title = Name(f"{len(cameras)} 台摄像机看不清", f"{len(cameras)} cameras cannot see")
    more = len(cameras) - len(named)
    chinese = "、".join(f"{one_line(one.name)}（{_gap(one).chinese}）" for one in named)
    english = ", ".join(f"{one_line(one.name)} ({_gap(one).english})" for one in named)
    rest = Name(f"等 {len(cameras)} 台" if more else "", f" and {more} more" if more else "")
    return Wording(title, Name(f"{chinese}{rest.chinese}。", f"{english}{rest.english}."))


def _gap(camera: BlindCamera) -> Name:
    return _GAPS.get(camera.gap, Name(camera.gap, camera.gap))


def _webhook(words: _Words) -> Wording:
    name, error = one_line(words.facts.webhook or ""), one_line(words.facts.error)
    return Wording(
        Name(f"网络回调“{name}”有消息未能送达", f"Webhook “{name}”: a message was given up"),
        Name(f"最后一次错误：{error}", f"Last error: {error}"),
    )


_WORDINGS: dict[NoticeKind, Callable[[_Words], Wording]] = {
    NoticeKind.CASE_DISPATCHED: _of_case("新派遣案件", "New case for your unit"),
    NoticeKind.CASE_REWORKED: _of_case("案件需返工", "Sent back for rework"),
    NoticeKind.CASE_DUE_SOON: _of_case("案件即将到期", "Due soon"),
    NoticeKind.CASE_ESCALATED: _of_case("案件督办", "Escalated"),
    NoticeKind.CASE_RETURNED: _returned,
    NoticeKind.REPORT_SETTLED: _report("已处理", "is settled"),
    NoticeKind.REPORT_DISMISSED: _report("不予立案", "was dismissed"),
    NoticeKind.CAMERA_BLIND: _blind,
    NoticeKind.WEBHOOK_DEAD: _webhook,
}
