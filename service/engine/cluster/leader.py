"""Leader: decides which host runs which camera, and moves cameras when machines come, go, fill up or change version."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import ray
import structlog
from ray.exceptions import RayError

from detector.camera_status import CameraState
from detector.camera_worker import CameraConfig
from detector.cluster.placement import UNKNOWN_COST, Seat, next_move, place, wanted_cores
from detector.cluster.shipped_model import ShippedModel
from detector.signals import Phase
from service.engine.cluster.camera_host import Assigned, HostSettings
from service.engine.cluster.fleet import Fleet, Member, Node, nodes_now

_log = structlog.get_logger(__name__)

_MOVE_SECONDS: Final = 5.0
"""Between two moves that only make loads more even: what a move changes must have been measured."""
_WARM_SECONDS: Final = 15.0
"""So long a camera must have run on a host before its cost is believed: the meters look back ten seconds."""
_SETTLE_SECONDS: Final = 20.0
"""So long a leader that finds no cameras running waits for the hosts of all machines before it places any."""


class Leader:
    """Keeps the cameras of a cluster running. For one thread.

    Args:
        settings: of the hosts.
        version: of programs and settings.
        shipped: the model.
    """

    def __init__(self, settings: HostSettings, version: str, shipped: ShippedModel) -> None:
        self.shipped = shipped
        self._version = version
        self._fleet = Fleet(settings, version)
        self._fleet.find()
        self._configs: dict[str, CameraConfig] = {}
        self._knows = False
        """Whether anybody has said which cameras are wanted; until then, what runs goes on."""
        self._plan: dict[str, tuple[str, int]] = {}
        """Host and term of each camera."""
        self._photos: tuple[str, int] | None = None
        self._sent: dict[str, tuple[list[Assigned], int | None]] = {}
        self._calls: dict[str, Any] = {}
        self._costs: dict[str, float] = {}
        self._since: dict[str, tuple[str, float]] = {}
        """The host that each camera runs on, and since when, monotonic seconds."""
        self._began = time.monotonic()
        self._moved_at = 0.0
        self._nodes: list[Node] = []
        self._here = str(ray.get_runtime_context().get_node_id())
        self.published = self._state()
        """Cameras and their hosts, machines and their loads, what waits and what is wanted; replaced with each turn."""

    @property
    def is_whole(self) -> bool:
        """Whether all machines are ready for cameras."""
        return bool(self._nodes) and self._fleet.is_whole(self._nodes)

    def want(self, configs: Sequence[CameraConfig]) -> None:
        """From the next turn on run these cameras."""
        self._configs = {config.scene.camera.id: config for config in configs}
        self._knows = True

    def turn(self) -> None:
        """Look at everything once and do what is due; takes milliseconds."""
        self._fleet.look()
        self._nodes = nodes_now()
        self._fleet.staff(self._nodes, self.shipped)
        self._fleet.equip(self.shipped)
        self._weigh()
        if self._knows:
            self._decide()
            self._configure()
            self._let_go()
        self.published = self._state()

    def tell(self, camera: str, crosswalk: str, phase: Phase) -> None:
        """Tell the host of a camera what a signal shows; one without a host is told when it has one."""
        found = self.published["cameras"].get(camera)
        host = self._fleet.hosts.get(found["host"]) if found is not None else None
        if host is not None:
            host.handle.tell.remote(camera, crosswalk, phase)

    def _state(self) -> dict[str, Any]:
        running = self._running()
        node_of = {name: host.node for name, host in self._fleet.hosts.items()}
        reports = [host.report for host in self._fleet.hosts.values() if host.report is not None]
        states = {name: state for report in reports for name, state in report.states.items()}
        newest = max((r.last_frame_at for r in reports if r.last_frame_at is not None), default=None)
        return {
            "version": self._version,
            "model": self.shipped.name,
            "leader": self._here,
            "at": datetime.now(UTC).isoformat(),
            "cameras": {
                name: {
                    "host": host,
                    "node": node_of[host],
                    "state": states.get(name, CameraState.STARTING).value,
                    "cores": round(self._cost(name), 3),
                }
                for name, host in sorted(running.items())
            },
            "waiting": sorted(self._configs.keys() - running.keys()),
            "nodes": [
                {
                    "id": node.id,
                    "address": node.address,
                    "cores": node.cores,
                    "gpus": node.gpus,
                    "load": round(sum(self._cost(c) for c, h in running.items() if node_of[h] == node.id), 3),
                    "cameras": sum(1 for host in running.values() if node_of[host] == node.id),
                }
                for node in self._nodes
            ],
            "cores": sum(node.cores for node in self._nodes),
            "wanted_cores": wanted_cores(map(self._cost, self._configs)),
            "looks": sum(report.looks for report in reports),
            "outbox": sum(report.outbox for report in reports),
            "last_frame_at": newest.isoformat() if newest is not None else None,
        }

    def _cost(self, camera: str) -> float:
        return self._costs.get(camera, UNKNOWN_COST)

    def _running(self) -> dict[str, str]:
        """Host of each camera that runs, by the hosts' own reports."""
        return {c: h.name for h in self._fleet.hosts.values() if h.report is not None for c in h.report.cameras}

    def _seats(self) -> list[Seat]:
        """Hosts of this version that have answered."""
        cores = {node.id: node.cores for node in self._nodes}
        return [
            Seat(host.name, host.node, cores[host.node])
            for host in self._fleet.hosts.values()
            if host.version == self._version and host.report is not None and host.node in cores
        ]

    def _weigh(self) -> None:
        now = time.monotonic()
        for host in self._fleet.hosts.values():
            for camera, cost in host.report.costs.items() if host.report is not None else ():
                place, since = self._since.get(camera, ("", now))
                if place != host.name:
                    self._since[camera] = host.name, now
                elif now - since > _WARM_SECONDS:
                    self._costs[camera] = cost

    def _decide(self) -> None:
        """Plan: who has a host keeps it; one camera at a time moves to a new version or a less busy machine."""
        seats = self._seats() if self._is_settled() else []
        costs = {camera: self._cost(camera) for camera in self._configs}
        placed = self._placed()
        planned = {c: h for c, h in placed.items() if c in costs}
        if seats:
            known = {seat.host for seat in seats}
            strangers = sorted(c for c, h in planned.items() if h not in known)
            if strangers and not self._is_moving():
                del planned[strangers[0]]
            stay = {c: h for c, h in planned.items() if h not in known}
            planned = stay | place({c: costs[c] for c in costs if c not in stay}, planned, seats)
            measured = all(camera in self._costs for camera in planned)
            if measured and not stay and not self._is_moving() and time.monotonic() - self._moved_at > _MOVE_SECONDS:
                self._even_out(costs, planned, seats)
        terms = {c: t for c, (_, t) in self._plan.items() if self._plan[c][0] == planned.get(c)}
        self._plan = {c: (h, terms.get(c) or self._known_term(c, h) or time.time_ns()) for c, h in planned.items()}
        self._choose_desk(seats)

    def _is_settled(self) -> bool:
        """Whether cameras may be placed: not on the first host that is up, or all would have to move from there."""
        waited = time.monotonic() - self._began > _SETTLE_SECONDS
        return bool(self._plan) or waited or self._fleet.is_whole(self._nodes)

    def _placed(self) -> dict[str, str]:
        """Host of each camera as planned, or as found; hosts that are gone count for nothing."""
        planned = {c: h for c, (h, _) in self._plan.items() if h in self._fleet.hosts}
        return self._running() | planned

    def _known_term(self, camera: str, host: str) -> int | None:
        report = self._fleet.hosts[host].report if host in self._fleet.hosts else None
        return report.cameras.get(camera) if report is not None else None

    def _is_moving(self) -> bool:
        """Whether a camera is on its way from one host to another."""
        running = self._running()
        return any(c in self._configs and self._plan.get(c, (h, 0))[0] != h for c, h in running.items())

    def _even_out(self, costs: dict[str, float], planned: dict[str, str], seats: Sequence[Seat]) -> None:
        move = next_move(costs, planned, seats)
        if move is not None:
            _log.info("camera moves to a less busy machine", camera=move[0])
            planned[move[0]] = move[1]
            self._moved_at = time.monotonic()

    def _choose_desk(self, seats: Sequence[Seat]) -> None:
        """One host looks at uploaded photos."""
        if self._photos is not None and self._photos[0] in {seat.host for seat in seats}:
            return
        reports = {h.name: h.report.photos for h in self._fleet.hosts.values() if h.report is not None}
        found = next(((s.host, term) for s in seats if (term := reports[s.host]) is not None), None)
        if found is not None or not seats:
            self._photos = found
            return
        counts = [host for host, _ in self._plan.values()]
        self._photos = min((seat.host for seat in seats), key=counts.count), time.time_ns()

    def _configure(self) -> None:
        """Tell each host what it shall run; a camera starts only when no other host runs it any more."""
        running = self._running()
        for host in self._fleet.hosts.values():
            if not self._is_free(host) or host.report is None or host.stale:
                continue
            cameras = [
                Assigned(self._configs[camera], term)
                for camera, (name, term) in sorted(self._plan.items())
                if name == host.name and running.get(camera, name) == name
            ]
            photos = self._photos[1] if self._photos is not None and self._photos[0] == host.name else None
            has = {a.camera: a.term for a in cameras} == host.report.cameras and photos == host.report.photos
            if has and self._sent.get(host.name) == (cameras, photos):
                continue
            self._sent[host.name] = cameras, photos
            self._calls[host.name] = host.handle.configure.remote(cameras, photos)

    def _is_free(self, host: Member) -> bool:
        """Whether the last call has ended, and its report came after it."""
        call = self._calls.get(host.name)
        if call is None:
            return True
        done, _ = ray.wait([call], timeout=0)
        if not done:
            return False
        del self._calls[host.name]
        try:
            ray.get(call)
        except RayError as error:
            _log.warning("host not configured", host=host.name, reason=" ".join(str(error).split())[-300:])
            self._sent.pop(host.name, None)
            runs = host.report.cameras if host.report is not None else {}
            # Those that have not started are tried again with a later term.
            self._plan = {c: (h, t) for c, (h, t) in self._plan.items() if h != host.name or c in runs}
        host.stale, host.question = True, None  # what it said before says nothing about what it was told
        return False

    def _let_go(self) -> None:
        """Hosts of other versions end when their last camera has left and nothing waits."""
        if not self._seats():
            return
        for host in list(self._fleet.hosts.values()):
            idle = host.report is not None and not host.report.cameras and not host.report.outbox
            if idle and host.version != self._version and host.name not in self._calls:
                self._fleet.let_go(host)
