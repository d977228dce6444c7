"""Deciding about cases: one step at a time, by whoever knows its newest version."""

from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import KINDS, ViolationKind
from service import clock
from service.audit.models import AuditRow
from service.audit.workflow import Actor, history, record
from service.cases import merging
from service.cases.effects import Taking, apply
from service.cases.events import tell
from service.cases.life import restore, snapshot
from service.cases.models import CaseRow
from service.cases.schemas import Case, CurrentCase, Decision
from service.cases.steps import Step
from service.cases.transitions import (
    CaseAction,
    CaseStatus,
    DismissalReason,
    Outcome,
    Requirement,
    Transition,
    find,
    leading_from,
)
from service.cases.workflow import actions, detail, entry, load_case, undo_until
from service.errors import ProblemError, invalid
from service.notices.cases import Taken, tell_step
from service.notices.telling import withdraw
from service.office import Office
from service.security import Principal

AFTER_PHOTO = "add_photo"
"""The audit's action for a photo that shows how a place looks afterwards."""

_BESIDE = frozenset({"create", AFTER_PHOTO, "absorb", "release", "remind"})
"""Rows of a case's history that are no decision about it."""


async def decide(office: Office, asker: Principal, case_id: UUID, step: Step) -> Case:
    """Take one step of the table of transitions.

    Raises:
        ProblemError: 404 where there is no such case, 409 where it has moved on or the step is not allowed from where
            it is, 403 where the step is not for the asker, 422 where something that the step needs is missing.
    """
    if step.reason is DismissalReason.OTHER and not step.note:
        raise invalid("note", "say why: the reason 'other' needs a note")
    async with office.database.transaction() as session:
        case = await load_case(session, asker, case_id)
        await ensure_version(session, office, asker, case, step.version)
        before = CaseStatus(case.status)
        transition = find(before, step.action)
        if transition is None:
            raise await _not_allowed(session, office, asker, case, step.action)
        if transition.roles.isdisjoint(asker.grants):
            raise ProblemError(403, f"You may not {step.action} a case.", kind="not-allowed")
        await _ensure_given(session, case, step, transition)
        taken, now = snapshot(case), clock.now()
        details = await apply(Taking(session, office, asker, case, step, now))
        case.status = transition.end
        case.version += 1
        case.last_from, case.last_by, case.last_at, case.last_state = before, asker.user_id, now, taken
        await record(
            session, Actor.of(asker), step.action, "case", str(case.id), from_status=before, to_status=case.status,
            reason=step.reason, note=step.note, details=details,
        )  # fmt: skip
        tell(session, "case.updated", case)
        await tell_step(session, case, Taken(asker, step, now, office.settings.undo_seconds))
        return await detail(session, office, asker, case)


async def undo(office: Office, asker: Principal, case_id: UUID, body: Decision) -> Case:
    """Take back the asker's own last decision: the case is again as it was before, but for its version.

    Raises:
        ProblemError: 404 where there is no such case, 409 where it has moved on, or there is nothing that the asker
            may still take back.
    """
    async with office.database.transaction() as session:
        case = await load_case(session, asker, case_id)
        await ensure_version(session, office, asker, case, body.version)
        if case.last_from is None or undo_until(case, asker, office.settings) is None:
            raise await _not_allowed(session, office, asker, case, CaseAction.UNDO)
        before, case.status = case.status, case.last_from
        if before == CaseStatus.MERGED:
            await merging.split(session, asker, case)
        merged_before = (case.last_state or {}).get("merged_into_id")
        if isinstance(merged_before, str) and case.merged_into_id is None:
            await merging.merge(session, asker, case, UUID(merged_before))
        if case.last_state is not None:
            restore(case, case.last_state)
        if case.last_at is not None:
            await withdraw(session, case.id, case.last_at)
        case.version += 1
        case.last_from = case.last_by = case.last_at = case.last_state = None
        await record(
            session, Actor.of(asker), CaseAction.UNDO, "case", str(case.id), from_status=before,
            to_status=case.status, note=body.note.strip(),
        )  # fmt: skip
        tell(session, "case.updated", case)
        return await detail(session, office, asker, case)


async def ensure_version(session: AsyncSession, office: Office, asker: Principal, case: CaseRow, version: int) -> None:
    """That the asker has seen the newest version of a case.

    Raises:
        ProblemError: 409 with what the case is now.
    """
    if case.version != version:
        current = await _current(session, office, asker, case)
        decision = current.decision
        who = f"{decision.actor} did {decision.action}" if decision is not None else "it has moved on"
        raise ProblemError(
            409,
            f"The case is at version {case.version}, not {version}: {who}. Look at it again.",
            kind="version-conflict",
            extra={"current": _json(current)},
        )


async def _ensure_given(session: AsyncSession, case: CaseRow, step: Step, transition: Transition) -> None:
    """That what the table asks for is there; a unit and a target are looked for when the step is taken."""
    if Requirement.REASON in transition.requires and step.reason is None:
        raise invalid("reason", f"{step.action} needs a reason")
    if Requirement.NOTE in transition.requires and not step.note:
        raise invalid("note", f"say why: {step.action} needs a note")
    if Requirement.RESULT in transition.requires:
        await _ensure_result(session, case, step.outcome)


async def _ensure_result(session: AsyncSession, case: CaseRow, outcome: Outcome | None) -> None:
    about_person = KINDS[ViolationKind(case.kind)].about_person
    if outcome is not None and not about_person:
        raise invalid("outcome", f"is for offences of people; {case.kind} is settled with a photo taken afterwards")
    if outcome is None and not shows_result(await history(session, "case", str(case.id))):
        what = "add a photo taken afterwards" + (", or say the outcome" if about_person else "")
        raise invalid("outcome" if about_person else "after_photo", f"{what}: POST /cases/{case.id}/after-photos")


def shows_result(steps: list[AuditRow]) -> bool:
    """Whether a photo was added since the unit took the case up, or since its work was sent back."""
    for step in reversed(steps):
        if step.action == AFTER_PHOTO:
            return True
        if step.action in (CaseAction.REWORK, CaseAction.DISPATCH):
            return False
    return False


async def _not_allowed(
    session: AsyncSession, office: Office, asker: Principal, case: CaseRow, action: CaseAction
) -> ProblemError:
    current = await _current(session, office, asker, case)
    possible = ", ".join(current.allowed_actions) or _others(CaseStatus(case.status))
    return ProblemError(
        409,
        f"A case that is {case.status} cannot take the step {action}; possible: {possible}.",
        kind="step-not-allowed",
        extra={"current": _json(current)},
    )


def _others(status: CaseStatus) -> str:
    """What others may do, where the asker may do nothing."""
    steps = [f"{t.action} by {' or '.join(sorted(str(role) for role in t.roles))}" for t in leading_from(status)]
    return f"nothing for you ({'; '.join(steps)})" if steps else "nothing: it ends here"


async def _current(session: AsyncSession, office: Office, asker: Principal, case: CaseRow) -> CurrentCase:
    steps = [step for step in await history(session, "case", str(case.id)) if step.action not in _BESIDE]
    return CurrentCase(
        status=CaseStatus(case.status),
        version=case.version,
        decision=entry(steps[-1]) if steps else None,
        allowed_actions=actions(case, asker, office.settings),
    )


def _json(current: CurrentCase) -> JsonValue:
    dumped: JsonValue = current.model_dump(mode="json")
    return dumped
