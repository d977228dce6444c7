"""The route for events."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from service.authentication import still_signed_in
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.events import stream

router = APIRouter(prefix="/events", tags=["events"])

EVENT_ANSWER: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "server-sent events"}
}


@router.get("", response_class=Response, responses=EVENT_ANSWER | problems(401, 422))
async def stream_events(
    request: Request,
    asker: Asker,
    office: OfficeDep,
    last_event_id: Annotated[str | None, Header(max_length=20, description="resume after this event")] = None,
) -> Response:
    """What changes, as it changes.

    The events are ``case.created``, ``case.updated``, ``case.viewed``, ``photo.updated``, ``camera.status``,
    ``camera.snapshot``, ``alert`` and ``notice.updated``; consoles get those that their person may see.
    """
    may_go_on = partial(still_signed_in, office, asker, request)
    events = stream.server_sent(office, asker, stream.parse_last_id(last_event_id), may_go_on)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)
