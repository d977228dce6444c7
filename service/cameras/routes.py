"""Routes for cameras, their scenes, frames and live pictures."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from detector.scene import SceneSettings
from service.authentication import still_signed_in
from service.cameras import gaps, live, probing, rehearsals, signals, workflow
from service.cameras.rehearsal_schemas import Rehearsal, RehearsalRequest
from service.cameras.schemas import (
    Camera,
    CameraCreate,
    CameraPage,
    CameraStatus,
    CameraStatusReport,
    CameraUpdate,
    FrameAccepted,
    GapPage,
    Probe,
    ProbeRequest,
    SignalPhase,
    SignalReport,
    SnapshotStored,
)
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit
from service.photos.picture import check_jpeg
from service.uploads import read_body

router = APIRouter(prefix="/cameras", tags=["cameras"])

JPEG_BODY: dict[str, object] = {
    "requestBody": {"required": True, "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
JPEG_ANSWER: dict[int | str, dict[str, object]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}, "description": "a picture"}
}
MJPEG_ANSWER: dict[int | str, dict[str, object]] = {
    200: {"content": {live.MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "pictures as they change"}
}


@router.get("", responses=problems(401, 422))
async def list_cameras(asker: Asker, office: OfficeDep, limit: Limit = 50, cursor: Cursor = None) -> CameraPage:
    """Cameras, by id."""
    async with office.database.reading() as session:
        return await workflow.list_cameras(session, asker, limit, cursor)


@router.post("", status_code=201, responses=problems(401, 403, 409, 422))
async def create_camera(body: CameraCreate, asker: Asker, office: OfficeDep) -> Camera:
    """Add a camera."""
    return await workflow.create_camera(office, asker, body)


@router.get("/{camera_id}", responses=problems(401, 404))
async def get_camera(camera_id: str, asker: Asker, office: OfficeDep) -> Camera:
    """One camera."""
    async with office.database.reading() as session:
        return await workflow.get_camera(session, asker, camera_id)


@router.patch("/{camera_id}", responses=problems(401, 403, 404, 422))
async def update_camera(camera_id: str, body: CameraUpdate, asker: Asker, office: OfficeDep) -> Camera:
    """Change a camera."""
    return await workflow.update_camera(office, asker, camera_id, body)


@router.delete("/{camera_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_camera(camera_id: str, asker: Asker, office: OfficeDep) -> None:
    """Remove a camera with its keys; its cases stay."""
    await workflow.delete_camera(office, asker, camera_id)


@router.put("/{camera_id}/scene", responses=problems(401, 403, 404, 422))
async def replace_scene(camera_id: str, body: SceneSettings, asker: Asker, office: OfficeDep) -> Camera:
    """Replace zones, ground plane and rules of a camera."""
    return await workflow.replace_scene(office, asker, camera_id, body)


@router.post("/probe", responses=problems(401, 403, 422, 503))
async def probe_source(body: ProbeRequest, asker: Asker, office: OfficeDep) -> Probe:
    """Open an address as a camera would be opened and take one picture; nothing is kept."""
    return await probing.probe(office, asker, body)


@router.post("/{camera_id}/rehearsal", responses=problems(401, 403, 404, 422, 503))
async def rehearse_scene(camera_id: str, body: RehearsalRequest, office: OfficeDep) -> Rehearsal:
    """What zones and rules would have reported of the last hour, by the tracks that were stored; nothing is saved."""
    return await rehearsals.rehearse(office, camera_id, body)


@router.post(
    "/{camera_id}/frames",
    status_code=202,
    openapi_extra=JPEG_BODY,
    responses=problems(401, 403, 404, 413, 415, 422, 503),
)
async def push_frame(
    camera_id: str,
    request: Request,
    asker: Asker,
    office: OfficeDep,
    x_captured_at: Annotated[AwareDatetime | None, Header(description="when the frame was captured")] = None,
) -> FrameAccepted:
    """Push one frame of a camera whose source is ``push:``; the newest wins."""
    await workflow.check_push(office, asker, camera_id)
    frame = await read_body(request, office.settings.frame_limit, ("image/jpeg",))
    return await workflow.take_frame(office, camera_id, frame, x_captured_at)


@router.get("/{camera_id}/snapshot.jpg", response_class=Response, responses=JPEG_ANSWER | problems(401, 404))
async def get_snapshot(camera_id: str, office: OfficeDep) -> Response:
    """The newest picture of a camera."""
    async with office.database.reading() as session:
        await workflow.load_camera(session, camera_id)
    office.live.watch(camera_id)
    snapshot = await office.live.newest(camera_id)
    headers = {"Cache-Control": "no-store", "Last-Modified": snapshot.http_date}
    return Response(snapshot.jpeg, media_type="image/jpeg", headers=headers)


@router.get("/{camera_id}/live.mjpeg", response_class=Response, responses=MJPEG_ANSWER | problems(401, 404))
async def watch_live(camera_id: str, request: Request, asker: Asker, office: OfficeDep) -> Response:
    """The pictures of a camera as they come, for an ``<img>``."""
    async with office.database.reading() as session:
        await workflow.load_camera(session, camera_id)
    may_go_on = partial(still_signed_in, office, asker, request)
    stream = office.live.mjpeg(camera_id, office.stopping, may_go_on, office.settings.heartbeat_seconds)
    return StreamingResponse(stream, media_type=live.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@router.put("/{camera_id}/snapshot", openapi_extra=JPEG_BODY, responses=problems(401, 403, 404, 413, 415, 422))
async def store_snapshot(camera_id: str, request: Request, office: OfficeDep) -> SnapshotStored:
    """Store the newest picture of a camera. The answer says whether somebody watches: then one a second is wanted."""
    async with office.database.reading() as session:
        await workflow.load_camera(session, camera_id)
    jpeg = await read_body(request, office.settings.frame_limit, ("image/jpeg",))
    check_jpeg(jpeg)
    await office.live.store(camera_id, jpeg)
    return SnapshotStored(watched=office.live.is_watched(camera_id))


@router.put("/{camera_id}/signal", responses=problems(401, 403, 404, 409, 422))
async def tell_signal(camera_id: str, body: SignalReport, asker: Asker, office: OfficeDep) -> list[SignalPhase]:
    """Say what the pedestrian signals of a camera's crosswalks show; again before ``valid_seconds`` are over."""
    return await signals.tell_signal(office, asker, camera_id, body)


@router.get("/{camera_id}/gaps", responses=problems(401, 404, 422))
async def list_gaps(
    camera_id: str,
    office: OfficeDep,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> GapPage:
    """When a camera could not see, newest first: so that "nothing seen" is told from "could not see"."""
    async with office.database.reading() as session:
        await workflow.load_camera(session, camera_id)
        return await gaps.list_gaps(session, camera_id, since, until, limit=limit, cursor=cursor)


@router.put("/{camera_id}/status", responses=problems(401, 403, 404, 422))
async def report_camera_status(camera_id: str, body: CameraStatusReport, office: OfficeDep) -> CameraStatus:
    """Say how a camera fares."""
    return await workflow.report_status(office, camera_id, body)
