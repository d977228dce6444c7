"""Alerts: what somebody should look after, from when to when."""

import uuid_utils.compat
from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.database import Database
from service.events.workflow import OFFICE, publish
from service.system.models import AlertRow
from service.system.schemas import Alert, Severity


async def raise_alert(database: Database, code: str, severity: Severity, message: str) -> None:
    """Raise an alert, unless it is up already; one that says something else is cleared."""
    message = message[:500]
    async with database.reading() as session:
        if _says(await _standing(session, code), message):
            return
    async with database.transaction() as session:
        standing = await _standing(session, code)
        if _says(standing, message):
            return
        if standing is not None:
            standing.cleared_at = clock.now()
            publish(session, "alert", _data(standing, cleared=True), OFFICE)
        row = AlertRow(id=uuid_utils.compat.uuid7(), code=code, severity=severity, message=message, since=clock.now())
        session.add(row)
        publish(session, "alert", _data(row, cleared=False), OFFICE)


async def clear_alert(database: Database, code: str) -> None:
    """Clear an alert, if it is up."""
    async with database.reading() as session:
        if await _standing(session, code) is None:
            return
    async with database.transaction() as session:
        row = await _standing(session, code)
        if row is not None:
            row.cleared_at = clock.now()
            publish(session, "alert", _data(row, cleared=True), OFFICE)


async def standing_alerts(session: AsyncSession) -> list[Alert]:
    """Alerts that are up, oldest first."""
    rows = await session.scalars(select(AlertRow).where(AlertRow.cleared_at.is_(None)).order_by(AlertRow.since))
    return [Alert.model_validate(row, from_attributes=True) for row in rows]


def _says(standing: AlertRow | None, message: str) -> bool:
    return standing is not None and standing.message == message


async def _standing(session: AsyncSession, code: str) -> AlertRow | None:
    query = select(AlertRow).where(AlertRow.code == code, AlertRow.cleared_at.is_(None)).limit(1)
    return await session.scalar(query)


def _data(row: AlertRow, *, cleared: bool) -> dict[str, JsonValue]:
    alert = Alert.model_validate(row, from_attributes=True)
    return {**alert.model_dump(mode="json"), "cleared": cleared}
