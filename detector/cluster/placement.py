"""Placement: which camera goes to which host, by what cameras were measured to cost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

USABLE: Final = 0.85
"""Share of a machine for cameras; the rest is for evidence, clips, delivery and the system."""
SPARE: Final = 0.1
"""Machines more than are needed, so that the cameras of one that fails have somewhere to go."""
UNKNOWN_COST: Final = 0.2
"""Cores of a camera that nobody has measured: between a still street (0.05) and one that always moves (0.35)."""
_UNEVEN: Final = 0.2
"""Of a machine: with a smaller difference a camera stays, because moving it leaves it unseen for a second or two."""
_GAIN: Final = 0.05
"""Of a machine: a move that makes the difference less smaller than this is none."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A host that may run cameras.

    Attributes:
        host: its name.
        node: the machine that it runs on.
        cores: of that machine.
    """

    host: str
    node: str
    cores: float


def place(wanted: Mapping[str, float], placed: Mapping[str, str], seats: Sequence[Seat]) -> dict[str, str]:
    """A host for each camera: those that have one stay, the others go where there is most room, the costly first.

    Args:
        wanted: cost of each camera in cores.
        placed: host of each camera; a host without a seat counts as none.
        seats: hosts that cameras may go to.

    Returns:
        Host of each camera; empty where there is no seat.

    Examples:
        >>> seats = [Seat("a", "one", 2.0), Seat("b", "two", 4.0)]
        >>> sorted(place({"x": 0.5, "y": 0.5, "z": 0.5}, {"x": "a"}, seats).items())
        [('x', 'a'), ('y', 'b'), ('z', 'b')]
    """
    if not seats:
        return {}
    known = {seat.host for seat in seats}
    result = {camera: placed[camera] for camera in wanted if placed.get(camera) in known}
    for camera in sorted(wanted.keys() - result.keys(), key=lambda c: (-wanted[c], c)):
        result[camera] = _roomiest(wanted[camera], _loads(wanted, result), seats).host
    return result


def next_move(wanted: Mapping[str, float], placed: Mapping[str, str], seats: Sequence[Seat]) -> tuple[str, str] | None:
    """The one move that makes the machines' loads most even: camera and new host; None where it is not worth it.

    Args:
        wanted: cost of each camera in cores.
        placed: host of each camera, all with a seat.
        seats: hosts that cameras may go to.

    Examples:
        >>> seats = [Seat("a", "one", 1.0), Seat("b", "two", 1.0)]
        >>> next_move({"x": 0.5, "y": 0.25}, {"x": "a", "y": "a"}, seats)
        ('y', 'b')
    """
    cores = {seat.node: seat.cores for seat in seats}
    if len(cores) < 2:
        return None
    loads, node_of = _loads(wanted, placed), {seat.host: seat.node for seat in seats}
    share = {node: sum(loads[s.host] for s in seats if s.node == node) / cores[node] for node in cores}
    full = max(cores, key=lambda node: share[node])
    free = min(cores, key=lambda node: share[node])
    if share[full] - share[free] < _UNEVEN:
        return None
    gap = share[full] - share[free]
    left = {
        camera: abs(gap - wanted[camera] / cores[full] - wanted[camera] / cores[free])
        for camera, host in placed.items()
        if node_of.get(host) == full
    }
    best = min(left, key=lambda camera: (round(left[camera], 6), wanted[camera], camera), default=None)
    if best is None or left[best] > gap - _GAIN:
        return None
    return best, _roomiest(wanted[best], loads, [seat for seat in seats if seat.node == free]).host


def wanted_cores(costs: Iterable[float]) -> int:
    """Cores that these cameras need with room for evidence and for a machine that fails."""
    return ceil(sum(costs) / USABLE * (1 + SPARE))


def _loads(wanted: Mapping[str, float], placed: Mapping[str, str]) -> defaultdict[str, float]:
    loads: defaultdict[str, float] = defaultdict(float)
    for camera, host in placed.items():
        loads[host] += wanted.get(camera, 0.0)
    return loads


def _roomiest(cost: float, loads: Mapping[str, float], seats: Sequence[Seat]) -> Seat:
    """The seat on the machine that would be least full; there, the host with the least to do."""

    def fullness(seat: Seat) -> tuple[float, float, str]:
        node = sum(loads.get(other.host, 0.0) for other in seats if other.node == seat.node)
        return (node + cost) / seat.cores, loads.get(seat.host, 0.0), seat.host

    return min(seats, key=fullness)
