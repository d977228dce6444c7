"""Remote runtime: a model that is computed by a model server, on this machine or on another one."""

import time
from collections.abc import Sequence
from threading import Event, Lock
from typing import Any, Final

import numpy as np
import ray
import structlog
from ray.exceptions import GetTimeoutError, RayActorError, RayTaskError

from detector.cluster.model_server import to_pixels
from detector.detections import FloatArray
from detector.runtimes import Runtime

_log = structlog.get_logger(__name__)

_PATIENCE: Final = 5.0
"""Seconds that a model server may take for a call; then another one is asked."""
_PAUSE: Final = 0.2


class RemoteRuntime(Runtime):
    """Asks model servers in turns; passes over one that has died.

    Args:
        servers: actor handles of :class:`~detector.cluster.model_server.ModelServer`, at least one.
    """

    def __init__(self, servers: Sequence[Any]) -> None:
        self._servers = list(servers)
        self._turn = 0
        self._lock = Lock()
        self._closed = Event()
        self.seconds = 0.0
        """Seconds that the servers have computed for this one."""

    @property
    def name(self) -> str:
        """What computes."""
        return "ray"

    def use(self, servers: Sequence[Any]) -> None:
        """From now on ask these."""
        with self._lock:
            self._servers = list(servers)

    def close(self) -> None:
        """Give up: a call that waits for a server ends."""
        self._closed.set()

    def run(self, batch: FloatArray) -> FloatArray:
        """The model's first output; waits while no server can be reached.

        Args:
            batch: (N, 3, height, width) float32 made of bytes, as :class:`~detector.letterbox.Letterbox` makes them.

        Raises:
            RuntimeError: the model cannot be computed, or this runtime was closed.
        """
        pixels = to_pixels(batch)
        while not self._closed.is_set():
            server = self._next()
            try:
                raw, seconds = ray.get(server.run.remote(pixels), timeout=_PATIENCE)
            except RayTaskError as error:
                raise RuntimeError(f"the model server: {error.cause}") from error
            except (RayActorError, GetTimeoutError) as error:
                _log.warning("model server does not answer", reason=type(error).__name__)
                time.sleep(_PAUSE)
                continue
            with self._lock:
                self.seconds += seconds
            return np.asarray(raw, np.float32)
        raise RuntimeError("the model is closed")

    def _next(self) -> Any:  # noqa: ANN401 - an actor handle
        with self._lock:
            self._turn += 1
            return self._servers[self._turn % len(self._servers)]
