"""Cameras on three machines of which one loses its power: a real office, real frames, a real (small) model."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import ray

from service.engine.cluster import board
from service.engine.cluster.fleet import NAMESPACE
from tests.cluster.cluster import SCENE, ClusterEngine, Nodes, Street, thing_at
from tests.end_to_end.conftest import RunningOffice

CAMERAS = [f"gate-{number}" for number in range(1, 7)]
THINGS, EVERY = 6, 2.0
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    made = Nodes()
    ray.init(made.address, namespace=NAMESPACE, log_to_driver=False)
    yield made
    ray.shutdown()
    made.close()


def test_a_machine_that_dies_loses_no_violation_and_doubles_none(
    office: Callable[..., RunningOffice], nodes: Nodes, models: Path, tmp_path: Path
) -> None:
    running = office("--no-engine")
    client = running.client()
    key = client.post("/api-keys", json={"name": "cluster", "scopes": ["engine"]}).json()["key"]
    for camera in CAMERAS:
        client.post("/cameras", json={"id": camera, "source": "push:", "scene": SCENE}).raise_for_status()
    engine = ClusterEngine(nodes.address, running, key, tmp_path, models)
    streets: list[Street] = []
    try:
        engine.start()
        running.wait(lambda: len(where()) == len(CAMERAS), 90, "all cameras on hosts")
        headers = dict(client.headers) | {"Cookie": "; ".join(f"{c.name}={c.value}" for c in client.cookies.jar)}
        streets = [Street(camera, running.url, headers, THINGS, EVERY) for camera in CAMERAS]
        assert len(set(where().values())) == 3, "cameras are spread over the machines"

        running.wait(lambda: cases(client), 60, "a first case")
        victim = next(node for node in where().values() if node not in (nodes.head, board.read()["leader"]))
        orphans = {camera for camera, node in where().items() if node == victim}
        nodes.power_cut(victim)
        cut, cut_at = time.monotonic(), datetime.now(UTC)
        for camera in orphans:
            running.wait(lambda camera=camera: looked_at(client, camera) > cut_at, 15, f"{camera} again")
        print(f"{len(orphans)} cameras ran again after {time.monotonic() - cut:.1f} s")

        due = len(CAMERAS) * THINGS
        running.wait(lambda: len(cases(client)) >= due, 60, f"{due} cases")
        running.wait(lambda: board.read()["outbox"] == 0, 20, "an empty outbox")
    finally:
        for street in streets:
            street.stop()
        engine.kill()
    assert things_by_camera(client) == {camera: list(range(THINGS)) for camera in CAMERAS}


def where() -> dict[str, str]:
    """The machine of each camera."""
    return {camera: found["node"] for camera, found in board.read().get("cameras", {}).items()}


def cases(client: httpx.Client) -> list[dict[str, Any]]:
    return list(client.get("/cases", params={"limit": "200"}).raise_for_status().json()["items"])


def things_by_camera(client: httpx.Client) -> dict[str, list[int]]:
    """Which things each camera has reported; one that was reported twice is there twice."""
    found = defaultdict(list)
    for case in cases(client):
        violation = client.get(f"/cases/{case['id']}").raise_for_status().json()["violation"]
        found[violation["camera"]].append(thing_at(*violation["box"][:2]))
    return {camera: sorted(things) for camera, things in found.items()}


def all_since(client: httpx.Client, cameras: set[str], moment: datetime) -> bool:
    """Whether a frame that was taken since then has been looked at, of each camera."""
    statuses = [client.get(f"/cameras/{camera}").raise_for_status().json()["status"] for camera in cameras]
    newest = [status and status["last_frame_at"] for status in statuses]
    return all(at is not None and datetime.fromisoformat(at) > moment for at in newest)
