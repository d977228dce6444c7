"""The engine's process: cameras from the office's list, violations back to the office, nothing lost in between."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread

import structlog
from pydantic import ValidationError

from detector.camera_worker import CameraConfig
from detector.disk_budget import DiskBudget
from detector.engine import Engine, EngineFolders
from detector.lamps import LampState
from detector.model import Model
from detector.model_watch import ModelWatch
from detector.runtimes import usable_cpus
from detector.scene import Camera as SceneCamera
from detector.scene import Scene
from detector.signals import Phase
from detector.sources import Pace
from service.cameras.schemas import LOOP, Camera
from service.engine.camera_reports import report_cameras, show_cameras, try_to_send
from service.engine.delivering import deliver
from service.engine.errands import Errands
from service.engine.frame_socket import FrameSocket
from service.engine.office_client import OfficeClient, OfficeRefusedError, OfficeUnreachableError
from service.engine.photo_desk import PhotoDesk
from service.engine.settings import EngineSettings
from service.system.schemas import EngineReport

_log = structlog.get_logger(__name__)

_CAMERAS_SECONDS = 2.0
_MODEL_SECONDS = 2.0
_STATUS_SECONDS = 3.0
_ROOM_SECONDS = 30.0
_GIVE_UP_SECONDS = 30.0
"""A model thread that has not gone round for this long ends the engine, so that whoever started it starts it again."""
_STUCK_SECONDS = 10.0
"""A model thread that has not gone round for this long is stuck; the heartbeat stops and the supervisor acts."""


class EngineProcess:
    """Everything that one engine process does, each in a thread of its own.

    Args:
        settings: see :class:`EngineSettings`.

    Raises:
        ModelError: the model cannot be used.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._stopping = Event()
        # A call of one thread on each CPU gets more done than one call on all of them, and its time can be counted.
        lanes = max(1, usable_cpus() // (settings.threads or 1))
        model = Model.load(settings.model, threads=settings.threads, lanes=lanes)
        tracks = settings.data / "tracks"
        folders = EngineFolders(settings.data / "outbox", settings.data / "checkpoints", tracks)
        self._engine = Engine(model, folders, settings.zone)
        self._models = ModelWatch(model, settings.model, threads=settings.threads, lanes=lanes)
        errands = Errands(tracks, settings.timezone, settings.model)
        self._socket = (
            FrameSocket(settings.socket, self._engine.push, self._engine.tell, errands.run) if settings.socket else None
        )

    def run(self) -> None:
        """Work until SIGTERM, SIGINT or the end of the parent process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        tasks: list[Callable[[OfficeClient], None]] = [
            self._follow_cameras, self._follow_models, self._deliver, self._report, self._show, self._look_at_photos,
            self._keep_room,
        ]  # fmt: skip
        threads = [Thread(target=self._task, args=(task,), name=task.__name__, daemon=True) for task in tasks]
        for thread in threads:
            thread.start()
        while not self._stopping.wait(0.5):
            if self._settings.parent is not None and os.getppid() != self._settings.parent:
                _log.warning("the parent process is gone, the engine ends")
                break
            if not all(thread.is_alive() for thread in threads):
                _log.error("a part of the engine has failed, the engine ends")
                break
            if time.monotonic() - self._engine.last_turn >= _GIVE_UP_SECONDS:
                _log.error("the model gives no results, the engine ends")
                break
        self._stopping.set()
        if self._socket is not None:
            self._socket.close()
        self._engine.stop()
        for thread in threads:
            thread.join(timeout=2)

    def _task(self, task: Callable[[OfficeClient], None]) -> None:
        office = OfficeClient(self._settings.office_url, self._settings.key.get_secret_value())
        try:
            task(office)
        finally:
            office.close()

    def _follow_cameras(self, office: OfficeClient) -> None:
        """Run the cameras that the office lists; while it cannot be reached, those that it listed last."""
        while not self._stopping.is_set():
            try:
                listed = office.cameras()
                self._engine.configure(camera_configs(listed, self._settings.pace))
                self._tell_signals(listed)
            except (OfficeUnreachableError, OfficeRefusedError) as error:
                _log.warning("cameras unknown", reason=str(error))
            self._stopping.wait(_CAMERAS_SECONDS)

    def _tell_signals(self, cameras: list[Camera]) -> None:
        """What was told about signals before this engine started, or to another one."""
        running = self._engine.status()
        for camera in cameras:
            for phase in camera.signals if camera.id in running else []:
                told = Phase(LampState(phase.phase), phase.since, phase.until)
                self._engine.tell(camera.id, phase.crosswalk, told)

    def _follow_models(self, office: OfficeClient) -> None:
        """Use the model that is registered now, without stopping."""
        del office  # the registry lies on this machine
        while not self._stopping.wait(_MODEL_SECONDS):
            model = self._models.look()
            if model is not None:
                self._engine.use_model(model)

    def _keep_room(self, office: OfficeClient) -> None:
        """Let what may be lost give way before the disk runs full."""
        del office  # the disk is this machine's
        budget = DiskBudget(self._settings.derived_bytes, self._settings.min_free_bytes)
        while not self._stopping.wait(_ROOM_SECONDS):
            budget.trim(self._settings.data / "tracks")

    def _deliver(self, office: OfficeClient) -> None:
        deliver(self._engine.outbox, office, self._stopping)

    def _report(self, office: OfficeClient) -> None:
        """Heartbeat and states of the cameras."""
        while not self._stopping.is_set():
            status = self._engine.status()
            if time.monotonic() - self._engine.last_turn < _STUCK_SECONDS:
                newest = max((s.last_frame_at for s in status.values() if s.last_frame_at), default=None)
                report = EngineReport(
                    state="running",
                    outbox=len(self._engine.outbox),
                    model=self._engine.model.name,
                    model_refused=self._models.refusal[:500],
                    cameras=sorted(status),
                    last_result_at=min(newest, datetime.now(UTC)) if newest else None,
                    restarts=self._settings.restarts,
                )
                try_to_send(partial(office.put_heartbeat, report), "heartbeat")
            report_cameras(self._engine, office)
            self._stopping.wait(_STATUS_SECONDS)

    def _show(self, office: OfficeClient) -> None:
        show_cameras(self._engine, office, self._stopping)

    def _look_at_photos(self, office: OfficeClient) -> None:
        PhotoDesk(office, lambda: self._engine.model, self._engine.outbox, self._settings.zone).run(self._stopping)


def camera_configs(listed: Iterable[Camera], pace: Pace = "real") -> list[CameraConfig]:
    """What the detector must know of the cameras that are switched on and whose scenes can be used."""
    return [replace(config, pace=pace) for camera in listed if (config := camera_config(camera)) is not None]


def camera_config(camera: Camera) -> CameraConfig | None:
    """What the detector must know of a camera; None where it is switched off or its scene cannot be used."""
    if not camera.enabled:
        return None
    try:
        scene = Scene.of(
            SceneCamera(id=camera.id, name=camera.name, longitude=camera.longitude, latitude=camera.latitude),
            camera.scene,
        )
    except ValidationError as error:
        _log.error("camera has a broken scene", camera=camera.id, reason=str(error))
        return None
    loop = camera.source.startswith(LOOP)
    substream = camera.substream.removeprefix(LOOP) if camera.substream else None
    return CameraConfig(scene=scene, address=camera.source.removeprefix(LOOP), loop=loop, substream=substream)
