"""Hot spots: places where cases crowd over a period, found by density (DBSCAN, Ester et al. 1996)."""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import ViolationKind
from service.cases.models import CaseRow
from service.cases.places import EARTH_RADIUS
from service.cases.schemas import HotSpot, HotSpots
from service.cases.sight import seen_by
from service.cases.transitions import CaseStatus
from service.security import Principal

READ = 100_000
"""Cases that are looked at, the latest of the period."""

NAMED = 20
"""Cases that a hot spot names, the latest."""

_NOT_COUNTED = (CaseStatus.DISMISSED, CaseStatus.MERGED)


async def find_hot_spots(
    session: AsyncSession,
    asker: Principal,
    since: datetime,
    until: datetime,
    kinds: Sequence[ViolationKind],
    radius: float,
    least: int,
) -> HotSpots:
    """Where at least ``least`` cases lie within ``radius`` metres of each other, the most crowded place first."""
    query = select(
        CaseRow.id, CaseRow.kind, CaseRow.longitude, CaseRow.latitude, CaseRow.occurred_at, CaseRow.relapse_of_id
    ).where(
        seen_by(asker),
        CaseRow.occurred_at >= since,
        CaseRow.occurred_at < until,
        CaseRow.status.not_in(_NOT_COUNTED),
        CaseRow.longitude.is_not(None),
        CaseRow.latitude.is_not(None),
    )
    if kinds:
        query = query.where(CaseRow.kind.in_(kinds))
    cases = (await session.execute(query.order_by(CaseRow.occurred_at.desc()).limit(READ))).all()
    places = np.array([(case.longitude, case.latitude) for case in cases], dtype=np.float64).reshape(-1, 2)
    labels = cluster(places, radius, least)
    items = []
    for label in range(int(labels.max(initial=-1)) + 1):
        members = np.flatnonzero(labels == label)
        centre = places[members].mean(axis=0)
        found = [cases[number] for number in members.tolist()]
        items.append(
            HotSpot(
                longitude=float(centre[0]),
                latitude=float(centre[1]),
                radius_metres=round(float(metres_from(centre, places[members]).max()), 1),
                cases=len(found),
                kinds={ViolationKind(kind): count for kind, count in Counter(case.kind for case in found).items()},
                relapses=sum(case.relapse_of_id is not None for case in found),
                first_at=found[-1].occurred_at,
                last_at=found[0].occurred_at,
                case_ids=[case.id for case in found[:NAMED]],
            )
        )
    return HotSpots(items=sorted(items, key=lambda spot: spot.cases, reverse=True), looked_at=len(cases))


def metres_from(place: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distances in metres from one place to others; (longitude, latitude) in degrees, (N, 2)."""
    here, there = np.radians(place), np.radians(places)
    height = np.sin((there[:, 1] - here[1]) / 2) ** 2
    width = np.sin((there[:, 0] - here[0]) / 2) ** 2
    share = height + np.cos(here[1]) * np.cos(there[:, 1]) * width
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(1.0, share))))


def cluster(places: NDArray[np.float64], radius: float, least: int) -> NDArray[np.int64]:
    """DBSCAN over the earth's surface.

    A place is dense where at least ``least`` places, itself included, lie within ``radius``. Dense places within
    ``radius`` of each other are one cluster; a place that is near a dense one joins the first such cluster.

    Args:
        places: longitude and latitude in degrees, (N, 2). Equal places, as of one camera, are measured once.
        radius: in metres.
        least: how many make a crowd.

    Returns:
        The cluster of each place, (N,); -1 where it is in none.
    """
    if len(places) == 0:
        return np.empty(0, dtype=np.int64)
    points, back, counts = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    near = _Neighbours(points, radius)
    labels = np.full(len(points), -1, dtype=np.int64)
    dense: dict[int, NDArray[np.int64] | None] = {}

    def around(number: int) -> NDArray[np.int64] | None:
        """The points near a dense one; none where it is not dense."""
        if number not in dense:
            found = near.of(number)
            dense[number] = found if counts[found].sum() >= least else None
        return dense[number]

    clusters = 0
    for start in range(len(points)):
        if labels[start] >= 0 or around(start) is None:
            continue
        labels[start] = clusters
        waiting = deque([start])
        while waiting:
            found = around(waiting.popleft())
            if found is None:
                continue  # on the edge: it belongs here, and what is near it need not
            new = found[labels[found] < 0]
            labels[new] = clusters
            waiting.extend(int(number) for number in new)
        clusters += 1
    return np.asarray(labels[back.reshape(-1)])


class _Neighbours:
    """Points near a point, looked for in the cells of a grid that is as fine as the radius."""

    def __init__(self, points: NDArray[np.float64], radius: float) -> None:
        self._points, self._radius = points, radius
        height = np.degrees(radius / EARTH_RADIUS)
        # Cells are wide enough where the points lie nearest to a pole.
        widest = np.cos(np.radians(np.minimum(np.abs(points[:, 1]).max() + height, 89.9)))
        self._cells = np.floor(points / (min(height / widest, 180.0), height)).astype(np.int64)
        self._inside: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for number, (column, row) in enumerate(self._cells.tolist()):
            self._inside[column, row].append(number)

    def of(self, number: int) -> NDArray[np.int64]:
        """Numbers of the points within the radius, the point itself included. The grid is not closed at ±180°."""
        column, row = (int(side) for side in self._cells[number])
        near = [
            other
            for right in (-1, 0, 1)
            for up in (-1, 0, 1)
            for other in self._inside.get((column + right, row + up), ())
        ]
        candidates = np.array(near, dtype=np.int64)
        return np.asarray(
            candidates[metres_from(self._points[number], self._points[candidates]) <= self._radius], dtype=np.int64
        )
