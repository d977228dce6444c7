"""Whether the service can do its work: database and storage answer."""

import asyncio

import structlog
from obstore.exceptions import BaseError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.office import Office
from service.system.schemas import Health

log = structlog.get_logger(__name__)

SECONDS = 5.0


async def check(office: Office) -> Health:
    """Ask both; what is wrong goes to the log, so that strangers learn only that something is."""
    checks = {}
    for name, question in (("database", _database), ("storage", _storage)):
        try:
            async with asyncio.timeout(SECONDS):
                await question(office)
            checks[name] = "ok"
        except (SQLAlchemyError, BaseError, OSError, TimeoutError) as error:
            log.warning("not ready", check=name, error=str(error) or "no answer")
            checks[name] = "does not answer"
    return Health(status="ok" if set(checks.values()) == {"ok"} else "failed", checks=checks)


async def _database(office: Office) -> None:
    async with office.database.reading() as session:
        await session.execute(text("SELECT 1 FROM cases LIMIT 1"))


async def _storage(office: Office) -> None:
    await office.files.check()
