"""Supervisor: keeps one engine process running and judges it by fresh results, not by being alive."""

import asyncio
import math
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import structlog

from service.system.schemas import System

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
_STOP_SECONDS = 5.0
_LONG_LIFE_SECONDS = 60.0
"""An engine that lived this long starts again at once; one that dies sooner waits longer each time."""


@dataclass(frozen=True, slots=True)
class EngineLaunch:
    """How an engine process is started.

    Attributes:
        office_url: where it finds the office.
        key: its API key.
        data: its folder.
        socket: where it takes pushed frames.
        timezone: the district's zone.
        model: registry name; None for the default one.
        grace_seconds: how long a new engine may take to its first heartbeat.
        silent_seconds: an engine whose heartbeat is older than this is killed and started again.
    """

    office_url: str
    key: str
    data: Path
    socket: Path
    timezone: str
    model: str | None = None
    grace_seconds: float = 60.0
    silent_seconds: float = 30.0

    def environment(self, restarts: int) -> dict[str, str]:
        """The environment of the process."""
        own = {
            "OFFICE_URL": self.office_url,
            "KEY": self.key,
            "DATA": str(self.data),
            "SOCKET": str(self.socket),
            "TIMEZONE": self.timezone,
            "PARENT": str(os.getpid()),
            "RESTARTS": str(restarts),
        }
        if self.model is not None:
            own["MODEL"] = self.model
        return os.environ | {f"STREETWARDEN_ENGINE_{name}": value for name, value in own.items()}


class Supervisor:
    """Starts the engine and starts it again whenever it ends or falls silent, until cancelled.

    Args:
        launch: see :class:`EngineLaunch`.
    """

    def __init__(self, launch: EngineLaunch) -> None:
        self._launch = launch
        self._restarts = 0
        self.process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Run until cancelled; then the engine is asked to stop and, after five seconds, killed."""
        wait = 1.0
        try:
            while True:
                started = time.monotonic()
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "service.engine", env=self._launch.environment(self._restarts)
                )
                reason = await self._watch(self.process, started)
                lived = time.monotonic() - started
                wait = 1.0 if lived > _LONG_LIFE_SECONDS else min(wait * 2, 30.0)
                _log.error("engine ended", reason=reason, lived_seconds=round(lived), again_in_seconds=wait)
                await asyncio.sleep(wait)
                self._restarts += 1
        finally:
            await self._stop()

    async def _watch(self, process: asyncio.subprocess.Process, started: float) -> str:
        """Wait until the process ends or must be ended; says why."""
        headers = {"Authorization": f"Bearer {self._launch.key}"}
        base = f"{self._launch.office_url}/api/v1"
        answered: float | None = None
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=10, trust_env=False) as office:
            while True:
                try:
                    status = await asyncio.wait_for(process.wait(), _LOOK_SECONDS)
                except TimeoutError:
                    pass
                else:
                    return f"exit status {status}"
                silent = await self._silent_for(office)
                if silent is None:
                    answered = None
                    continue
                answered = answered or time.monotonic()
                young = time.monotonic() - started < self._launch.grace_seconds
                # While nobody could report, silence was not the engine's.
                if young or min(silent, time.monotonic() - answered) <= self._launch.silent_seconds:
                    continue
                process.kill()
                await process.wait()
                return f"no fresh results for {silent:.0f} s: killed"

    @staticmethod
    async def _silent_for(office: httpx.AsyncClient) -> float | None:
        """Seconds since the engine's last heartbeat; None where the office cannot say."""
        try:
            answer = await office.get("/system")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            _log.warning("engine's heartbeat unknown", reason=str(error) or type(error).__name__)
            return None
        engine = System.model_validate_json(answer.content).engine
        return math.inf if engine.at is None else (datetime.now(UTC) - engine.at).total_seconds()

    async def _stop(self) -> None:
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            _log.warning("engine does not stop, killed")
            process.kill()
            await process.wait()
