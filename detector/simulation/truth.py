"""Truth: which offences happen on a simulated street, from where its actors really are.

The definitions are the issue's own, in metres and seconds, and share no code with the rules. What lies within the
tolerance band of a threshold counts neither way: ``clear`` is false.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.detections import ObjectClass
from detector.geometry import FloatArray
from detector.simulation.actor import Actor
from detector.simulation.layout import Layout, Rect
from detector.simulation.street import Street
from detector.violations import ViolationKind

STEP: Final = 0.1
"""The truth is looked at ten times a second, whatever the camera does."""

_EDGE_PIXELS: Final = 9.0
"""Nearer to a zone's edge than this nobody can say on which side a jittering box stands."""

_SECONDS: Final = 1.0
"""Band of the seconds on the road: a step lasts about so long."""

_DWELL_SECONDS: Final = 5.0
"""Band of the seconds at rest: a thing must be seen after its time is up."""

_APART: Final = 4.0
"""Who is off the road, or out of sight, for longer may be counted anew."""

_RETURN_SECONDS: Final = 150.0
"""What comes back to its place sooner may be the same object."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Offence:
    """One true offence.

    Attributes:
        kind: what it is.
        actors: numbers of the actors that commit it.
        started, ended: seconds of the street.
        clear: false within a tolerance band, where a report is neither right nor wrong.
        more: how many further reports the tolerance excuses: a visit with a gap may be two.
    """

    kind: ViolationKind
    actors: tuple[int, ...]
    started: float
    ended: float
    clear: bool
    more: int = 0


@dataclass(slots=True)
class Truth:
    """All offences of a street, and the true boxes that reports are compared with.

    Attributes:
        offences: in no order.
        times: (N,) seconds.
        boxes: (N, A, 4) true boxes at these times.
    """

    offences: list[Offence]
    times: FloatArray
    boxes: FloatArray

    def box(self, actor: int, seconds: float) -> FloatArray:
        """(4,) the true box of an actor at a time; not a number where it is not there."""
        row = int(np.clip(round(seconds / STEP), 0, len(self.times) - 1))
        box: FloatArray = self.boxes[row, actor]
        return box


def truth_of(street: Street, stalls: Sequence[tuple[float, float]] = ()) -> Truth:
    """Find a street's offences.

    Args:
        street: what happens.
        stalls: spans of seconds in which no picture comes, so that nobody can see anything.
    """
    times = np.arange(0, street.seconds, STEP)
    boxes = street.boxes(times)
    seen = street.in_sight(boxes)
    for start, end in stalls:
        seen[(times >= start) & (times < end)] = False
    offences: list[Offence] = []
    for number, actor in enumerate(street.actors):
        points = actor.positions(times)
        if actor.kind is ObjectClass.PERSON and not actor.riding:
            offences += _walks(street.layout, number, times, points, boxes[:, number], seen[:, number])
        elif actor.kind is ObjectClass.E_TRICYCLE:
            offences += _stands(street.layout, number, actor, times, seen[:, number])
        elif actor.kind is ObjectClass.GARBAGE:
            offences += _lies(street.layout, number, actor, times, seen[:, number])
    offences += _patches(street, times, seen)
    return Truth(offences, times, boxes)


def _walks(
    layout: Layout, number: int, times: FloatArray, points: FloatArray, boxes: FloatArray, seen: Mask
) -> list[Offence]:
    """A person's visits to the road, to the crosswalk at red, and over the fence."""
    y = points[:, 1]
    band = np.nan_to_num(_EDGE_PIXELS * layout.camera.metres_per_pixel_in_depth(y), nan=1.0)
    across = np.nan_to_num(_EDGE_PIXELS / layout.camera.pixels_per_metre(y), nan=1.0)
    zebra_surely = _inside(points, layout.crosswalk, band, across)
    zebra_maybe = _inside(points, layout.crosswalk, -band, -across)
    at_red = [_at_red(layout, times, zebra_maybe, band=band_seconds) for band_seconds in (2.0, -2.5)]
    surely = _inside(points, layout.road, band, 0 * across) & ~zebra_maybe | (zebra_surely & at_red[0])
    maybe = _inside(points, layout.road, -band, 0 * across) & ~zebra_surely | (zebra_maybe & at_red[1])
    visits = []
    for first, last in _runs(maybe, round(_APART / STEP)):
        visit = _visit(layout, number, times, points, boxes, seen, surely, maybe, first, last)
        if visit is not None:
            visits.append(visit)
    return _with_climbs(visits, _climbs(layout, number, times, points, boxes, seen))


def _visit(
    layout: Layout, number: int, times: FloatArray, points: FloatArray, boxes: FloatArray, seen: Mask,
    surely: Mask, maybe: Mask, first: int, last: int,
) -> Offence | None:  # fmt: skip
    rows = np.arange(first, last + 1)
    if maybe[rows].sum() * STEP < layout.min_seconds - _SECONDS or not (seen & maybe)[rows].any():
        return None
    if _farthest(layout, points, boxes, rows[maybe[rows]]) < 0.6 * layout.min_distance:
        return None
    good = rows[(surely & seen)[rows]]
    clear = len(good) > 0
    if clear:
        # The longest part that is seen without a gap must alone be an offence.
        parts = [rows[a : b + 1] for a, b in _runs((surely & seen)[rows], round(1.0 / STEP))]
        clear = any(
            (surely & seen)[p].sum() * STEP >= layout.min_seconds + _SECONDS
            and _farthest(layout, points, boxes, p[(surely & seen)[p]]) >= 1.5 * layout.min_distance
            for p in parts
        )
    there = seen[rows] & maybe[rows]
    gaps = sum(1 for a, b in _runs(~there, 0) if (b - a) * STEP > 1.0 and a > 0 and b < len(rows) - 1)
    return Offence(ViolationKind.JAYWALKING, (number,), float(times[first]), float(times[last]), clear, gaps)


def _farthest(layout: Layout, points: FloatArray, boxes: FloatArray, rows: NDArray[np.int64]) -> float:
    """How far somebody gets from where the visit begins: metres where the scene knows them, else body heights."""
    if not len(rows):
        return 0.0
    if layout.ground_known:
        return float(np.hypot(*(points[rows] - points[rows[0]]).T).max())
    feet = np.stack([(boxes[rows, 0] + boxes[rows, 2]) / 2, boxes[rows, 3]], axis=1)
    return float(np.hypot(*(feet - feet[0]).T).max() / (boxes[rows, 3] - boxes[rows, 1]).mean())


def _at_red(layout: Layout, times: FloatArray, zebra: Mask, band: float) -> Mask:
    """(N,) when somebody is on the crosswalk who stepped on it ``band`` seconds or more after it turned red.

    A negative band asks whether it may be so: the rule lets people finish for 15 s who started on green.
    """
    result: Mask = np.zeros(len(times), np.bool_)
    if layout.red is None:
        return result
    late = 15.0 if band < 0 else 17.0
    for first, last in _runs(zebra, 0):
        rows = np.arange(first, last + 1)
        open_rows = np.ones(len(rows), np.bool_)
        for start, end in layout.red:
            now = open_rows & (times[rows] >= start) & (times[rows] < end + (0 if band > 0 else 2.0))
            entered = times[first] - start
            result[rows[now]] = (entered >= 2.0 + band) | (times[rows[now]] - start > late - 1.0)
            open_rows &= ~now
    return result


def _climbs(
    layout: Layout, number: int, times: FloatArray, points: FloatArray, boxes: FloatArray, seen: Mask
) -> list[Offence]:
    """Every time the person gets over the fence."""
    left, right, depth = layout.fence
    beyond = points[:, 1] > depth
    known = np.isfinite(points[:, 1])
    turns = np.flatnonzero((beyond[1:] != beyond[:-1]) & known[1:] & known[:-1]) + 1
    offences = []
    for row in turns.tolist():
        if not left < points[row, 0] < right:
            continue
        lines = layout.camera.project(points[:, 0], np.full(len(points), depth))[1]
        apart = np.abs(boxes[:, 3] - lines) / (boxes[:, 3] - boxes[:, 1])
        clearly = seen & (apart > 0.3)
        before, after = np.arange(max(0, row - 60), row), np.arange(row, min(len(times), row + 60))
        enough = clearly[before].sum() * STEP >= 1.0 and clearly[after].sum() * STEP >= 1.8
        gap = np.flatnonzero(seen[max(0, row - 30) : row + 30])
        whole = len(gap) > 0 and np.diff(gap, prepend=0, append=59).max() * STEP < 1.0
        offences.append(
            Offence(
                ViolationKind.JAYWALKING,
                (number,),
                float(times[row] - 4),
                float(times[row] + 6),
                bool(enough and whole),
            )
        )
    return offences


def _with_climbs(visits: list[Offence], climbs: list[Offence]) -> list[Offence]:
    """Who climbs onto the road or off it commits one offence."""
    result = list(visits)
    for climb in climbs:
        for i, other in enumerate(result):
            if climb.started - _APART < other.ended and climb.ended + _APART > other.started:
                start, end = min(other.started, climb.started), max(other.ended, climb.ended)
                result[i] = replace(other, started=start, ended=end, clear=other.clear or climb.clear, more=1)
                break
        else:
            result.append(climb)
    return result


def _stands(layout: Layout, number: int, actor: Actor, times: FloatArray, seen: Mask) -> list[Offence]:
    """An e-tricycle's stays in the no-parking zone, outside the bay."""
    offences: list[Offence] = []
    if not layout.parking_applies:
        return []
    for start, end, x, y in actor.stays():
        point, limit = np.array([[x, y]]), layout.parking_limit
        band = _EDGE_PIXELS * layout.camera.metres_per_pixel_in_depth(np.array([y]))
        across = _EDGE_PIXELS / layout.camera.pixels_per_metre(np.array([y]))
        maybe = _inside(point, layout.no_parking, -band, -across)[0] and not _inside(point, layout.bay, band, across)[0]
        surely = (
            _inside(point, layout.no_parking, band, across)[0] and not _inside(point, layout.bay, -band, -across)[0]
        )
        if not maybe or end - start < limit - _DWELL_SECONDS:
            continue
        clear = bool(surely) and _seen_for(times, seen, start, end) >= limit + _DWELL_SECONDS
        again = bool(offences) and start - offences[-1].ended < _RETURN_SECONDS
        offences.append(Offence(ViolationKind.ILLEGAL_PARKING, (number,), start, end, clear and not again))
    return offences


def _lies(layout: Layout, number: int, actor: Actor, times: FloatArray, seen: Mask) -> list[Offence]:
    """A piece of garbage that somebody has left outside the bin."""
    offences = []
    for start, end, x, y in actor.stays():
        band = _EDGE_PIXELS * layout.camera.metres_per_pixel_in_depth(np.array([y]))
        across = _EDGE_PIXELS / layout.camera.pixels_per_metre(np.array([y]))
        if actor.placed or _inside(np.array([[x, y]]), layout.bin, band, across)[0]:
            continue
        if end - start < layout.garbage_limit - _DWELL_SECONDS:
            continue
        beside = not _inside(np.array([[x, y]]), layout.bin, -band, -across)[0]
        clear = beside and _seen_for(times, seen, start, end) >= layout.garbage_limit + _DWELL_SECONDS
        offences.append(Offence(ViolationKind.GARBAGE, (number,), start, end, bool(clear)))
    return offences


def _patches(street: Street, times: FloatArray, seen: Mask) -> list[Offence]:
    """Patches of ground with butts; each is one offence for as long as any butt lies there."""
    offences = []
    numbers = {a.patch for a in street.actors if a.kind is ObjectClass.CIGARETTE_BUTT}
    limit = street.layout.butt_limit
    for patch in sorted(numbers):
        members = [n for n, a in enumerate(street.actors) if a.patch == patch]
        actors = [street.actors[n] for n in members]
        start, end = min(a.starts for a in actors), max(a.ends for a in actors)
        if max(a.ends - a.starts for a in actors) < limit - _DWELL_SECONDS:
            continue
        longest = max(_seen_for(times, seen[:, n], street.actors[n].starts, street.actors[n].ends) for n in members)
        clear = longest >= limit + _DWELL_SECONDS
        offences.append(Offence(ViolationKind.CIGARETTE_BUTT, tuple(members), start, end, clear))
    return offences


def _seen_for(times: FloatArray, seen: Mask, start: float, end: float) -> float:
    """Seconds from the first to the last sight of something between two times."""
    rows = np.flatnonzero(seen & (times >= start) & (times <= end))
    # A stalled stream or a miss right at the end must not decide: half a second of sight counts as one.
    return float(times[rows[-1]] - times[rows[0]]) if len(rows) > 5 else 0.0


def _inside(points: FloatArray, rect: Rect, band: FloatArray, across: FloatArray) -> Mask:
    """(N,) whether points lie in a rectangle and at least ``band`` metres from its near and far edge."""
    left, near, right, far = rect
    x, y = points[:, 0], points[:, 1]
    with np.errstate(invalid="ignore"):
        result: Mask = (x >= left + across) & (x <= right - across) & (y >= near + band) & (y <= far - band)
    return result


def _runs(mask: Mask, bridge: int) -> list[tuple[int, int]]:
    """(first, last) rows of each stretch of true; stretches at most ``bridge`` rows apart are one."""
    rows = np.flatnonzero(mask)
    if not len(rows):
        return []
    cuts = np.flatnonzero(np.diff(rows) > bridge + 1)
    starts, ends = np.concatenate([[0], cuts + 1]), np.concatenate([cuts, [len(rows) - 1]])
    return [(int(rows[a]), int(rows[b])) for a, b in zip(starts, ends, strict=True)]
