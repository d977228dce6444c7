"""Timing: milliseconds a picture takes on each runtime that is installed, and an int8 build beside fp32."""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from detector.detections import FloatArray
from detector.model import Model
from detector.registry import ModelEntry
from detector.runtimes import RuntimeName, installed, open_runtime, processor, versioned

K = TypeVar("K")

SHAPES = {"640 × 480": (480, 640), "640 × 640": (640, 640)}
"""Pictures that are timed: a frame of a 4:3 camera, and a tile."""

ROUNDS = 25


@dataclass(frozen=True)
class Speed:
    """How long one picture takes.

    Attributes:
        build: `fp32` or `int8`.
        runtime: what computed it, with its version.
        median: milliseconds by shape, the median of all rounds.
        least: the same, the fastest round: nearest to what an idle machine does.
        cpu: CPU milliseconds by shape, all threads together, the median: other programs hardly change them.
    """

    build: str
    runtime: str
    median: dict[str, float]
    least: dict[str, float]
    cpu: dict[str, float]


def open_build(file: Path, entry: ModelEntry, runtime: RuntimeName) -> Model:
    """A file with the same input and output as a registered model, on one runtime."""
    return Model(entry, open_runtime(file.read_bytes(), runtime))


def speeds(entry: ModelEntry, builds: Mapping[str, Path]) -> list[Speed]:
    """Times builds on all installed runtimes.

    Args:
        entry: the registered model.
        builds: `fp32` and perhaps `int8`, and their files.
    """
    contestants = {
        (build, versioned(runtime)): open_build(file, entry, runtime)
        for runtime in installed()
        for build, file in builds.items()
    }
    made = [Speed(*key, {}, {}, {}) for key in contestants]
    for shape, (height, width) in SHAPES.items():
        noise = noise_picture(height, width)
        taken = take_turns({key: partial(model.infer, noise) for key, model in contestants.items()}, ROUNDS)
        for speed, (wall, cpu) in zip(made, taken.values(), strict=True):
            speed.median[shape], speed.least[shape] = statistics.median(wall), min(wall)
            speed.cpu[shape] = statistics.median(cpu)
    return made


def noise_picture(height: int, width: int) -> FloatArray:
    """One picture of noise, as a runtime takes it: (1, 3, height, width)."""
    return np.random.default_rng(0).random((1, 3, height, width), np.float32)


def take_turns(contestants: Mapping[K, Callable[[], object]], rounds: int) -> dict[K, tuple[list[float], list[float]]]:
    """Milliseconds and CPU milliseconds of each round of each contestant, after two rounds that do not count.

    They take turns, so that whatever else the machine does falls on all of them alike.
    """
    taken: dict[K, tuple[list[float], list[float]]] = {key: ([], []) for key in contestants}
    for number in range(rounds + 2):
        for key, run in contestants.items():
            begun, used = time.perf_counter(), time.process_time()
            run()
            if number >= 2:
                taken[key][0].append((time.perf_counter() - begun) * 1000)
                taken[key][1].append((time.process_time() - used) * 1000)
    return taken


def machine() -> str:
    """The processor, how many of its threads this process may use, and how busy they are."""
    return f"{processor()}, load {os.getloadavg()[0]:.1f}"
