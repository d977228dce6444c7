"""Which areas hold a point, and which unit answers there."""

from collections.abc import Sequence
from uuid import UUID

import shapely
from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.areas.models import AreaRow
from service.areas.shapes import Shape, holds
from service.units.models import ResponsibilityRow, UnitRow

DEPTH_LIMIT = 16
"""Longest way from an area up to its district; the tree has three levels, so a longer way is a circle."""


class AreaShapes:
    """Polygons that this process has read, by area and revision: the database says which revision counts."""

    def __init__(self) -> None:
        """Empty; filled as points are looked up."""
        self._shapes: dict[UUID, tuple[int, Shape]] = {}

    async def get(self, session: AsyncSession, area_id: UUID, revision: int) -> Shape:
        """The polygon of one area, read from the database where this process does not have that revision."""
        known = self._shapes.get(area_id)
        if known is not None and known[0] == revision:
            return known[1]
        geometry = (await session.scalars(select(AreaRow.polygon).where(AreaRow.id == area_id))).one()
        polygon = shape(geometry)
        shapely.prepare(polygon)
        self._shapes[area_id] = (revision, polygon)
        return polygon


async def areas_at(
    session: AsyncSession, shapes: AreaShapes, longitude: float | None, latitude: float | None
) -> list[UUID]:
    """The active areas that hold a point, the smallest first; none for a point that nobody knows."""
    return (await areas_at_each(session, shapes, [(longitude, latitude)]))[0]


async def areas_at_each(
    session: AsyncSession, shapes: AreaShapes, points: Sequence[tuple[float | None, float | None]]
) -> list[list[UUID]]:
    """What `areas_at` answers for each point (longitude, latitude), asked of the database at once."""
    known = [(longitude, latitude) for longitude, latitude in points if longitude is not None and latitude is not None]
    if not known:
        return [[] for _ in points]
    longitudes, latitudes = zip(*known, strict=True)
    west, south, east, north = AreaRow.west, AreaRow.south, AreaRow.east, AreaRow.north
    query = (
        select(AreaRow.id, AreaRow.revision, west, south, east, north)
        .where(
            AreaRow.active.is_(True),
            west <= max(longitudes),
            east >= min(longitudes),
            south <= max(latitudes),
            north >= min(latitudes),
        )
        .order_by(AreaRow.square_metres, AreaRow.code)
    )
    near = (await session.execute(query)).all()
    found: dict[tuple[float, float], list[UUID]] = {}
    for longitude, latitude in dict.fromkeys(known):
        found[longitude, latitude] = [
            area.id
            for area in near
            if area.west <= longitude <= area.east
            and area.south <= latitude <= area.north
            and holds(await shapes.get(session, area.id, area.revision), longitude, latitude)
        ]
    return [found[x, y] if x is not None and y is not None else [] for x, y in points]


async def responsible_unit(session: AsyncSession, kind: str, area_id: UUID | None) -> UnitRow | None:
    """The unit that answers for a kind in an area: its own rule, else that of the nearest area above, else the default.

    Units that are not active are passed over.
    """
    for _ in range(DEPTH_LIMIT):
        if area_id is None:
            break
        query = (
            select(UnitRow)
            .join(ResponsibilityRow, ResponsibilityRow.unit_id == UnitRow.id)
            .where(ResponsibilityRow.area_id == area_id, ResponsibilityRow.kind == kind, UnitRow.active.is_(True))
        )
        unit = await session.scalar(query)
        if unit is not None:
            return unit
        area_id = await session.scalar(select(AreaRow.parent_id).where(AreaRow.id == area_id))
    return await session.scalar(select(UnitRow).where(UnitRow.is_default.is_(True), UnitRow.active.is_(True)))


async def areas_below(session: AsyncSession, area_id: UUID) -> frozenset[UUID]:
    """An area and all that lie below it in the tree."""
    tree = select(AreaRow.id).where(AreaRow.id == area_id).cte("tree", recursive=True)
    tree = tree.union(select(AreaRow.id).where(AreaRow.parent_id == tree.c.id))
    return frozenset(await session.scalars(select(tree.c.id)))
