"""What the office has to send to somewhere else: rows that wait in the database until they are there.

A row is written in the transaction that causes it, so it survives whatever happens to the process. Whoever sends it
claims it first: the claim counts a try and puts the next one off, in one short transaction that passes over rows which
another process holds. So no two processes send one row at the same time, and one whose sender was killed is tried
again when the claim has run out. It may then arrive twice: it carries the same id both times.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Literal, TypeVar

import structlog
from sqlalchemy import ColumnElement, String, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, Database, UtcDateTime, is_away
from service.pausing import pause

log = structlog.get_logger(__name__)

SendingState = Literal["waiting", "sent", "dead"]
WAITING: SendingState = "waiting"
SENT: SendingState = "sent"
DEAD: SendingState = "dead"

LEASE = timedelta(minutes=2)
"""How long a sender may take before another one tries: longer than any timeout of a connection."""

FACTOR = 4
"""Each wait is so many times the one before: with a first one of 15 s, eight tries take a day."""
JITTER = 0.2
"""Waits differ by this share, so that what failed together is not tried together."""

_chance = SystemRandom()


class Outgoing(Base):
    """What rows that are sent have in common. ``tries`` counts claims, ``error`` says why the last one failed."""

    __abstract__ = True

    state: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int]
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(300))


@dataclass(frozen=True, slots=True)
class Patience:
    """How often something is tried, and how long the first wait is, in seconds."""

    tries: int
    first_seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something was not sent.

    Attributes:
        error: what went wrong.
        final: trying again is of no use.
        after: seconds that the other end asks for.
    """

    error: str
    final: bool = False
    after: float = 0.0


Row = TypeVar("Row", bound=Outgoing)


def wait_before(tries: int, patience: Patience) -> timedelta:
    """How long to wait after so many tries; differs by `JITTER` from one time to the next."""
    seconds = patience.first_seconds * FACTOR ** (tries - 1)
    return timedelta(seconds=seconds * _chance.uniform(1 - JITTER, 1 + JITTER))


async def claim(
    database: Database, table: type[Row], now: datetime, limit: int, *conditions: ColumnElement[bool]
) -> Sequence[Row]:
    """Take rows that are due, the longest waiting first: nobody else gets them before `LEASE` has passed."""
    query = (
        select(table)
        .where(table.state == WAITING, table.next_try_at <= now, *conditions)
        .order_by(table.next_try_at)
        .limit(limit)
    )
    async with database.reading() as session:
        if (await session.scalars(query.limit(1))).first() is None:
            return []  # no need to write
    async with database.transaction() as session:
        rows = (await session.scalars(query.with_for_update(skip_locked=True))).all()
        for row in rows:
            row.tries += 1
            row.next_try_at = now + LEASE
    return rows


async def claimed_still(session: AsyncSession, table: type[Row], claimed: Row) -> Row | None:
    """The row as it is now, locked; none where the claim ran out and somebody else took it, or it is gone."""
    key = table.__mapper__.primary_key_from_instance(claimed)[0]
    row = await session.get(table, key, with_for_update=True)
    return row if row is not None and row.state == WAITING and row.tries == claimed.tries else None


def settle(row: Outgoing, failure: Failure | None, patience: Patience, now: datetime) -> None:
    """Note how a try went: sent, to be tried again, or dead."""
    if failure is None:
        row.state, row.error, row.finished_at = SENT, "", now
        return
    row.error = failure.error[:300]
    if failure.final or row.tries >= patience.tries:
        row.state, row.finished_at = DEAD, now
    else:
        row.next_try_at = now + max(wait_before(row.tries, patience), timedelta(seconds=failure.after))


async def keep_doing(work: Callable[[], Awaitable[int]], seconds: float, stopping: asyncio.Event) -> None:
    """Do ``work`` until cancelled or ``stopping``; where there is nothing left to do, it is asked again after a while.

    Cancelling alone is not enough: ``asyncio.wait_for``, which libraries wait by, forgets a cancellation that comes
    together with the answer (Python 3.11, bpo-37658).
    """
    while not stopping.is_set():
        try:
            done = await work()
        except (SQLAlchemyError, OSError) as error:
            if isinstance(error, DBAPIError) and is_away(error):
                log.warning("cannot send what waits: the database does not answer")
            else:
                log.exception("cannot send what waits, trying again")
            done = 0
        await pause(stopping, 0 if done else seconds)
