"""Choice: which runtime computes a model fastest on this machine, measured once and remembered."""

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import numpy as np
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detector.registry import ModelError
from detector.runtimes.machine import machine, packages
from detector.runtimes.runtime import RUNTIME_FAULTS, Runtime, RuntimeName

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

CACHE_VARIABLE: Final = "STREETWARDEN_CACHE"
"""The environment variable that names another folder for what can be measured again."""
MEASURED_SECONDS: Final = 2.0
"""How long all runtimes together are measured."""

_LEAST_ROUNDS: Final = 3
_CLEARLY_FASTER: Final = 0.95
"""Share of onnxruntime's time that another runtime must stay below: less is noise."""
_MOST_KEPT: Final = 50

Opener = Callable[[], Runtime]


class Task(BaseModel):
    """What a measured speed holds for; another model, processor or package is another task."""

    model_config = ConfigDict(frozen=True)

    model: str = Field(description="SHA-256 of the model's file")
    shape: tuple[int, int, int, int]
    threads: int
    lanes: int
    candidates: tuple[RuntimeName, ...]
    machine: str = Field(default_factory=machine)
    packages: dict[str, str] = Field(default_factory=packages)


class Measurement(BaseModel):
    """How fast each runtime was."""

    model_config = ConfigDict(frozen=True)

    task: Task
    milliseconds: dict[RuntimeName, float] = Field(min_length=1, description="a call's least time, by the clock")
    measured_at: datetime

    @property
    def fastest(self) -> RuntimeName:
        """The runtime to take: onnxruntime, unless another one is clearly faster."""
        own = self.milliseconds.get("onnxruntime")
        best = min(self.milliseconds, key=lambda name: self.milliseconds[name])
        return best if own is None or self.milliseconds[best] < own * _CLEARLY_FASTER else "onnxruntime"


class Choices(BaseModel):
    """All measurements that are kept on this machine, the oldest first."""

    measurements: list[Measurement] = []

    @classmethod
    def read(cls, file: Path) -> Self:
        """Those of a file; none where there is no such file or it is damaged: they can be measured again."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            log.warning("kept measurements of runtimes cannot be read", file=str(file), reason=type(error).__name__)
            return cls()

    def of(self, task: Task) -> Measurement | None:
        """The newest measurement of a task."""
        return next((made for made in reversed(self.measurements) if made.task == task), None)

    def keep(self, made: Measurement, file: Path) -> None:
        """Write a measurement down beside the others; where that fails, it is made again next time."""
        others = [kept for kept in self.measurements if kept.task != made.task]
        kept = Choices(measurements=[*others, made][-_MOST_KEPT:])
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as unfinished:
                unfinished.write(kept.model_dump_json(indent=1))
            Path(unfinished.name).replace(file)
        except OSError as error:
            log.warning("measurement of runtimes cannot be kept", file=str(file), reason=error.strerror or str(error))


def choose(task: Task, openers: Mapping[RuntimeName, Opener], file: Path | None = None) -> Runtime:
    """The fastest of some runtimes, loaded.

    Args:
        task: what they are to compute.
        openers: by name of the runtime, what loads the model into it; in this order where it does not matter.
        file: where measurements are kept; that of this user where None.

    Raises:
        ModelError: where no runtime can load the model; the first one's error.
    """
    file = file or kept_in()
    choices = Choices.read(file)
    known = choices.of(task)
    if known is not None:
        try:
            return openers[known.fastest]()
        except ModelError as error:  # its libraries may have gone
            log.warning("the chosen runtime cannot be used, measuring again", reason=str(error))
    opened, reasons = _open(openers)
    if not opened:
        raise reasons[0]
    if len(opened) == 1:
        return next(iter(opened.values()))
    made = Measurement(
        task=task, milliseconds=measure(opened, task.shape, MEASURED_SECONDS), measured_at=datetime.now(UTC)
    )
    log.info("runtimes measured", chosen=made.fastest, **{n: round(ms, 1) for n, ms in made.milliseconds.items()})
    choices.keep(made, file)
    return opened[made.fastest]


def measure(
    runtimes: Mapping[RuntimeName, Runtime], shape: tuple[int, ...], seconds: float
) -> dict[RuntimeName, float]:
    """Milliseconds of a call of each runtime, the least of its rounds: what an idle machine would take.

    They take turns, so that whatever else the machine does falls on all of them alike. A runtime that cannot run the
    model is left out.

    Args:
        runtimes: by name.
        shape: (N, 3, height, width) of the pictures.
        seconds: how long all of them together are measured; three rounds at least.

    Raises:
        ModelError: none of them can run it.
    """
    noise = np.random.default_rng(0).random(shape, np.float32)
    taken: dict[RuntimeName, list[float]] = {}
    for name, runtime in runtimes.items():
        try:
            runtime.run(noise)
        except RUNTIME_FAULTS as error:
            log.warning("a runtime cannot run the model", runtime=name, reason=type(error).__name__)
        else:
            taken[name] = []
    if not taken:
        raise ModelError(f"none of {', '.join(runtimes)} can run the model on pictures of shape {shape}")
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < _LEAST_ROUNDS or time.perf_counter() < end:
        for name, times in taken.items():
            begun = time.perf_counter()
            runtimes[name].run(noise)
            times.append((time.perf_counter() - begun) * 1000)
        rounds += 1
    return {name: min(times) for name, times in taken.items()}


def kept_in() -> Path:
    """The file of this user's measurements."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named) / "runtimes.json"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "streetwarden" / "runtimes.json"


def _open(openers: Mapping[RuntimeName, Opener]) -> tuple[dict[RuntimeName, Runtime], list[ModelError]]:
    """Those that can be opened, and why the others cannot."""
    opened: dict[RuntimeName, Runtime] = {}
    reasons = []
    for name, opener in openers.items():
        try:
            opened[name] = opener()
        except ModelError as error:
            reasons.append(error)
    return opened, reasons
