"""Adding and changing units."""

from uuid import UUID

import uuid_utils.compat
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import Actor, history, record
from service.calendars.models import CalendarRow
from service.changes import Change, Changes
from service.errors import ProblemError, invalid
from service.loading import load
from service.office import Office
from service.paging import decode_cursor, encode_cursor
from service.security import Principal
from service.units.models import UnitRow
from service.units.schemas import Unit, UnitCreate, UnitPage, UnitUpdate


async def list_units(session: AsyncSession, limit: int, cursor: str | None) -> UnitPage:
    """Units, by code."""
    query = select(UnitRow).order_by(UnitRow.code).limit(limit + 1)
    if cursor is not None:
        query = query.where(UnitRow.code > decode_cursor(cursor, 1)[0])
    rows = list(await session.scalars(query))
    return UnitPage(
        items=[Unit.model_validate(row) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1].code) if len(rows) > limit else None,
    )


async def load_unit(session: AsyncSession, unit_id: UUID) -> UnitRow:
    """One unit.

    Raises:
        ProblemError: 404 where there is none.
    """
    return await load(session, UnitRow, unit_id, "unit")


async def create_unit(office: Office, asker: Principal, body: UnitCreate) -> UnitRow:
    """Add a unit.

    Raises:
        ProblemError: 409 where the code is taken, 422 where there is no such calendar.
    """
    now = clock.now()
    row = UnitRow(
        id=uuid_utils.compat.uuid7(), **body.model_dump(mode="json"), active=True, created_at=now, updated_at=now
    )
    try:
        async with office.database.transaction() as session:
            await _check_calendar(session, body.calendar_id)
            if body.is_default:
                await _no_other_default(session, row.id)
            session.add(row)
            await session.flush()
            details = body.model_dump(mode="json")
            await record(session, Actor.of(asker), "create", "unit", str(row.id), details=details)
    except IntegrityError as error:
        raise ProblemError(409, f"The code {body.code} is taken.", kind="code-taken") from error
    return row


async def update_unit(office: Office, asker: Principal, unit_id: UUID, body: UnitUpdate) -> UnitRow:
    """Change a unit. One that is not active gets no more cases; those that it has stay.

    Raises:
        ProblemError: 404 where there is none, 422 where there is no such calendar, or where the default unit would not
            be active.
    """
    changes = body.model_dump(exclude_none=True)
    async with office.database.transaction() as session:
        row = await load_unit(session, unit_id)
        if body.calendar_id is not None:
            await _check_calendar(session, body.calendar_id)
        active = row.active if body.active is None else body.active
        is_default = row.is_default if body.is_default is None else body.is_default
        if is_default and not active:
            raise invalid("active", "the default unit must be active: make another unit the default first")
        if body.is_default:
            await _no_other_default(session, row.id)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        row.updated_at = clock.now()
        details = {"before": before, "after": changes}
        await record(session, Actor.of(asker), "update", "unit", str(row.id), details=details)
    return row


async def unit_changes(session: AsyncSession, unit_id: UUID) -> Changes:
    """What was changed about a unit, oldest first.

    Raises:
        ProblemError: 404 where there is none.
    """
    await load_unit(session, unit_id)
    return Changes(items=[Change.of(row) for row in await history(session, "unit", str(unit_id))])


async def _check_calendar(session: AsyncSession, calendar_id: str) -> None:
    if await session.get(CalendarRow, calendar_id) is None:
        raise invalid("calendar_id", f"there is no calendar {calendar_id!r}")


async def _no_other_default(session: AsyncSession, unit_id: UUID) -> None:
    await session.execute(
        update(UnitRow).where(UnitRow.is_default.is_(True), UnitRow.id != unit_id).values(is_default=False)
    )
