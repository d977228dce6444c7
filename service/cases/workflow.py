"""Looking at cases."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation, ViolationKind
from service import clock
from service.audit.models import AuditRow
from service.audit.workflow import history
from service.cases.models import CaseRow
from service.cases.schemas import Case, CasePage, CaseSummary, Evidence, HistoryEntry, ReviewedBox
from service.cases.transitions import CaseAction, CaseStatus, allowed
from service.errors import not_found
from service.evidence.models import EvidenceRow
from service.paging import bad_cursor, decode_cursor, encode_cursor
from service.security import Principal, Role
from service.settings import Settings
from service.violations.models import ViolationRow

COUNTED = 10_000
"""A list counts this far: nobody pages further, and counting all would cost more than the page."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list shows: those that pass all of these."""

    statuses: tuple[CaseStatus, ...] = ()
    kinds: tuple[ViolationKind, ...] = ()
    camera_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    newest_first: bool = True


def may_see(asker: Principal, case: CaseRow) -> bool:
    """Whether somebody may see a case: the office all, inspectors what came of their own photos."""
    if asker.has(Role.OPERATOR, Role.ADMINISTRATOR):
        return True
    return case.reporter_id is not None and case.reporter_id == asker.user_id


async def load_case(session: AsyncSession, asker: Principal, case_id: UUID) -> CaseRow:
    """One case that the asker may see.

    Raises:
        ProblemError: 404 where there is none; somebody else's is not said to exist.
    """
    case = await session.get(CaseRow, case_id, with_for_update=True)
    if case is None or not may_see(asker, case):
        raise not_found("case")
    return case


async def list_cases(
    session: AsyncSession, asker: Principal, wanted: CaseFilter, limit: int, cursor: str | None
) -> CasePage:
    """One page of the cases that pass a filter, sorted by when they occurred."""
    query = _filtered(asker, wanted)
    counted = select(func.count()).select_from(query.with_only_columns(CaseRow.id).limit(COUNTED).subquery())
    total = await session.scalar(counted) or 0
    order = (CaseRow.occurred_at, CaseRow.id)
    if cursor is not None:
        position = tuple_(*_position(cursor))
        query = query.where(tuple_(*order) < position if wanted.newest_first else tuple_(*order) > position)
    query = query.order_by(*(column.desc() if wanted.newest_first else column for column in order))
    rows = list(await session.scalars(query.limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return CasePage(
        items=[_summary(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.occurred_at.isoformat(), str(last.id)) if last is not None else None,
        total=total,
    )


def _filtered(asker: Principal, wanted: CaseFilter) -> Select[CaseRow]:
    query = select(CaseRow)
    if not asker.has(Role.OPERATOR, Role.ADMINISTRATOR):
        query = query.where(CaseRow.reporter_id == asker.user_id)
    if wanted.statuses:
        query = query.where(CaseRow.status.in_(wanted.statuses))
    if wanted.kinds:
        query = query.where(CaseRow.kind.in_(wanted.kinds))
    if wanted.camera_id is not None:
        query = query.where(CaseRow.camera_id == wanted.camera_id)
    if wanted.since is not None:
        query = query.where(CaseRow.occurred_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(CaseRow.occurred_at < wanted.until)
    if wanted.number:
        query = query.where(CaseRow.number.contains(wanted.number.strip().upper(), autoescape=True))
    return query


def _position(cursor: str) -> tuple[datetime, UUID]:
    occurred_at, case_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(occurred_at).astimezone(UTC), UUID(case_id)
    except (ValueError, OverflowError) as error:
        raise bad_cursor() from error


async def get_case(session: AsyncSession, settings: Settings, asker: Principal, case_id: UUID) -> Case:
    """One case with everything about it."""
    return await detail(session, settings, asker, await load_case(session, asker, case_id))


async def detail(session: AsyncSession, settings: Settings, asker: Principal, case: CaseRow) -> Case:
    """A case that was loaded, with everything about it."""
    violation = await session.get_one(ViolationRow, case.violation_id)
    query = select(EvidenceRow).where(EvidenceRow.violation_id == case.violation_id).order_by(EvidenceRow.position)
    if not asker.has(Role.OPERATOR, Role.ADMINISTRATOR):
        query = query.where(EvidenceRow.role != "original")
    evidence = [_evidence(row) for row in await session.scalars(query)]
    steps = await history(session, "case", str(case.id))
    return Case(
        **_summary(case).model_dump(),
        violation=Violation.model_validate(violation.document),
        evidence=evidence,
        history=[entry(step) for step in steps],
        boxes=reviewed_boxes(case),
        allowed_actions=actions(case, asker, settings),
        undo_until=undo_until(case, asker, settings),
    )


def actions(case: CaseRow, asker: Principal, settings: Settings) -> list[CaseAction]:
    """What the asker may do with a case now."""
    possible = allowed(CaseStatus(case.status), asker.grants)
    return [*possible, CaseAction.UNDO] if undo_until(case, asker, settings) is not None else possible


def undo_until(case: CaseRow, asker: Principal, settings: Settings) -> datetime | None:
    """Until when the asker may take back the last decision; none where there is nothing to take back."""
    if case.last_at is None or case.last_by != asker.user_id or not asker.has(Role.OPERATOR, Role.ADMINISTRATOR):
        return None
    until = case.last_at + timedelta(seconds=settings.undo_seconds)
    return until if clock.now() < until else None


def reviewed_boxes(case: CaseRow) -> list[ReviewedBox] | None:
    """The boxes that a reviewer drew, if somebody did."""
    return None if case.boxes is None else [ReviewedBox.model_validate(box) for box in case.boxes]


def entry(row: AuditRow) -> HistoryEntry:
    """A row of the audit as a step of a case."""
    return HistoryEntry.model_validate(row, from_attributes=True)


def _summary(case: CaseRow) -> CaseSummary:
    values = {name: getattr(case, name) for name in _COPIED}
    url = f"/api/v1/evidence/{case.thumbnail_id}" if case.thumbnail_id is not None else None
    return CaseSummary.model_validate({**values, "thumbnail_url": url})


_COPIED = tuple(name for name in CaseSummary.model_fields if name != "thumbnail_url")


def _evidence(row: EvidenceRow) -> Evidence:
    values = {name: getattr(row, name) for name in Evidence.model_fields if name != "url"}
    return Evidence.model_validate({**values, "url": f"/api/v1/evidence/{row.id}"})
