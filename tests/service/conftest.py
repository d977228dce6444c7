"""Fixtures of the office's tests."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from service import clock, logs
from service.bootstrap import prepare
from service.calendars.models import CalendarDayRow
from service.calendars.schemas import OFFICE_HOURS
from service.database import Database
from service.serving import OfficeServer
from service.settings import Settings
from tests.service.office import Desk, copy_of, open_desk, open_server, settings_for
from tests.service.postgresql import POSTGRESQL, PostgresServer, name_of, postgres_server


@pytest.fixture(autouse=True)
def _quiet_log() -> None:
    logs.configure(level=logging.WARNING)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer | None]:
    """The server that all tests of a run share, where they run on PostgreSQL."""
    if not POSTGRESQL:
        yield None
        return
    with postgres_server() as server:
        yield server


@dataclass(frozen=True)
class Template:
    """An office as the first start leaves it: its data folder, its database where that is not in the folder."""

    data: Path
    password: str
    database: str | None


async def _first_start(settings: Settings) -> str:
    """Prepare an office that knows its holidays, whatever day it is: tests are told of nothing that is missing."""
    password = await prepare(settings)
    assert password is not None
    database, year = Database(settings.database), clock.now().year
    async with database.transaction() as session:
        for day in (date(y, m, 28) for y in (year, year + 1) for m in (11, 12)):
            sunday = day - timedelta(days=(day.weekday() + 1) % 7)  # on which the office does not work anyway
            session.add(CalendarDayRow(calendar_id=OFFICE_HOURS, day=sunday, working=False, name="休息"))
    await database.close()
    return password


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer | None) -> Template:
    """What tests work on copies of."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    url = postgres.create() if postgres else None
    password = asyncio.run(_first_start(settings_for(data, database_url=url)))
    return Template(data, password, name_of(url) if url else None)


@pytest.fixture
def new_database(
    postgres: PostgresServer | None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str | None]]:
    """Makes an empty database for a test that prepares its own office; none on SQLite, which needs only a folder.

    The commands that the test runs find it as a district's would, by ``STREETWARDEN_DATABASE_URL``.
    """
    made: list[str] = []

    def make(template: str | None = None) -> str | None:
        if postgres is None:
            return None
        made.append(postgres.create(template))
        monkeypatch.setenv("STREETWARDEN_DATABASE_URL", made[-1])
        return made[-1]

    yield make
    for url in made:
        assert postgres is not None
        postgres.drop(url)


@pytest.fixture
def prepared(template: Template) -> tuple[Path, str]:
    """A data folder as the first start leaves it, and the administrator's password."""
    return template.data, template.password


@pytest.fixture
def make_settings(
    template: Template, tmp_path: Path, new_database: Callable[..., str | None]
) -> Callable[..., Settings]:
    """Settings of an office of the test's own."""

    def make(**changes: object) -> Settings:
        database_url = new_database(template.database)
        return settings_for(copy_of(template.data, tmp_path / "data"), **{"database_url": database_url} | changes)

    return make


@pytest.fixture
async def desk(make_settings: Callable[..., Settings], prepared: tuple[Path, str]) -> AsyncIterator[Desk]:
    """The app in this process."""
    async with open_desk(make_settings(), prepared[1]) as opened:
        yield opened


@pytest.fixture
async def served(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> AsyncIterator[tuple[Desk, OfficeServer]]:
    """The app behind the real server."""
    async with open_server(make_settings(), prepared[1]) as opened:
        yield opened
