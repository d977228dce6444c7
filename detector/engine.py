"""Engine: many cameras on one box — one model, fair turns across cameras, reconnects, newest frame wins."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from detector.camera_status import CameraStatus
from detector.camera_worker import CameraConfig, CameraWorker
from detector.checkpoint_file import CheckpointFile
from detector.model import Model
from detector.model_lane import ModelLane
from detector.model_queue import ModelQueue
from detector.outbox import Outbox
from detector.signals import Phase

_log = structlog.get_logger(__name__)

_RETRY_SECONDS = 60.0
_STUCK_SECONDS = 30.0
"""Rules that take so long for one frame hang: all of them together take milliseconds."""
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
        model: shared by all cameras; see :meth:`use_model`. As many threads call it as it has lanes.
        folders: where outbox and checkpoints lie.
        timezone: the district's time.
        queue: where frames wait for the model; one of its own where None.
    """

    def __init__(
        self, model: Model, folders: EngineFolders, timezone: ZoneInfo, queue: ModelQueue | None = None
    ) -> None:
        self.model = model
        self.outbox = folders.open_outbox()
        self._folders = folders
        self._timezone = timezone
        self._workers: dict[str, CameraWorker] = {}
        self._closing = False
        self._queue = queue or ModelQueue()
        self._lanes = [ModelLane(self._queue, f"model {number}") for number in range(1, model.lanes + 1)]

    @property
    def last_turn(self) -> float:
        """When the slowest thread that calls the model last went round, monotonic seconds.

        Each does so once a second, even with nothing to do.
        """
        return min(lane.last_turn for lane in self._lanes)

    def configure(self, cameras: Sequence[CameraConfig]) -> None:
        """Run exactly these cameras: start new ones, stop others, restart those whose settings changed.

        A camera that failed of an error that nobody foresaw is started again after a minute, and at once one that gives
        no results though it is given frames.
        """
        wanted = {camera.scene.camera.id: camera for camera in cameras}
        stuck = {name: worker for name, worker in self._workers.items() if worker.stuck_for >= _STUCK_SECONDS}
        for worker in stuck.values():
            worker.abandon()
        running = {name: worker for name, worker in self._workers.items() if name not in stuck}
        kept = {n: w for n, w in running.items() if wanted.get(n) == w.config and w.failed_for < _RETRY_SECONDS}
        leaving = [worker for name, worker in running.items() if name not in kept]
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
        return CameraWorker(config, lambda: self.model, self._queue, self.outbox, checkpoint, self._timezone, tracks)

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
        """Stop all cameras, keep what their rules remember, end the model's threads; takes five seconds at most."""
        self._closing = True
        deadline = time.monotonic() + _STOP_SECONDS
        workers = list(self._workers.values())
        for worker in workers:
            worker.hang_up()
        for worker in workers:
            worker.stop(max(0.0, deadline - time.monotonic()))
        for lane in self._lanes:
            lane.stop()
        self._queue.close()
        for lane in self._lanes:
            lane.join(timeout=1.0)
