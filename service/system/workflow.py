"""The state of the system, and the engine's heartbeat."""

from datetime import timedelta
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.database import locked_row
from service.evidence.room import disk
from service.office import Office
from service.openapi import VERSION
from service.system.alerts import clear_alert, raise_alert, standing_alerts
from service.system.models import EngineRow
from service.system.schemas import EngineReport, EngineState, EngineStatus, System

MODEL_REFUSED = "model_refused"
"""The alert that says why a newly registered model is not in use."""
LOCAL = "local"
"""The name of the one engine that this version knows."""


async def get_system(office: Office) -> System:
    """The state of the system."""
    async with office.database.reading() as session:
        row = await session.get(EngineRow, LOCAL)
        return System(
            version=VERSION,
            model=(row.model or None) if row is not None else None,
            engine=await engine_status(session, office),
            disk=disk(office),
            alerts=await standing_alerts(session),
        )


async def engine_status(session: AsyncSession, office: Office) -> EngineStatus:
    """How the engine fares."""
    row = await session.get(EngineRow, LOCAL)
    if row is None:
        return EngineStatus(state="absent", restarts=0, last_result_at=None, outbox=0, cameras=[], at=None)
    silent_after = timedelta(seconds=office.settings.engine_silent_seconds)
    state = cast("EngineState", row.state)
    if state != "stopped" and clock.now() - row.at > silent_after:
        state = "silent"
    return EngineStatus(
        state=state,
        restarts=row.restarts,
        last_result_at=row.last_result_at,
        outbox=row.outbox,
        cameras=row.cameras,
        at=row.at,
    )


async def report_engine(office: Office, body: EngineReport) -> EngineStatus:
    """Note a heartbeat. What it leaves out about results and restarts stays as it was."""
    async with office.database.transaction() as session:
        row = await _engine(session)
        row.state = body.state
        row.outbox = body.outbox
        row.model = body.model
        row.cameras = body.cameras
        row.last_result_at = body.last_result_at or row.last_result_at
        row.restarts = row.restarts if body.restarts is None else body.restarts
        row.at = clock.now()
        status = await engine_status(session, office)
    if body.model_refused:
        message = f"A new model is refused, the old one works on: {body.model_refused}"
        await raise_alert(office.database, MODEL_REFUSED, "warning", message)
    else:
        await clear_alert(office.database, MODEL_REFUSED)
    return status


async def _engine(session: AsyncSession) -> EngineRow:
    return await locked_row(
        session, EngineRow, LOCAL, state="starting", outbox=0, model="", cameras=[], restarts=0, at=clock.now()
    )
