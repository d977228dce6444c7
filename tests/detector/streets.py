"""Small streets for tests: things that move and stand on a plain picture, at any frame rate, with gaps and faults."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.detections import Detections, ObjectClass
from detector.geometry import intersections
from detector.outbox import Outbox
from detector.pipeline import Pipeline
from detector.scene import Scene
from detector.sources import Frame
from detector.violations import Violation

Image = NDArray[np.uint8]
Paint = Callable[[Image, float], None]
Zone = dict[str, object]

WIDTH, HEIGHT = 640, 360
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""A Tuesday, 12:00 in the district."""

THRESHOLDS = dict.fromkeys(ObjectClass, 0.3)

ROAD: Zone = {"name": "road", "kind": "carriageway", "polygon": [[0, 0.4], [1, 0.4], [1, 0.85], [0, 0.85]]}
KERB: Zone = {"name": "kerb", "kind": "no_parking", "polygon": [[0, 0.4], [1, 0.4], [1, 0.95], [0, 0.95]]}


@dataclass
class Thing:
    """Something on the street.

    Attributes:
        kind: what it is.
        size: width and height in pixels.
        way: (seconds, x, y) of its ground point in pixels; straight between, there from the first to the last.
        unseen: spans of seconds in which the model does not see it, though it is in plain view.
        look: things with one number look alike.
    """

    kind: ObjectClass
    size: tuple[float, float]
    way: Sequence[tuple[float, float, float]]
    unseen: Sequence[tuple[float, float]] = ()
    look: int = 0

    def box(self, seconds: float) -> NDArray[np.float64] | None:
        times, xs, ys = (np.array(column) for column in zip(*self.way, strict=True))
        if not times[0] <= seconds <= times[-1]:
            return None
        x, y = np.interp(seconds, times, xs), np.interp(seconds, times, ys)
        return np.array([x - self.size[0] / 2, y - self.size[1], x + self.size[0] / 2, y])

    def pattern(self) -> Image:
        rng = np.random.default_rng((int(self.kind), self.look))
        coarse = rng.integers(0, 256, (5, 4, 3), dtype=np.uint8)
        size = (max(2, round(self.size[0])), max(2, round(self.size[1])))
        return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def person(*way: tuple[float, float, float], look: int = 0) -> Thing:
    return Thing(ObjectClass.PERSON, (24, 60), way, look=look)


def tricycle(*way: tuple[float, float, float], look: int = 0) -> Thing:
    return Thing(ObjectClass.E_TRICYCLE, (110, 80), way, look=look)


def garbage(x: float, y: float, start: float, end: float, look: int = 0) -> Thing:
    return Thing(ObjectClass.GARBAGE, (36, 26), [(start, x, y), (end, x, y)], look=look)


@dataclass
class Street:
    """Things, the later ones in front of the earlier ones.

    Attributes:
        things: what moves and stands here.
        paint: changes the finished picture: lamps, headlights, dusk.
        fps: frames a second.
        dropped: share of frames that are lost.
        missed: share of objects that the model does not see in a frame.
        jitter: standard deviation of each box edge, pixels.
        seed: of all that is random.
    """

    things: Sequence[Thing]
    paint: Paint | None = None
    fps: float = 10.0
    dropped: float = 0.0
    missed: float = 0.0
    jitter: float = 0.0
    seed: int = 1
    _patterns: dict[int, Image] = field(default_factory=dict)

    def frames(self, start: float, end: float) -> Iterator[tuple[Frame, Detections]]:
        """Frames and detections from one second of the street's life to another; stream time begins at 0."""
        rng = np.random.default_rng(self.seed)
        ground = np.random.default_rng(0).integers(90, 120, (HEIGHT // 4, WIDTH // 4, 3), dtype=np.uint8)
        plain = np.asarray(cv2.resize(ground, (WIDTH, HEIGHT)), np.uint8)
        for number in range(round((end - start) * self.fps) + 1):
            now = start + number / self.fps
            if number and rng.random() < self.dropped:
                continue
            frame = Frame(plain.copy(), NOON + timedelta(seconds=now), now - start, number)
            yield frame, self._see(frame.image, now, rng)

    def _see(self, image: Image, now: float, rng: np.random.Generator) -> Detections:
        boxes: list[NDArray[np.float64]] = []
        kinds: list[int] = []
        for thing in self.things:
            box = thing.box(now)
            if box is None:
                continue
            self._draw(image, thing, box)
            if boxes:  # what stands behind is seen no more where it is mostly covered
                covered = intersections(boxes, box)[:, 0] / np.array([(b[2] - b[0]) * (b[3] - b[1]) for b in boxes])
                boxes, kinds = (
                    [b for b, c in zip(boxes, covered, strict=True) if c < 0.6],
                    [k for k, c in zip(kinds, covered, strict=True) if c < 0.6],
                )
            hit = rng.random() >= self.missed and not any(a <= now <= b for a, b in thing.unseen)
            inside = box[2] > 2 and box[0] < WIDTH - 2
            if hit and inside:
                seen = box + rng.normal(0, self.jitter, 4) if self.jitter else box
                boxes.append(np.clip(seen, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT]))
                kinds.append(int(thing.kind))
        if self.paint is not None:
            self.paint(image, now)
        if not boxes:
            return Detections()
        return rows_of(np.stack(boxes), kinds, np.full(len(boxes), 0.8))

    def _draw(self, image: Image, thing: Thing, box: NDArray[np.float64]) -> None:
        if id(thing) not in self._patterns:
            self._patterns[id(thing)] = thing.pattern()
        pattern = self._patterns[id(thing)]
        left, top = round(float(box[0])), round(float(box[1]))
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + pattern.shape[1], WIDTH), min(top + pattern.shape[0], HEIGHT)
        if x1 > x0 and y1 > y0:
            image[y0:y1, x0:x1] = pattern[y0 - top : y1 - top, x0 - left : x1 - left]


def rows_of(
    boxes: ArrayLike, classes: ArrayLike, confidences: ArrayLike, tracks: ArrayLike | None = None
) -> Detections:
    """Detections from whatever numpy can read."""
    return Detections(
        np.asarray(boxes, np.float32),
        np.asarray(classes, np.int64),
        np.asarray(confidences, np.float32),
        None if tracks is None else np.asarray(tracks, np.int64),
    )


def scene(*zones: Zone, ground: object = None, **rules: dict[str, float]) -> Scene:
    """A scene with zones and with the rules that are named, each with its settings."""
    return Scene.model_validate({"camera": {"id": "gate-1"}, "zones": zones, "rules": rules, "ground": ground})


def pipeline(place: Scene, outbox: Path | None = None) -> Pipeline:
    """A pipeline that keeps its evidence where one says so."""
    return Pipeline(place, thresholds=THRESHOLDS, shelf=Outbox(outbox) if outbox else None)


def follow(watcher: Pipeline, street: Street, start: float, end: float, *, finish: bool = False) -> list[Violation]:
    """What a pipeline reports of a street between two seconds of its life."""
    found = [v for frame, seen in street.frames(start, end) for v in watcher.process(frame, seen)]
    return found + (watcher.finish() if finish else [])


def violations(place: Scene, street: Street, end: float) -> list[Violation]:
    """All that a street's whole life gives."""
    return follow(pipeline(place), street, 0, end, finish=True)
