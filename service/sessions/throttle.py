"""Slowing down whoever guesses passwords: failures are counted for an account, an address, and both together.

Both together has the tight limit, so that a stranger elsewhere does not lock somebody out at once; the account's own
limit stops a guesser with many addresses, the address's own one that tries many accounts.
"""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.database import Database, locked_row
from service.errors import ProblemError
from service.sessions.models import SignInFailureRow
from service.settings import Settings


async def count_try(database: Database, settings: Settings, username: str, address: str) -> None:
    """Count a try as failed before it is checked, so that many at once do not slip through.

    Raises:
        ProblemError: 429 with ``Retry-After`` where there were too many.
    """
    now = clock.now()
    limits = {
        _both(username, address): settings.sign_in_tries,
        f"account:{username}": settings.sign_in_tries_account,
        f"address:{address}": settings.sign_in_tries_address,
    }
    async with database.transaction() as session:
        await session.execute(delete(SignInFailureRow).where(SignInFailureRow.forgotten_at <= now))
        # Always in the same order, so that no two tries wait for each other.
        rows = [await locked_row(session, SignInFailureRow, key, count=0, forgotten_at=now) for key in sorted(limits)]
        waits = [row.forgotten_at for row in rows if row.count >= limits[row.key]]
        if not waits:
            for row in rows:
                row.count += 1
                row.forgotten_at = now + timedelta(seconds=settings.sign_in_wait_seconds)
    if waits:
        seconds = max(1, round((max(waits) - now).total_seconds()))
        raise ProblemError(
            429,
            f"Too many failed sign-ins: wait {seconds} s.",
            kind="throttled",
            headers={"Retry-After": str(seconds)},
        )


async def forget(session: AsyncSession, username: str, address: str) -> None:
    """A sign-in that went well takes its own try back."""
    await session.execute(delete(SignInFailureRow).where(SignInFailureRow.key == _both(username, address)))
    shared = (f"account:{username}", f"address:{address}")
    query = select(SignInFailureRow).where(SignInFailureRow.key.in_(shared)).order_by(SignInFailureRow.key)
    for row in await session.scalars(query.with_for_update()):
        row.count = max(0, row.count - 1)


async def take_back(session: AsyncSession, username: str, address: str) -> None:
    """Take one try back that was neither a failure nor a sign-in; what was counted before stays."""
    keys = (_both(username, address), f"account:{username}", f"address:{address}")
    for row in await session.scalars(select(SignInFailureRow).where(SignInFailureRow.key.in_(keys)).with_for_update()):
        row.count = max(0, row.count - 1)


def _both(username: str, address: str) -> str:
    return f"both:{username}@{address}"
