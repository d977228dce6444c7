"""Two machines against one on the same work: ``python -m benchmarks.cluster``.

Each machine is a Ray node on this computer whose processes may use one core. Every camera plays the crossroad clip as
fast as it is followed, so that no frame is dropped; the time counts from the moment when all hosts are up until the
last camera has finished. Contestants take turns. Other programs take processor time too: then the wall time of two
machines lies, and the CPU time of a look says what the machines themselves have needed.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import av
import psutil
import ray
import typer
from ray.cluster_utils import Cluster

from benchmarks.looking_less import is_visit
from benchmarks.visits import one_to_one, visits
from detector.camera_status import CameraState
from detector.camera_worker import CameraConfig
from detector.cluster.shared_place import DOCUMENT, SharedPlace, camera_shelf
from detector.cluster.shipped_model import ShippedModel
from detector.model import Model
from detector.scene import Scene
from detector.violations import Violation
from service.engine.cluster.camera_host import HostSettings
from service.engine.cluster.code import code_digest
from service.engine.cluster.fleet import NAMESPACE
from service.engine.cluster.leader import Leader

ROOT: Final = Path(__file__).resolve().parents[1]
_TURN_SECONDS: Final = 0.2
_PATIENCE: Final = 900.0


@dataclass(frozen=True, slots=True)
class Run:
    """What some machines did with the cameras.

    Attributes:
        wall: seconds.
        cpu: seconds of all processes of the machines.
        looks: frames that were seen and followed.
        found: violations of all cameras.
        recall: of the visits on the road, found by one camera, on average.
    """

    wall: float
    cpu: float
    looks: int
    found: int
    recall: float


def main(
    clip: Annotated[Path, typer.Option(help="The crossroad clip.")] = ROOT.parent / "shared/video/crossroad.avi",
    cameras: Annotated[int, typer.Option(min=1, help="Cameras that play it.")] = 4,
    seconds: Annotated[float, typer.Option(min=5, help="So much of it.")] = 79.5,
    rounds: Annotated[int, typer.Option(min=1, help="How often each number of machines has its turn.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON too, in the last line.")] = False,
) -> None:
    """Measure one machine of one core and two of them."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        typer.echo("benchmarks: two machines of one core need two cores", err=True)
        raise typer.Exit(1)
    runs: dict[int, list[Run]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as name:
        part = Path(name) / "part.avi"
        _cut(clip, part, seconds)
        for number in range(rounds):
            for machines, done in runs.items():
                done.append(_measure(Path(name) / f"{number}-{machines}", part, cameras, cores[:machines], seconds))
                typer.echo(_line(machines, done[-1]))
    figures = _conclude(runs)
    if as_json:
        typer.echo(json.dumps(figures))


def _line(machines: int, run: Run) -> str:
    return (
        f"{machines} × 1 core: {run.looks / run.wall:6.1f} looks/s  {run.wall:6.1f} s wall  {run.cpu:6.1f} s CPU  "
        f"{1000 * run.cpu / run.looks:5.1f} ms CPU a look  {run.looks} looks  {run.found} violations  "
        f"recall {run.recall:.2f}"
    )


def _conclude(runs: dict[int, list[Run]]) -> dict[str, float]:
    """Say what the rounds tell, and return it."""
    ratios = [(b.looks / b.wall) / (a.looks / a.wall) for a, b in zip(runs[1], runs[2], strict=True)]
    busy = {n: statistics.median(r.cpu / r.wall / n for r in done) for n, done in runs.items()}
    by_cpu = [2 * (a.cpu / a.looks) / (b.cpu / b.looks) for a, b in zip(runs[1], runs[2], strict=True)]
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    figures = {
        "ratio": statistics.median(ratios),
        "by_cpu": statistics.median(by_cpu),
        "cores_got": busy[2],
        "looks": runs[2][-1].looks,
        "recall": min(run.recall for run in runs[2]),
    }
    typer.echo(f"two against one, looks a second: {figures['ratio']:.2f} × (rounds: {each}); target 1.8 ×")
    typer.echo(f"by CPU time of a look, were both cores theirs alone: {figures['by_cpu']:.2f} ×")
    typer.echo(f"share of the cores that the machines got: {busy[1]:.0%} of one, {busy[2]:.0%} of two")
    return figures


def _measure(folder: Path, clip: Path, cameras: int, cores: list[int], seconds: float) -> Run:
    with _running(cores) as workers:
        ray.init(workers.address, namespace=NAMESPACE, log_to_driver=False)
        try:
            return _watch(folder, clip, cameras, workers, seconds)
        finally:
            ray.shutdown()


def _watch(folder: Path, clip: Path, cameras: int, workers: "Machines", seconds: float) -> Run:
    settings = HostSettings(
        office_url="http://127.0.0.1:9",  # no office: what is found stays in the shared place and is counted there
        key="", shared=str(folder / "shared"), data=folder / "scratch", timezone="Asia/Shanghai", environment=(),
        code=code_digest(),
    )  # fmt: skip
    leader = Leader(settings, "benchmark", ShippedModel.of(Model.load(threads=1)))
    began = time.monotonic()
    while not leader.is_whole:
        leader.turn()
        _wait(began)
    scene = Scene.load(ROOT / "tests" / "data" / "crossroad.yaml")
    names = [f"gate-{number}" for number in range(cameras)]
    config = CameraConfig(scene, str(clip), pace="max")
    leader.want([replace(config, scene=_renamed(scene, name)) for name in names])
    began, spent = time.monotonic(), workers.cpu_seconds()
    while True:
        leader.turn()
        states = [camera["state"] for camera in leader.published["cameras"].values()]
        if len(states) == cameras and set(states) == {CameraState.FINISHED}:
            break
        _wait(began)
    wall, cpu = time.monotonic() - began, workers.cpu_seconds() - spent
    found = [_found(SharedPlace(settings.shared), name) for name in names]
    recall = statistics.fmean(_recall(one, seconds) for one in found)
    return Run(wall, cpu, leader.published["looks"], sum(map(len, found)), recall)


def _wait(since: float) -> None:
    """Wait for the next turn; ends the benchmark where it takes too long: the log says what did not go on."""
    if time.monotonic() - since > _PATIENCE:
        typer.echo("benchmarks: the machines are not getting done", err=True)
        raise typer.Exit(1)
    time.sleep(_TURN_SECONDS)


class Machines:
    """Ray nodes of one core each; the head has none for cameras."""

    def __init__(self, cores: list[int]) -> None:
        self._cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        self.address = str(self._cluster.address)
        self._roots: list[int] = []
        allowed = os.sched_getaffinity(0)
        try:
            for core in cores:
                os.sched_setaffinity(0, {core})  # a node and all its processes inherit it
                node = self._cluster.add_node(num_cpus=1)
                self._roots += [info.process.pid for infos in node.all_processes.values() for info in infos]
        finally:
            os.sched_setaffinity(0, allowed)

    def cpu_seconds(self) -> float:
        """CPU seconds of all processes of the machines so far."""
        total = 0.0
        for root in map(psutil.Process, self._roots):
            for process in [root, *root.children(recursive=True)]:
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def close(self) -> None:
        """End all of it."""
        self._cluster.shutdown()


@contextmanager
def _running(cores: list[int]) -> Iterator[Machines]:
    made = Machines(cores)
    try:
        yield made
    finally:
        made.close()


def _found(place: SharedPlace, camera: str) -> list[Violation]:
    shelf = camera_shelf(camera)
    return [Violation.model_validate_json(place.read(shelf, one, DOCUMENT)) for one in place.parcels(shelf)]


def _recall(found: list[Violation], seconds: float) -> float:
    """Of the visits that are over by the end of the part, those that were reported."""
    due = [number for number, visit in enumerate(visits()) if visit.end <= seconds]
    matched = one_to_one(len(found), len(due), lambda report, truth: is_visit(found[report], due[truth]))
    return len(matched) / len(due)


def _renamed(scene: Scene, camera: str) -> Scene:
    return scene.model_copy(update={"camera": scene.camera.model_copy(update={"id": camera})})


def _cut(clip: Path, part: Path, seconds: float) -> None:
    """The first seconds of the clip, its packets as they are."""
    with av.open(str(clip)) as source, av.open(str(part), "w") as target:
        video = source.streams.video[0]
        stream = target.add_stream_from_template(video)
        for packet in source.demux(video):
            if packet.dts is None or float(packet.dts * packet.time_base) >= seconds:
                break
            packet.stream = stream
            target.mux(packet)


if __name__ == "__main__":
    typer.run(main)
