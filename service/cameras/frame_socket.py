"""Frames over a WebSocket: one connection for all frames of a camera, each a binary message.

A text message before a frame says when it was captured, as ISO 8601; otherwise it is now. Each frame is answered, in
order, by JSON: what ``POST /cameras/{id}/frames`` answers, or the problem that it has. Whoever waits for the answer
before the next frame never sends more than is taken. Only API keys are let in: a browser sends cookies along to a
WebSocket of any site, but no ``Authorization``.
"""

from datetime import datetime
from secrets import token_hex

import structlog
from fastapi import APIRouter, WebSocket
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.types import Message

from service.authentication import program_of
from service.cameras import workflow
from service.cameras.schemas import FrameAccepted
from service.database import is_away
from service.errors import ProblemError, invalid, problem_response, put_off
from service.office import Office
from service.security import ACCESS

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/api/v1/cameras")

_NO_LONGER = frozenset({401, 403, 404, 409})
"""Problems of the connection, not of a frame: it is closed."""
_POLICY_VIOLATION = 1008
_MOMENT = TypeAdapter[datetime](AwareDatetime)


@router.websocket("/{camera_id}/frames")
async def push_frames(websocket: WebSocket, camera_id: str) -> None:
    """Take the frames of a camera whose source is ``push:`` until the sender goes or may send no more."""
    office: Office = websocket.app.state.office
    request_id = token_hex(8)
    try:
        await _check(office, websocket, camera_id)
    except ProblemError as error:
        await websocket.send_denial_response(problem_response(error, request_id))
        return
    await websocket.accept()
    captured_at: datetime | None = None
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        while (message := await websocket.receive())["type"] == "websocket.receive":
            try:
                if message.get("text") is not None:
                    captured_at = _moment(message["text"])
                    continue
                answer = (await _take(office, websocket, camera_id, captured_at, message)).model_dump_json()
            except ProblemError as error:
                answer = bytes(problem_response(error, request_id).body).decode()
                if error.status_code in _NO_LONGER:
                    await websocket.send_text(answer)
                    await websocket.close(_POLICY_VIOLATION, str(error.detail)[:100])
                    return
            captured_at = None
            await websocket.send_text(answer)


async def _take(
    office: Office, websocket: WebSocket, camera_id: str, captured_at: datetime | None, message: Message
) -> FrameAccepted:
    """Hand a frame to the engine, by the rules of the moment: the key or the camera may be gone since the last one."""
    await _check(office, websocket, camera_id)
    return await workflow.take_frame(office, camera_id, message["bytes"], captured_at)


async def _check(office: Office, websocket: WebSocket, camera_id: str) -> None:
    """Whether the sender may push frames of the camera now.

    Raises:
        ProblemError: 401 or 403 where the key is none or not for this, 404 and 409 as in `workflow.check_push`, 503
            where the database is away.
    """
    try:
        principal = await program_of(websocket, office)
        if principal is None:
            raise ProblemError(
                401, "Send an API key with the scope frames:write.", kind="not-signed-in",
                headers={"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if not ACCESS["push_frame"].allows(principal):
            raise ProblemError(403, "You may not do this.", kind="not-allowed")
        await workflow.check_push(office, principal, camera_id)
    except DBAPIError as error:
        if not is_away(error):
            raise
        log.warning("frame put off", camera=camera_id, error=str(error))
        raise put_off("The database does not answer.", "database-away") from error


def _moment(text: str) -> datetime:
    try:
        return _MOMENT.validate_python(text.strip())
    except ValidationError as error:
        raise invalid("captured_at", f"{text[:40]!r} is no time with its zone, such as 2026-11-24T08:00:00Z") from error
