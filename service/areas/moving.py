"""Giving open cases the area that holds them, after areas have changed."""

import numpy as np
import shapely
from shapely.geometry import shape
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.areas.models import AreaRow
from service.cases.models import CaseRow
from service.cases.transitions import CaseStatus


async def move_open_cases(session: AsyncSession) -> int:
    """Look again where cases lie that no unit has yet; answers how many have another area now.

    What a unit has or had keeps the area that it was dispatched by.
    """
    waiting = (CaseStatus.PENDING, CaseStatus.FILED)
    query = select(CaseRow.id, CaseRow.area_id, CaseRow.longitude, CaseRow.latitude).where(
        CaseRow.status.in_(waiting), CaseRow.longitude.is_not(None), CaseRow.latitude.is_not(None)
    )
    cases = (await session.execute(query)).all()
    if not cases:
        return 0
    longitudes = np.array([case.longitude for case in cases], dtype=np.float64)
    latitudes = np.array([case.latitude for case in cases], dtype=np.float64)
    areas = np.full(len(cases), -1)
    # The largest first: the smallest that holds a case has the last word.
    order = (AreaRow.square_metres.desc(), AreaRow.code.desc())
    rows = list(await session.scalars(select(AreaRow).where(AreaRow.active.is_(True)).order_by(*order)))
    for number, row in enumerate(rows):
        areas[shapely.intersects_xy(shape(row.polygon), longitudes, latitudes)] = number
    moved = 0
    for case, number in zip(cases, areas, strict=True):
        area_id = rows[number].id if number >= 0 else None
        if area_id != case.area_id:
            await session.execute(update(CaseRow).where(CaseRow.id == case.id).values(area_id=area_id))
            moved += 1
    return moved
