"""Hands pushed frames to the engine on the same box.

The engine listens on a Unix stream socket. For each frame the service connects and writes one line of JSON,
``{"camera": id, "captured_at": ISO 8601, "length": n}``, then ``n`` bytes of JPEG, and reads one line back: ``ok`` or
``error`` and why.
"""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import structlog

from service.errors import ProblemError

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 5.0


async def send(socket: Path, camera_id: str, captured_at: datetime, jpeg: bytes) -> None:
    """Hand one frame to the engine.

    Raises:
        ProblemError: 503 where the engine is not there, does not answer, or does not take the frame.
    """
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await _exchange(socket, camera_id, captured_at, jpeg)
    except (OSError, TimeoutError) as error:
        log.warning("frame not handed on", camera=camera_id, socket=str(socket), error=str(error) or "no answer")
        raise _unavailable("The engine does not run or does not answer") from error
    if answer != "ok":
        raise _unavailable(f"The engine did not take the frame: {answer.removeprefix('error').strip() or 'no reason'}")


async def _exchange(socket: Path, camera_id: str, captured_at: datetime, jpeg: bytes) -> str:
    reader, writer = await asyncio.open_unix_connection(str(socket))
    try:
        moment = captured_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        header = {"camera": camera_id, "captured_at": moment, "length": len(jpeg)}
        writer.write(json.dumps(header).encode() + b"\n")
        writer.write(jpeg)
        await writer.drain()
        return (await reader.readline()).decode("utf-8", "replace").strip()
    finally:
        writer.close()


def _unavailable(detail: str) -> ProblemError:
    return ProblemError(503, f"{detail}. Send the next frame later.", kind="no-engine", headers={"Retry-After": "5"})
