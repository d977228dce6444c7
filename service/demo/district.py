"""The demo's district: areas around the demo camera, and the units that answer for them."""

import json
from collections.abc import Iterator
from importlib import resources

import uuid_utils.compat
from sqlalchemy import select

from service import clock
from service.areas.importing import import_areas
from service.audit.workflow import SYSTEM, record
from service.calendars.schemas import OFFICE_HOURS
from service.calendars.workflow import SANITATION_HOURS
from service.office import Office
from service.units.models import UnitRow
from service.units.schemas import UnitKind

SANITATION = "sanitation-1"
POLICE = "traffic-police"
SUB_DISTRICT = "north-gate-office"

UNITS = (
    (SANITATION, "环卫一队", UnitKind.SANITATION, SANITATION_HOURS, False),
    (POLICE, "交警示范大队", UnitKind.TRAFFIC_POLICE, OFFICE_HOURS, False),
    (SUB_DISTRICT, "北门街道办", UnitKind.SUB_DISTRICT, OFFICE_HOURS, True),
)


async def seed_district(office: Office) -> None:
    """Add units and areas where there are none yet. Safe to repeat; what an administrator changed stays."""
    async with office.database.transaction() as session:
        if await session.scalar(select(UnitRow.id).limit(1)) is not None:
            return
        for row in _units():
            session.add(row)
            await session.flush()
            details = {"code": row.code, "name": row.name}
            await record(session, SYSTEM, "create", "unit", str(row.id), details=details)
    await import_areas(office, SYSTEM, json.dumps(district()).encode())


def district() -> dict[str, object]:
    """The areas as a GeoJSON feature collection."""
    text = resources.files("service.demo").joinpath("district.geojson").read_text(encoding="utf-8")
    document: dict[str, object] = json.loads(text)
    return document


def _units() -> Iterator[UnitRow]:
    now = clock.now()
    for code, name, kind, calendar_id, is_default in UNITS:
        yield UnitRow(
            id=uuid_utils.compat.uuid7(),
            code=code,
            name=name,
            kind=kind,
            contact="",
            calendar_id=calendar_id,
            active=True,
            is_default=is_default,
            created_at=now,
            updated_at=now,
        )
