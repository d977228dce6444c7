"""Rules, holds and the deletion log."""

import json
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.models import AuditRow
from service.audit.workflow import Actor, record
from service.cases.models import CaseRow
from service.cases.sight import seen_by
from service.cases.workflow import load_case
from service.errors import ProblemError, invalid, not_found
from service.office import Office
from service.paging import bad_cursor, decode_cursor, encode_cursor
from service.retention.deletion import ACTION, SUBJECT, dry_run
from service.retention.models import HoldRow, RetentionRuleRow
from service.retention.rules import RULES, Rule, days_of
from service.retention.schemas import (
    Deletion,
    DeletionPage,
    Hold,
    HoldPage,
    HoldRequest,
    PlannedRule,
    RetentionPlan,
    RetentionRule,
    RetentionRules,
    RuleChange,
)
from service.security import Principal


async def list_rules(session: AsyncSession) -> RetentionRules:
    """All rules, with how many days each keeps files."""
    days = await days_of(session)
    return RetentionRules(
        items=[
            RetentionRule(code=rule, chinese=entry.chinese, english=entry.english, days=days[rule])
            for rule, entry in RULES.items()
        ]
    )


async def replace_rule(office: Office, asker: Principal, rule: Rule, body: RuleChange) -> RetentionRules:
    """Set how many days a rule keeps files."""
    async with office.database.transaction() as session:
        before = (await days_of(session))[rule]
        row = await session.get(RetentionRuleRow, rule)
        if row is None:
            session.add(RetentionRuleRow(code=rule, days=body.days, updated_at=clock.now()))
        else:
            row.days, row.updated_at = body.days, clock.now()
        details = {"before": before, "after": body.days}
        await record(session, Actor.of(asker), "replace", "retention_rule", rule, details=details)
        return await list_rules(session)


async def plan(office: Office) -> RetentionPlan:
    """What would be deleted now."""
    found = await dry_run(office.database, clock.now())
    return RetentionPlan(
        items=[
            PlannedRule(code=rule, subjects=total.subjects, files=total.files, bytes=total.size)
            for rule, total in found.totals.items()
        ]
    )


async def place_hold(office: Office, asker: Principal, body: HoldRequest) -> Hold:
    """Keep a case's files until the hold is released.

    Raises:
        ProblemError: 422 where there is no such case that the asker may see.
    """
    async with office.database.transaction() as session:
        try:
            case = await load_case(session, asker, body.case_id)
        except ProblemError as error:
            raise invalid("case_id", "there is no such case") from error
        row = HoldRow(
            id=uuid_utils.compat.uuid7(),
            case_id=case.id,
            reason=body.reason,
            placed_by=asker.name,
            placed_at=clock.now(),
            released_by=None,
            released_at=None,
        )
        session.add(row)
        await session.flush()
        details = {"case": str(case.id), "number": case.number}
        await record(session, Actor.of(asker), "create", "hold", str(row.id), note=row.reason, details=details)
        return _hold(row, case.number)


async def release_hold(office: Office, asker: Principal, hold_id: UUID) -> Hold:
    """Let a case's files be deleted by the rules again; releasing twice changes nothing.

    Raises:
        ProblemError: 404 where there is no such hold.
    """
    async with office.database.transaction() as session:
        query = select(HoldRow, CaseRow).join(CaseRow, CaseRow.id == HoldRow.case_id).where(HoldRow.id == hold_id)
        found = (await session.execute(query.where(seen_by(asker)).with_for_update())).one_or_none()
        if found is None:
            raise not_found("hold")
        row, case = found
        if row.released_at is None:
            row.released_by, row.released_at = asker.name, clock.now()
            await record(session, Actor.of(asker), "release", "hold", str(row.id), details={"number": case.number})
        return _hold(row, case.number)


async def list_holds(
    session: AsyncSession, asker: Principal, active: bool | None, limit: int, cursor: str | None
) -> HoldPage:
    """Holds, newest first."""
    query = select(HoldRow, CaseRow.number).join(CaseRow, CaseRow.id == HoldRow.case_id).where(seen_by(asker))
    if active is not None:
        query = query.where(HoldRow.released_at.is_(None) if active else HoldRow.released_at.is_not(None))
    if cursor is not None:
        try:
            query = query.where(HoldRow.id < UUID(decode_cursor(cursor, 1)[0]))
        except ValueError as error:
            raise bad_cursor() from error
    rows = (await session.execute(query.order_by(HoldRow.id.desc()).limit(limit + 1))).all()
    return HoldPage(
        items=[_hold(row, number) for row, number in rows[:limit]],
        next_cursor=encode_cursor(str(rows[limit - 1][0].id)) if len(rows) > limit else None,
    )


def _hold(row: HoldRow, number: str) -> Hold:
    values = {name: getattr(row, name) for name in Hold.model_fields if name != "case_number"}
    return Hold.model_validate({**values, "case_number": number})


async def list_deletions(session: AsyncSession, limit: int, cursor: str | None) -> DeletionPage:
    """The deletion log, newest first: it is a part of the audit, and as hard to alter."""
    query = select(AuditRow).where(AuditRow.subject_type == SUBJECT, AuditRow.action == ACTION)
    if cursor is not None:
        text = decode_cursor(cursor, 1)[0]
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise bad_cursor()
        query = query.where(AuditRow.sequence < int(text))
    rows = list(await session.scalars(query.order_by(AuditRow.sequence.desc()).limit(limit + 1)))
    items = []
    for row in rows[:limit]:
        told = json.loads(row.details)
        items.append(
            Deletion(
                sequence=row.sequence, at=row.at, actor=row.actor, subject_id=UUID(row.subject_id), rule=told["rule"],
                number=told["number"], deleted=told["deleted"],
            )
        )  # fmt: skip
    return DeletionPage(
        items=items, next_cursor=encode_cursor(str(rows[limit - 1].sequence)) if len(rows) > limit else None
    )
