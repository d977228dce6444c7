"""The database: SQLite in WAL mode on one box, PostgreSQL for many, through the same code."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, TypeVarTuple

import psycopg
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    MetaData,
    Row,
    Select,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

from service.clock import in_utc

BUSY_MILLISECONDS = 10_000

CONNECTIONS = 20
"""Connections to PostgreSQL that a process keeps: what it opens beyond them it closes again, which costs more than a
query."""

LIMITS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""After how long a server on the network that says nothing more is given up: seconds, the last one in milliseconds.
The system's own patience is a quarter of an hour for what was sent and two hours for an answer, in which a pool of
connections to a server that lost its power would stay dead. The URL may say otherwise."""

ONE_ALONE = 0x5357
"""Number of PostgreSQL's advisory lock for what one process does for all: migrations, the rows of a first start."""

_GONE = frozenset({None, "57P01", "57P02", "57P03", "53300", "08000", "08001", "08003", "08006"})
"""SQLSTATE of a server that stops, starts, has no room for one more connection, or is not there at all (none)."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints, so that migrations can name what they change on every database."""


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING)


Columns = TypeVarTuple("Columns")
AnyRow = TypeVar("AnyRow", bound=Base)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: kept in UTC, always with a zone in Python. SQLite keeps text that sorts by time."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """A column with a zone where the database has such."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC.

        Raises:
            ValueError: where the moment has no zone: nobody could tell when it was.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got {value.isoformat()}")
        value = in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the base class's signature)
        """With the zone UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Sessions of the database.

    ``reading()`` gives a session that sees one moment, ``first()`` asks one question. ``transaction()`` gives a session
    that commits at the end of the block, or leaves nothing behind where the block raises.
    """

    def __init__(self, url: str) -> None:
        """Opens nothing yet; connections are made when they are needed."""
        address = make_url(url)
        is_sqlite = address.get_backend_name() == "sqlite"
        pool: dict[str, Any] = {} if is_sqlite else {"pool_size": CONNECTIONS, "connect_args": _limits(address)}
        self.engine = create_async_engine(url, **pool)
        self.is_sqlite = is_sqlite
        reader = self._asking = self.engine
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            # A transaction of SQLite sees one moment by itself. Writers wait for each other's row locks and then see
            # what the other wrote, so they keep PostgreSQL's default, READ COMMITTED.
            reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._asking = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._read = async_sessionmaker(reader, expire_on_commit=False)
        writer = self.engine.execution_options(streetwarden_write=True)
        self._write = async_sessionmaker(writer, expire_on_commit=False)
        # SQLite has one writer. Waiting here is fair and wakes at once; its own waiting polls.
        self._writer = asyncio.Lock() if self.is_sqlite else contextlib.nullcontext()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reading."""
        async with self._read() as session:
            yield session

    async def first(self, question: Select[*Columns]) -> Row[*Columns] | None:
        """The first row of an answer; no transaction around the question, which on PostgreSQL saves two round trips."""
        async with self._asking.connect() as connection:
            return (await connection.execute(question)).first()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that holds the right to write from its first statement, and commits at the end."""
        async with self._writer, self._write() as session, session.begin():
            yield session
            await self._add_last(session)

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncSession]:
        """A transaction that no other one made by this method runs beside, in whatever process: for a first start."""
        async with self.transaction() as session:
            if not self.is_sqlite:
                await session.execute(select(func.pg_advisory_xact_lock(ONE_ALONE)))
            yield session

    async def _add_last(self, session: AsyncSession) -> None:
        last: dict[type[Base], list[dict[str, object]]] = session.info.pop(_LAST, {})
        if last and not self.is_sqlite:
            await session.flush()
            # Held until the commit, and taken after every other lock, so that nobody waits in a circle.
            await session.execute(select(func.pg_advisory_xact_lock(_IN_ORDER)))
        for table, rows in last.items():
            await session.execute(insert(table), rows)

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def is_away(error: DBAPIError) -> bool:
    """Whether an error says that the database does not answer now."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or (isinstance(error.orig, psycopg.OperationalError) and state in _GONE)


def _limits(address: URL) -> dict[str, int]:
    return {name: value for name, value in LIMITS.items() if name not in address.query}


_LOCKED = "streetwarden_locked"
_LAST = "streetwarden_last"
_IN_ORDER = 0x5358
"""Number of PostgreSQL's advisory lock for rows whose keys follow the commits."""


def add_last(session: AsyncSession, table: type[Base], row: Mapping[str, object]) -> None:
    """Add a row at the very end of a transaction: of such rows, the order of their keys is the order of the commits.

    PostgreSQL gives numbers when rows are added, and two transactions may commit in the other order: who reads up to
    the newest number would miss the one that came late.

    Args:
        session: a session of `Database.transaction`.
        table: a table whose primary key counts.
        row: the values of all other columns.
    """
    session.info.setdefault(_LAST, {}).setdefault(table, []).append(dict(row))


def insert_or(session: AsyncSession, table: type[Base]) -> PostgresqlInsert | SqliteInsert:
    """An INSERT that can say what is done where the row is there already."""
    return (insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql)(table)


async def locked_row(session: AsyncSession, table: type[AnyRow], key: str | int, **first: object) -> AnyRow:
    """The row with a primary key, which nobody else changes until the transaction ends.

    Where it is not there, it is made of ``first`` before: two transactions that both find nothing do not both add it,
    the second one waits for the first and gets its row.

    Args:
        session: a session of `Database.transaction`.
        table: a table whose primary key is one column.
        key: the primary key's value.
        first: values of all other columns that may not be empty.
    """
    locked: dict[tuple[type[Base], str | int], AnyRow] = session.info.setdefault(_LOCKED, {})
    known = locked.get((table, key))
    if known is not None:
        return known
    column = inspect(table).primary_key[0]
    query = select(table).where(column == key).with_for_update()
    row = await session.scalar(query)
    if row is None:
        await session.execute(insert_or(session, table).values({column.name: key, **first}).on_conflict_do_nothing())
        row = (await session.scalars(query)).one()
    locked[table, key] = row
    return row


async def counted_up(session: AsyncSession, table: type[AnyRow], key: str, column: str, by: int) -> int:
    """Add to a number of the row with a primary key, which begins at 0 where it is not there; answers the new number.

    Nobody else changes the row until the transaction ends.

    Args:
        session: a session of `Database.transaction`.
        table: a table of two columns, a primary key and a number.
        key: the primary key's value.
        column: the number's name.
        by: what is added.
    """
    primary, number = inspect(table).primary_key[0], inspect(table).columns[column]
    statement = insert_or(session, table).values({primary.name: key, column: by})
    counted = statement.on_conflict_do_update(index_elements=[primary], set_={column: number + by}).returning(number)
    return int((await session.execute(counted)).scalar_one())


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does, and says what kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL, not NORMAL: with NORMAL a power cut may undo the last commits, and a violation that was acknowledged is
    # deleted from the detector's outbox at once. One fsync a commit is the price.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts by reading and then writes may find that another wrote meanwhile, and fail without
    # waiting. IMMEDIATE takes the right to write first.
    writes = connection.get_execution_options().get("streetwarden_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
