"""Board: where the leader of a cluster publishes what runs where; whoever holds it leads."""

import time
from typing import Any, Final

import ray
import structlog
from ray.autoscaler.sdk import request_resources
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

_log = structlog.get_logger(__name__)

NAME: Final = "board"
_SILENT_SECONDS: Final = 4.0
_STALE_SECONDS: Final = 15.0
"""A leader publishes twice a second."""
_READ_SECONDS: Final = 3.0


class Board:
    """Keeps what was published last. Its actor ends with the process that made it, and with it that one's lead."""

    def __init__(self) -> None:
        self._published: dict[str, Any] = {}
        self._wanted = 0
        self._at = time.monotonic()

    def publish(self, state: dict[str, Any]) -> None:
        """Replace what is published, and tell Ray's autoscaler how many cores are wanted; without one nobody listens.

        Here and not in the leader, because through ``ray://`` the autoscaler cannot be reached.
        """
        self._published, self._at = state, time.monotonic()
        if state["wanted_cores"] != self._wanted:
            self._wanted = state["wanted_cores"]
            request_resources(bundles=[{"CPU": 1}] * self._wanted)

    def age(self) -> float:
        """Seconds since something was published, or since the board was made."""
        return time.monotonic() - self._at

    def published(self) -> dict[str, Any]:
        """What was published last; empty before the first time."""
        return self._published


def lead() -> Any | None:  # noqa: ANN401 - an actor handle
    """The board, if this process leads from now on; None where another one does."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    try:
        # On this machine: it must not go with another one.
        board = ray.remote(Board).options(name=NAME, num_cpus=0, scheduling_strategy=here).remote()
        ray.get(board.published.remote())
    except ValueError:  # the name is taken
        _depose_silent()
        return None
    return board


def read() -> dict[str, Any]:
    """What the leader has published; empty where nobody leads, or where it does not answer."""
    try:
        return dict(ray.get(ray.get_actor(NAME).published.remote(), timeout=_READ_SECONDS))
    except (ValueError, RayError):
        return {}


def _depose_silent() -> None:
    """End the lead of a process that has fallen silent, or whose machine has: Ray takes longer to notice."""
    try:
        holder = ray.get_actor(NAME)
    except ValueError:  # it has ended by itself
        return
    try:
        age = ray.get(holder.age.remote(), timeout=_SILENT_SECONDS)
    except RayError as error:
        age = None
        _log.warning("the leader's board does not answer", reason=type(error).__name__)
    if age is None or age > _STALE_SECONDS:
        _log.warning("the leader has fallen silent, its lead ends", seconds=age)
        ray.kill(holder, no_restart=True)
