"""Fleet: the actors of a cluster — started on each machine, asked how they are, buried when they do not answer."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final
from uuid import uuid4

import ray
import structlog
from ray.exceptions import ActorUnavailableError, RayError
from ray.util import list_named_actors
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from detector.cluster.model_server import ModelServer
from detector.cluster.shipped_model import ShippedModel
from service.engine.cluster.camera_host import CameraHost, HostReport, HostSettings

_log = structlog.get_logger(__name__)

NAMESPACE: Final = "streetwarden"
SILENT_SECONDS: Final = 4.0
"""Who has not answered for so long is taken for dead. Ray itself needs about fifteen seconds to notice."""
_FAILING_SECONDS: Final = 1.5
"""Who cannot be reached at all for so long is taken for dead."""
_START_SECONDS: Final = 60.0
"""So long a new actor may take: Python's imports on a busy machine, the model."""
_STUCK_SECONDS: Final = 20.0
"""A host whose model thread has not gone round for so long works on nothing."""
_AGAIN_SECONDS: Final = 30.0
"""A machine whose actors did not start or fell silent is tried again after so long."""
_OLD_SERVER_SECONDS: Final = 10.0
"""So long a model that was replaced is kept for frames that were prepared for it."""
_STOP_SECONDS: Final = 10.0
_HOST_CORES: Final = 3.0
"""Cores of a machine for one host where the model is computed beside it: of 68 ms that a look costs, 46 are the
model's, and a host is one Python process, which fills one core."""
_SERVER_CORES: Final = 8.0
"""Cores for one model server, each a call of one thread: its Python copies pictures and must keep up with them."""
_HELD: Final = 0.2
"""Share of a machine's cores that Ray counts as taken by its servers, and by its hosts: so the autoscaler does not
take it for idle, and there is room for a second version while one takes over from the other. Who really takes what is
measured."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster."""

    id: str
    address: str
    cores: float
    gpus: int


@dataclass(slots=True, eq=False)
class Member:
    """An actor, and what it last said.

    Attributes:
        report: of a host; None until it has answered.
        asked_at: when the question that is open was asked, monotonic seconds.
        failing_at: since when questions have not reached it, monotonic seconds; None where they do.
        heard: whether it has ever answered.
        stale: whether it was told something since it gave its report.
    """

    name: str
    node: str
    version: str
    handle: Any
    report: HostReport | None = None
    heard: bool = False
    stale: bool = False
    asked_at: float = field(default_factory=time.monotonic)
    question: Any = None
    failing_at: float | None = None
    retired_at: float | None = None
    servers: tuple[str, ...] = ()
    """Of a host: names of the servers that it was given."""


class Fleet:
    """Hosts and model servers of a cluster, of this version and of others.

    Args:
        settings: of the hosts.
        version: of programs and settings; actors of other versions are left to be retired.
    """

    def __init__(self, settings: HostSettings, version: str) -> None:
        self._settings = settings
        self._version = version
        self.hosts: dict[str, Member] = {}
        self.servers: dict[str, Member] = {}
        self._model: tuple[str, Any] | None = None
        self._tried: dict[str, float] = {}
        """When starting something on a machine last went wrong, monotonic seconds."""

    def find(self) -> None:
        """Find the actors that somebody before this leader has started."""
        for name in list_named_actors():
            kind, *rest = name.split(":")
            if kind not in ("host", "model") or len(rest) != 3:
                continue
            version, node, _ = rest
            try:
                member = Member(name, node, version, ray.get_actor(name))
            except ValueError:  # it has ended since
                continue
            (self.hosts if kind == "host" else self.servers)[name] = member

    def look(self) -> None:
        """Ask all actors how they are, and bury those that do not say."""
        for members in (self.hosts, self.servers):
            for member in list(members.values()):
                reason = self._hear(member)
                if reason is not None:
                    del members[member.name]
                    self._bury(member, reason)

    def staff(self, nodes: Sequence[Node], shipped: ShippedModel) -> None:
        """Start what is missing on each machine, and let go of servers that nobody needs any more."""
        gpus = any(node.gpus for node in nodes)
        version = f"{self._version}-{shipped.entry.sha256[:8]}"
        for node in nodes:
            if time.monotonic() - self._tried.get(node.id, -_AGAIN_SECONDS) < _AGAIN_SECONDS:
                continue
            self._start_servers(node, version, shipped, gpus=gpus)
            self._start_hosts(node, version, shipped, gpus=gpus)
        self._retire_servers(version, {node.id for node in nodes})

    def equip(self, shipped: ShippedModel) -> None:
        """Give hosts the servers and the model that are theirs now; one host at a time changes its model."""
        version = f"{self._version}-{shipped.entry.sha256[:8]}"
        for host in self._own_hosts():
            servers = self.servers_for(host.node, version)
            names = tuple(server.name for server in servers)
            if host.report is None or not servers or host.servers == names:
                continue
            host.servers = names
            host.handle.use_model.remote(self._put(shipped), [server.handle for server in servers])
            if host.report.model != shipped.entry.sha256:
                return

    def servers_for(self, node: str, version: str) -> list[Member]:
        """Servers that answer, which hosts on a machine ask: all on GPUs, else those of the machine itself."""
        ready = [s for s in self.servers.values() if s.version == version and s.heard]
        on_gpus = [s for s in ready if ":gpu" in s.name]
        own = [s for s in ready if s.node == node]
        return sorted(on_gpus or own, key=lambda s: s.name)

    def is_whole(self, nodes: Sequence[Node]) -> bool:
        """Whether each machine has hosts and all of them have answered."""
        own = self._own_hosts()
        return {node.id for node in nodes} <= {host.node for host in own} and all(host.heard for host in own)

    def let_go(self, host: Member) -> None:
        """End a host that has no cameras any more."""
        del self.hosts[host.name]
        self._end(host)

    def _put(self, shipped: ShippedModel) -> Any:  # noqa: ANN401 - a reference of Ray's
        """The model in Ray's object store: it is sent to each machine once."""
        if self._model is None or self._model[0] != shipped.entry.sha256:
            self._model = shipped.entry.sha256, ray.put(shipped)
        return self._model[1]

    def _own_hosts(self) -> list[Member]:
        return [host for host in self.hosts.values() if host.version == self._version]

    def _start_servers(self, node: Node, version: str, shipped: ShippedModel, *, gpus: bool) -> None:
        own = [s for s in self.servers.values() if s.node == node.id and s.version == version]
        there = {server.name.split(":")[-1].partition("-")[0] for server in own}
        wanted = node.gpus if gpus else ceil(node.cores / _SERVER_CORES)
        for number in range(wanted):
            place = f"{'gpu' if gpus else 'cpu'}{number}"
            if place in there:
                continue
            name = f"model:{version}:{node.id}:{place}-{uuid4().hex[:8]}"
            lanes = 1 if gpus else max(1, round(node.cores / wanted))
            gpu = number if gpus else None
            handle = _start(ModelServer, name, node, _HELD * node.cores / wanted, self._put(shipped), lanes, gpu=gpu)
            self.servers[name] = Member(name, node.id, version, handle)

    def _start_hosts(self, node: Node, version: str, shipped: ShippedModel, *, gpus: bool) -> None:
        there = sum(1 for host in self._own_hosts() if host.node == node.id)
        wanted = max(1, round(node.cores)) if gpus else ceil(node.cores / _HOST_CORES)
        servers = self.servers_for(node.id, version)
        for _ in range(wanted - there if servers else 0):
            name = f"host:{self._version}:{node.id}:{uuid4().hex[:8]}"
            parts = self._settings, self._put(shipped), [server.handle for server in servers]
            handle = _start(CameraHost, name, node, _HELD * node.cores / wanted, *parts, count_model=not gpus)
            names = tuple(server.name for server in servers)
            self.hosts[name] = Member(name, node.id, self._version, handle, servers=names)

    def _retire_servers(self, version: str, nodes: set[str]) -> None:
        """Servers of another model or version go some seconds after the last host has turned to others."""
        used = {name for host in self.hosts.values() for name in host.servers}
        strangers = any(host.version != self._version for host in self.hosts.values())
        for server in list(self.servers.values()):
            if server.version == version or server.name in used or (strangers and server.node in nodes):
                server.retired_at = None
                continue
            server.retired_at = server.retired_at or time.monotonic()
            if time.monotonic() - server.retired_at > _OLD_SERVER_SECONDS:
                del self.servers[server.name]
                self._end(server)

    def _hear(self, member: Member) -> str | None:
        """Take the answer to the open question and ask the next; says why the actor counts as dead, if it does."""
        is_host = member.name.startswith("host:")
        if member.question is None:
            member.question = member.handle.report.remote() if is_host else member.handle.ready.remote()
            member.asked_at = time.monotonic()
            return None
        done, _ = ray.wait([member.question], timeout=0)
        if not done:
            waited = time.monotonic() - member.asked_at
            return f"no answer for {waited:.0f} s" if waited > self._patience(member) else None
        try:
            answer = ray.get(member.question)
        except ActorUnavailableError:  # a broken connection may come back; a dead machine's does not
            member.question, member.failing_at = None, member.failing_at or time.monotonic()
            failing = time.monotonic() - member.failing_at
            return f"cannot be reached for {failing:.1f} s" if failing > _FAILING_SECONDS else None
        except RayError as error:
            return f"{type(error).__name__}: {' '.join(str(error).split())[-300:]}"
        member.question, member.heard, member.failing_at = None, True, None
        if not is_host:
            return None
        assert isinstance(answer, HostReport)
        member.report, member.stale = answer, False
        return f"stuck for {answer.silent:.0f} s" if answer.silent > _STUCK_SECONDS else None

    @staticmethod
    def _patience(member: Member) -> float:
        return SILENT_SECONDS if member.heard else _START_SECONDS

    def _bury(self, member: Member, reason: str) -> None:
        _log.error("actor is gone", actor=member.name, node=member.node[:8], reason=reason)
        if not (member.heard and reason.startswith("ActorDied")):  # one that ran and crashed is started again at once
            self._tried[member.node] = time.monotonic()
        self._end(member)

    @staticmethod
    def _end(member: Member) -> None:
        # Also where it was taken for dead: what is only slow or cut off must not go on beside its successor.
        ray.kill(member.handle, no_restart=True)


def nodes_now() -> list[Node]:
    """The machines that Ray counts as alive and that have cores for work."""
    found = []
    for node in ray.nodes():
        resources: Mapping[str, float] = node["Resources"]
        if node["Alive"] and resources.get("CPU", 0) > 0:
            gpus = int(resources.get("GPU", 0))
            found.append(Node(node["NodeID"], node["NodeManagerAddress"], resources["CPU"], gpus))
    return sorted(found, key=lambda n: n.id)


def end_all() -> int:
    """Stop all hosts and end all actors of the cluster; answers how many cameras ran."""
    names = [name for name in list_named_actors() if name.split(":")[0] in ("host", "model")]
    hosts = list(_handles(name for name in names if name.startswith("host:")))
    reports = [host.report.remote() for host in hosts]
    done, _ = ray.wait(reports, num_returns=len(reports), timeout=SILENT_SECONDS) if reports else ([], [])
    stops = [host.stop.remote() for host in hosts]
    if stops:
        ray.wait(stops, num_returns=len(stops), timeout=_STOP_SECONDS)
    for handle in _handles(names):
        ray.kill(handle, no_restart=True)
    return sum(len(ray.get(report).cameras) for report in done)


def _handles(names: Iterable[str]) -> Iterable[Any]:
    for name in names:
        try:
            yield ray.get_actor(name)
        except ValueError:
            continue


def _start(kind: type, name: str, node: Node, held: float, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - an actor's own arguments and its handle
    return (
        ray.remote(kind)
        .options(
            name=name,
            lifetime="detached",
            max_concurrency=32,
            num_cpus=held,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
        )
        .remote(*args, **named)
    )
