"""Deciding about cases: one step at a time, by whoever knows its newest version."""

from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import Actor, history, record
from service.cases.events import tell
from service.cases.models import CaseRow
from service.cases.schemas import Case, CurrentCase, Decision
from service.cases.transitions import CaseAction, CaseStatus, DismissalReason, find
from service.cases.workflow import actions, detail, entry, load_case, undo_until
from service.errors import ProblemError, invalid
from service.office import Office
from service.security import Principal


async def decide(
    office: Office,
    asker: Principal,
    case_id: UUID,
    action: CaseAction,
    body: Decision,
    reason: DismissalReason | None = None,
) -> Case:
    """Take one step of the table of transitions.

    Raises:
        ProblemError: 404 where there is no such case, 409 where it has moved on or the step is not allowed from where
            it is, 403 where the step is not for the asker, 422 where the reason ``other`` has no note.
    """
    if reason is DismissalReason.OTHER and not body.note.strip():
        raise invalid("note", "say why: the reason 'other' needs a note")
    async with office.database.transaction() as session:
        case = await load_case(session, asker, case_id)
        await ensure_version(session, office, asker, case, body.version)
        before = CaseStatus(case.status)
        step = find(before, action)
        if step is None:
            raise await _not_allowed(session, office, asker, case, action)
        if step.roles.isdisjoint(asker.grants):
            raise ProblemError(403, f"You may not {action} a case.", kind="not-allowed")
        if step.needs_reason and reason is None:
            raise invalid("reason", f"{action} needs a reason")
        case.status = step.end
        case.version += 1
        case.last_from, case.last_by, case.last_at = before, asker.user_id, clock.now()
        await record(
            session, Actor.of(asker), action, "case", str(case.id), from_status=before, to_status=step.end,
            reason=reason, note=body.note.strip(),
        )  # fmt: skip
        tell(session, "case.updated", case)
        return await detail(session, office.settings, asker, case)


async def undo(office: Office, asker: Principal, case_id: UUID, body: Decision) -> Case:
    """Take back the asker's own last decision.

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
        case.version += 1
        case.last_from = case.last_by = case.last_at = None
        await record(
            session, Actor.of(asker), CaseAction.UNDO, "case", str(case.id), from_status=before,
            to_status=case.status, note=body.note.strip(),
        )  # fmt: skip
        tell(session, "case.updated", case)
        return await detail(session, office.settings, asker, case)


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


async def _not_allowed(
    session: AsyncSession, office: Office, asker: Principal, case: CaseRow, action: CaseAction
) -> ProblemError:
    current = await _current(session, office, asker, case)
    possible = ", ".join(current.allowed_actions) or "nothing"
    return ProblemError(
        409,
        f"A case that is {case.status} cannot take the step {action}; possible: {possible}.",
        kind="step-not-allowed",
        extra={"current": _json(current)},
    )


async def _current(session: AsyncSession, office: Office, asker: Principal, case: CaseRow) -> CurrentCase:
    steps = [step for step in await history(session, "case", str(case.id)) if step.action != "create"]
    return CurrentCase(
        status=CaseStatus(case.status),
        version=case.version,
        decision=entry(steps[-1]) if steps else None,
        allowed_actions=actions(case, asker, office.settings),
    )


def _json(current: CurrentCase) -> JsonValue:
    dumped: JsonValue = current.model_dump(mode="json")
    return dumped
