"""Taking in a file of areas: all of it, or nothing and a list of what is wrong."""

import asyncio
import json
from dataclasses import dataclass
from uuid import UUID

import uuid_utils.compat
from pydantic import ValidationError
from shapely.geometry import shape
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.areas.models import AreaRow
from service.areas.moving import move_open_cases
from service.areas.schemas import DEPTH, AreaFeature, Imported
from service.areas.shapes import Shape, ShapeError, bounds_of, lies_within, read_shape, square_metres
from service.audit.workflow import Actor, record
from service.errors import FieldFault, ProblemError, faults, invalid
from service.null_characters import MESSAGE, in_json
from service.office import Office
from service.units.models import ResponsibilityRow, UnitRow

FEATURES = 3000
FAULTS = 200
"""Faults that are told; a file with more is wrong from the ground up."""


@dataclass(frozen=True, slots=True)
class _NewArea:
    """A feature of the file that can be read. ``where`` names it in faults."""

    where: str
    feature: AreaFeature
    shape: Shape


async def import_areas(office: Office, actor: Actor, content: bytes) -> Imported:
    """Take in a GeoJSON feature collection. Areas are known by their code; those not in the file stay as they are.

    Raises:
        ProblemError: 422 with everything that is wrong with the file; nothing is changed then.
    """
    new, errors = await asyncio.to_thread(_read, content)
    async with office.database.transaction() as session:
        known = {row.code: row for row in await session.scalars(select(AreaRow).with_for_update())}
        units = {code: unit_id for unit_id, code in await session.execute(select(UnitRow.id, UnitRow.code))}
        errors += [fault for area in new for fault in _unit_faults(area, units)]
        errors += await asyncio.to_thread(_tree_faults, new, known)
        if errors:
            raise _refused(errors)
        counts = {"created": 0, "updated": 0, "unchanged": 0}
        for area in sorted(new, key=lambda area: DEPTH[area.feature.properties.level]):
            counts[await _write(session, actor, area, known, units)] += 1
        moved = await move_open_cases(session)
        details = {**counts, "cases_moved": moved}
        await record(session, actor, "import", "areas", "all", details=details)
    return Imported(**counts, cases_moved=moved)


def _read(content: bytes) -> tuple[list[_NewArea], list[FieldFault]]:
    if in_json(content):
        raise invalid("file", MESSAGE)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise invalid("file", f"is not JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise invalid("file", "is not a GeoJSON FeatureCollection with a list of features")
    if not 1 <= len(features) <= FEATURES:
        raise invalid("features", f"must be 1 to {FEATURES}, got {len(features)}")
    areas: list[_NewArea] = []
    errors: list[FieldFault] = []
    codes: set[str] = set()
    for number, entry in enumerate(features):
        where = f"features.{number}"
        try:
            feature = AreaFeature.model_validate(entry)
            polygon = read_shape(feature.geometry)
        except ValidationError as error:
            errors += [FieldFault(field=f"{where}.{f.field}", message=f.message) for f in faults(error.errors())]
            continue
        except ShapeError as error:
            errors.append(FieldFault(field=f"{where}.geometry", message=f"{feature.properties.code} {error}"))
            continue
        code = feature.properties.code
        if code in codes:
            errors.append(FieldFault(field=f"{where}.properties.code", message=f"{code} is there twice"))
        codes.add(code)
        areas.append(_NewArea(where, feature, polygon))
    return areas, errors


def _unit_faults(area: _NewArea, units: dict[str, UUID]) -> list[FieldFault]:
    field = f"{area.where}.properties.units"
    named = area.feature.properties.units
    return [
        FieldFault(field=f"{field}.{kind}", message=f"there is no unit {code!r}")
        for kind, code in named.items()
        if code not in units
    ]


def _tree_faults(new: list[_NewArea], known: dict[str, AreaRow]) -> list[FieldFault]:
    """What is wrong between areas: parents that are missing, too low, or too small."""
    by_code = {area.feature.properties.code: area for area in reversed(new)}
    errors = []
    for area in new:
        said = area.feature.properties
        field = f"{area.where}.properties.parent"
        if said.parent is None:
            if DEPTH[said.level] > 0:
                errors.append(FieldFault(field=field, message=f"{said.code} is a {said.level}: name the area above it"))
            continue
        if said.parent in by_code:
            above = by_code[said.parent]
            level, outer = above.feature.properties.level.value, above.shape
        elif said.parent in known:
            level, outer = known[said.parent].level, shape(known[said.parent].polygon)
        else:
            errors.append(FieldFault(field=field, message=f"there is no area {said.parent!r}, here or in the file"))
            continue
        if DEPTH[said.level] <= {name.value: depth for name, depth in DEPTH.items()}[level]:
            message = f"{said.code} is a {said.level} and cannot lie below {said.parent}, a {level}"
            errors.append(FieldFault(field=field, message=message))
        elif not lies_within(area.shape, outer):
            message = f"{said.code} does not lie within {said.parent}"
            errors.append(FieldFault(field=f"{area.where}.geometry", message=message))
    return errors + _left_outside(by_code, known)


def _left_outside(new: dict[str, _NewArea], known: dict[str, AreaRow]) -> list[FieldFault]:
    """Areas that are not in the file and would no longer lie in the one above them, which is."""
    codes = {row.id: code for code, row in known.items()}
    errors = []
    for code, row in known.items():
        above = new.get(codes[row.parent_id]) if row.parent_id is not None else None
        if above is None or code in new or not row.active:
            continue
        if not lies_within(shape(row.polygon), above.shape):
            parent = above.feature.properties.code
            message = f"{code}, which is not in the file, would no longer lie within {parent}"
            errors.append(FieldFault(field=f"{above.where}.geometry", message=message))
    return errors


def _refused(errors: list[FieldFault]) -> ProblemError:
    told = errors[:FAULTS]
    more = f" and {len(errors) - FAULTS} more faults" if len(errors) > FAULTS else ""
    detail = f"Nothing was taken in: {'; '.join(f'{fault.field}: {fault.message}' for fault in told[:5])}"
    if len(told) > 5:
        detail += f"; {len(told) - 5} more, see errors"
    return ProblemError(422, detail + more, kind="broken-areas", errors=told)


async def _write(
    session: AsyncSession, actor: Actor, area: _NewArea, known: dict[str, AreaRow], units: dict[str, UUID]
) -> str:
    said = area.feature.properties
    bounds, now = bounds_of(area.shape), clock.now()
    row = known.get(said.code)
    values: dict[str, object] = {
        "name": said.name,
        "level": said.level.value,
        "parent_id": known[said.parent].id if said.parent is not None else None,
        "polygon": area.feature.geometry,
        "active": True,
    }
    named = {kind.value: units[code] for kind, code in said.units.items()}
    before: dict[str, object] = {}
    if row is not None:
        before = {name: getattr(row, name) for name in values}
        before["units"] = await rules_of(session, row.id)
        if before == values | {"units": named}:
            return "unchanged"
    if row is None:
        row = AreaRow(id=uuid_utils.compat.uuid7(), code=said.code, revision=0, created_at=now)
        session.add(row)
        known[said.code] = row
    for name, value in values.items():
        setattr(row, name, value)
    row.west, row.south, row.east, row.north = bounds.west, bounds.south, bounds.east, bounds.north
    row.square_metres, row.updated_at = square_metres(area.shape), now
    row.revision += before.get("polygon") != values["polygon"]
    await session.flush()
    await write_rules(session, row.id, named)
    action = "update" if before else "create"
    details = {"before": before or None, "after": values | {"units": named}}
    await record(session, actor, action, "area", str(row.id), details=details)
    return f"{action}d"


async def rules_of(session: AsyncSession, area_id: UUID) -> dict[str, UUID]:
    """Which unit answers for which kind in one area, by its own rules."""
    query = select(ResponsibilityRow.kind, ResponsibilityRow.unit_id).where(ResponsibilityRow.area_id == area_id)
    return {row.kind: row.unit_id for row in await session.execute(query)}


async def write_rules(session: AsyncSession, area_id: UUID, rules: dict[str, UUID]) -> None:
    """Replace the rules of one area."""
    await session.execute(delete(ResponsibilityRow).where(ResponsibilityRow.area_id == area_id))
    session.add_all(ResponsibilityRow(area_id=area_id, kind=kind, unit_id=unit) for kind, unit in rules.items())
    await session.flush()
