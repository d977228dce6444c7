"""When cameras could not see: so that "nothing seen" is told from "could not see"."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import uuid_utils.compat
from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.cameras.models import CameraGapRow, CameraRow, CameraStatusRow
from service.cameras.schemas import Gap, GapPage, GapReport
from service.database import Database
from service.events.workflow import EVERYBODY, publish
from service.notices.cameras import tell_blind
from service.office import Office
from service.paging import decode_time_cursor, encode_cursor
from service.system.alerts import clear_alert, raise_alert
from service.system.schemas import Severity

NOT_WATCHED = "not_watched"
"""No engine has said anything about the camera."""
NO_PICTURE = "no_picture"
_SERIOUS = (NOT_WATCHED, NO_PICTURE)


async def note_gaps(session: AsyncSession, camera_id: str, reported: Sequence[GapReport]) -> None:
    """Bring what is known up to date with what the engine says; a gap that lasts and is not named has ended."""
    lasting = {row.id: row for row in await session.scalars(_lasting([camera_id]))}
    for report in reported:
        row = lasting.pop(report.id, None) or await session.get(CameraGapRow, report.id)
        if row is None:
            row = CameraGapRow(
                id=report.id,
                camera_id=camera_id,
                kind=report.kind,
                message=report.message,
                suspended=report.suspended,
                started_at=report.started_at,
                ended_at=report.ended_at,
            )
            session.add(row)
            _tell(session, row)
            if row.suspended and row.ended_at is None:
                await tell_blind(session, camera_id, row.kind, clock.now())
        elif row.camera_id == camera_id and row.ended_at is None and report.ended_at is not None:
            _end(session, row, report.ended_at)
    for row in lasting.values():  # an engine that is gone has told it, or nobody watched
        _end(session, row, clock.now())


async def follow_alert(database: Database, camera_id: str) -> None:
    """Raise an alert while a camera cannot see, and clear it afterwards."""
    async with database.reading() as session:
        camera = await session.get(CameraRow, camera_id)
        gaps = [gap for gap in await session.scalars(_lasting([camera_id])) if gap.suspended]
    code = f"camera:{camera_id}"
    if camera is None or not camera.enabled or not gaps:
        await clear_alert(database, code)
        return
    worst = max(gaps, key=lambda gap: gap.kind in _SERIOUS)
    name = f"{camera.name} ({camera_id})" if camera.name else camera_id
    severity: Severity = "critical" if worst.kind in _SERIOUS else "warning"
    await raise_alert(database, code, severity, f"{name}: {worst.message}")


async def look_for_silent(office: Office) -> None:
    """Cameras that are on and that no engine has reported for too long are not watched: a gap, and an alert."""
    silent_since = clock.now() - timedelta(seconds=office.settings.engine_silent_seconds)
    query = select(CameraRow, CameraStatusRow).outerjoin(CameraStatusRow, CameraStatusRow.camera_id == CameraRow.id)
    async with office.database.reading() as session:
        cameras: list[tuple[CameraRow, CameraStatusRow | None]]
        cameras = [(camera, status) for camera, status in (await session.execute(query)).all()]
        lasting = {row.camera_id: row for row in await session.scalars(_lasting([row.id for row, _ in cameras]))}
    for camera, status in cameras:
        last = max(camera.updated_at, status.at) if status is not None else camera.updated_at
        gap = lasting.get(camera.id)
        if camera.enabled and last < silent_since and (gap is None or gap.kind != NOT_WATCHED):
            await _begin_silence(office, camera.id, last)
        elif not camera.enabled and gap is not None:
            async with office.database.transaction() as session:
                await note_gaps(session, camera.id, [])
            await follow_alert(office.database, camera.id)


async def lasting_gaps(session: AsyncSession, camera_ids: Iterable[str]) -> dict[str, Gap]:
    """Why cameras cannot see now; those that can are left out."""
    return {row.camera_id: Gap.model_validate(row) for row in await session.scalars(_lasting(camera_ids))}


async def list_gaps(
    session: AsyncSession,
    camera_id: str,
    since: datetime | None,
    until: datetime | None,
    *,
    limit: int,
    cursor: str | None,
) -> GapPage:
    """Gaps of a camera that lay, in part at least, between two times; newest first."""
    query = select(CameraGapRow).where(CameraGapRow.camera_id == camera_id)
    if since is not None:
        query = query.where(CameraGapRow.ended_at.is_(None) | (CameraGapRow.ended_at > since))
    if until is not None:
        query = query.where(CameraGapRow.started_at < until)
    order = (CameraGapRow.started_at, CameraGapRow.id)
    if cursor is not None:
        query = query.where(tuple_(*order) < tuple_(*decode_time_cursor(cursor)))
    rows = list(await session.scalars(query.order_by(*(column.desc() for column in order)).limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return GapPage(
        items=[Gap.model_validate(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.started_at.isoformat(), str(last.id)) if last is not None else None,
    )


async def _begin_silence(office: Office, camera_id: str, since: datetime) -> None:
    async with office.database.transaction() as session:
        await note_gaps(session, camera_id, [])
        row = CameraGapRow(
            id=uuid_utils.compat.uuid7(),
            camera_id=camera_id,
            kind=NOT_WATCHED,
            message="no engine watches this camera",
            suspended=True,
            started_at=since,
            ended_at=None,
        )
        session.add(row)
        _tell(session, row)
        await tell_blind(session, camera_id, row.kind, clock.now())
    await follow_alert(office.database, camera_id)


def _end(session: AsyncSession, row: CameraGapRow, at: datetime) -> None:
    row.ended_at = max(at, row.started_at)
    _tell(session, row)


def _tell(session: AsyncSession, row: CameraGapRow) -> None:
    publish(session, "camera.gap", Gap.model_validate(row).model_dump(mode="json"), EVERYBODY)


def _lasting(camera_ids: Iterable[str]) -> Select[CameraGapRow]:
    return select(CameraGapRow).where(CameraGapRow.camera_id.in_(list(camera_ids)), CameraGapRow.ended_at.is_(None))
