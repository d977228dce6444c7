"""What all processes of an office tell each other at once and nobody keeps: PostgreSQL's NOTIFY and LISTEN.

On SQLite there is one process, which need not be told.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

import psycopg
import structlog
from pydantic import JsonValue
from sqlalchemy import func, select

from service.database import Database

log = structlog.get_logger(__name__)

CHANNEL = "streetwarden"
AGAIN_SECONDS = 1.0


class Channel:
    """Sends and hears messages: a type and its data, 8000 bytes at most."""

    def __init__(self, database: Database) -> None:
        """Connects to nothing yet."""
        self._database = database
        self.is_open = not database.is_sqlite

    async def send(self, kind: str, data: Mapping[str, JsonValue]) -> None:
        """Tell all processes, this one too."""
        message = json.dumps({"type": kind, "data": dict(data)}, ensure_ascii=False)
        async with self._database.transaction() as session:
            await session.execute(select(func.pg_notify(CHANNEL, message)))

    async def messages(self) -> AsyncIterator[tuple[str, dict[str, JsonValue]]]:
        """What is told from now on, without end; what is told while the connection is lost is not heard."""
        url = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for notice in connection.notifies():
                        message = json.loads(notice.payload)
                        yield message["type"], message["data"]
            except psycopg.OperationalError as error:
                log.warning("cannot hear the other processes, trying again", error=str(error))
            await asyncio.sleep(AGAIN_SECONDS)
