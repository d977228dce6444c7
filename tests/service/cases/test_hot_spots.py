"""Hot spots: the clustering against its definition, and what the API answers."""

from collections import deque
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.violations import ViolationKind
from service import clock
from service.cases.hot_spots import cluster, metres_from
from service.cases.places import cell_of, cells_around, metres_between
from tests.service.cases.people import Staff
from tests.service.office import assert_problem

POINTS = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda step: 117.2 + step * 0.0002),  # 17 m
        st.integers(0, 12).map(lambda step: 39.13 + step * 0.0002),  # 22 m
    ),
    min_size=1,
    max_size=60,
)


def by_definition(places: NDArray[np.float64], radius: float, least: int) -> list[frozenset[int]]:
    """The dense points of each cluster: connected through dense points no farther apart than the radius."""
    near = [set(np.flatnonzero(metres_from(place, places) <= radius).tolist()) for place in places]
    dense = {number for number, found in enumerate(near) if len(found) >= least}
    clusters, left = [], set(dense)
    while left:
        queue = deque([left.pop()])
        found = set(queue)
        while queue:
            for other in near[queue.popleft()] & left:
                left.discard(other)
                found.add(other)
                queue.append(other)
        clusters.append(frozenset(found))
    return clusters


@settings(max_examples=150, deadline=None)
@given(points=POINTS, radius=st.sampled_from([10.0, 25.0, 60.0]), least=st.integers(2, 6))
def test_clusters_are_what_the_definition_says(points: list[tuple[float, float]], radius: float, least: int) -> None:
    places = np.array(points)
    labels = cluster(places, radius, least)
    near = [np.flatnonzero(metres_from(place, places) <= radius) for place in places]
    dense = np.array([len(found) >= least for found in near])
    found = [frozenset(np.flatnonzero((labels == label) & dense).tolist()) for label in range(labels.max() + 1)]
    assert sorted(found, key=sorted) == sorted(by_definition(places, radius, least), key=sorted)
    for number, label in enumerate(labels):
        if not dense[number]:
            crowds = {labels[other] for other in near[number] if dense[other]}
            assert label in crowds if crowds else label == -1


def test_no_places_make_no_cluster() -> None:
    assert cluster(np.empty((0, 2)), 30, 5).tolist() == []


@given(
    longitude=st.floats(-179.9, 179.9), latitude=st.floats(-62, 62),
    right=st.floats(-0.002, 0.002), up=st.floats(-0.002, 0.002),
)  # fmt: skip
def test_what_lies_within_fifty_metres_lies_in_the_cells_around(
    longitude: float, latitude: float, right: float, up: float
) -> None:
    if metres_between(longitude, latitude, longitude + right, latitude + up) <= 50:
        assert cell_of(longitude + right, latitude + up) in cells_around(longitude, latitude)


def test_distances_are_those_of_the_sphere() -> None:
    # A degree of a great circle is 111,195 m; at 60° a degree of longitude is half of one of latitude.
    assert abs(metres_between(117, 39, 117, 40) - 111_195) < 1
    assert abs(metres_between(10, 60, 10.001, 60) - 111.195 / 2) < 0.01
    there = np.array([[117.001, 39.001]])
    assert abs(metres_from(np.array([117.0, 39.0]), there)[0] - metres_between(117, 39, 117.001, 39.001)) < 1e-6


async def test_crowds_of_a_period_are_told(staff: Staff) -> None:
    now = clock.now()
    for number in range(6):
        await staff.new_case(kind=ViolationKind.GARBAGE, started_at=now - timedelta(hours=number))
    await staff.new_case(longitude=117.3, latitude=39.13, started_at=now)
    period = {"since": (now - timedelta(days=1)).isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    found = (await staff.supervisor.get("/hot-spots", params=period)).json()
    assert (len(found["items"]), found["looked_at"]) == (1, 7)
    spot = found["items"][0]
    assert (spot["cases"], spot["kinds"], spot["radius_metres"]) == (6, {"garbage": 6}, 0.0)
    assert abs(spot["longitude"] - 117.2) < 1e-9
    none = await staff.supervisor.get("/hot-spots", params=period | {"kind": "jaywalking"})
    assert none.json()["items"] == []
    assert_problem(await staff.supervisor.get("/hot-spots", params={"since": period["since"]}), 422, "until")
