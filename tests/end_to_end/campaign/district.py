"""The district: its areas, who answers where for what, its cameras and its people."""

from dataclasses import dataclass, field
from typing import Any

KINDS = ("cigarette_butt", "garbage", "illegal_parking", "jaywalking")
Place = tuple[float, float]
"""Longitude and latitude, degrees."""


@dataclass(frozen=True)
class Area:
    """A rectangle of the map: west, south, east, north; ``units`` say who answers for which kind here."""

    code: str
    name: str
    level: str
    parent: str | None
    box: tuple[float, float, float, float]
    units: dict[str, str] = field(default_factory=dict)

    def holds(self, place: Place) -> bool:
        west, south, east, north = self.box
        return west <= place[0] <= east and south <= place[1] <= north

    @property
    def feature(self) -> dict[str, Any]:
        """The area as GeoJSON."""
        west, south, east, north = self.box
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        told = {"code": self.code, "name": self.name, "level": self.level, "parent": self.parent, "units": self.units}
        return {"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def geojson(areas: list[Area]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [area.feature for area in areas]}


WEST = {"garbage": "clean-west", "cigarette_butt": "clean-west"}
EAST = {"garbage": "clean-east", "cigarette_butt": "clean-east"}
AREAS = [
    Area("D", "示范区", "district", None, (117.18, 39.11, 117.22, 39.15),
         {"illegal_parking": "traffic", "jaywalking": "traffic"}),
    Area("W", "河西街道", "sub_district", "D", (117.18, 39.11, 117.20, 39.145), WEST),
    Area("E", "河东街道", "sub_district", "D", (117.20005, 39.11, 117.22, 39.145), EAST),
    Area("W1", "北门社区", "community", "W", (117.18, 39.13, 117.20, 39.145)),
    Area("W2", "书院社区", "community", "W", (117.18, 39.11, 117.20, 39.12995)),
    Area("E1", "广场社区", "community", "E", (117.20005, 39.11, 117.22, 39.12995)),
    Area("E2", "市场社区", "community", "E", (117.20005, 39.13, 117.22, 39.145)),
]  # fmt: skip
"""As the week begins. North of 39.145 no sub-district's rule holds: garbage there is the default unit's."""

MARKET = {"garbage": "city", "cigarette_butt": "city"}
DIVIDED = [
    Area("E2", "市场社区", "community", "E", (117.20005, 39.13, 117.22, 39.1375)),
    Area("E3", "夜市社区", "community", "E", (117.20005, 39.13755, 117.22, 39.145), MARKET),
]
"""On Wednesday evening the market quarter is divided: the city management takes over its night market."""


@dataclass(frozen=True)
class Unit:
    """A unit that cases are sent to; ``calendar`` says when it works."""

    code: str
    name: str
    kind: str
    calendar: str
    contact: str
    is_default: bool = False


UNITS = [
    Unit("clean-west", "河西环卫所", "sanitation", "sanitation", "022-1001"),
    Unit("clean-east", "河东环卫所", "sanitation", "sanitation", "022-1002"),
    Unit("traffic", "交警大队", "traffic_police", "office", "022-1003"),
    Unit("city", "城管执法队", "urban_management", "office", "022-1004", is_default=True),
]
UNIT = {unit.code: unit for unit in UNITS}


@dataclass(frozen=True)
class Camera:
    """A camera.

    ``smart`` ones have a detector and a key of their own and know where on the map they look; of the others the
    engine tells the camera's own place, as it does.
    """

    id: str
    name: str
    place: Place
    smart: bool = False
    scene: dict[str, Any] = field(default_factory=dict)


def _surveyed(*metres: tuple[float, float]) -> dict[str, Any]:
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    return {"ground": {"image": corners, "metres": metres, "frame": "north gate"}}


CAMERAS = [
    # Two that look at the same 20 m of road from both sides: what is (x, y) to one is (1 - x, 1 - y) to the other.
    Camera("gate-1", "北门路口东", (117.19, 39.138), scene=_surveyed((0, 0), (20, 0), (20, 20), (0, 20))),
    Camera("gate-2", "北门路口西", (117.1903, 39.138), scene=_surveyed((20, 20), (0, 20), (0, 0), (20, 0))),
    Camera("gate-3", "书院路口", (117.19, 39.12)),
    Camera("gate-4", "广场南口", (117.21, 39.12), smart=True),
    Camera("gate-5", "夜市东口", (117.21, 39.141), smart=True),
    Camera("gate-6", "市场街口", (117.21, 39.133), smart=True),
]
PAIR = ("gate-1", "gate-2")


@dataclass(frozen=True)
class Person:
    """Somebody with a role; handlers have a unit, who is bound to an area sees no other."""

    username: str
    name: str
    role: str
    unit: str | None = None
    area: str | None = None


ADMINISTRATOR = Person("admin", "Administrator", "administrator")
PEOPLE = [
    Person("mei", "审核员梅", "operator"),
    Person("bo", "审核员博", "operator", area="E"),
    Person("hua", "环卫华", "unit_handler", unit="clean-west"),
    Person("lan", "环卫兰", "unit_handler", unit="clean-east"),
    Person("zhao", "交警赵", "unit_handler", unit="traffic"),
    Person("qian", "交警钱", "unit_handler", unit="traffic"),
    Person("ning", "城管宁", "unit_handler", unit="city"),
    Person("shen", "督查沈", "supervisor"),
    Person("an", "审计安", "auditor"),
    Person("ji", "巡查季", "inspector"),
    Person("kang", "巡查康", "inspector"),
]


class Map:
    """Who answers where, by the map as it is now."""

    def __init__(self) -> None:
        self.areas = {area.code: area for area in AREAS}

    def divide(self) -> None:
        self.areas |= {area.code: area for area in DIVIDED}

    def area_at(self, place: Place | None) -> str | None:
        """The smallest area that holds a place: communities are the smallest, and do not overlap."""
        if place is None:
            return None
        for level in ("community", "sub_district", "district"):
            for area in self.areas.values():
                if area.level == level and area.holds(place):
                    return area.code
        return None

    def unit_for(self, kind: str, area: str | None) -> str:
        """The unit that answers for a kind: by the area's own rule, else by the rule above it, else the default."""
        while area is not None:
            known = self.areas[area]
            if kind in known.units:
                return known.units[kind]
            area = known.parent
        return next(unit.code for unit in UNITS if unit.is_default)

    def lies_in(self, area: str | None, outer: str) -> bool:
        """Whether an area is another one or lies below it."""
        while area is not None and area != outer:
            area = self.areas[area].parent
        return area == outer
