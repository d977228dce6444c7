"""``streetwarden engine --cluster``: a process that leads the cluster's engine, or stands by, and hands on frames.

Cameras run in actors that outlive this process: it may be stopped, replaced by a newer version, or die with its
machine. Of several such processes one leads; the others take over when it is gone, and hand frames on all the time.
"""

import hashlib
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from typing import Any, Final

import ray
import structlog
from ray.exceptions import RayActorError

from detector.cluster.shared_place import SharedPlace
from detector.cluster.shipped_model import ShippedModel
from detector.lamps import LampState
from detector.model import Model
from detector.model_watch import ModelWatch
from detector.signals import Phase
from service.cameras.schemas import Camera
from service.engine.camera_reports import try_to_send
from service.engine.cluster import board
from service.engine.cluster.camera_host import HostSettings
from service.engine.cluster.code import code_digest
from service.engine.cluster.gateway import Gateway
from service.engine.cluster.leader import Leader
from service.engine.errands import Errands
from service.engine.frame_socket import FrameSocket
from service.engine.office_client import OfficeClient, OfficeRefusedError, OfficeUnreachableError
from service.engine.process import camera_configs
from service.engine.settings import EngineSettings
from service.system.schemas import EngineReport

_log = structlog.get_logger(__name__)

_TURN_SECONDS: Final = 0.5
_CAMERAS_SECONDS: Final = 2.0
_MODEL_SECONDS: Final = 2.0
_STATUS_SECONDS: Final = 3.0
_ATTEMPT_SECONDS: Final = 2.0


class LeadLostError(Exception):
    """This process does not lead any more; another one may."""


class ClusterProcess:
    """Leads, or waits to lead, until SIGTERM or SIGINT.

    Args:
        settings: see :class:`EngineSettings`; ``shared`` must be given.

    Raises:
        ModelError: the model cannot be used.
        SharedPlaceError: the shared place cannot be reached.
    """

    def __init__(self, settings: EngineSettings) -> None:
        assert settings.shared is not None
        SharedPlace(settings.shared).parcels("photos")  # said now, and not by every host
        self._settings = settings
        self._stopping = Event()
        model = Model.load(settings.model, threads=settings.threads)
        self._models = ModelWatch(model, settings.model, threads=settings.threads)
        self._hosts = host_settings(settings)
        self._leader: Leader | None = None
        self._listed: list[Camera] = []
        errands = Errands(settings.data / "tracks", settings.timezone, settings.model)
        gateway = Gateway(errands)
        self._socket = (
            FrameSocket(settings.socket, gateway.push, gateway.tell, gateway.errand) if settings.socket else None
        )

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the cameras go on then.

        Raises:
            LeadLostError: the cluster has lost what this process led it by.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        try:
            self._stand_by()
        finally:
            self._stopping.set()
            if self._socket is not None:
                self._socket.close()

    def _stand_by(self) -> None:
        said = False
        while not self._stopping.is_set():
            held = board.lead()
            if held is not None:
                self._lead(held)
                return
            if not said:
                said = True
                _log.info("another process leads this cluster, standing by")
            self._stopping.wait(_ATTEMPT_SECONDS)

    def _lead(self, held: Any) -> None:  # noqa: ANN401 - an actor handle
        _log.info("leading the cluster", cores=ray.cluster_resources().get("CPU", 0))
        self._leader = leader = Leader(self._hosts, version_of(self._hosts), ShippedModel.of(self._models.model))
        tasks = [self._follow_cameras, self._follow_models, self._report]
        threads = [Thread(target=self._task, args=(task,), name=task.__name__, daemon=True) for task in tasks]
        for thread in threads:
            thread.start()
        while not self._stopping.wait(_TURN_SECONDS):
            leader.turn()
            try:
                ray.get(held.publish.remote(leader.published))
            except RayActorError as error:
                raise LeadLostError("the board is gone, and with it the lead: start this again") from error
            if not all(thread.is_alive() for thread in threads):
                raise LeadLostError("a part of the leader has failed, the log says which: start this again")

    def _task(self, task: Callable[[OfficeClient, Leader], None]) -> None:
        office = OfficeClient(self._settings.office_url, self._settings.key.get_secret_value())
        assert self._leader is not None
        try:
            task(office, self._leader)
        finally:
            office.close()

    def _follow_cameras(self, office: OfficeClient, leader: Leader) -> None:
        """Run the cameras that the office lists; while it cannot be reached, those that it listed last."""
        while not self._stopping.is_set():
            try:
                listed = office.cameras()
                leader.want(camera_configs(listed, self._settings.pace))
                self._tell_signals(listed, leader)
            except (OfficeUnreachableError, OfficeRefusedError) as error:
                _log.warning("cameras unknown", reason=str(error))
            self._stopping.wait(_CAMERAS_SECONDS)

    @staticmethod
    def _tell_signals(cameras: list[Camera], leader: Leader) -> None:
        """What was told about signals before a camera's host had it."""
        for camera in cameras:
            for phase in camera.signals:
                leader.tell(camera.id, phase.crosswalk, Phase(LampState(phase.phase), phase.since, phase.until))

    def _follow_models(self, office: OfficeClient, leader: Leader) -> None:
        """Use the model that is registered on this machine now."""
        del office
        while not self._stopping.wait(_MODEL_SECONDS):
            model = self._models.look()
            if model is not None:
                leader.shipped = ShippedModel.of(model)
                _log.info("new model for all hosts", model=model.name, sha256=model.entry.sha256[:12])

    def _report(self, office: OfficeClient, leader: Leader) -> None:
        """The heartbeat; cameras are reported by their hosts."""
        while not self._stopping.wait(_STATUS_SECONDS):
            state = leader.published
            newest = datetime.fromisoformat(state["last_frame_at"]) if state["last_frame_at"] else None
            report = EngineReport(
                state="running",
                outbox=state["outbox"],
                model=state["model"],
                model_refused=self._models.refusal[:500],
                cameras=list(state["cameras"]),
                last_result_at=min(newest, datetime.now(UTC)) if newest else None,
                restarts=self._settings.restarts,
            )
            try_to_send(partial(office.put_heartbeat, report), "heartbeat")


def host_settings(settings: EngineSettings) -> HostSettings:
    """What hosts must know of an engine's settings, and how this machine reaches the shared place."""
    assert settings.shared is not None
    reach = tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_")))
    return HostSettings(
        office_url=settings.office_url,
        key=settings.key.get_secret_value(),
        shared=settings.shared,
        data=settings.data.absolute(),
        timezone=settings.timezone,
        environment=reach,
        code=code_digest(),
    )


def version_of(settings: HostSettings) -> str:
    """Eight hexadecimal digits that change with programs and settings: hosts of another version are replaced."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:8]
