"""The keys that programs send: which program each names."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Row, select
from sqlalchemy.exc import OperationalError

from service import clock
from service.api_keys.models import ApiKeyRow
from service.database import Database
from service.security import Principal, Scope
from service.sessions.cookies import token_hash

log = structlog.get_logger(__name__)

PREFIX = "swk_"
KEPT_SECONDS: Final = 1.0
"""So long a process believes what the database said of a key: a key that another process removes works for one second
more. An engine sends its key with every violation and every frame."""

_USED_EVERY = timedelta(minutes=1)
_MOST: Final = 1000
_Program = Row[UUID, str, Sequence[str], str | None, datetime | None, datetime | None]
_PROGRAM = select(
    ApiKeyRow.id, ApiKeyRow.name, ApiKeyRow.scopes, ApiKeyRow.camera_id, ApiKeyRow.expires_at, ApiKeyRow.last_used_at
)


class KeyRing:
    """Programs by the hash of their keys, as the database knew them a moment ago."""

    def __init__(self, database: Database) -> None:
        """Knows nothing yet."""
        self._database = database
        self._known: dict[str, tuple[float, _Program]] = {}

    async def principal(self, key: str) -> Principal | None:
        """The program that a key names; none where the key is unknown or has expired."""
        if not key.startswith(PREFIX):
            return None
        program = await self._program(token_hash(key))
        if program is None or (program.expires_at is not None and program.expires_at <= clock.now()):
            return None
        scopes = frozenset(Scope(scope) for scope in program.scopes)
        return Principal(id=program.id, name=program.name, grants=scopes, camera_id=program.camera_id)

    def forget(self) -> None:
        """Ask the database again about every key: one was removed."""
        self._known.clear()

    async def _program(self, secret_hash: str) -> _Program | None:
        asked_at = time.monotonic()
        known = self._known.get(secret_hash)
        if known is not None and asked_at - known[0] < KEPT_SECONDS:
            return known[1]
        program = await self._database.first(_PROGRAM.where(ApiKeyRow.secret_hash == secret_hash))
        if program is None:
            self._known.pop(secret_hash, None)
            return None
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[secret_hash] = (asked_at, program)
        if program.last_used_at is None or clock.now() - program.last_used_at > _USED_EVERY:
            await self._mark_used(program.id)
        return program

    async def _mark_used(self, key_id: UUID) -> None:
        try:
            async with self._database.transaction() as session:
                row = await session.get(ApiKeyRow, key_id)
                if row is not None:
                    row.last_used_at = clock.now()
        except OperationalError as error:
            # A full disk must not keep an engine from asking; what it delivers is refused with its own answer.
            log.warning("cannot note that an API key is in use", error=str(error.orig))
