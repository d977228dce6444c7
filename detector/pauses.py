"""Pauses: the clock of the rules stands still while a camera cannot see."""

from collections import deque
from typing import Final

_MOST: Final = 1000
"""Pauses that are remembered one by one, the newest; offences are not older than that many."""


class PausedClock:
    """Stream seconds less the pauses, and back.

    Examples:
        >>> clock = PausedClock()
        >>> [clock.tick(s, paused=p) for s, p in ((0.0, False), (1.0, False), (2.0, True), (9.0, True), (9.5, False))]
        [0.0, 1.0, 1.0, 1.0, 1.5]
        >>> clock.stream(0.5), clock.stream(1.5)
        (0.5, 9.5)
    """

    def __init__(self) -> None:
        self._paused = 0.0
        self._last: float | None = None
        self._pauses: deque[list[float]] = deque(maxlen=_MOST)

    def tick(self, seconds: float, *, paused: bool) -> float:
        """The rules' seconds of a frame.

        Args:
            seconds: its stream seconds.
            paused: whether the camera cannot see now; the time since the frame before does not count then.
        """
        if paused and self._last is not None and seconds > self._last:
            at, length = self._last - self._paused, seconds - self._last
            if self._pauses and self._pauses[-1][0] == at:
                self._pauses[-1][1] += length
            else:
                self._pauses.append([at, length])
            self._paused += length
        self._last = seconds
        return seconds - self._paused

    def stream(self, seconds: float) -> float:
        """The stream seconds of a time in the rules' seconds."""
        return seconds + sum(length for at, length in self._pauses if seconds > at)

    def __bool__(self) -> bool:
        """Whether there has been any pause."""
        return bool(self._pauses)
