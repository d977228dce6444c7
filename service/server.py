"""The HTTP server: uvicorn, told how this app wants to end."""

import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

from service.app import stop_streams

GRACE_SECONDS = 4
"""How long answers under way may take after a stop; event streams and live pictures end at once."""


class Server(uvicorn.Server):
    """uvicorn's server, which first tells long answers to end and then waits for the others."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        """Serves nothing yet; ``await serve()`` does, until it is told to stop."""
        self.app = app
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            lifespan="on",
        )
        super().__init__(config)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what would not end by itself, then shut down."""
        stop_streams(self.app)
        await super().shutdown(sockets)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that the server listens on; with port 0 the system chose one.

        Raises:
            RuntimeError: before the server has started.
        """
        for server in getattr(self, "servers", ()):
            for listening in server.sockets:
                name: Any = listening.getsockname()
                return str(name[0]), int(name[1])
        raise RuntimeError("the server has not started")
