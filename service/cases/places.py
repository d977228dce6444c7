"""Distances between places, and a map grid that finds what lies near in one read of an index.

A cell is a thousandth of a degree high and wide: 111 m by 86 m at 39° of latitude, and still 56 m wide at 60°. What
lies up to 50 m away is therefore in the cell itself or in one of the eight around it, up to 63° of latitude.
"""

import math

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth in metres (IUGG)."""

CELLS_PER_DEGREE = 1000
_COLUMNS = 1_000_000
"""Factor of the row in a cell's number; more than there are columns."""
_AROUND = 360 * CELLS_PER_DEGREE


def metres_between(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Great-circle distance of two points given in degrees, by the haversine formula."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    half_height = math.sin((second - first) / 2) ** 2
    half_width = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    share = half_height + math.cos(first) * math.cos(second) * half_width
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, share)))


def cell_of(longitude: float | None, latitude: float | None) -> int | None:
    """The cell that a point lies in; none for a point that nobody knows."""
    if longitude is None or latitude is None:
        return None
    row, column = _row_and_column(longitude, latitude)
    return row * _COLUMNS + column


def cells_around(longitude: float, latitude: float) -> list[int]:
    """The cell that a point lies in and the eight around it; the grid closes at ±180°."""
    row, column = _row_and_column(longitude, latitude)
    return [(row + up) * _COLUMNS + (column + right) % _AROUND for up in (-1, 0, 1) for right in (-1, 0, 1)]


def _row_and_column(longitude: float, latitude: float) -> tuple[int, int]:
    row = math.floor((latitude + 90) * CELLS_PER_DEGREE)
    return row, math.floor((longitude + 180) * CELLS_PER_DEGREE) % _AROUND
