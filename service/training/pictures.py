"""Choosing the pictures that training may learn from: reviewed ones, of which everything relevant is known."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import KINDS, Violation, ViolationKind
from service.audit.models import AuditRow
from service.audit.workflow import history
from service.cases.models import CaseRow
from service.cases.transitions import CONFIRMED, SETTLED, CaseAction, CaseStatus, DismissalReason
from service.evidence.models import EvidenceRow
from service.training.verdicts import SeenBox, Verdict, Word, verdict
from service.violations.models import ViolationRow

_LONGEST_CROSSING = timedelta(hours=1)
"""A person who crosses is not looked for in cases that began longer before."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One original with what people said about it.

    Attributes:
        original: the evidence file.
        cases: numbers of the cases that it belongs to.
        shown: what it shows.
        refuted: what the model saw there, and people did not.
    """

    original: EvidenceRow
    cases: tuple[str, ...]
    shown: tuple[SeenBox, ...]
    refuted: tuple[SeenBox, ...]


@dataclass(slots=True)
class Selection:
    """The pictures chosen, and how many were left out for which reason."""

    pictures: list[Picture] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Judged:
    case: CaseRow
    violation: Violation
    verdict: Verdict


class _Originals:
    """The last original of each violation: the frame that its box belongs to. One file may serve several."""

    def __init__(self, rows: Sequence[EvidenceRow]) -> None:
        """From the rows of all originals, sorted by position."""
        self.of_violation = {row.violation_id: row for row in rows}
        self.sharing: defaultdict[str, list[UUID]] = defaultdict(list)
        for row in self.of_violation.values():
            self.sharing[row.sha256].append(row.violation_id)


async def select_pictures(
    session: AsyncSession, since: datetime, until: datetime, refuting: frozenset[DismissalReason]
) -> Selection:
    """The pictures of the cases that were confirmed or dismissed in a period, and stand so still.

    A picture is left out where something of it is not known: an undecided case, a box around several objects, or
    another confirmed object of the same class in view of the camera, which would stand there without a label.

    Args:
        session: the database.
        since: decisions at this time or later.
        until: decisions before this time.
        refuting: the dismissal reasons that mean that the object is not there.
    """
    kept = (EvidenceRow.role == "original", EvidenceRow.deleted_at.is_(None))
    query = select(EvidenceRow).where(*kept).order_by(EvidenceRow.position)
    originals = _Originals(list(await session.scalars(query)))
    selection = Selection()
    seen: set[str] = set()
    for case in await _decided(session, since, until):
        original = originals.of_violation.get(case.violation_id)
        if original is None:
            selection.left_out["without an original"] += 1
        elif original.sha256 not in seen:
            seen.add(original.sha256)
            judged = [await _judge(session, one, refuting) for one in originals.sharing[original.sha256]]
            found = await _picture(session, original, judged)
            if isinstance(found, Picture):
                selection.pictures.append(found)
            else:
                selection.left_out[found] += 1
    return selection


async def _decided(session: AsyncSession, since: datetime, until: datetime) -> list[CaseRow]:
    query = (
        select(AuditRow.subject_id)
        .where(
            AuditRow.subject_type == "case",
            AuditRow.action.in_((CaseAction.CONFIRM, CaseAction.DISMISS)),
            AuditRow.at >= since,
            AuditRow.at < until,
        )
        .distinct()
    )
    cases = [await session.get_one(CaseRow, UUID(case)) for case in await session.scalars(query)]
    return sorted((case for case in cases if case.status != CaseStatus.PENDING), key=lambda case: case.number)


async def _judge(session: AsyncSession, violation_id: UUID, refuting: frozenset[DismissalReason]) -> _Judged:
    case = (await session.scalars(select(CaseRow).where(CaseRow.violation_id == violation_id))).one()
    row = await session.get_one(ViolationRow, violation_id)
    violation = Violation.model_validate(row.document)
    dismissals = [step for step in await history(session, "case", str(case.id)) if step.action == CaseAction.DISMISS]
    reason = DismissalReason(dismissals[-1].reason) if dismissals and dismissals[-1].reason else None
    return _Judged(case, violation, verdict(case, violation, reason, refuting))


async def _picture(session: AsyncSession, original: EvidenceRow, judged: list[_Judged]) -> Picture | str:
    """The picture, or why it is left out."""
    cases = tuple(sorted(one.case.number for one in judged))
    drawn = [one.verdict for one in judged if one.verdict.word is Word.COMPLETE]
    if drawn:
        # Several reviewers may have drawn the same picture; each drew all of it.
        return Picture(original, cases, drawn[-1].boxes, ())
    if any(one.verdict.word is Word.UNKNOWN for one in judged):
        return "with a case that is undecided or needs boxes"
    for one in judged:
        if await _another_in_view(session, one, judged):
            return "with another confirmed object in view"
    boxes = {
        word: tuple(dict.fromkeys(box for one in judged if one.verdict.word is word for box in one.verdict.boxes))
        for word in (Word.SHOWN, Word.REFUTED)
    }
    return Picture(original, cases, boxes[Word.SHOWN], boxes[Word.REFUTED])


async def _another_in_view(session: AsyncSession, one: _Judged, judged: list[_Judged]) -> bool:
    """Whether the camera saw another confirmed object of the same kind when the picture was taken.

    What lies or stands is there from when it was seen until its case is closed; who crosses is gone soon.
    """
    if one.case.camera_id is None:
        return False
    moment = one.violation.ended_at
    query = (
        select(CaseRow, ViolationRow)
        .join(ViolationRow, ViolationRow.id == CaseRow.violation_id)
        .where(
            CaseRow.camera_id == one.case.camera_id,
            CaseRow.kind == one.case.kind,
            CaseRow.status.in_(CONFIRMED),
            CaseRow.occurred_at <= moment,
            CaseRow.id.not_in([other.case.id for other in judged]),
        )
    )
    moves = KINDS[ViolationKind(one.case.kind)].about_person
    if moves:
        query = query.where(CaseRow.occurred_at >= moment - _LONGEST_CROSSING)
    for case, row in await session.execute(query):
        if moves and Violation.model_validate(row.document).ended_at >= moment:
            return True
        if not moves and (case.status not in SETTLED or case.closed_at is None or case.closed_at > moment):
            return True
    return False
