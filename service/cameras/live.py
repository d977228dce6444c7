"""Live pictures: the newest JPEG of each camera, kept in the file store and streamed as it changes."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from service import clock
from service.errors import ProblemError
from service.events.hub import EventHub
from service.evidence.store import FileStore

BOUNDARY = "street-warden-picture"
MEDIA_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
POLL_SECONDS = 0.5
"""How often the store is asked for a picture that another process stored; this one's own wake the streams at once."""
WATCHED_SECONDS = 10.0
"""Somebody watches a camera whose picture was asked for so lately: consoles ask at least every five."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A camera's newest picture."""

    jpeg: bytes
    mark: str
    stored_at: datetime

    @property
    def http_date(self) -> str:
        """When it was stored, as headers say it."""
        return format_datetime(self.stored_at, usegmt=True)


class LivePictures:
    """The newest picture of each camera."""

    def __init__(self, files: FileStore, hub: EventHub) -> None:
        """Pictures lie in ``files``; ``hub`` tells consoles that a camera has a new one."""
        self._files = files
        self._hub = hub
        self._news: dict[str, asyncio.Event] = {}
        self._asked: dict[str, float] = {}
        """When each camera's picture was last asked for, monotonic seconds."""

    def is_watched(self, camera_id: str) -> bool:
        """Whether somebody looks at a camera now, as far as this process knows: its engine then sends more pictures."""
        return time.monotonic() - self._asked.get(camera_id, -math.inf) < WATCHED_SECONDS

    def watch(self, camera_id: str) -> None:
        """Somebody looks at a camera."""
        self._asked[camera_id] = time.monotonic()

    async def store(self, camera_id: str, jpeg: bytes) -> None:
        """Replace the picture of a camera."""
        await self._files.put_bytes(_key(camera_id), jpeg)
        news = self._news.pop(camera_id, None)
        if news is not None:
            news.set()
        moment = clock.now().isoformat().replace("+00:00", "Z")
        await self._hub.announce("camera.snapshot", {"id": camera_id, "at": moment})

    async def newest(self, camera_id: str) -> Snapshot:
        """The picture of a camera.

        Raises:
            ProblemError: 404 where there is none yet.
        """
        try:
            jpeg, facts = await self._files.read(_key(camera_id))
        except FileNotFoundError as error:
            raise ProblemError(404, f"There is no picture of {camera_id} yet.", kind="no-picture") from error
        return Snapshot(jpeg, facts.mark, facts.changed_at)

    async def remove(self, camera_id: str) -> None:
        """Remove the picture of a camera that is no more."""
        self._asked.pop(camera_id, None)
        await self._files.delete(_key(camera_id))

    async def mjpeg(
        self, camera_id: str, stopping: asyncio.Event, may_go_on: Callable[[], Awaitable[bool]], check_seconds: float
    ) -> AsyncIterator[bytes]:
        """Parts of a multipart stream, one for each new picture, until the server stops or the reader may not go on."""
        yield f"--{BOUNDARY}\r\n".encode()
        mark = None
        checked_at = asyncio.get_running_loop().time()
        while not stopping.is_set():
            self.watch(camera_id)
            news = self._news.setdefault(camera_id, asyncio.Event())
            try:
                if (await self._files.facts(_key(camera_id))).mark != mark:
                    snapshot = await self.newest(camera_id)
                    mark = snapshot.mark
                    # A browser shows a picture when the next boundary has come, so it is sent along.
                    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(snapshot.jpeg)}\r\n\r\n"
                    yield head.encode() + snapshot.jpeg + f"\r\n--{BOUNDARY}\r\n".encode()
            except (FileNotFoundError, ProblemError):
                mark = None  # no picture yet, or the camera was removed: wait for one
            await _first_of(news, stopping)
            now = asyncio.get_running_loop().time()
            if now - checked_at >= check_seconds:
                if not await may_go_on():
                    return
                checked_at = now


async def _first_of(news: asyncio.Event, stopping: asyncio.Event) -> None:
    """Wait until one of two events is set, or for as long as a poll lasts."""
    waits = [asyncio.ensure_future(news.wait()), asyncio.ensure_future(stopping.wait())]
    try:
        await asyncio.wait(waits, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _key(camera_id: str) -> str:
    return f"snapshots/{camera_id}.jpg"
