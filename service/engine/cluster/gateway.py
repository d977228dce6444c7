"""Gateway: hands what the office on this machine gets, frames, phases of signals, errands, to who is concerned."""

import time
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final

import ray
from ray.exceptions import GetTimeoutError, RayActorError, RayTaskError

from detector.signals import Phase
from detector.sources import FrameRefusedError
from service.engine.cluster import board
from service.engine.errand import SECONDS
from service.engine.errands import ErrandError, Errands

_FRESH_SECONDS: Final = 1.0
_CALL_SECONDS: Final = 4.0
"""Shorter than the office waits (service.cameras.frame_relay)."""
_AT_THE_CAMERA: Final = "rehearse"
"""The errand that needs what a camera's host has kept; the others need this machine's registry and network only."""


class Gateway:
    """Finds the host of a camera on the board and calls it.

    Args:
        errands: those that are done on this machine.
    """

    def __init__(self, errands: Errands) -> None:
        self._errands = errands
        self._cameras: dict[str, Any] = {}
        self._read_at = 0.0
        self._handles: dict[str, Any] = {}
        self._lock = Lock()

    def push(self, camera: str, jpeg: bytes, captured_at: datetime) -> None:
        """Hand over a frame.

        Raises:
            KeyError: no host runs such a camera.
            FrameRefusedError: the frame cannot be taken; the text says why.
        """
        try:
            self._call(camera, "push", camera, jpeg, captured_at)
        except (RayActorError, GetTimeoutError) as error:
            raise FrameRefusedError(f"camera {camera}: its host does not answer; it is being moved") from error

    def tell(self, camera: str, crosswalk: str, phase: Phase) -> None:
        """Note what the pedestrian signal of a crosswalk shows.

        Raises:
            KeyError: no host runs such a camera.
        """
        try:
            self._call(camera, "tell", camera, crosswalk, phase)
        except (RayActorError, GetTimeoutError) as error:  # whoever runs it next is told by the office's list
            raise KeyError(camera) from error

    def errand(self, name: str, request: dict[str, object]) -> bytes:
        """Do an errand, where what it needs is.

        Raises:
            ErrandError: it cannot be done; one line says why.
        """
        if name != _AT_THE_CAMERA:
            return self._errands.run(name, request)
        try:
            camera = str(request["camera"])
            return bytes(self._call(camera, "errand", name, request, seconds=SECONDS[name] + 1))
        except KeyError as error:
            raise ErrandError(f"camera {error} does not run now") from error
        except (RayActorError, GetTimeoutError) as error:
            raise ErrandError("late: the camera's host does not answer") from error

    def _call(self, camera: str, method: str, *args: Any, seconds: float = _CALL_SECONDS) -> Any:  # noqa: ANN401 - as the method
        host = self._host(camera)
        try:
            return self._ask(host, method, args, seconds)
        except (KeyError, RayActorError):
            self._read_at = 0.0  # it may have moved since the board was read
            if (moved := self._host(camera)) is host:
                raise
            return self._ask(moved, method, args, seconds)

    @staticmethod
    def _ask(host: Any, method: str, args: Sequence[Any], seconds: float) -> Any:  # noqa: ANN401 - an actor handle, as its method
        try:
            return ray.get(getattr(host, method).remote(*args), timeout=seconds)
        except RayTaskError as error:
            raise error.cause from error

    def _host(self, camera: str) -> Any:  # noqa: ANN401 - an actor handle
        with self._lock:
            if time.monotonic() - self._read_at > _FRESH_SECONDS:
                self._cameras, self._read_at = board.read().get("cameras", {}), time.monotonic()
            name = self._cameras[camera]["host"]
            if name not in self._handles:
                try:
                    self._handles[name] = ray.get_actor(name)
                except ValueError as error:  # it has ended since
                    raise KeyError(camera) from error
            return self._handles[name]
