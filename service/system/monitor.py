"""What runs beside requests: the event poller, alerts, cleaning up, and the lock on the data folder."""

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from service import clock
from service.audit.anchors import anchor_today
from service.audit.signing import KeyFileError, load_key
from service.bootstrap import check_schema
from service.calendars.holidays import look_for_missing_holidays
from service.cameras.gaps import look_for_silent
from service.cases.sweep import sweep
from service.cleaning import drop_old_messages
from service.database import is_away
from service.events.workflow import drop_old
from service.evidence.recovery import recover, settle_leftovers
from service.evidence.room import ALERT as DISK_FULL
from service.evidence.room import disk, note_full_disk
from service.notices.post import deliver_mails
from service.office import Office
from service.open311.settling import settle_requests
from service.pausing import pause
from service.system.alerts import clear_alert, raise_alert
from service.system.workflow import engine_status
from service.webhooks.delivering import deliver_webhooks

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
DROP_EVERY = 720
"""Looks between two cleanings of old events: an hour."""
ANCHOR_EVERY = 12
"""Looks between two questions whether the audit wants today's anchor, or a calendar its holidays: a minute."""

SWEEP_EVERY = 6
"""Looks between two sweeps for cases that are due: half a minute."""

FINISH_SECONDS = 2.0
"""How long work may go on after the office has closed."""
CANCEL_AGAIN_SECONDS = 5.0
"""How long a task that was cancelled may clean up before it is cancelled anew."""

ENGINE_SILENT = "engine_silent"


class FolderInUseError(RuntimeError):
    """Another service works in the data folder."""


@contextlib.asynccontextmanager
async def open_office(office: Office) -> AsyncIterator[None]:
    """Run what an open office needs, and close it again.

    Raises:
        FolderInUseError: where another service uses the data folder.
        SchemaError: where the database was not prepared.
    """
    with _only_one(office.settings.data / "run"):
        try:
            await check_schema(office.database)
            await recover(office)
            hearing = asyncio.create_task(office.hub.run())
            working = [asyncio.create_task(work(office)) for work in (_look_after, deliver_mails, deliver_webhooks)]
            try:
                yield
            finally:
                office.stopping.set()
                hearing.cancel()
                # Who is at work ends by itself: a cancelled query may cost its connection.
                await asyncio.wait(working, timeout=FINISH_SECONDS)
                await _end([hearing, *working])
        finally:
            await office.database.close()


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended: a library may take one cancellation for a connection that broke."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder: what a starting service cleans up must not be another one's work in progress."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "service.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderInUseError(f"another Street Warden uses {folder.parent}: stop it, or choose --data") from error
        yield


async def _look_after(office: Office) -> None:
    looks = 0
    while not office.stopping.is_set():
        try:
            await look(office)
            await settle_leftovers(office)
            if looks % DROP_EVERY == 0:
                await drop_old(office.database, office.settings.event_days)
                await drop_old_messages(office.database, clock.now(), office.settings.sending_days)
            if looks % SWEEP_EVERY == 0:
                await sweep(office.database, clock.now())
                await settle_requests(office, clock.now())
            if looks % ANCHOR_EVERY == 0:
                key = load_key(office.settings.key_folder)
                await anchor_today(office.database, key, office.settings.zone, clock.now())
                await look_for_missing_holidays(office, clock.now())
        except (SQLAlchemyError, OSError, KeyFileError) as error:
            if isinstance(error, DBAPIError) and is_away(error):
                log.warning("cannot look after the system: the database does not answer")
            else:
                log.exception("cannot look after the system, trying again")
        looks += 1
        await pause(office.stopping, LOOK_SECONDS)


async def look(office: Office) -> None:
    """Raise and clear the alerts that follow from the state of disk and engine."""
    if disk(office).low:
        await note_full_disk(office)
    else:
        await clear_alert(office.database, DISK_FULL)
    async with office.database.reading() as session:
        engine = await engine_status(session, office)
    if engine.state == "silent" and engine.at is not None:
        message = f"The engine has not reported since {engine.at:%Y-%m-%d %H:%M:%S} UTC: cameras are not watched."
        await raise_alert(office.database, ENGINE_SILENT, "critical", message)
    else:
        await clear_alert(office.database, ENGINE_SILENT)
    await look_for_silent(office)
