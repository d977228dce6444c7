"""Serving: the office's web server and, beside it, the supervisor of the local engine, in one event loop."""

import asyncio
import contextlib
import gc
import socket
from dataclasses import dataclass

import structlog
import uvicorn
from fastapi import FastAPI

from service.api_keys.workflow import issue_engine_key
from service.app import create_app, stop_streams
from service.database import Database
from service.engine.supervisor import EngineLaunch, Supervisor
from service.settings import Settings

_log = structlog.get_logger(__name__)

_GRACE_SECONDS = 3
_FIRST_HEARTBEAT_SECONDS = 20.0
"""A new engine may take this long to load its model on a busy machine."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens; port 0 takes a free one."""

    host: str
    port: int


class OfficeServer(uvicorn.Server):
    """Uvicorn with an engine beside it; both stop within five seconds.

    Args:
        app: the office's app.
        address: where to listen.
        settings: the office's settings.
        engine_model: registry name of the engine's model, None for the default one; ``with_engine`` starts it.
    """

    def __init__(
        self, app: FastAPI, address: Address, settings: Settings, *, with_engine: bool, engine_model: str | None = None
    ) -> None:
        config = uvicorn.Config(
            app,
            host=address.host,
            port=address.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ws="websockets-sansio",
            ws_max_size=settings.frame_limit,
            ws_per_message_deflate=False,  # JPEG does not get smaller
        )
        super().__init__(config)
        self._app = app
        self._address = address
        self._settings = settings
        self._with_engine = with_engine
        self._engine_model = engine_model
        self._engine: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where this machine reaches the server; known once it listens."""
        port = self.servers[0].sockets[0].getsockname()[1]
        host = "127.0.0.1" if self._address.host in ("", "0.0.0.0", "::") else self._address.host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then start the engine, which needs the office."""
        await super().startup(sockets)
        if not self.started:
            return
        _settle_memory()
        print(f"Street Warden is at {self.url}", flush=True)
        if self._with_engine:
            self._engine = asyncio.create_task(Supervisor(await self._launch()).run(), name="engine supervisor")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop the engine, end endless answers, then stop as usual."""
        if self._engine is not None:
            self._engine.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._engine
        stop_streams(self._app)
        await super().shutdown(sockets)

    async def _launch(self) -> EngineLaunch:
        database = Database(self._settings.database)
        try:
            key = await issue_engine_key(database)
        finally:
            await database.close()
        return EngineLaunch(
            office_url=self.url,
            key=key,
            data=self._settings.data / "engine",
            socket=self._settings.engine_socket,
            timezone=self._settings.timezone,
            model=self._engine_model,
            grace_seconds=max(_FIRST_HEARTBEAT_SECONDS, 2 * self._settings.engine_silent_seconds),
            silent_seconds=self._settings.engine_silent_seconds,
        )


def _settle_memory() -> None:
    """Leave what was loaded for good out of garbage collection, and collect less often.

    A full collection looks at 250,000 objects of libraries: a pause of 0.15 s in the middle of requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def serve(settings: Settings, address: Address, *, with_engine: bool, engine_model: str | None = None) -> None:
    """Serve until SIGINT or SIGTERM; the data folder must have been prepared."""
    app = create_app(settings)
    OfficeServer(app, address, settings, with_engine=with_engine, engine_model=engine_model).run()
