"""How long tracker and rules take for a frame of a busy street, by stage: ``python -m benchmarks.rules``.

Thirty objects are in the picture: people who walk on pavement and road, riders, vehicles that drive and stand, parked
e-tricycles, garbage and butts, seen with jitter and misses. All four rules are on, with a ground plane. Ultralytics'
ByteTrack takes the same boxes, where it is installed, and gives the ratio.
"""

import logging
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Annotated, Final, ParamSpec, TypeVar

import numpy as np
import structlog
import typer

from detector.detections import Detections, ObjectClass
from detector.pipeline import Pipeline
from detector.riders import riders
from detector.rules import View, rules_of
from detector.scene import Scene
from detector.sources import Frame
from detector.sources.photos import DISTRICT_ZONE
from detector.tracking import Tracker

P = ParamSpec("P")
T = TypeVar("T")

LIMIT_MS: Final = 1.0
WIDTH, HEIGHT = 1280, 720
_THRESHOLDS = dict.fromkeys(ObjectClass, 0.3)
_NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
_SCENE: Final = {
    "camera": {"id": "bench"},
    "zones": [
        {"name": "road", "kind": "carriageway", "polygon": [[0, 0.45], [1, 0.45], [1, 0.85], [0, 0.85]]},
        {"name": "zebra", "kind": "crosswalk", "polygon": [[0.4, 0.43], [0.6, 0.43], [0.62, 0.87], [0.38, 0.87]]},
        {"name": "kerb", "kind": "no_parking", "polygon": [[0, 0.4], [1, 0.4], [1, 0.55], [0, 0.55]], "seconds": 60},
        {"name": "stand", "kind": "parking_bay", "polygon": [[0.8, 0.4], [0.95, 0.4], [0.95, 0.55], [0.8, 0.55]]},
        {"name": "bin", "kind": "bin", "polygon": [[0.1, 0.3], [0.15, 0.3], [0.15, 0.38], [0.1, 0.38]]},
        {"name": "fence", "kind": "barrier", "line": [[0.2, 0.33], [0.5, 0.33]]},
    ],
    "ground": {"image": [[0.3, 0.4], [0.7, 0.4], [1, 0.95], [0, 0.95]], "metres": [[-5, 24], [5, 24], [5, 9], [-5, 9]]},
    "rules": {"jaywalking": {}, "illegal_parking": {"seconds": 60}, "garbage": {"min_seconds": 60},
              "cigarette_butt": {"min_seconds": 10}},
}  # fmt: skip
_CAST: Final = {
    ObjectClass.PERSON: 16,
    ObjectClass.BICYCLE: 2,
    ObjectClass.MOTORCYCLE: 1,
    ObjectClass.CAR: 4,
    ObjectClass.BUS: 1,
    ObjectClass.E_TRICYCLE: 2,
    ObjectClass.CIGARETTE_BUTT: 2,
    ObjectClass.GARBAGE: 2,
}
_SIZES: Final = {
    ObjectClass.PERSON: (36, 100),
    ObjectClass.BICYCLE: (90, 60),
    ObjectClass.MOTORCYCLE: (90, 65),
    ObjectClass.CAR: (210, 90),
    ObjectClass.BUS: (420, 170),
    ObjectClass.E_TRICYCLE: (130, 90),
    ObjectClass.CIGARETTE_BUTT: (9, 7),
    ObjectClass.GARBAGE: (36, 26),
}
_SPEEDS: Final = {ObjectClass.PERSON: 60.0, ObjectClass.BICYCLE: 200.0, ObjectClass.CAR: 300.0}
"""Pixels a second, at most; what is not named stands still."""


@dataclass(slots=True)
class Stages:
    """Processor time of each stage, a value a frame, in seconds."""

    times: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, name: str, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a step, keep how long it took, and give its result."""
        begun = time.thread_time()
        result = step(*args, **kwargs)
        self.times.setdefault(name, []).append(time.thread_time() - begun)
        return result

    def keep_least(self, other: "Stages") -> None:
        """Of each frame of the same street, keep the shorter time: other programs only ever lengthen one."""
        for name, times in other.times.items():
            self.times[name] = [min(pair) for pair in zip(self.times[name], times, strict=True)]

    def mean_ms(self, name: str) -> float:
        """Mean of a stage in milliseconds; its dearest hundredth, when the machine did something else, left out."""
        ordered = sorted(self.times[name])
        return statistics.mean(ordered[: max(1, len(ordered) * 99 // 100)]) * 1000


def busy_street(frames: int, fps: float, seed: int = 0) -> list[tuple[Frame, Detections]]:
    """Frames of a street with thirty objects, and what a model sees of them."""
    rng = np.random.default_rng(seed)
    kinds = np.repeat([int(k) for k in _CAST], list(_CAST.values()))
    sizes = np.array([_SIZES[ObjectClass(k)] for k in kinds], np.float64)
    start = np.column_stack([rng.uniform(50, WIDTH - 50, len(kinds)), rng.uniform(240, 660, len(kinds))])
    speed = np.array([_SPEEDS.get(ObjectClass(k), 0.0) for k in kinds]) * rng.uniform(-1, 1, len(kinds))
    image = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    result = []
    for number in range(frames):
        seconds = number / fps
        # Who walks out of the picture turns round: 30 objects are always there.
        x = np.abs((start[:, 0] + speed * seconds) % (2 * WIDTH) - WIDTH)
        feet = np.column_stack([x, start[:, 1]])
        low, high = feet - sizes * [0.5, 1], feet + sizes * [0.5, 0]
        boxes = np.hstack([low, high]) + rng.normal(0, 1, (len(kinds), 4)) * np.minimum(3, 0.05 * np.tile(sizes, 2))
        seen = rng.random(len(kinds)) > 0.05
        frame = Frame(image, _NOON + timedelta(seconds=seconds), seconds, number)
        confidence = rng.uniform(0.4, 0.95, len(kinds))
        boxes = np.clip(boxes, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
        result.append((frame, Detections(boxes.astype(np.float32), kinds, confidence.astype(np.float32))[seen]))
    return result


def by_stage(street: list[tuple[Frame, Detections]]) -> tuple[Stages, float]:
    """Run tracker and rules as the pipeline does; answers their times and the mean number of tracks."""
    scene = Scene.model_validate(_SCENE)
    tracker = Tracker(start_confidences={int(c): t for c, t in _THRESHOLDS.items()})
    rules = rules_of(scene, DISTRICT_ZONE)
    stages, counts = Stages(), list[int]()
    for frame, seen in street:
        tracks = stages.timed("tracker", tracker.update, seen, frame.seconds, frame.image)
        counts.append(len(tracks))
        view = View(frame, tracks, seen, stages.timed("riders", riders, tracks))
        for rule in rules:
            stages.timed(rule.kind.value, rule.update, view)
    return stages, statistics.mean(counts[len(counts) // 4 :])


def whole(street: list[tuple[Frame, Detections]]) -> Stages:
    """Run the pipeline itself, without evidence."""
    pipeline = Pipeline(Scene.model_validate(_SCENE), thresholds=_THRESHOLDS)
    stages = Stages()
    for frame, seen in street:
        stages.timed("pipeline", pipeline.process, frame, seen)
    return stages


def bytetrack(street: list[tuple[Frame, Detections]]) -> Stages:
    """Ultralytics' ByteTrack on the same boxes, with the settings of its own ``bytetrack.yaml``."""
    from ultralytics.engine.results import Boxes  # noqa: PLC0415 - an extra that need not be installed
    from ultralytics.trackers.byte_tracker import BYTETracker  # noqa: PLC0415

    settings = SimpleNamespace(
        track_high_thresh=0.25, track_low_thresh=0.1, new_track_thresh=0.25, track_buffer=30, match_thresh=0.8,
        fuse_score=True,
    )  # fmt: skip
    tracker = BYTETracker(settings)
    stages = Stages()
    for frame, seen in street:
        rows = np.column_stack([seen.xyxy, seen.confidence, seen.class_id]).astype(np.float32)
        boxes = Boxes(rows, (HEIGHT, WIDTH))
        stages.timed("bytetrack", tracker.update, boxes, frame.image)
    return stages


def machine() -> str:
    """Processor, load and versions, for whoever compares figures."""
    load = f"{len(os.sched_getaffinity(0))} CPUs (load {os.getloadavg()[0]:.1f})"
    return f"{platform.machine()}, {load}, Python {platform.python_version()}, numpy {version('numpy')}"


def report(frames: int, fps: float, runs: int) -> str:
    """The table: of each frame the shortest of ``runs`` times."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    street = busy_street(frames, fps)
    stages, tracks = by_stage(street)
    pipeline = whole(street)
    for _ in range(runs - 1):
        stages.keep_least(by_stage(street)[0])
        pipeline.keep_least(whole(street))
    total = sum(stages.mean_ms(name) for name in stages.times)
    rules = total - stages.mean_ms("tracker") - stages.mean_ms("riders")
    lines = [
        f"{frames} frames at {fps:g} a second, {tracks:.1f} tracks in the mean, all four rules, a ground plane",
        f"{machine()}; the shortest of {runs} times of each frame",
        "",
        *(f"{name:<18}{stages.mean_ms(name):>8.3f} ms a frame" for name in stages.times),
        f"{'rules alone':<18}{rules:>8.3f} ms a frame   {rules / LIMIT_MS:.2f} of the limit of {LIMIT_MS:g} ms",
        f"{'tracker and rules':<18}{total:>8.3f} ms a frame   {total / LIMIT_MS:.2f} of the limit",
        f"{'whole pipeline':<18}{pipeline.mean_ms('pipeline'):>8.3f} ms a frame",
    ]
    if find_spec("ultralytics"):
        other = bytetrack(street)
        for _ in range(runs - 1):
            other.keep_least(bytetrack(street))
        peer = other.mean_ms("bytetrack")
        lines.append(
            f"{'ByteTrack':<18}{peer:>8.3f} ms a frame   tracker / ByteTrack {stages.mean_ms('tracker') / peer:.2f}"
        )
    return "\n".join(lines)


def main(
    frames: Annotated[int, typer.Option(min=10, help="Frames of the street.")] = 1500,
    fps: Annotated[float, typer.Option(min=1, max=60, help="Frames a second.")] = 25.0,
    runs: Annotated[int, typer.Option(min=1, max=100, help="Of each frame, the shortest of so many times counts.")] = 3,
) -> None:
    """Measure tracker and rules at thirty objects."""
    typer.echo(report(frames, fps, runs))


if __name__ == "__main__":
    typer.run(main)
