"""Cameras on three machines: one loses its power, then a new version takes over; a real office, real frames."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("ray", reason="needs the extra cluster: pip install 'ray[default]'")

import ray

from service.engine.cluster import board
from service.engine.cluster.fleet import NAMESPACE
from tests.cluster.cluster import PARKING_SECONDS, SCENE, ClusterEngine, Nodes, Street, picture_of, thing_at
from tests.cluster.conftest import write_registry
from tests.end_to_end.conftest import RunningOffice

CAMERAS = [f"gate-{number}" for number in range(1, 5)]
THINGS, EVERY = 6, 2.0
WITHIN = 15.0
"""Seconds until the cameras of a dead machine run again, on a machine that has its processors for itself."""
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
        photo = upload_photo(client)
        rehearsed = client.post("/cameras/gate-1/rehearsal", json={"scene": SCENE, "minutes": 5}, timeout=100)
        assert rehearsed.status_code == 200, rehearsed.text
        running.wait(lambda: client.get(f"/photos/{photo}").json()["status"] == "done", 60, "a look at the photo")

        spared = {nodes.head, board.read()["leader"]}
        victim = next(node_of(host) for host in hosts().values() if node_of(host) not in spared)
        orphans = {camera for camera, host in hosts().items() if node_of(host) == victim}
        nodes.power_cut(victim)
        cut = datetime.now(UTC)
        running.wait(lambda: all_since(client, orphans, cut), WITHIN * slowness(), "all cameras again")

        old = set(hosts().values())
        engine.terminate()
        engine.environment["STREETWARDEN_ENGINE_TIMEZONE"] = "Asia/Urumqi"  # as good as another version of the code
        write_registry(models, "squares-2")
        engine.start()
        running.wait(board.read, 60, "a new leader")
        running.wait(lambda: len(hosts()) == len(CAMERAS) and not old & set(hosts().values()), 60, "new hosts only")
        late = datetime.now(UTC) + timedelta(seconds=PARKING_SECONDS + 4)

        due = len(CAMERAS) * THINGS + 1
        running.wait(lambda: len(cases(client)) >= due, 60, f"{due} cases")
        # What the last hosts had forgotten would be reported anew by now.
        running.wait(lambda: all_since(client, set(CAMERAS), late), 60, "the time in which doubles would come")
        running.wait(lambda: board.read()["outbox"] == 0, 20, "an empty outbox")
    finally:
        for street in streets:
            street.stop()
        engine.kill()
    assert things_by_camera(client) == {camera: list(range(THINGS)) for camera in CAMERAS} | {None: [0]}
    assert client.get("/system").json()["model"] == "squares-2"
    assert f"{len(CAMERAS)} cameras stopped" in engine.ask("--stop")


def slowness() -> float:
    """How many times as long things take because of other programs; the test itself keeps two processes a CPU busy."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1) / 2)


def hosts() -> dict[str, str]:
    """The host of each camera."""
    return {camera: found["host"] for camera, found in board.read().get("cameras", {}).items()}


def node_of(host: str) -> str:
    """The machine of a host."""
    return host.split(":")[2]


def cases(client: httpx.Client) -> list[dict[str, Any]]:
    return list(client.get("/cases", params={"limit": "200"}).raise_for_status().json()["items"])


def upload_photo(client: httpx.Client) -> str:
    """A photo of one thing, as an inspector sends it."""
    place = {"longitude": "117.2", "latitude": "39.1"}
    files = {"file": ("photo.jpg", picture_of([0]), "image/jpeg")}
    return str(client.post("/photos", files=files, data=place).raise_for_status().json()["id"])


def things_by_camera(client: httpx.Client) -> dict[str | None, list[int]]:
    """Which things each camera, or the photo, has shown; one that was reported twice is there twice."""
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
