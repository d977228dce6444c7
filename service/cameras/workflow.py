"""Adding, changing and watching cameras."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from detector.scene import SceneSettings
from service import clock
from service.api_keys.models import ApiKeyRow
from service.audit.workflow import Actor, record
from service.cameras import frame_relay
from service.cameras.gaps import follow_alert, lasting_gaps, note_gaps
from service.cameras.models import CameraRow, CameraStatusRow
from service.cameras.schemas import (
    Camera,
    CameraCreate,
    CameraPage,
    CameraStatus,
    CameraStatusReport,
    CameraUpdate,
    FrameAccepted,
    Gap,
    SignalPhase,
)
from service.cameras.signals import signals_of
from service.errors import ProblemError, invalid
from service.events.workflow import EVERYBODY, publish
from service.loading import load
from service.office import Office
from service.paging import decode_cursor, encode_cursor
from service.photos.picture import check_jpeg
from service.security import Principal, Role, Scope

PUSH = "push:"
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_SECRET_PARAMETERS = re.compile(r"(?i)(?<=[?&])([^=&]*(?:pass|pwd|token|secret|key|auth|sign|user)[^=&]*)=[^&]*")


def masked(source: str) -> str:
    """A source without its credentials: neither ``user:password@`` nor what secret parameters say."""
    return _SECRET_PARAMETERS.sub(r"\1=***", _CREDENTIALS.sub("***@", source))


async def load_camera(session: AsyncSession, camera_id: str) -> CameraRow:
    """One camera.

    Raises:
        ProblemError: 404 where there is none.
    """
    return await load(session, CameraRow, camera_id, "camera")


async def list_cameras(session: AsyncSession, asker: Principal, limit: int, cursor: str | None) -> CameraPage:
    """Cameras, by id."""
    query = (
        select(CameraRow, CameraStatusRow)
        .outerjoin(CameraStatusRow, CameraStatusRow.camera_id == CameraRow.id)
        .order_by(CameraRow.id)
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(CameraRow.id > decode_cursor(cursor, 1)[0])
    rows = (await session.execute(query)).all()
    return CameraPage(
        items=await _shown_all(session, asker, [(row, status) for row, status in rows[:limit]]),
        next_cursor=encode_cursor(rows[limit - 1][0].id) if len(rows) > limit else None,
    )


async def get_camera(session: AsyncSession, asker: Principal, camera_id: str) -> Camera:
    """One camera as the asker may see it."""
    row = await load_camera(session, camera_id)
    return await _shown(session, asker, row)


async def create_camera(office: Office, asker: Principal, body: CameraCreate) -> Camera:
    """Add a camera.

    Raises:
        ProblemError: 409 where its id is taken.
    """
    now = clock.now()
    row = CameraRow(
        id=body.id,
        name=body.name,
        source=body.source,
        substream=body.substream,
        enabled=body.enabled,
        longitude=body.longitude,
        latitude=body.latitude,
        scene=body.scene.model_dump(mode="json"),
        created_at=now,
        updated_at=now,
    )
    try:
        async with office.database.transaction() as session:
            session.add(row)
            await session.flush()
            details = body.model_dump(mode="json") | _masked_addresses(body)
            await record(session, Actor.of(asker), "create", "camera", row.id, details=details)
            return await _shown(session, asker, row)
    except IntegrityError as error:
        raise ProblemError(409, f"There is a camera {body.id} already.", kind="id-taken") from error


def _masked_addresses(body: CameraCreate | CameraUpdate) -> dict[str, str]:
    """The addresses that a request gives, fit for the audit."""
    given = {"source": body.source, "substream": body.substream}
    return {name: masked(address) for name, address in given.items() if address is not None}


async def update_camera(office: Office, asker: Principal, camera_id: str, body: CameraUpdate) -> Camera:
    """Change a camera: only fields that were sent change."""
    async with office.database.transaction() as session:
        row = await load_camera(session, camera_id)
        for field in body.model_fields_set:
            value = getattr(body, field)
            if value is None and field not in ("longitude", "latitude", "substream"):
                raise invalid(field, "cannot be null; leave it out to keep it")
            setattr(row, field, value)
        row.updated_at = clock.now()
        details = body.model_dump(mode="json", exclude_unset=True) | _masked_addresses(body)
        await record(session, Actor.of(asker), "update", "camera", camera_id, details=details)
        return await _shown(session, asker, row)


async def replace_scene(office: Office, asker: Principal, camera_id: str, body: SceneSettings) -> Camera:
    """Replace what a camera looks at."""
    async with office.database.transaction() as session:
        row = await load_camera(session, camera_id)
        row.scene = body.model_dump(mode="json")
        row.updated_at = clock.now()
        await record(session, Actor.of(asker), "replace_scene", "camera", camera_id, details=row.scene)
        return await _shown(session, asker, row)


async def delete_camera(office: Office, asker: Principal, camera_id: str) -> None:
    """Remove a camera with its keys and its live picture; cases keep its id and name."""
    async with office.database.transaction() as session:
        row = await load_camera(session, camera_id)
        await session.execute(delete(ApiKeyRow).where(ApiKeyRow.camera_id == camera_id))
        await session.delete(row)
        await record(session, Actor.of(asker), "delete", "camera", camera_id, details={"name": row.name})
    office.keys.forget()
    await office.live.remove(camera_id)


async def check_push(office: Office, asker: Principal, camera_id: str) -> None:
    """Whether the asker may push frames of a camera.

    Raises:
        ProblemError: 404 where there is no such camera, 403 where the key speaks for another one, 409 where the
            camera is off or gets its frames from elsewhere.
    """
    async with office.database.reading() as session:
        row = await load_camera(session, camera_id)
    if not asker.has(Role.ADMINISTRATOR) and asker.camera_id != camera_id:
        raise ProblemError(403, f"This key may not push frames of {camera_id}.", kind="not-allowed")
    if row.source != PUSH:
        raise ProblemError(409, f"{camera_id} does not take pushed frames: its source is not {PUSH}", kind="no-push")
    if not row.enabled:
        raise ProblemError(409, f"{camera_id} is switched off.", kind="camera-off")


async def take_frame(office: Office, camera_id: str, frame: bytes, captured_at: datetime | None) -> FrameAccepted:
    """Hand a pushed frame to the engine; without a time of its own it is from now.

    Raises:
        ProblemError: 422 where it is no JPEG picture, 503 where no engine takes it.
    """
    check_jpeg(frame)
    captured_at = captured_at or clock.now()
    await frame_relay.send(office.settings.engine_socket, camera_id, captured_at, frame)
    office.metrics.frames.inc()
    return FrameAccepted(camera_id=camera_id, captured_at=captured_at)


async def report_status(office: Office, camera_id: str, body: CameraStatusReport) -> CameraStatus:
    """Note how a camera fares and when it could not see; consoles are told what changes."""
    async with office.database.transaction() as session:
        await load_camera(session, camera_id)
        row = await session.get(CameraStatusRow, camera_id)
        before = (row.state, row.message) if row is not None else None
        if row is None:
            row = CameraStatusRow(camera_id=camera_id)
            session.add(row)
        for field, value in body:
            if field not in {"cost", "gaps"}:
                setattr(row, field, value)
        row.cost = body.cost.model_dump() if body.cost is not None else None
        row.at = clock.now()
        status = CameraStatus.model_validate(row)
        if before != (row.state, row.message):
            data = status.model_dump(mode="json") | {"id": camera_id}
            publish(session, "camera.status", data, EVERYBODY)
        await note_gaps(session, camera_id, body.gaps)
    await follow_alert(office.database, camera_id)
    return status


async def _shown(session: AsyncSession, asker: Principal, row: CameraRow) -> Camera:
    (camera,) = await _shown_all(session, asker, [(row, await session.get(CameraStatusRow, row.id))])
    return camera


async def _shown_all(
    session: AsyncSession, asker: Principal, rows: Sequence[tuple[CameraRow, CameraStatusRow | None]]
) -> list[Camera]:
    ids = [row.id for row, _ in rows]
    signals, gaps = await signals_of(session, ids), await lasting_gaps(session, ids)
    return [_camera(row, status, asker, signals.get(row.id, []), gaps.get(row.id)) for row, status in rows]


def _camera(
    row: CameraRow, status: CameraStatusRow | None, asker: Principal, signals: list[SignalPhase], gap: Gap | None
) -> Camera:
    plain = asker.has(Role.ADMINISTRATOR, Scope.ENGINE)
    return Camera(
        id=row.id,
        name=row.name,
        source=row.source if plain else masked(row.source),
        substream=row.substream if plain or row.substream is None else masked(row.substream),
        enabled=row.enabled,
        longitude=row.longitude,
        latitude=row.latitude,
        scene=SceneSettings.model_validate(row.scene),
        status=CameraStatus.model_validate(status) if status is not None else None,
        signals=signals,
        gap=gap,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
