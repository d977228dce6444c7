"""Hands pushed frames, the phases of signals, and errands to the engine on the same box.

The engine listens on a Unix stream socket. For each frame the service connects and writes one line of JSON,
``{"camera": id, "captured_at": ISO 8601, "length": n}``, then ``n`` bytes of JPEG, and reads one line back: ``ok`` or
``error`` and why. A phase is one line, ``{"camera": id, "signal": {"crosswalk", "phase", "since", "until"}}``.
An errand is ``{"errand": name, "length": n}`` and ``n`` bytes of JSON; its answer is ``ok n`` and ``n`` bytes of JSON.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from service.cameras.schemas import SignalPhase
from service.errors import ProblemError

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 5.0


async def send(socket: Path, camera_id: str, captured_at: datetime, jpeg: bytes) -> None:
    """Hand one frame to the engine.

    Raises:
        ProblemError: 503 where the engine is not there, does not answer, or does not take the frame.
    """
    header = {"camera": camera_id, "captured_at": _written(captured_at), "length": len(jpeg)}
    try:
        answer = await _exchange(socket, header, jpeg)
    except (OSError, TimeoutError) as error:
        log.warning("frame not handed on", camera=camera_id, socket=str(socket), error=str(error) or "no answer")
        raise _unavailable("The engine does not run or does not answer") from error
    if answer != "ok":
        raise _unavailable(f"The engine did not take the frame: {answer.removeprefix('error').strip() or 'no reason'}")


async def tell(socket: Path, camera_id: str, phases: Sequence[SignalPhase]) -> None:
    """Tell the engine what signals show, at once. It asks for what it has missed: a failure is only logged."""
    try:
        for phase in phases:
            signal = {
                "crosswalk": phase.crosswalk,
                "phase": phase.phase,
                "since": _written(phase.since),
                "until": _written(phase.until),
            }
            answer = await _exchange(socket, {"camera": camera_id, "signal": signal})
            if answer != "ok":
                log.info("signal not handed on", camera=camera_id, answer=answer)
    except (OSError, TimeoutError) as error:
        log.info("signal not handed on", camera=camera_id, error=str(error) or "no answer")


async def ask(socket: Path, errand: str, request: Mapping[str, object], seconds: float) -> bytes:
    """Have the engine do an errand (`service.engine.errand` names them); answers its JSON.

    Raises:
        ProblemError: 503 where the engine is not there, is busy with another one, or does not get done in time.
    """
    body = json.dumps(request).encode()
    try:
        async with asyncio.timeout(seconds):
            return await _errand(socket, {"errand": errand, "length": len(body)}, body)
    except (OSError, TimeoutError, EOFError) as error:
        log.warning("errand not done", errand=errand, socket=str(socket), error=str(error) or "no answer")
        raise _unavailable("The engine does not run or does not answer", "Try again later.") from error


async def _errand(socket: Path, header: Mapping[str, object], body: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(socket))
    try:
        writer.write(json.dumps(header).encode() + b"\n" + body)
        await writer.drain()
        word, _, rest = (await reader.readline()).decode("utf-8", "replace").strip().partition(" ")
        if word == "ok":
            return await reader.readexactly(int(rest))
    finally:
        writer.close()
    raise _unavailable(f"The engine could not do it: {rest or 'no reason'}", "Try again later.")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def _exchange(socket: Path, header: Mapping[str, object], body: bytes = b"") -> str:
    async with asyncio.timeout(ANSWER_SECONDS):
        return await _asked(socket, header, body)


async def _asked(socket: Path, header: Mapping[str, object], body: bytes) -> str:
    reader, writer = await asyncio.open_unix_connection(str(socket))
    try:
        writer.write(json.dumps(header).encode() + b"\n")
        writer.write(body)
        await writer.drain()
        return (await reader.readline()).decode("utf-8", "replace").strip()
    finally:
        writer.close()


def _unavailable(detail: str, then: str = "Send the next frame later.") -> ProblemError:
    return ProblemError(503, f"{detail}. {then}", kind="no-engine", headers={"Retry-After": "5"})
