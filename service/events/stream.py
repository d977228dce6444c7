"""The event stream: server-sent events that resume where a console lost the connection."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from service.errors import invalid
from service.events.hub import Event
from service.office import Office
from service.security import Principal

RETRY_MILLISECONDS = 2000


def parse_last_id(header: str | None) -> int | None:
    """The id in ``Last-Event-ID``.

    Raises:
        ProblemError: 422 where it is not one.
    """
    if header is None or not header.strip():
        return None
    if not (header.isascii() and header.isdigit()):
        raise invalid("Last-Event-ID", f"must be the id of an event, got {header!r}")
    return int(header)


async def server_sent(
    office: Office, principal: Principal, last_id: int | None, may_go_on: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    """Events for one principal as text, until the server stops, the principal is signed out, or the reader lags."""
    stopping = asyncio.ensure_future(office.stopping.wait())
    upcoming: asyncio.Future[Event | None] | None = None
    try:
        async with office.hub.subscribe() as queue:
            position = await office.hub.newest_id() if last_id is None else last_id
            # An id without data: the console can resume even where it lost the connection before any event.
            yield f"retry: {RETRY_MILLISECONDS}\nid: {position}\n\n"
            while missed := await office.hub.after(position):
                for event in missed:
                    position = event.id or position
                    if event.visible_to(principal):
                        yield _text(event, position)
            while not office.stopping.is_set():
                upcoming = asyncio.ensure_future(queue.get())
                await asyncio.wait(
                    (upcoming, stopping), timeout=office.settings.heartbeat_seconds, return_when=asyncio.FIRST_COMPLETED
                )
                if not upcoming.done():
                    upcoming.cancel()
                    if office.stopping.is_set() or not await may_go_on():
                        return
                    yield ": still here\n\n"
                    continue
                event_or_end = upcoming.result()
                if event_or_end is None:
                    return
                if event_or_end.id is not None:
                    if event_or_end.id <= position:
                        continue
                    position = event_or_end.id
                if event_or_end.visible_to(principal):
                    yield _text(event_or_end, position)
    finally:
        stopping.cancel()
        if upcoming is not None:  # the reader went away while an event was awaited
            upcoming.cancel()


def _text(event: Event, position: int) -> str:
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {position}\nevent: {event.type}\ndata: {data}\n\n"
