"""What is told about the signals of crosswalks: noted, and handed to the engine at once."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.scene import Crosswalk, SceneSettings
from service import clock
from service.cameras import frame_relay
from service.cameras.models import CameraRow, CameraSignalRow
from service.cameras.schemas import SignalPhase, SignalReport
from service.errors import ProblemError, invalid
from service.loading import load
from service.office import Office
from service.security import Principal, Role

_EARLY: Final = timedelta(seconds=10)
"""A phase that begins later than this was told by a clock that is wrong."""


async def tell_signal(office: Office, asker: Principal, camera_id: str, body: SignalReport) -> list[SignalPhase]:
    """Note a phase and hand it to the engine.

    Raises:
        ProblemError: 404 where there is no such camera, 403 where the key speaks for another one, 409 where no
            crosswalk of its scene is told about, 422 where the named one is not, or the phase has not begun yet.
    """
    now = clock.now()
    if not asker.has(Role.ADMINISTRATOR) and asker.camera_id not in (None, camera_id):
        raise ProblemError(403, f"This key may not tell the signals of {camera_id}.", kind="not-allowed")
    if body.since is not None and body.since > now + _EARLY:
        raise invalid("since", "lies in the future: set the clock of the signal's controller right")
    async with office.database.transaction() as session:
        camera = await load(session, CameraRow, camera_id, "camera")
        told = []
        for crosswalk in _crosswalks(camera, body.crosswalk):
            row = await session.get(CameraSignalRow, (camera_id, crosswalk))
            if row is None:
                row = CameraSignalRow(camera_id=camera_id, crosswalk=crosswalk, phase="", since=now, until=now)
                session.add(row)
            goes_on = row.phase == body.phase and now < row.until
            row.since = body.since or (row.since if goes_on else now)
            row.phase, row.until = body.phase, now + timedelta(seconds=body.valid_seconds)
            told.append(SignalPhase.model_validate(row))
    await frame_relay.tell(office.settings.engine_socket, camera_id, told)
    return told


async def signals_of(session: AsyncSession, camera_ids: list[str]) -> dict[str, list[SignalPhase]]:
    """What is told about the signals of cameras and may still be believed."""
    fresh = CameraSignalRow.camera_id.in_(camera_ids), CameraSignalRow.until > clock.now()
    found: dict[str, list[SignalPhase]] = {}
    for row in await session.scalars(select(CameraSignalRow).where(*fresh).order_by(CameraSignalRow.crosswalk)):
        found.setdefault(row.camera_id, []).append(SignalPhase.model_validate(row))
    return found


def _crosswalks(row: CameraRow, named: str | None) -> list[str]:
    zones = SceneSettings.model_validate(row.scene).zones
    told = [zone.name for zone in zones if isinstance(zone, Crosswalk) and zone.signal and zone.signal.fed]
    if not told:
        detail = f"No crosswalk of {row.id} has a signal that is told: write signal: {{fed: true}} into its scene."
        raise ProblemError(409, detail, kind="no-signal")
    if named is not None and named not in told:
        raise invalid("crosswalk", f"must be one of {', '.join(told)}, got {named!r}")
    return told if named is None else [named]
