from datetime import datetime

import numpy as np

from detector.scene import Carriageway, Crosswalk, NoParking, ParkingBay
from detector.zones import ZoneMap
from tests.detector.streets import KERB, ROAD, Zone, scene

LEFT: Zone = {"name": "left", "kind": "carriageway", "polygon": [[0, 0.4], [0.3, 0.4], [0.3, 0.9], [0, 0.9]]}
POINTS = np.array([[0.1, 0.5], [0.5, 0.5], [0.5, 0.1], [0.1, 0.88]])


def test_points_find_their_zones() -> None:
    zones = ZoneMap(scene(ROAD, LEFT))
    assert zones.inside(POINTS, Carriageway).tolist() == [True, True, False, True]
    names = [zone and zone.name for zone in zones.zones_at(POINTS, Carriageway)]
    assert names == ["road", "road", None, "left"]
    assert zones.inside(POINTS, Crosswalk).tolist() == [False] * 4
    assert zones.zone_at((0.5, 0.5), ParkingBay) is None


def test_no_points_and_no_zones() -> None:
    assert ZoneMap(scene(ROAD)).inside(np.empty((0, 2)), Carriageway).shape == (0,)
    assert ZoneMap(scene()).zones_at(POINTS, Carriageway) == [None] * 4


def test_schedules() -> None:
    always, scheduled = (
        ZoneMap(scene(KERB | more)).zone_at((0.5, 0.5), NoParking) for more in ({}, {"schedule": "Mo 07:00-22:00"})
    )
    assert always is not None
    assert scheduled is not None
    zones = ZoneMap(scene(KERB | {"schedule": "Mo 07:00-22:00"}))
    monday, tuesday = (datetime(2026, 11, day, 12) for day in (23, 24))  # noqa: DTZ001 - local time
    assert ZoneMap(scene(KERB)).applies(always, tuesday)
    assert zones.applies(scheduled, monday)
    assert not zones.applies(scheduled, tuesday)
