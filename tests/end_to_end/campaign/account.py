"""The account of the week: what the script did, written down line by line, and what follows from it by the rules.

Nothing here asks the office or shares code with it. The rules are those of docs/cases.md and of the design, written a
second time: who answers for a place, working time, reminders and escalation, returning and rework, relapse.
"""

import copy
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.end_to_end.campaign.district import UNIT, Map, Place
from tests.end_to_end.campaign.watch import ZONE, Watch
from tests.end_to_end.campaign.working_time import CALENDARS, WorkingTime, limit_of

SYSTEM = "system"
WITH_UNIT = ("dispatched", "in_progress")
SETTLED = ("closed", "archived")
CONFIRMED = ("filed", *WITH_UNIT, "rectified", *SETTLED)


@dataclass(frozen=True)
class Line:
    """One line of a case's history."""

    at: datetime
    actor: str
    action: str
    before: str | None
    after: str | None


@dataclass
class CaseAccount:
    """A case as the script has led it; areas, units and other cases by code and number."""

    number: str
    kind: str
    source: str
    zone: str
    place: Place | None
    confidence: float
    count: int
    occurred_at: datetime
    created_at: datetime
    area: str | None
    reporter: str | None
    status: str = "pending"
    unit: str | None = None
    grade: str = "ordinary"
    dispatched_at: datetime | None = None
    due_at: datetime | None = None
    remind_at: datetime | None = None
    reminded: bool = False
    remaining: int | None = None
    overdue: bool = False
    escalated_at: datetime | None = None
    rectified_at: datetime | None = None
    outcome: str | None = None
    returns: int = 0
    reworks: int = 0
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    relapse_of: str | None = None
    merged_into: str | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether its unit was late, or is by now."""
        runs_late = self.status in WITH_UNIT and self.due_at is not None and self.due_at <= now
        return self.overdue or runs_late


@dataclass
class Account:
    """All cases by number, the lines of each one's history, and what the office calls them (``ids``)."""

    watch: Watch
    map: Map = field(default_factory=Map)
    cases: dict[str, CaseAccount] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    ids: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    files: int = 0
    photos: int = 0
    _last: Counter[str] = field(default_factory=Counter)
    _before: dict[str, CaseAccount] = field(default_factory=dict)

    def of(self, case_id: str) -> CaseAccount:
        """The case that the office calls by an identifier."""
        return self.cases[self.numbers[case_id]]

    def standing(self, *statuses: str) -> list[CaseAccount]:
        """The cases that stand somewhere now."""
        return [case for case in self.cases.values() if case.status in statuses]

    # --- what cameras and inspectors find ---------------------------------------------------------------------------

    def open(self, case_id: str, previous: str | None = None, seen_before: str | None = None, **facts: object) -> str:
        """A violation has come in: it is a case with the day's next number, here and in the office.

        Args:
            case_id: what the office calls it.
            previous: the number of the case that the detector says has come back.
            seen_before: the number of the case in which another camera saw the same.
            facts: kind, source, zone, place, confidence, count, occurred_at, reporter.
        """
        now = self.watch.now()
        day = f"{now.astimezone(ZONE):%Y%m%d}"
        self._last[day] += 1
        number = f"JJ-{day}-{self._last[day]:05d}"
        case = CaseAccount(number=number, created_at=now, area=None, **facts)  # type: ignore[arg-type]
        case.area = self.map.area_at(case.place)
        case.relapse_of = self._relapse(case, previous)
        self.cases[number], self.ids[number], self.numbers[case_id] = case, case_id, number
        self._write(case, SYSTEM, "create", None)
        if seen_before is not None:
            case.status, case.merged_into = "merged", seen_before
            self._write(case, SYSTEM, "merge", "pending")
            self._write(self.cases[seen_before], SYSTEM, "absorb", None, None)
        return number

    def _relapse(self, case: CaseAccount, previous: str | None) -> str | None:
        """The case of the same kind, within 15 m, that was closed last within 30 days before; or the one named."""
        if previous is not None:
            return previous
        if case.place is None:
            return None
        found = None
        for other in self.cases.values():
            if other.kind != case.kind or other.status not in SETTLED or other.closed_at is None:
                continue
            if not case.occurred_at - timedelta(days=30) <= other.closed_at <= case.occurred_at:
                continue
            if found is not None and found.closed_at is not None and found.closed_at > other.closed_at:
                continue
            if metres(case.place, other.place) <= 15:
                found = other
        return found.number if found is not None else None

    # --- what people do ---------------------------------------------------------------------------------------------

    def step(self, who: str, case_id: str, action: str, **body: str) -> None:
        """Somebody has taken a step."""
        case, before = self.of(case_id), self.of(case_id).status
        if action == "undo":
            case = self.cases[case.number] = self._before.pop(case.number)
        else:
            self._before[case.number] = copy.copy(case)
            getattr(self, f"_{action}")(case, **body)
        self._write(case, who, action, before)
        if action in ("merge", "split"):
            target = case.merged_into or self._before[case.number].merged_into or ""
            self._write(self.cases[target], who, {"merge": "absorb", "split": "release"}[action], None, None)

    def add_photo(self, who: str, case_id: str) -> None:
        """A unit has taken a photo afterwards."""
        self.files += 1
        self._write(self.of(case_id), who, "add_photo", None, None)

    def divide_the_market(self) -> int:
        """The map is another one: cases that no unit works on lie in another area now; answers how many do."""
        self.map.divide()
        moved = 0
        for case in self.standing("pending", "filed"):
            area = self.map.area_at(case.place)
            moved += area != case.area
            case.area = area
        return moved

    def _confirm(self, case: CaseAccount) -> None:
        case.status = "filed"

    def _dismiss(self, case: CaseAccount, reason: str, note: str = "") -> None:
        assert reason
        assert note or reason != "other"
        case.status = "dismissed"

    def _merge(self, case: CaseAccount, into: str) -> None:
        case.status, case.merged_into = "merged", self.of(into).number

    def _split(self, case: CaseAccount, note: str) -> None:
        assert note
        case.status, case.merged_into = "pending", None

    def _dispatch(self, case: CaseAccount, unit: str = "", grade: str = "") -> None:
        unit = unit or self.map.unit_for(case.kind, case.area)
        case.grade = grade or case.grade
        again = case.unit == unit and case.remaining is not None
        if case.unit != unit:
            case.overdue, case.escalated_at = False, None
        case.status, case.unit, case.dispatched_at = "dispatched", unit, self.watch.now()
        self._run(case, resumed=again)

    def _accept(self, case: CaseAccount) -> None:
        case.status = "in_progress"

    def _return(self, case: CaseAccount, note: str) -> None:
        assert note
        self._stop(case)
        case.status, case.due_at = "filed", None
        case.returns += 1

    def _rectify(self, case: CaseAccount, outcome: str | None = None) -> None:
        self._stop(case)
        case.status, case.rectified_at, case.outcome = "rectified", self.watch.now(), outcome

    def _rework(self, case: CaseAccount, note: str) -> None:
        assert note
        case.reworks += 1
        case.status, case.rectified_at, case.outcome = "in_progress", None, None
        self._run(case, resumed=True)

    def _escalate(self, case: CaseAccount, note: str) -> None:
        assert note
        case.escalated_at = self.watch.now()

    def _close(self, case: CaseAccount) -> None:
        case.status, case.closed_at = "closed", self.watch.now()

    def _archive(self, case: CaseAccount) -> None:
        case.status, case.archived_at = "archived", self.watch.now()

    # --- how time passes --------------------------------------------------------------------------------------------

    def look(self) -> int:
        """The office looks who is to be reminded and what is overdue; answers how many cases that is."""
        now, changed = self.watch.now(), 0
        for case in self.standing(*WITH_UNIT):
            if case.due_at is None:
                continue
            if case.due_at <= now and not case.overdue:
                case.overdue, case.escalated_at = True, now
                self._write(case, SYSTEM, "escalate", case.status)
                changed += 1
            elif case.remind_at is not None and case.remind_at <= now < case.due_at and not case.reminded:
                case.reminded = True
                self._write(case, SYSTEM, "remind", None, None)
                changed += 1
        return changed

    def _run(self, case: CaseAccount, *, resumed: bool) -> None:
        """The unit's time begins; where it goes on, with what was left, and a quarter of the whole at least."""
        calendar, now = self._calendar(case), self.watch.now()
        seconds = limit_of(case.kind, case.grade, calendar)
        if resumed:
            seconds = max(case.remaining or 0, round(seconds / 4))
        case.due_at = calendar.add(now, seconds)
        case.remind_at = calendar.add(now, round(seconds * 3 / 4))
        case.reminded, case.remaining = False, None

    def _stop(self, case: CaseAccount) -> None:
        now = self.watch.now()
        assert case.due_at is not None
        case.overdue = case.overdue or now > case.due_at
        case.remaining, case.remind_at = self._calendar(case).between(now, case.due_at), None

    def _calendar(self, case: CaseAccount) -> WorkingTime:
        return CALENDARS[UNIT[case.unit or ""].calendar]

    def _write(self, case: CaseAccount, who: str, action: str, before: str | None, after: str | None = "") -> None:
        told = case.status if after == "" else after
        self.lines[case.number].append(Line(self.watch.now(), who, action, before, told))


def metres(one: Place | None, other: Place | None) -> float:
    """Distance on a plane that touches the earth there: good to a millimetre within a hundred metres."""
    if one is None or other is None:
        return math.inf
    degree = math.pi * 6_371_008.8 / 180
    east = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2)) * degree
    return math.hypot(east, (one[1] - other[1]) * degree)
