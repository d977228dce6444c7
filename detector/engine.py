"""Engine: many cameras on one box — one model, batches across cameras, reconnects, newest frame wins."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Condition, Event, Thread
from zoneinfo import ZoneInfo

import numpy as np
import structlog

from detector.camera_status import CameraStatus
from detector.camera_worker import CameraConfig, CameraWorker, Ready
from detector.checkpoint_file import CheckpointFile
from detector.model import MAX_BATCH, Model
from detector.outbox import Outbox
from detector.pipeline import TRACKING_CONFIDENCE
from detector.signals import Phase

_log = structlog.get_logger(__name__)

_RETRY_SECONDS = 60.0
_STOP_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class EngineFolders:
    """Where an engine keeps what must survive a restart.

    Attributes:
        outbox: violations waiting for delivery.
        checkpoints: one file a camera: what its rules remember.
        tracks: one folder a camera: what its rules were shown in the last hours; none is kept without one.
    """

    outbox: Path
    checkpoints: Path
    tracks: Path | None = None

    def open_outbox(self) -> Outbox:
        """The outbox, made where it is missing."""
        return Outbox(self.outbox)

    def checkpoint(self, camera: str) -> CheckpointFile:
        """Where what the rules of a camera remember is kept."""
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        return CheckpointFile(self.checkpoints, camera)


class Engine:
    """Runs cameras until it is stopped.

    Args:
        model: shared by all cameras; see :meth:`use_model`.
        folders: where outbox and checkpoints lie.
        timezone: the district's time.
    """

    def __init__(self, model: Model, folders: EngineFolders, timezone: ZoneInfo) -> None:
        self.model = model
        self.outbox = folders.open_outbox()
        self._folders = folders
        self._timezone = timezone
        self._workers: dict[str, CameraWorker] = {}
        self._wake = Condition()
        self._stopped = Event()
        self._closing = False
        self._turn = 0
        self.last_turn = time.monotonic()
        """When the model thread last went round, monotonic seconds: once a second even with nothing to do."""
        self._thread = Thread(target=self._run, name="model", daemon=True)
        self._thread.start()

    def configure(self, cameras: Sequence[CameraConfig]) -> None:
        """Run exactly these cameras: start new ones, stop others, restart those whose settings changed.

        A camera that failed of an error that nobody foresaw is started again after a minute.
        """
        wanted = {camera.scene.camera.id: camera for camera in cameras}
        kept = {n: w for n, w in self._workers.items() if wanted.get(n) == w.config and w.failed_for < _RETRY_SECONDS}
        leaving = [worker for name, worker in self._workers.items() if name not in kept]
        # The table is replaced, never changed: other threads walk over it.
        self._workers = kept
        deadline = time.monotonic() + _STOP_SECONDS
        for worker in leaving:
            worker.hang_up()
        for worker in leaving:
            worker.stop(max(0.0, deadline - time.monotonic()))
        if self._closing:
            return
        self._workers = {name: kept.get(name) or self._start(config) for name, config in wanted.items()}

    def _start(self, config: CameraConfig) -> CameraWorker:
        checkpoint, tracks = self._folders.checkpoint(config.scene.camera.id), self._folders.tracks
        return CameraWorker(config, lambda: self.model, self.outbox, checkpoint, self._timezone, self._wake, tracks)

    def use_model(self, model: Model) -> None:
        """Look at the frames that come from now on with another model; cameras, tracks and memories go on.

        Frames that wait were prepared for the old one and are still seen by it.

        Args:
            model: loaded and warm, so that no camera waits for it.
        """
        self.model = model
        _log.info("model in use", model=model.name, sha256=model.entry.sha256[:12])

    def push(self, camera: str, jpeg: bytes, captured_at: datetime) -> None:
        """Hand over a frame for a camera whose frames are pushed.

        Raises:
            KeyError: no such camera runs here.
            FrameRefusedError: the frame cannot be taken; the text says why.
        """
        self._workers[camera].push(jpeg, captured_at)

    def tell(self, camera: str, crosswalk: str, phase: Phase) -> None:
        """Note what the pedestrian signal of a crosswalk shows.

        Raises:
            KeyError: no such camera runs here.
        """
        self._workers[camera].tell(crosswalk, phase)

    def status(self) -> dict[str, CameraStatus]:
        """How each camera is, by its id."""
        return {name: worker.status() for name, worker in self._workers.items()}

    def picture(self, camera: str, newer_than: int) -> tuple[int, bytes] | None:
        """The newest frame of a camera as JPEG with boxes drawn, and its number; None where there is no newer one."""
        worker = self._workers.get(camera)
        return worker.picture(newer_than) if worker else None

    def stop(self) -> None:
        """Stop all cameras, keep what their rules remember, end the model thread; takes five seconds at most."""
        self._closing = True
        deadline = time.monotonic() + _STOP_SECONDS
        workers = list(self._workers.values())
        for worker in workers:
            worker.hang_up()
        for worker in workers:
            worker.stop(max(0.0, deadline - time.monotonic()))
        self._stopped.set()
        with self._wake:
            self._wake.notify_all()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.last_turn = time.monotonic()
            batch = self._next_batch()
            if batch:
                self._infer(batch)

    def _next_batch(self) -> list[tuple[CameraWorker, Ready]]:
        """Frames of one shape for one model, one a camera; cameras take turns in going first."""
        with self._wake:
            workers = list(self._workers.values())
            self._turn += 1
            start = self._turn % len(workers) if workers else 0
            batch: list[tuple[CameraWorker, Ready]] = []
            for worker in workers[start:] + workers[:start]:
                ready = worker.take(batch[0][1] if batch else None)
                if ready is not None:
                    batch.append((worker, ready))
                if len(batch) == MAX_BATCH:
                    break
            if not batch:
                self._wake.wait(timeout=1.0)
            return batch

    def _infer(self, batch: list[tuple[CameraWorker, Ready]]) -> None:
        started = time.perf_counter()
        model = batch[0][1].model
        raw = model.infer(np.stack([ready.tensor for _, ready in batch]))
        letterboxes = [ready.letterbox for _, ready in batch]
        found = model.decode(raw, letterboxes, TRACKING_CONFIDENCE)
        share = (time.perf_counter() - started) / len(batch)
        for (worker, ready), whole in zip(batch, found, strict=True):
            started = time.perf_counter()
            detections = worker.look_closely(ready, whole)
            worker.deliver(ready, detections, share + time.perf_counter() - started)
