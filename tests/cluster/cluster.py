"""Three Ray nodes on this machine, a street that is pushed as frames, and ``streetwarden engine --cluster``."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import cv2
import httpx
import numpy as np
import psutil
from ray.cluster_utils import Cluster

from tests.detector.squares import paint
from tests.end_to_end.conftest import RunningOffice

PARKING_SECONDS = 11
"""Longer than the time between two checkpoints, as the dwell times of real scenes are."""
SCENE = {
    "zones": [
        {"name": "kerb", "kind": "no_parking", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "seconds": PARKING_SECONDS}
    ],
    "rules": {"illegal_parking": {"seconds": PARKING_SECONDS}},
}
_CELL = 32
_FRAME_SECONDS = 0.25
_NOISE = np.random.default_rng(0)


class ClusterEngine:
    """``streetwarden engine --cluster`` as a user runs it.

    Args:
        address: of the Ray cluster.
        office: whose cameras run.
        key: of the office, with the scope ``engine``.
        folder: for the machines' own files, the shared place and the log.
        models: folder of the model registry.
    """

    def __init__(self, address: str, office: RunningOffice, key: str, folder: Path, models: Path) -> None:
        self.scratch = folder / "scratch"
        self._command = [sys.executable, "-m", "service.cli", "engine", "--cluster", address]
        self._log = folder / "engine.log"
        self.environment = os.environ | {
            "STREETWARDEN_ENGINE_OFFICE_URL": office.url,
            "STREETWARDEN_ENGINE_KEY": key,
            "STREETWARDEN_ENGINE_DATA": str(self.scratch),
            "STREETWARDEN_ENGINE_SHARED": str(folder / "shared"),
            "STREETWARDEN_ENGINE_SOCKET": str(office.data / "run" / "engine.sock"),
            "STREETWARDEN_MODELS": str(models),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self.environment, stdout=log, stderr=log)

    def terminate(self) -> None:
        """Ask it to end; the cameras go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(timeout=20) == 0, self.log

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def ask(self, option: str) -> str:
        """What ``--status`` or ``--stop`` prints."""
        done = subprocess.run([*self._command, option], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    @property
    def log(self) -> str:
        """The end of its log."""
        return self._log.read_text(errors="replace")[-8000:]


class Street:
    """A camera whose frames are pushed: green e-tricycles come one after the other, and stay.

    Args:
        camera: its id.
        url: of the office.
        headers: of somebody who may push frames.
        things: how many come.
        every: seconds between two.
    """

    def __init__(self, camera: str, url: str, headers: dict[str, str], things: int, every: float) -> None:
        self.camera = camera
        self.refused = 0
        self._things = things
        self._every = every
        self._stopping = Event()
        self._http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=10, trust_env=False)
        self._thread = Thread(target=self._push, name=f"street {camera}")
        self._thread.start()

    def stop(self) -> None:
        """Switch the camera off."""
        self._stopping.set()
        self._thread.join()
        self._http.close()

    def _push(self) -> None:
        started = time.monotonic()
        while not self._stopping.wait(_FRAME_SECONDS):
            come = int((time.monotonic() - started) / self._every) + 1
            jpeg = picture_of(range(min(self._things, come)))
            headers = {"Content-Type": "image/jpeg", "X-Captured-At": datetime.now(UTC).isoformat()}
            answer = self._http.post(f"/cameras/{self.camera}/frames", content=jpeg, headers=headers)
            self.refused += answer.status_code != 202


def picture_of(things: Iterable[int]) -> bytes:
    """A JPEG of the street with these things on it, and noise: a picture that repeats itself is called frozen."""
    places = [place_of(thing) for thing in things]
    image = paint(320, 240, *(("e_tricycle", (x, y, x + _CELL, y + _CELL)) for x, y in places))
    image = np.minimum(image, 249) + _NOISE.integers(0, 6, image.shape, np.uint8)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def place_of(thing: int) -> tuple[int, int]:
    """Left upper corner of a thing of a street, pixels."""
    # The input is 320 × 256, with a margin of 8 above 240 rows: a square fills a cell of the model.
    return _CELL * (1 + 2 * (thing % 4)), 24 + 2 * _CELL * (thing // 4)


def thing_at(left: float, top: float) -> int:
    """The thing whose corner is there, give or take some pixels."""
    return round((left - _CELL) / (2 * _CELL)) + 4 * round((top - 24) / (2 * _CELL))


class Nodes:
    """Three machines of one core; the first is the head."""

    def __init__(self) -> None:
        self._cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        self._others = [self._cluster.add_node(num_cpus=1) for _ in range(2)]
        self.address = str(self._cluster.address)
        self.head = str(self._cluster.head_node.node_id)

    def power_cut(self, node: str) -> None:
        """End all processes of a machine at once."""
        found = next(other for other in self._others if other.node_id == node)
        started = [info.process.pid for infos in found.all_processes.values() for info in infos]
        family = [child for pid in started for child in psutil.Process(pid).children(recursive=True)]
        for process in [*map(psutil.Process, started), *family]:
            if process.is_running():
                process.kill()
        self._others.remove(found)

    def add(self) -> str:
        """One more machine; answers its id."""
        self._others.append(self._cluster.add_node(num_cpus=1))
        return str(self._others[-1].node_id)

    def close(self) -> None:
        """End what is left."""
        self._cluster.shutdown()
