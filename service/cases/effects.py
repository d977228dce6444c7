"""What each step does to a case besides moving it; one function a step."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from service.areas.finding import responsible_unit
from service.calendars.workflow import working_hours
from service.cases import deadlines, merging
from service.cases.models import CaseRow
from service.cases.steps import Step
from service.cases.transitions import CaseAction, CaseStatus
from service.errors import invalid
from service.office import Office
from service.security import Principal
from service.units.models import UnitRow

Details = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Taking:
    """A step that is being taken: by whom, when, on which case (not moved yet), in which transaction."""

    session: AsyncSession
    office: Office
    asker: Principal
    case: CaseRow
    step: Step
    now: datetime


async def apply(taking: Taking) -> Details:
    """Do what belongs to a step; answers what the audit keeps of it besides who, when and why.

    Raises:
        ProblemError: 422 where the step's own facts are at fault.
    """
    effect = _EFFECTS.get(taking.step.action)
    return await effect(taking) if effect is not None else {}


async def _dispatch(taking: Taking) -> Details:
    case, session = taking.case, taking.session
    unit = await _unit_for(taking)
    if case.status == CaseStatus.DISPATCHED and case.unit_id == unit.id:
        raise invalid("unit_id", f"{unit.name} has the case already")
    if taking.step.grade is not None:
        case.grade = taking.step.grade
    given = await deadlines.allowance(session, case, unit, taking.office.settings.zone)
    again = case.unit_id == unit.id and case.remaining_seconds is not None
    resumed = deadlines.left_over(case, given) if again else None
    if case.unit_id != unit.id:
        case.overdue, case.escalated_at = False, None
    case.unit_id = unit.id
    case.dispatched_at, case.accepted_at = taking.now, None
    deadlines.start(case, given, taking.now, resumed=resumed)
    return {"unit": unit.code, "unit_name": unit.name, "grade": case.grade, "due_at": case.due_at}


async def _unit_for(taking: Taking) -> UnitRow:
    unit_id = taking.step.unit_id
    if unit_id is None:
        unit = await responsible_unit(taking.session, taking.case.kind, taking.case.area_id)
        if unit is None:
            raise invalid("unit_id", "no unit answers for this place and kind, and there is no default unit: name one")
        return unit
    unit = await taking.session.get(UnitRow, unit_id)
    if unit is None:
        raise invalid("unit_id", f"there is no unit {unit_id}")
    if not unit.active:
        raise invalid("unit_id", f"{unit.name} is not active: name another unit")
    return unit


async def _accept(taking: Taking) -> Details:
    taking.case.accepted_at = taking.now
    return {}


async def _return(taking: Taking) -> Details:
    case = taking.case
    await _stop(taking)
    case.due_at = None
    case.returns += 1
    return {"remaining_seconds": case.remaining_seconds, "returns": case.returns}


async def _rectify(taking: Taking) -> Details:
    case, outcome = taking.case, taking.step.outcome
    await _stop(taking)
    case.rectified_at = taking.now
    case.outcome = outcome
    return {"outcome": outcome, "overdue": case.overdue}


async def _rework(taking: Taking) -> Details:
    case = taking.case
    case.reworks += 1
    case.rectified_at = case.outcome = None
    if case.unit_id is not None:
        unit = await taking.session.get_one(UnitRow, case.unit_id)
        given = await deadlines.allowance(taking.session, case, unit, taking.office.settings.zone)
        deadlines.start(case, given, taking.now, resumed=deadlines.left_over(case, given))
    return {"due_at": case.due_at, "reworks": case.reworks}


async def _escalate(taking: Taking) -> Details:
    taking.case.escalated_at = taking.now
    return {"due_at": taking.case.due_at}


async def _close(taking: Taking) -> Details:
    taking.case.closed_at = taking.now
    return {}


async def _archive(taking: Taking) -> Details:
    taking.case.archived_at = taking.now
    return {}


async def _merge(taking: Taking) -> Details:
    into = taking.step.into
    if into is None:
        raise invalid("into", "name the case that this one is merged into")
    target = await merging.merge(taking.session, taking.asker, taking.case, into)
    return {"case": str(target.id), "case_number": target.number}


async def _split(taking: Taking) -> Details:
    target = await merging.split(taking.session, taking.asker, taking.case)
    return {} if target is None else {"case": str(target.id), "case_number": target.number}


async def _stop(taking: Taking) -> None:
    case = taking.case
    if case.unit_id is None:
        return
    unit = await taking.session.get_one(UnitRow, case.unit_id)
    hours = await working_hours(taking.session, unit.calendar_id, taking.office.settings.zone)
    deadlines.stop(case, hours, taking.now)


_EFFECTS: dict[CaseAction, Callable[[Taking], Awaitable[Details]]] = {
    CaseAction.DISPATCH: _dispatch,
    CaseAction.ACCEPT: _accept,
    CaseAction.RETURN: _return,
    CaseAction.RECTIFY: _rectify,
    CaseAction.REWORK: _rework,
    CaseAction.ESCALATE: _escalate,
    CaseAction.CLOSE: _close,
    CaseAction.ARCHIVE: _archive,
    CaseAction.MERGE: _merge,
    CaseAction.SPLIT: _split,
}
