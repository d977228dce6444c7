"""The first start: folders, tables, the administrator."""

from pathlib import Path

import uuid_utils.compat
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from service import clock
from service.audit.signing import prepare_key, public_pem
from service.audit.workflow import SYSTEM, record
from service.calendars.workflow import seed_calendars
from service.database import ONE_ALONE, Database
from service.second_factors.sealing import prepare_sealing
from service.security import Role
from service.settings import Settings
from service.users.models import UserRow
from service.users.passwords import Passwords, random_password

ADMINISTRATOR = "admin"


class SchemaError(RuntimeError):
    """The database has another shape than this version needs."""


async def prepare(settings: Settings) -> str | None:
    """Make the data folder, bring the database up to date, create the first administrator. Safe to repeat.

    Returns:
        The administrator's password where it was created just now, to be shown once; else none.
    """
    for folder in (settings.data, settings.incoming, settings.leftovers, settings.data / "run"):
        # Evidence shows people: nobody else on the machine reads it.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    try:
        await migrate(database)
        prepare_sealing(settings.key_folder)
        await _signing_key(database, settings)
        await seed_calendars(database)
        return await _first_administrator(database, settings)
    finally:
        await database.close()


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to a revision; backwards too."""

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            # Replicas that start at the same time wait for the first one; SQLite's transaction does so by itself.
            connection.execute(select(func.pg_advisory_xact_lock(ONE_ALONE)))
        config = _config(connection)
        current = MigrationContext.configure(connection).get_current_revision()
        script = ScriptDirectory.from_config(config)
        if current is not None and current not in {step.revision for step in script.walk_revisions()}:
            raise SchemaError(f"the database was made by a newer version (revision {current}): update Street Warden")
        passed = {step.revision for step in script.iterate_revisions(current, "base")}
        if revision == "base" or revision in passed:
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)

    async with database.engine.execution_options(streetwarden_write=True).begin() as connection:
        await connection.run_sync(run)


async def check_schema(database: Database) -> None:
    """Whether the tables are those of this version.

    Raises:
        SchemaError: where they are not.
    """

    def revisions(connection: Connection) -> tuple[str | None, str | None]:
        script = ScriptDirectory.from_config(_config(connection))
        return MigrationContext.configure(connection).get_current_revision(), script.get_current_head()

    async with database.engine.connect() as connection:
        current, head = await connection.run_sync(revisions)
    if current != head:
        raise SchemaError(f"the database is at revision {current}, this version needs {head}: run prepare first")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def _signing_key(database: Database, settings: Settings) -> None:
    key, is_new = prepare_key(settings.key_folder)
    if is_new:
        async with database.transaction() as session:
            await record(session, SYSTEM, "create", "signing_key", key.id, details={"public": public_pem(key.public)})


async def _first_administrator(database: Database, settings: Settings) -> str | None:
    async with database.reading() as session:
        if await session.scalar(select(UserRow.id).limit(1)) is not None:
            return None
    password = random_password()
    password_hash = await Passwords(settings).hash(password)
    async with database.alone() as session:
        if await session.scalar(select(UserRow.id).limit(1)) is not None:
            return None  # another process was first
        user = UserRow(
            id=uuid_utils.compat.uuid7(),
            username=ADMINISTRATOR,
            display_name="Administrator",
            password_hash=password_hash,
            role=Role.ADMINISTRATOR,
            locale="zh-CN",
            active=True,
            created_at=clock.now(),
        )
        session.add(user)
        await session.flush()
        details = {"username": user.username, "role": user.role}
        await record(session, SYSTEM, "create", "user", str(user.id), details=details)
    return password
