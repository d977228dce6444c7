"""Board: where the leader of a cluster publishes what runs where; whoever holds it leads."""

from typing import Any, Final

import ray

NAME: Final = "board"


class Board:
    """Keeps what was published last. Its actor ends with the process that made it, and with it that one's lead."""

    def __init__(self) -> None:
        self._published: dict[str, Any] = {}

    def publish(self, state: dict[str, Any]) -> None:
        """Replace what is published."""
        self._published = state

    def read(self) -> dict[str, Any]:
        """What was published last; empty before the first time."""
        return self._published


def lead() -> Any | None:  # noqa: ANN401 - an actor handle
    """The board, if this process leads from now on; None where another one does."""
    try:
        board = ray.remote(Board).options(name=NAME, num_cpus=0).remote()
        ray.get(board.read.remote())
    except ValueError:  # the name is taken
        return None
    return board


def read(seconds: float = 3.0) -> dict[str, Any]:
    """What the leader has published; empty where nobody leads.

    Args:
        seconds: to wait for it.
    """
    try:
        return dict(ray.get(ray.get_actor(NAME).read.remote(), timeout=seconds))
    except (ValueError, ray.exceptions.RayError):
        return {}
