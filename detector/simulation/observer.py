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
from detector.simulation.street import Street, hidden_share, inside_share
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
        self._stalls = self._spans(faults.stalls, 2.0, 15.0)
        self._glares = self._spans(faults.lights, 0.5, 6.0)
        self._lights = [(start, self._events.uniform(0.45, 1.15)) for start, _ in self._spans(faults.lights, 1, 2)]
        self._jumps = [(start, self._events.uniform(-3600, 3600)) for start, _ in self._spans(faults.clock_jumps, 1, 2)]

    def __iter__(self) -> Iterator[tuple[Frame, Detections]]:
        """Frames in order of time."""
        count = round(self._street.seconds * self._fps)
        for block in range(0, count, _BLOCK):
            numbers = np.arange(block, min(block + _BLOCK, count))
            boxes = self._street.boxes(numbers / self._fps)
            kept = self._rng.random(len(numbers)) >= self._faults.dropped
            for row in np.flatnonzero(kept):
                number, seconds = int(numbers[row]), float(numbers[row] / self._fps)
                if not any(a <= seconds < b for a, b in self._stalls):
                    yield self._frame(number, seconds), self._see(boxes[row], seconds)

    def _frame(self, number: int, seconds: float) -> Frame:
        jump = sum(by for at, by in self._jumps if seconds >= at)
        return Frame(self._canvas.image, NOON + timedelta(seconds=seconds + jump), seconds, number)

    def _see(self, boxes: FloatArray, seconds: float) -> Detections:
        """Draw what is there and answer what the model makes of it."""
        there = np.flatnonzero(np.isfinite(boxes[:, 0]))
        there = there[np.argsort(boxes[there, 3], kind="stable")]
        there = there[inside_share(boxes[there]) > 0.05]
        self._canvas.set_light(next((light for at, light in reversed(self._lights) if seconds >= at), 1.0))
        self._canvas.draw(there, boxes[there])
        self._paint(boxes[there], seconds)
        hidden = hidden_share(boxes[there])
        inside = inside_share(boxes[there])
        seen = (hidden < 0.6) & (inside > 0.3) & (self._rng.random(len(there)) >= self._faults.missed)
        rows = there[seen]
        return self._with_faults(_left_over(boxes[rows], hidden[seen], boxes[there]), self._kinds[rows])

    def _paint(self, boxes: FloatArray, seconds: float) -> None:
        layout = self._street.layout
        if layout.red is not None:
            self._canvas.paint(LAMP, (0, 0, 255) if layout.lamp_is_red(seconds) else (0, 255, 0))
        if any(a <= seconds < b for a, b in self._glares):
            for box in boxes:
                self._canvas.glare(box, 0.5)

    def _with_faults(self, boxes: FloatArray, kinds: NDArray[np.int64]) -> Detections:
        rng, faults = self._rng, self._faults
        flips = rng.random(len(kinds)) < faults.flipped
        kinds = np.where(flips, _FLIPPED[kinds], kinds)
        size = boxes[:, 2:] - boxes[:, :2]
        spread = np.minimum(faults.jitter, 0.08 * np.tile(size, 2))
        seen = boxes + rng.normal(0, 1, boxes.shape) * spread
        again = np.flatnonzero(rng.random(len(kinds)) < faults.repeated)
        seen = np.concatenate([seen, seen[again] + rng.normal(0, 1, (len(again), 4)) * 0.03 * np.tile(size[again], 2)])
        kinds = np.concatenate([kinds, kinds[again]])
        confidence = rng.beta(6, 2.5, len(kinds))
        alarms = rng.poisson(faults.false_alarms * max(1, len(kinds)))
        if alarms:
            nothing, what = self._alarms(int(alarms))
            seen, kinds = np.concatenate([seen, nothing]), np.concatenate([kinds, what])
            confidence = np.concatenate([confidence, rng.uniform(0.2, 0.7, int(alarms))])
        seen = np.clip(seen, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
        return Detections(seen.astype(np.float32), kinds, confidence.astype(np.float32))

    def _alarms(self, count: int) -> tuple[FloatArray, NDArray[np.int64]]:
        kinds = self._rng.choice([int(k) for k in _FALSE_SIZES], count)
        sizes = np.array([_FALSE_SIZES[ObjectClass(k)] for k in kinds]) * self._rng.uniform(0.7, 1.5, (count, 1))
        feet = self._rng.uniform([0, HEIGHT * 0.3], [WIDTH, HEIGHT], (count, 2))
        return np.column_stack([feet[:, 0] - sizes[:, 0] / 2, feet[:, 1] - sizes[:, 1],
                                feet[:, 0] + sizes[:, 0] / 2, feet[:, 1]]), kinds  # fmt: skip

    def _spans(self, per_hour: float, shortest: float, longest: float) -> list[tuple[float, float]]:
        count = self._events.poisson(per_hour * self._street.seconds / 3600)
        starts = np.sort(self._events.uniform(0, self._street.seconds, count))
        return [(float(s), float(s + self._events.uniform(shortest, longest))) for s in starts]


_FLIPPED: NDArray[np.int64] = np.array([int(_FLIPS.get(c, c)) for c in ObjectClass], np.int64)


def _left_over(boxes: FloatArray, hidden: FloatArray, all_boxes: FloatArray) -> FloatArray:
    """(N, 4) the boxes of what can be seen of things that something nearer hides in part: one side is cut off."""
    result = boxes.copy()
    for row in np.flatnonzero(hidden > _PARTLY_HIDDEN):
        left, top, right, bottom = boxes[row]
        for other in all_boxes[all_boxes[:, 3] > bottom + 4]:
            cuts = {
                2: other[0] if left < other[0] < right <= other[2] else None,
                0: other[2] if other[0] <= left < other[2] < right else None,
                3: other[1] if other[0] <= left and right <= other[2] and top < other[1] < bottom else None,
            }
            for side, at in cuts.items():
                if at is not None:
                    result[row, side] = min(result[row, side], at) if side else max(result[row, side], at)
    bad = (result[:, 2:] - result[:, :2] < 4).any(axis=1)
    result[bad] = boxes[bad]
    return result
