"""One poller a process reads new events from the database and hands them to all streams."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from pydantic import JsonValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from service.database import Database
from service.events.channel import Channel
from service.events.models import EventRow
from service.security import Principal, Role, Scope

log = structlog.get_logger(__name__)

QUEUE = 1000
"""Events that may wait for one slow reader; then its stream ends, and it resumes where it was."""

PAGE = 500

AREA = "area_id"
"""The member of an event's data that names the area it is about; who is bound to other areas does not see it."""


def unit_audience(unit_id: UUID) -> str:
    """How an event's audience names the people of a unit."""
    return f"unit:{unit_id}"


@dataclass(frozen=True, slots=True)
class Event:
    """An event on its way to streams. ``id`` is none for one that is not kept, such as a new live picture."""

    id: int | None
    type: str
    data: Mapping[str, JsonValue]
    audience: frozenset[str]
    user_id: UUID | None = None

    def visible_to(self, principal: Principal) -> bool:
        """Whether a principal may see it."""
        if self.user_id is not None and self.user_id == principal.user_id:
            return True
        if principal.has(Scope.ENGINE):
            return True
        if principal.unit_id is not None and unit_audience(principal.unit_id) in self.audience:
            return True
        return self._in_area_of(principal) and not self.audience.isdisjoint(principal.grants)

    def _in_area_of(self, principal: Principal) -> bool:
        if AREA not in self.data or principal.area_ids is None:
            return True
        return self.data[AREA] in {str(area_id) for area_id in principal.area_ids}


class EventHub:
    """Fans events out to streams."""

    def __init__(self, database: Database, poll_seconds: float) -> None:
        """Asks the database every ``poll_seconds``, and only while somebody listens."""
        self._database = database
        self._channel = Channel(database)
        self._poll_seconds = poll_seconds
        self._queues: set[asyncio.Queue[Event | None]] = set()
        self._last: int | None = None
        self._starting = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Event | None]]:
        """A queue of all events from now on; ``None`` in it says that the reader was too slow and must resume."""
        async with self._starting:
            if self._last is None:
                self._last = await self.newest_id()
            queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE + 1)
            self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    async def newest_id(self) -> int:
        """The id of the last event; 0 where there is none."""
        async with self._database.reading() as session:
            return await session.scalar(select(func.max(EventRow.id))) or 0

    async def after(self, event_id: int) -> list[Event]:
        """The next events after one, oldest first, at most `PAGE`."""
        query = select(EventRow).where(EventRow.id > event_id).order_by(EventRow.id).limit(PAGE)
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return [Event(r.id, r.type, r.data, frozenset(r.audience.split()), r.user_id) for r in rows]

    async def announce(self, kind: str, data: Mapping[str, JsonValue]) -> None:
        """Hand an event that is not kept to all streams of all processes; all roles see it."""
        if self._channel.is_open:
            await self._channel.send(kind, data)
        else:
            self._hand_out(Event(None, kind, data, frozenset(Role)))

    async def run(self) -> None:
        """Hear the other processes and poll until cancelled. A database that does not answer is asked again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll())
            if self._channel.is_open:
                tasks.create_task(self._hear())

    async def _hear(self) -> None:
        async for kind, data in self._channel.messages():
            self._hand_out(Event(None, kind, data, frozenset(Role)))

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            if not self._queues or self._last is None:
                # Nobody listens. The next subscription starts from what is newest then.
                self._last = None
                continue
            try:
                events = await self.after(self._last)
            except SQLAlchemyError as error:
                log.warning("events cannot be read, trying again", error=str(error))
                continue
            for event in events:
                self._hand_out(event)
                self._last = event.id

    def _hand_out(self, event: Event) -> None:
        for queue in list(self._queues):
            if queue.qsize() < QUEUE:
                queue.put_nowait(event)
            elif event.id is not None:
                queue.put_nowait(None)
                self._queues.discard(queue)
