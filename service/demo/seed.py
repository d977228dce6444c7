"""What the demo starts with: a camera on the crossroad clip, a district around it, and a first set of people."""

import asyncio
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import uuid_utils.compat
import yaml
from sqlalchemy import select

from detector.scene import Scene
from service import clock
from service.audit.workflow import SYSTEM, record
from service.cameras.models import CameraRow
from service.cameras.schemas import LOOP
from service.database import Database
from service.demo.district import POLICE, SANITATION, SUB_DISTRICT, seed_district
from service.office import Office
from service.security import Role
from service.settings import Settings
from service.units.models import UnitRow
from service.users.models import UserRow
from service.users.passwords import Passwords, random_password

CAMERA = "demo-crossroad"
CAMERA_NAME = "示范路口"
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("operator", "审核员", Role.OPERATOR, None),
    ("inspector", "巡查员", Role.INSPECTOR, None),
    ("sanitation", "环卫经办人", Role.UNIT_HANDLER, SANITATION),
    ("police", "交警经办人", Role.UNIT_HANDLER, POLICE),
    ("street", "街道经办人", Role.UNIT_HANDLER, SUB_DISTRICT),
    ("supervisor", "督查员", Role.SUPERVISOR, None),
    ("auditor", "审计员", Role.AUDITOR, None),
)
"""Name, name to show, role, and the code of a handler's unit."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who was added just now; the password is kept nowhere else."""

    username: str
    password: str
    role: Role


def crossroad_scene() -> Scene:
    """The scene of the crossroad clip."""
    text = resources.files("service.demo").joinpath("crossroad.yaml").read_text(encoding="utf-8")
    return Scene.model_validate(yaml.safe_load(text))


async def seed(settings: Settings, video: Path | None) -> list[Account]:
    """Add the demo's district, camera and people where they are not there yet. Safe to repeat.

    Args:
        settings: of a data folder that was prepared.
        video: the crossroad clip; without it there is no camera.

    Returns:
        The people that were added just now, with the passwords to show.
    """
    office = Office.open(settings)
    try:
        await seed_district(office)
        if video is not None:
            await _camera(office.database, video)
        return await _people(office.database, office.passwords)
    finally:
        await office.database.close()


async def _camera(database: Database, video: Path) -> None:
    scene = crossroad_scene()
    source = f"{LOOP}{await asyncio.to_thread(video.resolve)}"
    async with database.transaction() as session:
        row = await session.get(CameraRow, CAMERA)
        if row is None:
            row = CameraRow(
                id=CAMERA,
                name=CAMERA_NAME,
                source=source,
                enabled=True,
                longitude=scene.camera.longitude,
                latitude=scene.camera.latitude,
                scene=scene.settings.model_dump(mode="json"),
                created_at=clock.now(),
                updated_at=clock.now(),
            )
            session.add(row)
            await record(session, SYSTEM, "create", "camera", CAMERA, details={"source": source})
        elif row.source != source and not await asyncio.to_thread(Path(row.source.removeprefix(LOOP)).exists):
            # The clip has moved since the last start. What an administrator changed stays.
            row.source = source
            row.updated_at = clock.now()
            await record(session, SYSTEM, "update", "camera", CAMERA, details={"source": source})


async def _people(database: Database, passwords: Passwords) -> list[Account]:
    added = []
    for username, display_name, role, unit in PEOPLE:
        async with database.reading() as session:
            if await session.scalar(select(UserRow.id).where(UserRow.username == username)) is not None:
                continue
            unit_id = await session.scalar(select(UnitRow.id).where(UnitRow.code == unit)) if unit else None
            if unit is not None and unit_id is None:
                continue  # an administrator has made another district of it
        password = random_password()
        password_hash = await passwords.hash(password)
        async with database.transaction() as session:
            row = UserRow(
                id=uuid_utils.compat.uuid7(),
                username=username,
                display_name=display_name,
                password_hash=password_hash,
                role=role,
                locale="zh-CN",
                active=True,
                unit_id=unit_id,
                created_at=clock.now(),
            )
            session.add(row)
            await session.flush()
            details = {"username": username, "role": role}
            await record(session, SYSTEM, "create", "user", str(row.id), details=details)
        added.append(Account(username, password, role))
    return added
