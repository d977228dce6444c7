"""Observer: a street as a camera and an imperfect model see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.detections import Detections, ObjectClass
from detector.geometry import FloatArray
from detector.simulation.camera import HEIGHT, WIDTH
from detector.simulation.canvas import Canvas
from detector.simulation.layout import LAMP
from detector.simulation.street import Street, hidden_shares, inside_share
from detector.sources import Frame

NOON: Final = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""A Tuesday, 12:00 in the district."""

_BLOCK: Final = 500
_FLIPS: Final = {
    ObjectClass.CAR: ObjectClass.TRUCK,
    ObjectClass.BUS: ObjectClass.TRUCK,
    ObjectClass.TRUCK: ObjectClass.CAR,
    ObjectClass.E_TRICYCLE: ObjectClass.CAR,
    ObjectClass.BICYCLE: ObjectClass.MOTORCYCLE,
    ObjectClass.MOTORCYCLE: ObjectClass.BICYCLE,
}
_FALSE_SIZES: Final = {
    ObjectClass.PERSON: (45.0, 110.0),
    ObjectClass.E_TRICYCLE: (110.0, 80.0),
    ObjectClass.GARBAGE: (34.0, 26.0),
    ObjectClass.CIGARETTE_BUTT: (11.0, 9.0),
}
_PARTLY_HIDDEN: Final = 0.25
"""From this share on, a box shows only what is left of a thing."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong between the street and the rules. Shares are 0 to 1.

    Attributes:
        missed: share of things in plain sight that a frame's detections lack.
        jitter: standard deviation of each box edge in pixels; at most 8 % of the thing's size, since a model errs
            with the size of what it sees.
        false_alarms: detections of nothing, for each detection of something.
        repeated: share of detections that come twice.
        flipped: share of vehicles with the class of a similar vehicle.
        dropped: share of frames that never arrive.
        stalls: times an hour that the stream stops for 2 to 15 seconds.
        clock_jumps: times an hour that the wall clock is set by up to an hour.
        lights: times an hour that it becomes lighter or darker; headlights meet what stands there as often.
    """

    missed: float = 0.2
    jitter: float = 5.0
    false_alarms: float = 0.02
    repeated: float = 0.02
    flipped: float = 0.03
    dropped: float = 0.0
    stalls: float = 2.0
    clock_jumps: float = 1.0
    lights: float = 12.0


class Observer:
    """Yields a street's frames with what a model sees in them.

    Args:
        street: what is there.
        faults: what goes wrong.
        fps: frames a second.

    Attributes:
        stalls: spans of seconds in which no frame comes.
    """

    def __init__(self, street: Street, faults: Faults, fps: float) -> None:
        self._street = street
        self._faults = faults
        self._fps = fps
        # What happens on the street is the same at any frame rate; what the model makes of it is not.
        self._events = np.random.default_rng((street.seed, 1))
        self._rng = np.random.default_rng((street.seed, 2, round(fps * 1000), round(faults.dropped * 1000)))
        self._kinds = np.array([int(a.kind) for a in street.actors], np.int64)
        self._canvas = Canvas(street.actors, street.seed)
        self.stalls = self._spans(faults.stalls, 2.0, 15.0)
        self._glares = self._spans(faults.lights, 0.5, 6.0)
        self._lights = [(start, self._events.uniform(0.45, 1.15)) for start, _ in self._spans(faults.lights, 1, 2)]
        self._jumps = [(start, self._events.uniform(-3600, 3600)) for start, _ in self._spans(faults.clock_jumps, 1, 2)]

    def __iter__(self) -> Iterator[tuple[Frame, Detections]]:
        """Frames in order of time."""
        count = round(self._street.seconds * self._fps)
        for block in range(0, count, _BLOCK):
            numbers = np.arange(block, min(block + _BLOCK, count))
            numbers = numbers[self._rng.random(len(numbers)) >= self._faults.dropped]
            seconds = numbers / self._fps
            stalled = np.zeros(len(numbers), np.bool_)
            for start, end in self.stalls:
                stalled |= (seconds >= start) & (seconds < end)
            yield from self._frames(numbers[~stalled])

    def _frames(self, numbers: NDArray[np.int64]) -> Iterator[tuple[Frame, Detections]]:
        """The frames of these numbers: what is there and what the model makes of it is worked out for all at once."""
        times = numbers / self._fps
        rows, actors, boxes = self._there(times)
        ends = np.searchsorted(rows, np.arange(len(times)), side="right")
        drawn = np.rint(boxes).astype(np.int64).tolist()
        seen, cuts = self._seen(rows, actors, boxes, len(times))
        first = 0
        names = actors.tolist()
        for row, (number, seconds, end) in enumerate(zip(numbers.tolist(), times.tolist(), ends.tolist(), strict=True)):
            self._canvas.set_light(next((light for at, light in reversed(self._lights) if seconds >= at), 1.0))
            self._canvas.draw(names[first:end], drawn[first:end])
            self._paint(boxes[first:end], seconds)
            first = end
            yield self._frame(number, seconds), seen[cuts[row] : cuts[row + 1]]

    def _frame(self, number: int, seconds: float) -> Frame:
        jump = sum(by for at, by in self._jumps if seconds >= at)
        return Frame(self._canvas.image, NOON + timedelta(seconds=seconds + jump), seconds, number)

    def _there(self, times: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
        """Row of time, number and box of each thing in the picture, those that stand behind others first."""
        boxes = self._street.boxes(times)
        with np.errstate(invalid="ignore"):
            inside = inside_share(boxes.reshape(-1, 4)).reshape(boxes.shape[:2]) > 0.05
        rows, actors = inside.nonzero()
        order = np.lexsort((boxes[rows, actors, 3], rows))
        rows, actors = rows[order], actors[order]
        return rows, actors, boxes[rows, actors]

    def _seen(
        self, rows: NDArray[np.int64], actors: NDArray[np.int64], boxes: FloatArray, count: int
    ) -> tuple[Detections, NDArray[np.int64]]:
        """What the model makes of all things of ``count`` frames, frame by frame, and where each frame begins."""
        hidden = _hidden(rows, boxes)
        seen = (hidden < 0.6) & (inside_share(boxes) > 0.3) & (self._rng.random(len(rows)) >= self._faults.missed)
        at = rows[seen]
        left = boxes[seen].copy()
        for place in np.flatnonzero(hidden[seen] > _PARTLY_HIDDEN).tolist():
            first, last = np.searchsorted(rows, [at[place], at[place] + 1])
            left[place] = _left_over(left[place], boxes[first:last])
        return self._with_faults(at, left, self._kinds[actors[seen]], count)

    def _paint(self, boxes: FloatArray, seconds: float) -> None:
        layout = self._street.layout
        if layout.red is not None:
            self._canvas.paint(LAMP, (0, 0, 255) if layout.lamp_is_red(seconds) else (0, 255, 0))
        if any(a <= seconds < b for a, b in self._glares):
            for box in boxes:
                self._canvas.glare(box, 0.5)

    def _with_faults(
        self, rows: NDArray[np.int64], boxes: FloatArray, kinds: NDArray[np.int64], count: int
    ) -> tuple[Detections, NDArray[np.int64]]:
        rng, faults = self._rng, self._faults
        flips = rng.random(len(kinds)) < faults.flipped
        kinds = np.where(flips, _FLIPPED[kinds], kinds)
        size = boxes[:, 2:] - boxes[:, :2]
        spread = np.minimum(faults.jitter, 0.08 * np.tile(size, 2))
        seen = boxes + rng.normal(0, 1, boxes.shape) * spread
        again = np.flatnonzero(rng.random(len(kinds)) < faults.repeated)
        seen = np.concatenate([seen, seen[again] + rng.normal(0, 1, (len(again), 4)) * 0.03 * np.tile(size[again], 2)])
        kinds, rows = np.concatenate([kinds, kinds[again]]), np.concatenate([rows, rows[again]])
        confidence = rng.beta(6, 2.5, len(kinds))
        alarms = rng.poisson(faults.false_alarms * np.maximum(1, np.bincount(rows, minlength=count)))
        nothing, what = self._alarms(int(alarms.sum()))
        seen, kinds = np.concatenate([seen, nothing]), np.concatenate([kinds, what])
        rows = np.concatenate([rows, np.repeat(np.arange(count), alarms)])
        confidence = np.concatenate([confidence, rng.uniform(0.2, 0.7, len(what))])
        seen = np.clip(seen, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
        order = np.argsort(rows, kind="stable")
        detections = Detections(seen.astype(np.float32), kinds, confidence.astype(np.float32))[order]
        return detections, np.searchsorted(rows[order], np.arange(count + 1))

    def _alarms(self, count: int) -> tuple[FloatArray, NDArray[np.int64]]:
        kinds = self._rng.choice([int(k) for k in _FALSE_SIZES], count)
        sizes = np.array([_FALSE_SIZES.get(k, (0.0, 0.0)) for k in ObjectClass])[kinds]
        sizes = sizes * self._rng.uniform(0.7, 1.5, (count, 1))
        feet = self._rng.uniform([0, HEIGHT * 0.3], [WIDTH, HEIGHT], (count, 2))
        return np.column_stack([feet[:, 0] - sizes[:, 0] / 2, feet[:, 1] - sizes[:, 1],
                                feet[:, 0] + sizes[:, 0] / 2, feet[:, 1]]), kinds  # fmt: skip

    def _spans(self, per_hour: float, shortest: float, longest: float) -> list[tuple[float, float]]:
        count = self._events.poisson(per_hour * self._street.seconds / 3600)
        starts = np.sort(self._events.uniform(0, self._street.seconds, count))
        return [(float(s), float(s + self._events.uniform(shortest, longest))) for s in starts]


_FLIPPED: NDArray[np.int64] = np.array([int(_FLIPS.get(c, c)) for c in ObjectClass], np.int64)


def _hidden(rows: NDArray[np.int64], boxes: FloatArray) -> FloatArray:
    """(N,) how much of each of N boxes something nearer in the same row of time covers; rows are in order."""
    if not len(rows):
        return np.zeros(0)
    _, starts, counts = np.unique(rows, return_index=True, return_counts=True)
    places = starts[:, None] + np.arange(counts.max())
    there = np.arange(counts.max()) < counts[:, None]
    shares = hidden_shares(boxes[np.minimum(places, len(rows) - 1)], there)
    return shares[there]


def _left_over(box: FloatArray, others: FloatArray) -> FloatArray:
    """(4,) what can be seen of a thing that something nearer hides in part: one side is cut off."""
    left, top, right, bottom = box.tolist()
    seen = [left, top, right, bottom]
    for x0, y0, x1, _ in others[others[:, 3] > bottom + 4].tolist():
        if left < x0 < right <= x1:
            seen[2] = min(seen[2], x0)
        if x0 <= left < x1 < right:
            seen[0] = max(seen[0], x1)
        if x0 <= left and right <= x1 and top < y0 < bottom:
            seen[3] = min(seen[3], y0)
    whole = seen[2] - seen[0] >= 4 and seen[3] - seen[1] >= 4
    return np.array(seen) if whole else box
