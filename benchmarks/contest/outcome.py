"""Outcome: what one contestant's run gave, on its way from its process to the table."""

import os
import resource
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Self, cast

from pydantic import BaseModel, ConfigDict

from benchmarks.contest.events import Event
from detector.runtimes import Runtime, RuntimeName, versioned


class Box(BaseModel):
    """What was seen in a photo; pixels."""

    model_config = ConfigDict(frozen=True)

    class_id: int
    confidence: float
    xyxy: tuple[float, float, float, float]


class Outcome(BaseModel):
    """One run, without loading the contestant's packages and the model.

    Attributes:
        contestant: its name.
        frames: how many frames the clip has that it went through, or how many photos it looked at.
        wall_s: seconds by the clock.
        cpu_s: processor seconds of all its threads and of the processes that it started.
        events: what it reports of a clip.
        boxes: what it sees in a photo.
        versions: what it is made of, with versions.
        note: what else is worth saying, for example how many pictures it looked at.
    """

    model_config = ConfigDict(frozen=True)

    contestant: str
    frames: int
    wall_s: float
    cpu_s: float
    events: tuple[Event, ...] = ()
    boxes: tuple[Box, ...] = ()
    versions: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def of(
        cls, contestant: str, run: Callable[[], tuple[int, Sequence[Event], str]], versions: tuple[str, ...]
    ) -> Self:
        """Measure a run that gives frames, events and a note."""
        begun, used = time.perf_counter(), cpu_seconds()
        frames, events, note = run()
        wall, cpu = time.perf_counter() - begun, cpu_seconds() - used
        return cls(
            contestant=contestant,
            frames=frames,
            wall_s=wall,
            cpu_s=cpu,
            events=tuple(events),
            versions=versions,
            note=note,
        )


def cpu_seconds() -> float:
    """Processor seconds of this process, all its threads, and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def package_versions(*names: str) -> tuple[str, ...]:
    """Packages with their installed versions."""
    return tuple(f"{name} {version(name)}" for name in names)


def runtime_version(runtime: Runtime) -> str:
    """A model's runtime with the version of its package."""
    return versioned(cast("RuntimeName", runtime.name))


def cpus() -> int:
    """How many CPUs this process may use."""
    return len(os.sched_getaffinity(0))
