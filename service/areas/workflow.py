"""Looking at areas, and changing what is not their polygon."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import KINDS
from service import clock
from service.areas.finding import AreaShapes, areas_at, responsible_unit
from service.areas.importing import rules_of, write_rules
from service.areas.models import AreaRow
from service.areas.moving import move_open_cases
from service.areas.schemas import Area, AreaName, AreaPage, AreaUpdate, Found
from service.audit.workflow import Actor, history, record
from service.changes import Change, Changes
from service.errors import invalid
from service.loading import load
from service.office import Office
from service.paging import decode_cursor, encode_cursor
from service.security import Principal
from service.units.models import UnitRow


async def list_areas(session: AsyncSession, limit: int, cursor: str | None) -> AreaPage:
    """Areas, by code."""
    query = select(AreaRow).order_by(AreaRow.code).limit(limit + 1)
    if cursor is not None:
        query = query.where(AreaRow.code > decode_cursor(cursor, 1)[0])
    rows = list(await session.scalars(query))
    return AreaPage(
        items=[await shown(session, row) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1].code) if len(rows) > limit else None,
    )


async def load_area(session: AsyncSession, area_id: UUID) -> AreaRow:
    """One area.

    Raises:
        ProblemError: 404 where there is none.
    """
    return await load(session, AreaRow, area_id, "area")


async def update_area(office: Office, asker: Principal, area_id: UUID, body: AreaUpdate) -> Area:
    """Change name, use or responsible units of an area; its polygon comes with an import.

    Raises:
        ProblemError: 404 where there is none, 422 where a unit does not exist.
    """
    changes: dict[str, object] = body.model_dump(exclude_none=True, include={"name", "active"})
    async with office.database.transaction() as session:
        row = await load_area(session, area_id)
        before: dict[str, object] = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        if body.units is not None:
            for kind, unit_id in body.units.items():
                if await session.get(UnitRow, unit_id) is None:
                    raise invalid(f"units.{kind}", f"there is no unit {unit_id}")
            before["units"] = await rules_of(session, row.id)
            changes["units"] = {kind.value: unit_id for kind, unit_id in body.units.items()}
            await write_rules(session, row.id, {kind.value: unit_id for kind, unit_id in body.units.items()})
        row.updated_at = clock.now()
        await session.flush()
        if body.active is not None:
            await move_open_cases(session)
        details = {"before": before, "after": changes}
        await record(session, Actor.of(asker), "update", "area", str(row.id), details=details)
        return await shown(session, row)


async def export_areas(session: AsyncSession) -> dict[str, object]:
    """All active areas as a GeoJSON feature collection that an import takes in again."""
    rows = list(await session.scalars(select(AreaRow).where(AreaRow.active.is_(True)).order_by(AreaRow.code)))
    codes = {row.id: row.code for row in rows}
    units = {row.id: row.code for row in await session.execute(select(UnitRow.id, UnitRow.code))}
    features = []
    for row in rows:
        rules = await rules_of(session, row.id)
        properties = {
            "code": row.code,
            "name": row.name,
            "level": row.level,
            "parent": codes.get(row.parent_id) if row.parent_id is not None else None,
            "units": {kind: units[unit_id] for kind, unit_id in sorted(rules.items())},
        }
        features.append({"type": "Feature", "properties": properties, "geometry": row.polygon})
    return {"type": "FeatureCollection", "features": features}


async def find_at(session: AsyncSession, shapes: AreaShapes, longitude: float, latitude: float) -> Found:
    """Where a point lies, and who answers for what there."""
    area_ids = await areas_at(session, shapes, longitude, latitude)
    rows = [await session.get_one(AreaRow, area_id) for area_id in area_ids]
    units = {kind: await responsible_unit(session, kind, area_ids[0] if area_ids else None) for kind in KINDS}
    return Found(
        areas=[AreaName.model_validate(row) for row in rows],
        units={kind: unit.id if unit is not None else None for kind, unit in units.items()},
    )


async def area_changes(session: AsyncSession, area_id: UUID) -> Changes:
    """What was changed about an area, oldest first.

    Raises:
        ProblemError: 404 where there is none.
    """
    await load_area(session, area_id)
    return Changes(items=[Change.of(row) for row in await history(session, "area", str(area_id))])


async def shown(session: AsyncSession, row: AreaRow) -> Area:
    """An area as the API says it."""
    values = {name: getattr(row, name) for name in Area.model_fields if name not in ("bounds", "units")}
    bounds = (row.west, row.south, row.east, row.north)
    return Area.model_validate({**values, "bounds": bounds, "units": await rules_of(session, row.id)})
