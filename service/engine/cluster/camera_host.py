"""Camera host: an actor that runs some cameras of a cluster, and delivers what they find to the office."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from detector.camera_status import CameraState
from detector.camera_worker import CameraConfig
from detector.cluster.remote_runtime import RemoteRuntime
from detector.cluster.shared_folders import SharedFolders, SharedOutbox, Terms
from detector.cluster.shared_place import PHOTOS, SharedPlace, camera_shelf
from detector.cluster.shipped_model import ShippedModel
from detector.engine import Engine
from detector.signals import Phase
from service import logs
from service.engine.camera_reports import report_cameras, show_cameras
from service.engine.cluster.code import code_digest
from service.engine.delivering import deliver
from service.engine.errands import Errands
from service.engine.office_client import OfficeClient
from service.engine.photo_desk import PhotoDesk

_log = structlog.get_logger(__name__)

_CALLS: Final = 2
"""Calls of servers at the same time: one computes while the other travels."""
_GPU_CALLS: Final = 8
"""A GPU computes many pictures in hardly more time than one. Not measured: no GPU was there."""
_STATUS_SECONDS: Final = 3.0
_COST_SECONDS: Final = 5.0
"""Costs are measured over at least so long."""


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What all hosts of a cluster must know.

    Attributes:
        office_url: where the office answers.
        key: an API key with the scope ``engine``.
        shared: the shared place.
        data: a folder on each machine for what need not outlive it.
        timezone: the district's zone.
        environment: variables that say how the shared place is reached.
        code: digest of the programs that must run.
    """

    office_url: str
    key: str
    shared: str
    data: Path
    timezone: str
    environment: tuple[tuple[str, str], ...]
    code: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """A camera that a host shall run, and the term from which on it is the owner."""

    config: CameraConfig
    term: int

    @property
    def camera(self) -> str:
        """The camera's id."""
        return self.config.scene.camera.id


@dataclass(frozen=True, slots=True)
class HostReport:
    """How a host is.

    Attributes:
        cameras: term of each camera that it runs.
        states: how each of them is.
        looks: frames that the model has seen and the rules have followed, all cameras together.
        costs: cores that each camera took lately, model included unless a GPU computes it; empty until measured.
        photos: the term under which it looks at uploaded photos, if it does.
        outbox: violations that wait.
        model: SHA-256 of the model in use.
        silent: seconds since the thread that asks the model last went round.
        last_frame_at: capture time of the newest frame.
    """

    cameras: dict[str, int]
    states: dict[str, CameraState]
    looks: int
    costs: dict[str, float]
    photos: int | None
    outbox: int
    model: str
    silent: float
    last_frame_at: datetime | None


class OtherCodeError(Exception):
    """This machine runs other programs than whoever leads the cluster."""


class CameraHost:
    """An engine for some cameras of a cluster; its model is computed elsewhere.

    Args:
        settings: see :class:`HostSettings`.
        shipped: the model.
        servers: actor handles of the model's servers.
        count_model: whether the model's time counts as cores of this machine.

    Raises:
        OtherCodeError: this machine runs other programs.
    """

    def __init__(
        self, settings: HostSettings, shipped: ShippedModel, servers: Sequence[Any], *, count_model: bool
    ) -> None:
        logs.configure()
        if code_digest() != settings.code:
            raise OtherCodeError(f"this machine runs version {code_digest()}, the cluster is led by {settings.code}")
        os.environ.update(settings.environment)
        self._settings = settings
        self._count_model = count_model
        self._place = SharedPlace(settings.shared)
        self._terms = Terms(self._place)
        self._folder = _own_folder(settings.data / "hosts")
        zone = ZoneInfo(settings.timezone)
        tracks = settings.data / "tracks"
        folders = SharedFolders(self._folder / "outbox", self._folder, tracks, place=self._place, terms=self._terms)
        self._lanes = _CALLS if count_model else _GPU_CALLS
        self._runtime = RemoteRuntime(servers)
        self._engine = Engine(shipped.unpack(self._runtime, self._lanes), folders, zone)
        self._errands = Errands(tracks, settings.timezone)
        self._assigned: dict[str, Assigned] = {}
        self._photos: int | None = None
        self._desk_closed = Event()
        self._lock = Lock()
        self._stopping = Event()
        self._costs = _Costs(self._engine)
        for task in (self._deliver, self._report, self._show):
            Thread(target=self._task, args=(task,), name=task.__name__, daemon=True).start()

    def configure(self, cameras: Sequence[Assigned], photos: int | None) -> None:
        """Run exactly these cameras; those that are new here go on where another host has left them.

        Args:
            cameras: which ones, each with its term.
            photos: the term under which to look at uploaded photos; None: another host does.

        Raises:
            SharedPlaceError: the shared place cannot be reached; what ran goes on.
        """
        with self._lock:
            if self._stopping.is_set():
                return
            wanted = {assigned.camera: assigned for assigned in cameras}
            stay = {n: wanted[n] for n, a in self._assigned.items() if n in wanted and wanted[n].term == a.term}
            self._run(stay)
            for name in wanted.keys() - stay.keys():
                self._take(camera_shelf(name), wanted[name].term)
                stay[name] = wanted[name]
            self._run(stay)
            if photos != self._photos:
                self._desk_closed.set()
                self._photos = None
            if photos is not None and self._photos is None:
                self._take(PHOTOS, photos)
                self._desk_closed, self._photos = Event(), photos
                Thread(target=self._task, args=(self._look_at_photos,), name="photos", daemon=True).start()

    def use_model(self, shipped: ShippedModel, servers: Sequence[Any]) -> None:
        """Ask other servers from now on, or look with another model, between two frames.

        Raises:
            ModelError: the model's output is not what the registry says; the old one works on.
        """
        if shipped.entry.sha256 == self._engine.model.entry.sha256 and shipped.name == self._engine.model.name:
            self._runtime.use(servers)
            return
        runtime = RemoteRuntime(servers)
        self._engine.use_model(shipped.unpack(runtime, self._lanes))
        self._runtime = runtime

    def report(self) -> HostReport:
        """How this host is."""
        status = self._engine.status()
        newest = [s.last_frame_at for s in status.values() if s.last_frame_at is not None]
        return HostReport(
            cameras={name: assigned.term for name, assigned in self._assigned.items()},
            states={name: s.state for name, s in status.items()},
            looks=sum(s.looks for s in status.values()),
            costs=self._costs.measured(self._runtime.seconds if self._count_model else 0.0),
            photos=self._photos,
            outbox=len(self._engine.outbox),
            model=self._engine.model.entry.sha256,
            silent=time.monotonic() - self._engine.last_turn,
            last_frame_at=max(newest, default=None),
        )

    def push(self, camera: str, jpeg: bytes, captured_at: datetime) -> None:
        """Hand over a frame for a camera whose frames are pushed.

        Raises:
            KeyError: no such camera runs here.
            FrameRefusedError: the frame cannot be taken; the text says why.
        """
        self._engine.push(camera, jpeg, captured_at)

    def tell(self, camera: str, crosswalk: str, phase: Phase) -> None:
        """Note what the pedestrian signal of a crosswalk shows.

        Raises:
            KeyError: no such camera runs here.
        """
        self._engine.tell(camera, crosswalk, phase)

    def errand(self, name: str, request: dict[str, object]) -> bytes:
        """Do an errand that needs what this machine has kept of a camera.

        Raises:
            ErrandError: it cannot be done.
        """
        return self._errands.run(name, request)

    def stop(self) -> None:
        """Stop all cameras, keep what their rules remember; what waits is delivered by the next host."""
        with self._lock:
            self._stopping.set()
            self._desk_closed.set()
            self._engine.stop()
            self._runtime.close()
            self._assigned = {}
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, cameras: dict[str, Assigned]) -> None:
        self._engine.configure([assigned.config for assigned in cameras.values()])
        self._assigned = dict(cameras)

    def _take(self, shelf: str, term: int) -> None:
        self._terms.take(shelf, term)
        outbox = self._engine.outbox
        assert isinstance(outbox, SharedOutbox)
        outbox.take_over(shelf)

    def _task(self, task: Callable[[OfficeClient], None]) -> None:
        office = OfficeClient(self._settings.office_url, self._settings.key)
        try:
            task(office)
        finally:
            office.close()

    def _deliver(self, office: OfficeClient) -> None:
        deliver(self._engine.outbox, office, self._stopping)

    def _show(self, office: OfficeClient) -> None:
        show_cameras(self._engine, office, self._stopping)

    def _report(self, office: OfficeClient) -> None:
        while not self._stopping.wait(_STATUS_SECONDS):
            self._leave_lost()
            report_cameras(self._engine, office)

    def _leave_lost(self) -> None:
        """Stop cameras that another host has taken over because this one was taken for dead."""
        lost = self._terms.lost
        with self._lock:
            kept = {name: a for name, a in self._assigned.items() if camera_shelf(name) not in lost}
            if len(kept) < len(self._assigned):
                _log.warning("another host runs them now", cameras=sorted(self._assigned.keys() - kept.keys()))
                self._run(kept)

    def _look_at_photos(self, office: OfficeClient) -> None:
        zone = ZoneInfo(self._settings.timezone)
        PhotoDesk(office, lambda: self._engine.model, self._engine.outbox, zone).run(self._desk_closed)


class _Costs:
    """Measures what each camera costs: what its threads take here, and its share of what the servers compute."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._since = time.monotonic()
        self._computed = 0.0
        self._rate = 0.0
        self._lock = Lock()

    def measured(self, computed: float) -> dict[str, float]:
        """Cores that each camera took lately.

        Args:
            computed: CPU seconds that servers have computed for this host so far.
        """
        with self._lock:
            now = time.monotonic()
            if now - self._since >= _COST_SECONDS:
                # A new model begins to count anew.
                self._rate = max(0.0, computed - self._computed) / (now - self._since)
                self._since, self._computed = now, computed
            lately = {name: status.cost.lately for name, status in self._engine.status().items()}
            # Preparing pictures is counted here by camera; a server takes its time in the same proportion.
            prepared = sum(cost.model for cost in lately.values())
            return {n: c.all + (self._rate * c.model / prepared if prepared else 0.0) for n, c in lately.items()}


def _own_folder(folder: Path) -> Path:
    """A new folder for this process; those of processes that are gone are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        pid = left.name.partition("-")[0]
        if not (pid.isdigit() and Path("/proc", pid).exists()):
            with suppress(OSError):
                shutil.rmtree(left)
    own = folder / f"{os.getpid()}-{uuid4().hex[:8]}"
    own.mkdir()
    return own
