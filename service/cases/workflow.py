"""Looking at cases: one of them with everything about it."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation, ViolationKind
from service import clock
from service.areas.finding import responsible_unit
from service.areas.models import AreaRow
from service.areas.schemas import AreaName
from service.audit.models import AuditRow
from service.audit.workflow import history
from service.cases.merging import merged_cases
from service.cases.models import CaseRow
from service.cases.relapse import count_relapses
from service.cases.schemas import (
    Case,
    CaseName,
    CaseSummary,
    Conditions,
    Evidence,
    HistoryEntry,
    MergedCase,
    ReviewedBox,
    TransitionRow,
    TransitionTable,
)
from service.cases.sight import may_see
from service.cases.transitions import TRANSITIONS, WITH_UNIT, CaseAction, CaseStatus, allowed, find
from service.cases.words import Grade
from service.errors import not_found
from service.evidence.models import EvidenceRow
from service.office import Office
from service.security import OVERSEERS, Principal
from service.settings import Settings
from service.standards.workflow import standard_of
from service.units.models import UnitRow
from service.units.schemas import UnitName
from service.violations.models import ViolationRow


async def load_case(session: AsyncSession, asker: Principal, case_id: UUID, *, lock: bool = True) -> CaseRow:
    """One case that the asker may see, locked against other decisions unless it is only looked at.

    Raises:
        ProblemError: 404 where there is none; somebody else's is not said to exist.
    """
    case = await session.get(CaseRow, case_id, with_for_update=True if lock else None)
    if case is None or not may_see(asker, case):
        raise not_found("case")
    return case


async def get_case(session: AsyncSession, office: Office, asker: Principal, case_id: UUID) -> Case:
    """One case with everything about it."""
    return await detail(session, office, asker, await load_case(session, asker, case_id, lock=False))


async def detail(session: AsyncSession, office: Office, asker: Principal, case: CaseRow) -> Case:
    """A case that was loaded, with everything about it."""
    violation = await session.get_one(ViolationRow, case.violation_id)
    steps = await history(session, "case", str(case.id))
    standard = await standard_of(session, ViolationKind(case.kind))
    possible = actions(case, asker, office.settings)
    area = await session.get(AreaRow, case.area_id) if case.area_id is not None else None
    unit = await session.get(UnitRow, case.unit_id) if case.unit_id is not None else None
    suggested = await responsible_unit(session, case.kind, case.area_id) if CaseAction.DISPATCH in possible else None
    merged = [
        MergedCase(**CaseName.model_validate(row).model_dump(), evidence=await evidence_of(session, asker, row))
        for row in await merged_cases(session, case.id)
    ]
    return Case(
        **summary(case).model_dump(),
        violation=Violation.model_validate(violation.document),
        evidence=await evidence_of(session, asker, case),
        history=[entry(step) for step in steps],
        boxes=reviewed_boxes(case),
        area=AreaName.model_validate(area) if area is not None else None,
        unit=UnitName.model_validate(unit) if unit is not None else None,
        suggested_unit=UnitName.model_validate(suggested) if suggested is not None else None,
        outcome=case.outcome,
        dispatched_at=case.dispatched_at,
        rectified_at=case.rectified_at,
        closed_at=case.closed_at,
        remaining_seconds=case.remaining_seconds,
        relapse_of=await _named(session, case.relapse_of_id),
        relapses=await count_relapses(session, case.id) if case.relapse_of_id is not None else 0,
        merged_into=await _named(session, case.merged_into_id),
        merged=merged,
        conditions=Conditions(
            filing=standard.filing, closing=standard.closing, limit=standard.limits.of(Grade(case.grade))
        ),
        allowed_actions=possible,
        required=_required(CaseStatus(case.status), possible),
        undo_until=undo_until(case, asker, office.settings),
    )


async def _named(session: AsyncSession, case_id: UUID | None) -> CaseName | None:
    if case_id is None:
        return None
    return CaseName.model_validate(await session.get_one(CaseRow, case_id))


def _required(status: CaseStatus, possible: Iterable[CaseAction]) -> dict[CaseAction, list[str]]:
    steps = {action: find(status, action) for action in possible}
    return {action: sorted(step.requires) for action, step in steps.items() if step is not None}


def actions(case: CaseRow, asker: Principal, settings: Settings) -> list[CaseAction]:
    """What the asker may do with a case now."""
    possible = allowed(CaseStatus(case.status), asker.grants)
    return [*possible, CaseAction.UNDO] if undo_until(case, asker, settings) is not None else possible


def undo_until(case: CaseRow, asker: Principal, settings: Settings) -> datetime | None:
    """Until when the asker may take back the last decision; none where there is nothing to take back."""
    if case.last_at is None or case.last_by is None or case.last_by != asker.user_id:
        return None
    until = case.last_at + timedelta(seconds=settings.undo_seconds)
    return until if clock.now() < until else None


def reviewed_boxes(case: CaseRow) -> list[ReviewedBox] | None:
    """The boxes that a reviewer drew, if somebody did."""
    return None if case.boxes is None else [ReviewedBox.model_validate(box) for box in case.boxes]


def entry(row: AuditRow) -> HistoryEntry:
    """A row of the audit as a step of a case."""
    details = json.loads(row.details)
    return HistoryEntry(
        at=row.at,
        actor=row.actor,
        action=row.action,
        from_status=row.from_status,
        to_status=row.to_status,
        reason=row.reason,
        note=row.note,
        unit=details.get("unit_name"),
        other_case=details.get("case_number"),
        outcome=details.get("outcome"),
    )


def summary(case: CaseRow) -> CaseSummary:
    """A case as lists show it."""
    values = {name: getattr(case, name) for name in _COPIED}
    url = f"/api/v1/evidence/{case.thumbnail_id}" if case.thumbnail_id is not None else None
    return CaseSummary.model_validate({**values, "thumbnail_url": url, "overdue": is_overdue(case)})


_COPIED = tuple(name for name in CaseSummary.model_fields if name not in ("thumbnail_url", "overdue"))


def is_overdue(case: CaseRow) -> bool:
    """Whether the unit's time has run out, or had when it reported back."""
    running = CaseStatus(case.status) in WITH_UNIT and case.due_at is not None
    return case.overdue or (running and case.due_at is not None and case.due_at <= clock.now())


async def evidence_of(session: AsyncSession, asker: Principal, case: CaseRow) -> list[Evidence]:
    """The evidence of a case that the asker may see."""
    query = select(EvidenceRow).where(EvidenceRow.violation_id == case.violation_id).order_by(EvidenceRow.position)
    if not asker.has(*OVERSEERS):
        query = query.where(EvidenceRow.role != "original")
    return [_evidence(row) for row in await session.scalars(query)]


def _evidence(row: EvidenceRow) -> Evidence:
    values = {name: getattr(row, name) for name in Evidence.model_fields if name != "url"}
    return Evidence.model_validate({**values, "url": f"/api/v1/evidence/{row.id}"})


def transition_table(settings: Settings) -> TransitionTable:
    """The table of transitions, as the API says it."""
    rows = [
        TransitionRow(
            start=step.start,
            action=step.action,
            end=step.end,
            roles=sorted(step.roles),
            requires=sorted(step.requires),
            by_system=step.by_system,
        )
        for step in TRANSITIONS
    ]
    return TransitionTable(items=rows, undo_seconds=settings.undo_seconds)
