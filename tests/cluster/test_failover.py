"""Cameras on three machines: one loses its power, then a new version takes over; a real office, real frames."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("ray", reason="needs the extra cluster: pip install 'ray[default]'")

import ray

from service.engine.cluster import board
from service.engine.cluster.fleet import NAMESPACE
from tests.cluster.cluster import SCENE, ClusterEngine, Nodes, Street, thing_at
from tests.cluster.conftest import write_registry
from tests.end_to_end.conftest import RunningOffice

CAMERAS = [f"gate-{number}" for number in range(1, 7)]
THINGS, EVERY = 7, 2.5
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


def test_no_violation_is_lost_or_doubled_when_a_machine_dies_and_a_new_version_takes_over(
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
        running.wait(lambda: len(hosts()) == len(CAMERAS), 90, "all cameras on hosts")
        headers = dict(client.headers) | {"Cookie": "; ".join(f"{c.name}={c.value}" for c in client.cookies.jar)}
        streets = [Street(camera, running.url, headers, THINGS, EVERY) for camera in CAMERAS]
        assert len({node_of(host) for host in hosts().values()}) == 3, "cameras are spread over the machines"

        running.wait(lambda: cases(client), 60, "a first case")
        spared = {nodes.head, board.read()["leader"]}
        victim = next(node_of(host) for host in hosts().values() if node_of(host) not in spared)
        orphans = {camera for camera, host in hosts().items() if node_of(host) == victim}
        nodes.power_cut(victim)
        cut = datetime.now(UTC)
        running.wait(lambda: all_since(client, orphans, cut), 15, "all cameras again")

        old = set(hosts().values())
        engine.terminate()
        engine.environment["STREETWARDEN_ENGINE_TIMEZONE"] = "Asia/Urumqi"  # as good as another version of the code
        write_registry(models, "squares-2")
        engine.start()
        running.wait(board.read, 60, "a new leader")
        running.wait(lambda: len(hosts()) == len(CAMERAS) and not old & set(hosts().values()), 60, "new hosts only")

        due = len(CAMERAS) * THINGS
        running.wait(lambda: len(cases(client)) >= due, 60, f"{due} cases")
        running.wait(lambda: board.read()["outbox"] == 0, 20, "an empty outbox")
    finally:
        for street in streets:
            street.stop()
        engine.kill()
    assert things_by_camera(client) == {camera: list(range(THINGS)) for camera in CAMERAS}
    assert client.get("/system").json()["model"] == "squares-2"
    assert f"{len(CAMERAS)} cameras stopped" in engine.ask("--stop")


def hosts() -> dict[str, str]:
    """The host of each camera."""
    return {camera: found["host"] for camera, found in board.read().get("cameras", {}).items()}


def node_of(host: str) -> str:
    """The machine of a host."""
    return host.split(":")[2]


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
