"""Fixtures of the office's tests."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from service import logs
from service.bootstrap import prepare
from service.serving import OfficeServer
from service.settings import Settings
from tests.service.office import Desk, copy_of, open_desk, open_server, settings_for


@pytest.fixture(scope="session", autouse=True)
def _quiet_log() -> None:
    logs.configure(level=logging.WARNING)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder as the first start leaves it, and the administrator's password; tests work on copies."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    password = asyncio.run(prepare(settings_for(data)))
    assert password is not None
    return data, password


@pytest.fixture
def make_settings(prepared: tuple[Path, str], tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a data folder of the test's own."""

    def make(**changes: object) -> Settings:
        return settings_for(copy_of(prepared[0], tmp_path / "data"), **changes)

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
