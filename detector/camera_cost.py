"""Camera cost: the processor time that one camera takes, part by part."""

import time
from collections import deque
from dataclasses import astuple, dataclass, field
from threading import Lock
from typing import Final, Literal

Part = Literal["decode", "model", "rules"]

_LATELY: Final = 10.0
_STEP: Final = 1.0


@dataclass(frozen=True, slots=True)
class CpuTime:
    """Processor time of each part: CPU seconds, or CPU seconds a second.

    Attributes:
        decode: reading, decoding, looking for motion.
        model: preparing crops, the model, its boxes. Only the thread that calls the model is counted: what a runtime
            computes in threads of its own, or on a GPU, is not.
        rules: tracking, health, rules, evidence. Clips, which one thread makes for all cameras, are not counted.
    """

    decode: float = 0.0
    model: float = 0.0
    rules: float = 0.0

    @property
    def all(self) -> float:
        """All parts together."""
        return self.decode + self.model + self.rules


@dataclass(frozen=True, slots=True)
class CameraCost:
    """What one camera costs.

    Attributes:
        lately: CPU seconds a second, over the last ten seconds.
        total: CPU seconds since the camera was started.
        queue_age: how old its results are, seconds, from when a frame was found worth a look until the rules are
            through with it: the newest one, or the oldest that has none yet.
    """

    lately: CpuTime = field(default_factory=CpuTime)
    total: CpuTime = field(default_factory=CpuTime)
    queue_age: float = 0.0


class CostMeter:
    """Adds up what the threads of one camera say that they have spent."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent: dict[Part, float] = {"decode": 0.0, "model": 0.0, "rules": 0.0}
        self._before: deque[tuple[float, CpuTime]] = deque([(time.monotonic(), CpuTime())])

    def add(self, part: Part, seconds: float) -> None:
        """A part has taken so many CPU seconds more."""
        with self._lock:
            self._spent[part] += seconds

    def cost(self, queue_age: float) -> CameraCost:
        """The cost now.

        Args:
            queue_age: is passed on.
        """
        now = time.monotonic()
        with self._lock:
            total = CpuTime(**self._spent)
            if now - self._before[-1][0] >= _STEP:
                self._before.append((now, total))
            while len(self._before) > 1 and now - self._before[1][0] >= _LATELY:
                self._before.popleft()
            since, before = self._before[0]
        span = max(now - since, _STEP)
        lately = CpuTime(*((after - was) / span for after, was in zip(astuple(total), astuple(before), strict=True)))
        return CameraCost(lately, total, queue_age)


class ThreadClock:
    """Processor time of the thread that made it."""

    def __init__(self) -> None:
        self._last = time.thread_time()

    def lap(self) -> float:
        """CPU seconds since the lap before; called by the same thread."""
        last, self._last = self._last, time.thread_time()
        return self._last - last
