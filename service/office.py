"""The office: the parts that every request needs, made once for each app."""

import asyncio
from dataclasses import dataclass, field

from fastapi import Request

from service.api_keys.ring import KeyRing
from service.areas.finding import AreaShapes
from service.cameras.live import LivePictures
from service.database import Database
from service.events.hub import EventHub
from service.evidence.store import FileStore, open_store
from service.metrics import Metrics
from service.settings import Settings
from service.together import Together
from service.users.passwords import Passwords
from service.violations.arrivals import Arrival, Outcome

PHOTOS_AT_ONCE = 2
"""Photos decoded at the same time: 100 Mpx take up to 300 MB each."""


@dataclass(slots=True)
class Office:
    """What the app is made of; ``stopping`` is set when the server wants long answers to end."""

    settings: Settings
    database: Database
    files: FileStore
    live: LivePictures
    hub: EventHub
    metrics: Metrics
    passwords: Passwords
    keys: KeyRing
    intake: Together[Arrival, Outcome] = field(default_factory=Together)
    areas: AreaShapes = field(default_factory=AreaShapes)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PHOTOS_AT_ONCE))

    @classmethod
    def open(cls, settings: Settings) -> "Office":
        """Make the parts; nothing is read or written yet."""
        database = Database(settings.database)
        files = open_store(settings)
        hub = EventHub(database, settings.event_poll_seconds)
        return cls(
            settings=settings,
            database=database,
            files=files,
            live=LivePictures(files, hub),
            hub=hub,
            metrics=Metrics(),
            passwords=Passwords(settings),
            keys=KeyRing(database),
        )


async def office_of(request: Request) -> Office:
    """The office of the app that answers a request. It is a coroutine because FastAPI runs plain ones in threads."""
    office = request.app.state.office
    if not isinstance(office, Office):
        raise TypeError("the app was not made by service.app.create_app")
    return office
