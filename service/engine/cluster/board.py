"""Board: where the leader of a cluster publishes what runs where; whoever holds it leads."""

from typing import Any, Final

import ray
import structlog
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

_log = structlog.get_logger(__name__)

NAME: Final = "board"
_SILENT_SECONDS: Final = 4.0
_READ_SECONDS: Final = 3.0


class Board:
    """Keeps what was published last. Its actor ends with the process that made it, and with it that one's lead."""

    def __init__(self) -> None:
        self._published: dict[str, Any] = {}

    def publish(self, state: dict[str, Any]) -> None:
        """Replace what is published."""
        self._published = state

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
    """End the lead of a process whose machine does not answer: Ray takes three times as long to notice."""
    try:
        holder = ray.get_actor(NAME)
    except ValueError:  # it has ended by itself
        return
    try:
        ray.get(holder.published.remote(), timeout=_SILENT_SECONDS)
    except RayError as error:
        _log.warning("the leader does not answer", reason=type(error).__name__)
        ray.kill(holder, no_restart=True)
