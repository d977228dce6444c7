"""Errands: what the office asks of an engine beside its cameras, each in a process of its own, one at a time."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Lock

from service.engine.errand import SECONDS


class ErrandError(Exception):
    """An errand cannot be done; one line says why."""


class Errands:
    """Runs errands for the office.

    Args:
        tracks: folder of the engine's track store.
        timezone: the district's zone.
        model: the model that the engine was told to use whatever the registry says.
    """

    def __init__(self, tracks: Path, timezone: str, model: str | None = None) -> None:
        self._own = {"tracks": str(tracks), "timezone": timezone, "model": model}
        self._lock = Lock()

    def run(self, name: str, request: dict[str, object]) -> bytes:
        """Do an errand: ``rehearse``, ``probe``, ``models`` or ``use_model``; answers JSON.

        Raises:
            ErrandError: it is not known, another one is under way, it takes too long, or it failed.
        """
        if name not in SECONDS:
            raise ErrandError(f"there is no errand {name}")
        if not self._lock.acquire(blocking=False):
            raise ErrandError("busy: another errand is under way")
        try:
            done = subprocess.run(
                [sys.executable, "-m", "service.engine.errand", name],
                input=json.dumps(request | self._own).encode(), capture_output=True, timeout=SECONDS[name], check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise ErrandError(f"late: not done within {SECONDS[name]} s") from error
        finally:
            self._lock.release()
        if done.returncode != 0:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise ErrandError(lines[-1] if lines else f"exit status {done.returncode}")
        return done.stdout
