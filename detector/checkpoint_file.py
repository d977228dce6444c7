"""Checkpoint file: what a camera's pipeline needs after a restart, on disk."""

import os
from pathlib import Path

import structlog

from detector.outbox import sync_folder
from detector.pipeline import Checkpoint, Pipeline

_log = structlog.get_logger(__name__)


class CheckpointFile:
    """The file of one camera.

    Args:
        folder: of all cameras' checkpoints.
        camera: its id.
    """

    def __init__(self, folder: Path, camera: str) -> None:
        self._camera = camera
        self._path = folder / f"{camera}.json"

    def restore(self, pipeline: Pipeline) -> None:
        """Let a pipeline go on where the file says; one that is damaged is said in the log and passed over."""
        try:
            pipeline.restore(Checkpoint.model_validate_json(self._read()))
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            _log.warning("checkpoint cannot be used, starting anew", camera=self._camera, reason=str(error))

    def save(self, pipeline: Pipeline) -> None:
        """Write down what a pipeline remembers now; the file before stays whole until then."""
        try:
            self._write(pipeline.checkpoint().model_dump_json())
        except OSError as error:
            _log.warning("checkpoint cannot be written", camera=self._camera, reason=str(error))

    def _read(self) -> bytes:
        return self._path.read_bytes()

    def _write(self, content: str) -> None:
        temporary = self._path.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        sync_folder(self._path.parent)
