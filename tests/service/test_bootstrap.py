"""The first start, migrations, settings, and what the demo begins with."""

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import ValidationError
from sqlalchemy import Connection, inspect, text

from service.app import create_app
from service.audit.verify import verify
from service.bootstrap import SchemaError, migrate, prepare
from service.database import Database
from service.demo.seed import CAMERA, crossroad_scene, seed
from service.models import Base
from service.settings import Settings
from tests.service.office import open_desk, settings_for
from tests.service.postgresql import POSTGRESQL


async def test_the_first_start_makes_the_administrator_once(
    tmp_path: Path, new_database: Callable[[], str | None]
) -> None:
    settings = settings_for(tmp_path / "deep" / "data", database_url=new_database())
    password = await prepare(settings)
    assert password is not None
    assert len(password) == 20
    assert await prepare(settings) is None
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700
    assert all(password.encode() not in path.read_bytes() for path in settings.data.rglob("*") if path.is_file())
    async with open_desk(settings, password) as desk:
        admin = await desk.administrator()
        assert (await admin.get("/session")).json()["user"]["role"] == "administrator"


async def test_two_that_start_at_the_same_time_make_one_office(
    tmp_path: Path, new_database: Callable[[], str | None]
) -> None:
    settings = settings_for(tmp_path / "data", database_url=new_database())
    passwords = await asyncio.gather(prepare(settings), prepare(settings))
    assert sum(password is not None for password in passwords) == 1
    assert (await verify(settings, None)).intact


async def test_migrations_lead_to_the_models_and_back(tmp_path: Path, new_database: Callable[[], str | None]) -> None:
    database = Database(new_database() or f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")

    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    def tables(connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}

    try:
        for _ in range(2):
            await migrate(database)
            async with database.engine.connect() as connection:
                assert await connection.run_sync(differences) == []
                assert await connection.run_sync(tables) == set(Base.metadata.tables)
            await migrate(database)  # again changes nothing
            await migrate(database, "base")
            async with database.engine.connect() as connection:
                assert await connection.run_sync(tables) == set()
    finally:
        await database.close()


@pytest.mark.skipif(POSTGRESQL, reason="is about SQLite")
async def test_sqlite_is_set_up_to_keep_what_it_acknowledged(make_settings: Callable[..., Settings]) -> None:
    database = Database(make_settings().database)
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    async with database.transaction() as session:
        found = {name: (await session.execute(text(f"PRAGMA {name}"))).scalar_one() for name in expected}
    await database.close()
    assert found == expected


async def test_a_database_of_a_newer_version_is_refused(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    database = Database(settings.database)
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(SchemaError, match="newer version"):
        await prepare(settings)


async def test_an_app_on_an_unprepared_folder_refuses_to_start(
    tmp_path: Path, new_database: Callable[[], str | None]
) -> None:
    app = create_app(settings_for(tmp_path / "data", database_url=new_database()))
    with pytest.raises(SchemaError, match="prepare"):
        async with app.router.lifespan_context(app):
            pass


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"environment": "production", "password_memory_kib": 8}, "can be guessed"),
        ({"environment": "demo", "password_passes": 1}, "can be guessed"),
        ({"timezone": "Mars/Olympus"}, "time zone"),
        ({"database_url": "mysql://root@db/x"}, "sqlite"),
        ({"database_url": "nonsense"}, "cannot be read"),
        ({"database_url": "postgresql+psycopg://sw:changethis@db/sw"}, "guesses"),
        ({"database_url": "postgresql+psycopg://sw@db/sw"}, "guesses"),
        ({"unknown": 1}, "unknown"),
        ({"min_free_bytes": -1}, "min_free_bytes"),
    ],
)
def test_settings_that_are_wrong_or_unsafe_are_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings.model_validate(values)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREETWARDEN_DATA", "/srv/streetwarden")
    monkeypatch.setenv("STREETWARDEN_DATABASE_URL", "postgresql+psycopg://sw:l0ng-and-random@db/sw")
    settings = Settings()
    assert settings.database.startswith("postgresql")
    assert settings.engine_socket == Path("/srv/streetwarden/run/engine.sock")


async def test_the_demo_begins_with_a_camera_and_people_once(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], tmp_path: Path
) -> None:
    settings = make_settings()
    video = tmp_path / "crossroad.avi"
    video.write_bytes(b"")
    accounts = await seed(settings, video)
    assert [account.role for account in accounts] == [
        "operator", "inspector", *["unit_handler"] * 3, "supervisor", "auditor"
    ]  # fmt: skip
    assert await seed(settings, video) == []
    async with open_desk(settings, prepared[1]) as desk:
        for account in accounts:
            await desk.signed_in(account.username, account.password)
        admin = await desk.administrator()
        camera = (await admin.get(f"/cameras/{CAMERA}")).json()
        place = {"longitude": camera["longitude"], "latitude": camera["latitude"]}
        found = (await admin.get("/areas/at", params=place)).json()
        names = {unit["id"]: unit["name"] for unit in (await admin.get("/units")).json()["items"]}
    assert [area["name"] for area in found["areas"]] == ["北门路口社区", "北门街道", "示范区"]
    assert (names[found["units"]["garbage"]], names[found["units"]["jaywalking"]]) == ("环卫一队", "交警示范大队")
    assert (camera["name"], camera["source"], camera["enabled"]) == ("示范路口", f"loop:{video}", True)
    assert camera["scene"]["zones"][0]["kind"] == crossroad_scene().zones[0].kind
    assert (await verify(settings, None)).faults == []


async def test_the_demos_camera_follows_its_clip(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    settings = make_settings()
    await seed(settings, tmp_path / "old.avi")
    (tmp_path / "new.avi").write_bytes(b"")
    await seed(settings, tmp_path / "new.avi")
    await seed(settings, None)
    database = Database(settings.database)
    async with database.reading() as session:
        source = (await session.execute(text("SELECT source FROM cameras"))).scalar_one()
    await database.close()
    assert source == f"loop:{tmp_path / 'new.avi'}"
