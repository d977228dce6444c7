"""Reconnecting: a live source that comes back after every failure, for as long as it is wanted."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from detector.sources.dozing import Doze
from detector.sources.frame import Frame
from detector.sources.source import Source, SourceError

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class StreamState(StrEnum):
    """How a live source is."""

    CONNECTING = "connecting"
    PLAYING = "playing"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


StateObserver = Callable[[StreamState, str], None]
"""Called with a new state and, where it is a failure, one line that says why."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before each new attempt: doubled each time, less a part by chance.

    The chance keeps cameras that failed together from coming back in step.

    Attributes:
        first: seconds before the first new attempt.
        longest: seconds that no wait exceeds.
        jitter: the part of each wait that is left to chance, 0 to 1.
        steady: seconds that a source must give frames before its failures are forgotten. One that opens and breaks off
            all the time is not opened more and more often than one that is dead.
    """

    first: float = 0.5
    longest: float = 30.0
    jitter: float = 0.5
    steady: float = 10.0

    def delay(self, attempt: int) -> float:
        """Seconds to wait before attempt 0, 1, 2 and so on.

        Examples:
            >>> [Backoff(jitter=0).delay(n) for n in (0, 1, 2, 50)]
            [0.5, 1.0, 2.0, 30.0]
        """
        whole = min(self.longest, self.first * 2.0 ** min(attempt, 32))
        return whole * (1 - self.jitter * secrets.SystemRandom().random())


class ReconnectingSource(Source):
    """Opens a source again and again; its frames are numbered on.

    Args:
        connect: makes a new connection; it shares its clock with the one before, so that seconds go on.
        backoff: how long to wait after a failure; the count begins anew when frames have come for a while.
        on_state: told of each change of state, from the reader's thread.
    """

    def __init__(
        self,
        connect: Callable[[], Source],
        *,
        backoff: Backoff | None = None,
        on_state: StateObserver | None = None,
    ) -> None:
        self._connect = connect
        self._backoff = backoff or Backoff()
        self._on_state = on_state
        self._closed = threading.Event()
        self._current = connect()
        self._doze: Doze | None = None
        self._cpu = 0.0
        """Of the connections before."""

    @property
    def address(self) -> str:
        """Where the frames come from, with credentials masked."""
        return self._current.address

    @property
    def live(self) -> bool:
        """Always true."""
        return True

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the threads that decoded, of all connections."""
        return self._cpu + self._current.cpu_seconds

    def spare(self, doze: Doze) -> None:
        """Decode only key frames while ``doze`` lets it; connections to come too."""
        self._doze = doze
        self._current.spare(doze)

    def frames(self) -> Iterator[Frame]:
        """Frames until the source is closed; a failure is logged, told to the observer and tried again."""
        number = 0
        attempt = 0
        self._tell(StreamState.CONNECTING)
        while not self._closed.is_set():
            first = number
            reason = "the source ended"
            begun = newest = 0.0
            try:
                for frame in self._current.frames():
                    newest = time.monotonic()
                    if number == first:
                        begun = newest
                        self._tell(StreamState.PLAYING)
                    number = first + frame.number + 1
                    yield replace(frame, number=number - 1)
            except SourceError as error:
                reason = str(error)
            finally:
                self._current.close()
            if self._closed.is_set():
                break
            if newest - begun >= self._backoff.steady:
                attempt = 0
            delay = self._backoff.delay(attempt)
            attempt += 1
            log.warning("reconnecting", source=self.address, reason=reason, attempt=attempt, seconds=round(delay, 2))
            self._tell(StreamState.RECONNECTING, reason)
            if self._closed.wait(delay):
                break
            self._cpu += self._current.cpu_seconds
            self._current = self._connect()
            if self._doze is not None:
                self._current.spare(self._doze)
        self._tell(StreamState.CLOSED)

    def close(self) -> None:
        """Hang up and end :meth:`frames`."""
        self._closed.set()
        self._current.close()

    def _tell(self, state: StreamState, reason: str = "") -> None:
        if self._on_state is not None:
            self._on_state(state, reason)
