"""Passwords: argon2id hashes through pwdlib, computed beside the event loop."""

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.settings import Settings

_AT_ONCE = 2
"""Hashes computed at the same time: each takes its memory (64 MiB by default) and a core."""

# No 0/O, 1/l/I: first passwords are read from a screen and typed.
_READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Passwords:
    """Hashes and checks passwords with the cost that the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        """Makes one hash that no password fits, so that an unknown name takes as long as a wrong password."""
        hasher = Argon2Hasher(
            time_cost=settings.password_passes, memory_cost=settings.password_memory_kib, parallelism=1
        )
        self._hash = PasswordHash((hasher,))
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to store."""
        async with self._slots:
            return await asyncio.to_thread(self._hash.hash, password)

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether the password fits, and a new hash to store where the cost has changed since.

        ``stored`` is none for an unknown name; the answer then is no, after as long a time.
        """
        if stored is None:
            if self._nobody is None:
                self._nobody = await self.hash(secrets.token_urlsafe(32))
            await self._check(password, self._nobody)
            return False, None
        return await self._check(password, stored)

    async def _check(self, password: str, stored: str) -> tuple[bool, str | None]:
        async with self._slots:
            return await asyncio.to_thread(self._hash.verify_and_update, password, stored)


def random_password() -> str:
    """A password for a first sign-in: 20 readable characters, 115 bits."""
    return "".join(secrets.choice(_READABLE) for _ in range(20))
