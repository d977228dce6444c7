"""How many cameras one box carries: ``python -m benchmarks.many_cameras --cameras 40 --seconds 60``.

The real engine with a real H.264 file for each camera (see :mod:`benchmarks.substreams`), read like a camera at its own
pace. The age of a result counts from when its picture's time had come until the rules were through with it: whatever
holds up reading, decoding, the model or the rules is in it. Processor time is that of the threads (see
:mod:`detector.camera_cost`), memory that of this process. Of the other reports most are true ones that nobody counts:
things that stand there when a camera begins, walks that the beginning or the end cuts off.
"""

import gc
import hashlib
import json
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Condition, Lock
from typing import Annotated, Final

import numpy as np
import psutil
import typer

from benchmarks import still_street, substreams
from benchmarks.model_report.timing import machine
from benchmarks.still_street import make_still_street, still_scene
from benchmarks.substreams import (
    FPS,
    ROUND,
    found,
    found_unhurried,
    make_round,
    make_substreams,
    planted,
    substream_scene,
)
from detector.camera_cost import CpuTime
from detector.camera_status import CameraStatus
from detector.camera_worker import CameraConfig
from detector.crowded_process import settle
from detector.engine import Engine, EngineFolders
from detector.model import Model
from detector.model_queue import CameraLine, ModelQueue
from detector.registry import ModelError
from detector.request import Request
from detector.runtimes import usable_cpus
from detector.scene import Scene, SceneError
from detector.sources import SourceError
from detector.sources.photos import DISTRICT_ZONE
from detector.violations import Violation

ROOT: Final = Path(__file__).resolve().parents[1]
ROUND_FILE: Final = "street-round.mp4"
WANTED_AGE: Final = 0.5
WANTED_MB: Final = 25.0

_SETTLING: Final = 10.0
"""Seconds after the start of all cameras that do not count: each looks at everything at first, all at once."""
_ALONE: Final = 25.0
"""Seconds that the first camera runs alone, for its memory: somebody walks, and a clip is made of it."""
_ALONE_FROM: Final = 94.0
"""Second of the round with which it begins."""
_START_SECONDS: Final = 60.0


class TimedLine(CameraLine):
    """Notes how old each result is."""

    def __init__(self, camera: str, lock: Lock, work: Condition, ages: list[tuple[float, str, float]]) -> None:
        super().__init__(camera, lock, work)
        self._ages = ages

    def finished(self, request: Request) -> None:
        """The rules are through with a frame."""
        super().finished(request)
        self._ages.append((time.monotonic(), self.camera, time.time() - request.frame.time.timestamp()))


class TimedQueue(ModelQueue):
    """Notes moment, camera and age of each result, seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.ages: list[tuple[float, str, float]] = []

    def make_line(self, camera: str) -> CameraLine:
        """A line that notes ages."""
        return TimedLine(camera, self._lock, self._work, self.ages)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of this process, MB.

    Attributes:
        pss: its own pages, and its share of those that others use too.
        rss: all pages.
    """

    pss: float
    rss: float

    @classmethod
    def now(cls) -> "Memory":
        """As the kernel counts it."""
        gc.collect()
        lines = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines()
        sizes = {name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines[1:])}
        return cls(sizes["Pss"], sizes["Rss"])

    def beyond(self, before: "Memory", cameras: int) -> "Memory":
        """What each of some cameras added."""
        return Memory((self.pss - before.pss) / cameras, (self.rss - before.rss) / cameras)

    def __str__(self) -> str:
        return f"{self.pss:.1f} MB PSS, {self.rss:.1f} MB RSS"


@dataclass(frozen=True, slots=True)
class Marks:
    """What had been counted at a moment."""

    at: float
    cpu: float
    status: dict[str, CameraStatus]

    @classmethod
    def now(cls, engine: Engine) -> "Marks":
        """As it is."""
        return cls(time.monotonic(), time.process_time(), engine.status())

    def parts(self) -> CpuTime:
        """CPU seconds of all cameras."""
        costs = [status.cost.total for status in self.status.values()]
        return CpuTime(sum(c.decode for c in costs), sum(c.model for c in costs), sum(c.rules for c in costs))

    def count(self, name: str) -> int:
        """A sum over all cameras."""
        return sum(int(getattr(status, name)) for status in self.status.values())


def main(
    cameras: Annotated[int, typer.Option(min=2, help="How many cameras.")] = 40,
    seconds: Annotated[float, typer.Option(min=20, max=ROUND, help="How long all of them run.")] = 60.0,
    lanes: Annotated[
        int | None, typer.Option(min=1, help="Threads that call the model; one a CPU if left out.")
    ] = None,
    shared: Annotated[Path, typer.Option(help="Folder with video and data.")] = ROOT.parent / "shared",
    runs: Annotated[Path, typer.Option(help="Folder for the clips that are made.")] = ROOT / "runs",
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON too, in the last line.")] = False,
) -> None:
    """Print age of results, looks, processor time by part, memory and recall of one engine with many cameras."""
    settle()
    imported = time.time() - psutil.Process().create_time()
    try:
        begun = time.monotonic()
        model = Model.load(threads=1, lanes=lanes or usable_cpus())
        loaded = time.monotonic() - begun
        files = _files(cameras, shared, runs, model)
        with TemporaryDirectory() as folder:
            lines, figures = measure(model, files, seconds, Path(folder))
            alone = found_unhurried(files[0][0].parents[1] / ROUND_FILE, _street(), model)
            able = sum(offence.number in alone for _, offset in files for offence in planted(offset, seconds))
            lines.append(f"recall of a camera alone, unhurried: {able} of {figures['planted']:.0f}")
            figures["found_alone"] = able
    except (ModelError, SceneError, SourceError, OSError) as error:
        typer.echo(f"benchmarks.many_cameras: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo("\n".join(lines))
    typer.echo(
        f"start: before that, {imported:.2f} s for the program and {loaded:.2f} s for the model (wanted in all: 3)"
    )
    if as_json:
        typer.echo(json.dumps(figures))


def measure(
    model: Model, files: Sequence[tuple[Path, float]], seconds: float, folder: Path
) -> tuple[list[str], dict[str, float]]:
    """Run all cameras for some seconds; lines that say what was seen, and the figures that are wanted."""
    street = _street()
    configs = [
        CameraConfig(substream_scene(street, f"camera-{number}"), str(path)) for number, (path, _) in enumerate(files)
    ]
    for batch in range(1, model.batch + 1):
        model.warm(640, 360, batch)
    queue = TimedQueue()
    empty = Memory.now()
    engine = Engine(model, EngineFolders(folder / "outbox", folder / "points", folder / "tracks"), DISTRICT_ZONE, queue)
    begun = time.monotonic()
    lively = min(range(len(files)), key=lambda number: abs(files[number][1] - _ALONE_FROM))
    engine.configure([configs[lively]])
    first_result = _until_looked_at(engine, 1) - begun
    time.sleep(_ALONE)
    one = Memory.now()
    engine.configure([])  # its file begins with the others'
    queue.ages.clear()
    started = time.monotonic()
    engine.configure(configs)
    configured = time.monotonic()
    all_looked_at = _until_looked_at(engine, len(configs))
    time.sleep(max(0.0, started + _SETTLING - time.monotonic()))
    settled = Marks.now(engine)
    time.sleep(max(0.0, started + seconds - time.monotonic()))
    end = Marks.now(engine)
    many = Memory.now()
    stopping = time.monotonic()
    engine.stop()
    stopped = time.monotonic() - stopping
    violations = [parcel.violation for parcel in engine.outbox.pending()]
    what = f"{len(files)} cameras of 640 × 360 at {FPS} pictures/s, {seconds:g} s; {model.lanes} lanes of {model.name}"
    further = many.beyond(one, len(files) - 1)
    ages = [age for age in queue.ages if settled.at <= age[0] < end.at]
    told, asked = _told(violations, files, end.at - started)
    share = told / asked if asked else math.nan
    figures = {
        "cameras": len(files),
        "median_age_ms": median(age for _, _, age in ages) * 1000 if ages else math.inf,
        "further_camera_mb": further.pss,
        "found": told,
        "planted": asked,
        "cores": (end.cpu - settled.cpu) / (end.at - settled.at),
    }
    lines = [
        f"{what} on {model.runtime.name}, {machine()}, load {os.getloadavg()[0]:.1f}",
        f"start: the first result {first_result:.2f} s after the engine's start",
        f"start of all: {configured - started:.2f} s, each has a result after {all_looked_at - started:.2f} s",
        *_ages(ages),
        *_costs(settled, end),
        f"memory: engine and model {empty}; the first camera {one.beyond(empty, 1)}",
        f"memory of each further camera: {further} (wanted: {WANTED_MB:g} MB)",
        f"recall: {told} of {asked} planted offences ({share:.2f}), {len(violations) - told} other reports",
        f"stop: {stopped:.2f} s (wanted: 5)",
    ]
    return lines, figures


def _ages(ages: Sequence[tuple[float, str, float]]) -> list[str]:
    if not ages:
        return ["age of a result: there was none"]
    values = sorted(age for _, _, age in ages)
    by_camera: dict[str, list[float]] = {}
    for _, camera, age in ages:
        by_camera.setdefault(camera, []).append(age)
    worst = max(median(own) for own in by_camera.values())
    middle, late, oldest = (float(np.quantile(values, share)) * 1000 for share in (0.5, 0.95, 1.0))
    return [
        f"age of a result, ms: median {middle:.0f} (wanted: {WANTED_AGE * 1000:.0f})",
        f"    p95 {late:.0f}, oldest {oldest:.0f}; median of the camera that fares worst {worst * 1000:.0f}",
    ]


def _costs(begun: Marks, end: Marks) -> list[str]:
    span, cameras = end.at - begun.at, len(end.status)
    before, after = begun.parts(), end.parts()
    used = (end.cpu - begun.cpu) / span / cameras * 1000
    each = {
        "decode": after.decode - before.decode, "model": after.model - before.model, "rules": after.rules - before.rules
    }  # fmt: skip
    parts = {name: value / span / cameras * 1000 for name, value in each.items()}
    parts["else"] = used - sum(parts.values())
    looks = end.count("looks") - begun.count("looks")
    dropped = end.count("dropped") - begun.count("dropped")
    read = sum(status.fps for status in end.status.values())
    listed = ", ".join(f"{name} {value:.1f}" for name, value in parts.items())
    a_look = {name: each[name] / max(1, looks) * 1000 for name in ("model", "rules")}
    return [
        f"looks: {looks / span:.1f} a second, {looks / span / cameras:.2f} a camera",
        f"dropped for newer ones: {dropped} ({dropped / max(1, looks + dropped):.1%})",
        f"pictures read: {read:.0f} of {cameras * FPS} a second",
        f"CPU ms per camera-second: {listed}; all {used:.1f}, so {used * cameras / 1000:.2f} cores",
        f"CPU ms of a look: model {a_look['model']:.1f}, rules {a_look['rules']:.1f}",
    ]


def _told(violations: Sequence[Violation], files: Sequence[tuple[Path, float]], seconds: float) -> tuple[int, int]:
    """How many planted offences were reported, and how many there are."""
    told = asked = 0
    for number, (_, offset) in enumerate(files):
        own = [violation for violation in violations if violation.camera == f"camera-{number}"]
        offences = planted(offset, seconds)
        told, asked = told + len(found(own, offences)), asked + len(offences)
    return told, asked


def _until_looked_at(engine: Engine, cameras: int) -> float:
    """When each camera has had a result, monotonic seconds."""
    deadline = time.monotonic() + _START_SECONDS
    while sum(status.looks > 0 for status in engine.status().values()) < cameras:
        if time.monotonic() > deadline:
            raise SourceError(f"not every camera has had a result after {_START_SECONDS:g} s")
        time.sleep(0.02)
    return time.monotonic()


def _street() -> Scene:
    return still_scene(Scene.load(ROOT / "tests" / "data" / "crossroad.yaml"))


def _files(cameras: int, shared: Path, runs: Path, model: Model) -> list[tuple[Path, float]]:
    """A clip for each camera; what they are cut from is made where it is missing, or was made by other code."""
    code = b"".join(Path(str(module.__file__)).read_bytes() for module in (still_street, substreams))
    folder = runs / "clip" / f"substreams-{hashlib.sha256(code).hexdigest()[:8]}"
    still, clip = folder / "still-street.mp4", folder / ROUND_FILE
    if not clip.is_file():
        typer.echo("the street is made once, which takes some minutes", err=True)
        photos, seen = shared / "data" / "street" / "images" / "val", ROOT / "tests/data/crossroad_detections.npz"
        make_still_street(shared / "video" / "crossroad.avi", seen, photos, model, still)
        make_round(still, clip)
    return make_substreams(clip, cameras, folder / str(cameras))


if __name__ == "__main__":
    typer.run(main)
