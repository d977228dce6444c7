"""Polygons of areas: read, checked, measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from pydantic import JsonValue
from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

METRES_PER_DEGREE = 111_195.0
"""Length of a degree of latitude on a sphere of 6,371,009 m (IUGG mean radius)."""

POINTS = 100_000
"""Corners of one polygon; more are a mistake in the file, and cost time."""

WITHIN = 0.99
"""This share of an area must lie in the area above: borders are drawn apart by some metres."""

Shape = BaseGeometry
"""A polygon or several; shapely's own functions give back no narrower type."""


class ShapeError(ValueError):
    """A polygon that cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """West, south, east and north in degrees."""

    west: float
    south: float
    east: float
    north: float


def read_shape(geometry: Mapping[str, JsonValue]) -> Shape:
    """The polygon of a GeoJSON geometry in WGS 84 degrees.

    Raises:
        ShapeError: where it is no polygon, has no area, crosses itself, or lies outside of the world.
    """
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ShapeError(f"is a {kind!r}, not a Polygon or MultiPolygon")
    try:
        polygon = shape(dict(geometry))
        coordinates = shapely.get_coordinates(polygon)
    except (GEOSException, ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        # What shapely raises depends on where the nested lists break.
        raise ShapeError(f"has broken coordinates: {' '.join(str(error).split())}") from error
    if not isinstance(polygon, Polygon | MultiPolygon) or polygon.is_empty:
        raise ShapeError("has no coordinates")
    if len(coordinates) > POINTS:
        raise ShapeError(f"has {len(coordinates)} corners, more than {POINTS}")
    if not np.isfinite(coordinates).all():
        raise ShapeError("has coordinates that are no numbers")
    if (np.abs(coordinates) > (180, 90)).any():
        raise ShapeError("has coordinates outside of longitude ±180, latitude ±90: is it in WGS 84 degrees?")
    if not polygon.is_valid:
        raise ShapeError(f"is broken: {explain_validity(polygon)}")
    if square_metres(polygon) < 1:
        raise ShapeError("has no area")
    return polygon


def square_metres(polygon: Shape) -> float:
    """Size by an equal-area cylindrical projection around the polygon's middle latitude."""
    latitude = math.radians(polygon.centroid.y)
    return float(polygon.area * METRES_PER_DEGREE**2 * math.cos(latitude))


def bounds_of(polygon: Shape) -> Bounds:
    """The smallest box around a polygon."""
    return Bounds(*(float(side) for side in polygon.bounds))


def lies_within(inner: Shape, outer: Shape) -> bool:
    """Whether nearly all of an area lies in another."""
    return bool(inner.intersection(outer).area >= WITHIN * inner.area)


def holds(polygon: Shape, longitude: float, latitude: float) -> bool:
    """Whether a point lies in a polygon or on its border."""
    return bool(shapely.intersects_xy(polygon, longitude, latitude))
