"""Tracking: detections of one frame after another become tracks, one object over time.

The method is ByteTrack's (Zhang et al., ECCV 2022): sure detections are matched first, unsure ones may carry a track
on but never start one. It differs where cameras differ from benchmarks: all motion is in seconds, so that 5 and 25
frames a second and dropped frames give the same tracks, and an object that comes back after a gap is known again by
where it must be and by its colours.
"""

from dataclasses import dataclass, field

import cv2
import lap
import numpy as np
from numpy.typing import NDArray

from detector.detections import Detections, IntArray, ObjectClass
from detector.duplicates import FAMILIES, distinct
from detector.geometry import ious

Array = NDArray[np.float64]

_NO_MATCH = 1e6
_SIZE_MEMORY_SECONDS = 0.3

_SIDE = 0.25
"""Whose box must by now lie to a quarter or more outside the picture, and is not seen, has left it."""

_DOUBTFUL_COST = 0.5
"""Boxes that agree less than this (about IoU 0.5) are looked at before they are taken for one object."""

_STRANGE = 0.6
"""Below this likeness of colours, two pictures show two objects; one object in another light stays above it."""


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """What the tracker may be told.

    Attributes:
        start_confidence: a detection surer than this may start a track, where its class has no own threshold.
        sure_confidence: detections surer than this are matched first.
        confirm_seconds: a track is believed once it has been seen for this long and at least three times.
        lost_seconds: a track that is not seen for this long has ended.
        acceleration: how much an object's speed changes, in its own heights per second squared.
    """

    start_confidence: float = 0.35
    sure_confidence: float = 0.3
    confirm_seconds: float = 0.25
    lost_seconds: float = 4.0
    acceleration: float = 0.8


@dataclass(slots=True)
class _State:
    """Kalman state of K tracks: box as centre x, centre y, width, height, each with its speed.

    The four numbers are filtered apart, so a covariance is three numbers: position, cross term, speed.
    """

    box: Array = field(default_factory=lambda: np.empty((0, 4)))
    speed: Array = field(default_factory=lambda: np.empty((0, 4)))
    variance: Array = field(default_factory=lambda: np.empty((0, 4)))
    cross: Array = field(default_factory=lambda: np.empty((0, 4)))
    speed_variance: Array = field(default_factory=lambda: np.empty((0, 4)))

    def __len__(self) -> int:
        return len(self.box)

    def select(self, rows: NDArray[np.bool_]) -> None:
        self.box, self.speed = self.box[rows], self.speed[rows]
        self.variance, self.cross = self.variance[rows], self.cross[rows]
        self.speed_variance = self.speed_variance[rows]

    def append(self, boxes: Array) -> None:
        count, height = len(boxes), boxes[:, 3:4]
        self.box = np.concatenate([self.box, boxes])
        self.speed = np.concatenate([self.speed, np.zeros((count, 4))])
        # A new object is placed to a twentieth of its height and walks at up to about its height a second.
        self.variance = np.concatenate([self.variance, np.repeat((height / 20) ** 2, 4, axis=1)])
        self.cross = np.concatenate([self.cross, np.zeros((count, 4))])
        spread = height * np.array([[0.8, 0.8, 0.1, 0.1]])
        self.speed_variance = np.concatenate([self.speed_variance, spread**2])

    def predict(self, dt: float, acceleration: float) -> None:
        """Move on by ``dt`` seconds: constant speed, white noise on the acceleration."""
        noise = (acceleration * self.box[:, 3:4] * np.array([[1, 1, 0.2, 0.2]])) ** 2
        self.box = self.box + self.speed * dt
        # A box that shrinks is mostly an object half hidden: it does not go on shrinking.
        self.speed[:, 2:] *= np.exp(-dt / _SIZE_MEMORY_SECONDS)
        self.box[:, 2:] = np.maximum(self.box[:, 2:], 1)
        self.variance = self.variance + 2 * dt * self.cross + dt**2 * self.speed_variance + noise * dt**3 / 3
        self.cross = self.cross + dt * self.speed_variance + noise * dt**2 / 2
        self.speed_variance = self.speed_variance + noise * dt

    def correct(self, rows: IntArray, boxes: Array) -> None:
        """Take in (len(rows), 4) measured boxes."""
        measured = (boxes[:, 3:4] / 20) ** 2
        gain = self.variance[rows] / (self.variance[rows] + measured)
        speed_gain = self.cross[rows] / (self.variance[rows] + measured)
        difference = boxes - self.box[rows]
        self.box[rows] += gain * difference
        self.speed[rows] += speed_gain * difference
        self.speed_variance[rows] -= speed_gain * self.cross[rows]
        self.cross[rows] *= 1 - gain
        self.variance[rows] *= 1 - gain


class Tracker:
    """Gives each detection the number of the object that it shows.

    Args:
        settings: see :class:`TrackerSettings`.
        start_confidences: per class number, the confidence that may start a track; the settings' value where absent.
    """

    def __init__(
        self, settings: TrackerSettings | None = None, start_confidences: dict[int, float] | None = None
    ) -> None:
        self.settings = settings or TrackerSettings()
        self.start_from(start_confidences or {})
        self._next_id = 1
        self.restart()

    def start_from(self, confidences: dict[int, float]) -> None:
        """From now on, tracks start from these confidences by class number; others from the settings' value."""
        self._starts = np.full(len(ObjectClass), self.settings.start_confidence)
        for class_id, confidence in confidences.items():
            self._starts[class_id] = confidence

    def restart(self) -> None:
        """Forget all tracks: the picture changed its size, so that nothing is where it was. Numbers go on."""
        self._state = _State()
        self._id: IntArray = np.empty(0, np.int64)
        self._votes: Array = np.empty((0, len(ObjectClass)))
        self._first: Array = np.empty(0)
        self._seen: Array = np.empty(0)
        self._hits: IntArray = np.empty(0, np.int64)
        self._look: list[NDArray[np.float32] | None] = []
        self._time: float | None = None
        self._interval = 0.1
        """Usual seconds from frame to frame: where frames are rare, one that is missed weighs more."""

    def update(self, detections: Detections, seconds: float, image: NDArray[np.uint8] | None = None) -> Detections:
        """Take in one frame.

        Args:
            detections: what the model saw, unsure detections (about 0.1) included.
            seconds: stream time of the frame; a frame that is not newer than the last one is passed over.
            image: (H, W, 3) BGR frame; with it, objects that come back are known by their colours.

        Returns:
            The detections that belong to a believed track, with ``track_id`` set and the class that the track's
            history voted for.
        """
        if self._time is not None:
            if seconds <= self._time:
                return Detections()
            step = min(seconds - self._time, 1.0)
            self._state.predict(step, self.settings.acceleration)
            self._interval += 0.1 * (step - self._interval)
        self._time = seconds
        self._forget(seconds)
        detections = distinct(detections.usable(), families=True)
        row_of = self._match(detections, seconds, image)
        self._take_in(detections, row_of, seconds, image)
        return self._believed(detections, row_of, seconds)

    def _forget(self, seconds: float) -> None:
        """Drop what has not been seen for long; a track seen once or twice is forgotten sooner."""
        patience = np.where(self._hits < 3, max(0.6, 3 * self._interval), self.settings.lost_seconds)
        keep = seconds - self._seen <= patience
        if keep.all():
            return
        self._state.select(keep)
        self._id, self._votes, self._hits = self._id[keep], self._votes[keep], self._hits[keep]
        self._first, self._seen = self._first[keep], self._seen[keep]
        self._look = [look for look, kept in zip(self._look, keep, strict=True) if kept]

    def _match(self, detections: Detections, seconds: float, image: NDArray[np.uint8] | None) -> IntArray:
        """(N,) row of the track that each detection carries on; -1 where there is none."""
        row_of = np.full(len(detections), -1, np.int64)
        if not len(self._state) or not len(detections):
            return row_of
        age = seconds - self._seen
        cost = self._costs(detections, age)
        sure = detections.confidence >= self.settings.sure_confidence
        gone = self._gone(age, image)
        fresh = (age < max(1.0, 3 * self._interval)) & ~gone
        self._assign(row_of, cost, np.flatnonzero(sure), np.flatnonzero(fresh), limit=0.85)
        self._part_strangers(row_of, cost, detections, image)
        self._assign(row_of, cost, np.flatnonzero(~sure), np.flatnonzero(fresh), limit=0.6)
        self._recover(row_of, detections, np.flatnonzero(sure), age, image, gone)
        return row_of

    def _gone(self, age: Array, image: NDArray[np.uint8] | None) -> NDArray[np.bool_]:
        """(K,) who must have left the picture by a side: who comes in there next is somebody else."""
        if image is None:
            return np.zeros(len(age), np.bool_)
        height, width = image.shape[:2]
        centre, size = self._state.box[:, :2], self._state.box[:, 2:]
        outside = (centre[:, 0] < _SIDE * size[:, 0]) | (centre[:, 0] > width - _SIDE * size[:, 0])
        outside |= centre[:, 1] > height - _SIDE * size[:, 1]
        late = age > max(0.3, 1.5 * self._interval)
        left: NDArray[np.bool_] = np.logical_and(outside, late)
        return left

    def _part_strangers(
        self, row_of: IntArray, cost: Array, detections: Detections, image: NDArray[np.uint8] | None
    ) -> None:
        """Undo matches of boxes that hardly agree where the colours do not either: people who meet and part."""
        if image is None:
            return
        rows = np.flatnonzero(row_of >= 0)
        for row in rows[cost[rows, row_of[rows]] > _DOUBTFUL_COST].tolist():
            known = self._look[row_of[row]]
            if known is not None and _likeness(known, colours(image, detections.xyxy[row])) < _STRANGE:
                row_of[row] = -1

    def _costs(self, detections: Detections, age: Array) -> Array:
        """(N, K) 1 - IoU of detections and predicted boxes, grown by what the prediction leaves open."""
        slack = np.sqrt(self._state.variance[:, :2])
        predicted = _corners(self._state.box)
        grow = np.minimum(slack, self._state.box[:, 2:] * 0.5)
        predicted[:, :2] -= grow
        predicted[:, 2:] += grow
        boxes = detections.xyxy.astype(np.float64)
        cost = 1 - ious(boxes, predicted)
        # Ties between people who pass each other go to the one whose size fits.
        heights = (boxes[:, 3] - boxes[:, 1])[:, None] / self._state.box[None, :, 3]
        cost += 0.1 * np.abs(np.log(np.clip(heights, 0.05, 20)))
        cost += 0.05 * np.minimum(age, 1.0)[None, :]
        cost[self._other_family(detections)] = _NO_MATCH
        return cost

    def _other_family(self, detections: Detections) -> NDArray[np.bool_]:
        families = FAMILIES[self._votes.argmax(axis=1)]
        other: NDArray[np.bool_] = np.not_equal(FAMILIES[detections.class_id][:, None], families[None, :])
        return other

    @staticmethod
    def _assign(row_of: IntArray, cost: Array, rows: IntArray, columns: IntArray, limit: float) -> None:
        """Match detections ``rows`` with tracks ``columns``, least total cost, none above ``limit``."""
        rows = rows[row_of[rows] < 0]
        columns = columns[_untaken(row_of, cost.shape[1])[columns]]
        if not len(rows) or not len(columns):
            return
        _, chosen, _ = lap.lapjv(cost[np.ix_(rows, columns)], extend_cost=True, cost_limit=limit)
        matched = chosen >= 0
        row_of[rows[matched]] = columns[chosen[matched]]

    def _recover(
        self,
        row_of: IntArray,
        detections: Detections,
        rows: IntArray,
        age: Array,
        image: NDArray[np.uint8] | None,
        gone: NDArray[np.bool_],
    ) -> None:
        """Objects that come back from behind something: near where they must be, and of the same colours."""
        rows = rows[row_of[rows] < 0]
        lost = np.flatnonzero((self._hits >= 3) & (age > 0) & ~gone)
        lost = lost[_untaken(row_of, len(age))[lost]]
        if image is None or not len(rows) or not len(lost):
            return
        boxes = _centres(detections.xyxy[rows].astype(np.float64))
        reach = self._state.box[lost, 3] * (0.5 + 0.8 * np.minimum(age[lost], 3.0))
        offset = boxes[:, None, :2] - self._state.box[None, lost, :2]
        distance = np.hypot(offset[..., 0], offset[..., 1]) / reach[None, :]
        size = np.abs(np.log(boxes[:, None, 3] / self._state.box[None, lost, 3]))
        other = self._other_family(detections[rows])[:, lost]
        cost = np.where((distance < 1) & (size < 0.5) & ~other, distance, _NO_MATCH)
        for i, j in zip(*np.nonzero(cost < 1), strict=True):
            known = self._look[lost[j]]
            likeness = 0.0 if known is None else _likeness(known, colours(image, detections.xyxy[rows[i]]))
            cost[i, j] = _NO_MATCH if likeness < _STRANGE else 0.5 * distance[i, j] + (1 - likeness)
        _, chosen, _ = lap.lapjv(cost, extend_cost=True, cost_limit=1.0)
        matched = chosen >= 0
        row_of[rows[matched]] = lost[chosen[matched]]

    def _take_in(
        self,
        detections: Detections,
        row_of: IntArray,
        seconds: float,
        image: NDArray[np.uint8] | None,
    ) -> None:
        matched = np.flatnonzero(row_of >= 0)
        boxes = _centres(detections.xyxy.astype(np.float64))
        tracks = row_of[matched]
        self._state.correct(tracks, boxes[matched])
        gap = seconds - self._seen[tracks]
        self._seen[tracks] = seconds
        self._hits[tracks] += 1
        self._votes[tracks, detections.class_id[matched]] += detections.confidence[matched]
        starts = np.flatnonzero((row_of < 0) & (detections.confidence >= self._starts[detections.class_id]))
        starts = starts[self._free(detections, starts)]
        count = len(starts)
        row_of[starts] = len(self._state) + np.arange(count)
        self._state.append(boxes[starts])
        self._id = np.concatenate([self._id, self._next_id + np.arange(count)])
        self._next_id += count
        votes = np.zeros((count, len(ObjectClass)))
        votes[np.arange(count), detections.class_id[starts]] = detections.confidence[starts]
        self._votes = np.concatenate([self._votes, votes])
        self._first = np.concatenate([self._first, np.full(count, seconds)])
        self._seen = np.concatenate([self._seen, np.full(count, seconds)])
        self._hits = np.concatenate([self._hits, np.ones(count, np.int64)])
        self._look.extend([None] * count)
        if image is not None:
            self._learn_looks(detections, matched, row_of, gap, image)

    def _free(self, detections: Detections, starts: IntArray) -> NDArray[np.bool_]:
        """(len(starts),) false where a sure box only repeats one that already has a track in this frame."""
        taken = self._seen == self._time
        if not len(starts) or not taken.any():
            return np.ones(len(starts), np.bool_)
        same = ious(detections.xyxy[starts], _corners(self._state.box[taken])) > 0.7
        family = FAMILIES[detections.class_id[starts]][:, None]
        same &= family == FAMILIES[self._votes[taken].argmax(axis=1)][None, :]
        return np.logical_not(same.any(axis=1))

    def _learn_looks(
        self,
        detections: Detections,
        matched: IntArray,
        row_of: IntArray,
        gap: Array,
        image: NDArray[np.uint8],
    ) -> None:
        """Remember colours of tracks that stand clear of others; a few times a second is enough."""
        if not len(matched):
            return
        crowd = ious(detections.xyxy[matched], detections.xyxy) > 0.15
        clear = crowd.sum(axis=1) <= 1
        for i in np.flatnonzero(clear & (gap >= 0)):
            track = int(row_of[matched[i]])
            if self._look[track] is not None and self._hits[track] % 4:
                continue
            look = colours(image, detections.xyxy[matched[i]])
            known = self._look[track]
            self._look[track] = look if known is None else 0.8 * known + 0.2 * look

    def _believed(self, detections: Detections, row_of: IntArray, seconds: float) -> Detections:
        tracked = np.flatnonzero(row_of >= 0)
        rows = row_of[tracked]
        long_enough = seconds - self._first[rows] >= self.settings.confirm_seconds
        believed = (self._hits[rows] >= 3) & long_enough
        chosen, rows = tracked[believed], rows[believed]
        result = detections[chosen]
        result.class_id = self._votes[rows].argmax(axis=1).astype(np.int64)
        result.track_id = self._id[rows]
        return result


def _untaken(row_of: IntArray, count: int) -> NDArray[np.bool_]:
    """(count,) the tracks that no detection has been matched with."""
    free = np.ones(count, np.bool_)
    free[row_of[row_of >= 0]] = False
    return free


def colours(image: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
    """What an object looks like: (96,) hue-saturation histograms of the box's upper and lower half, summing to 1.

    The sides of the box are left out, since they show the ground behind.
    """
    height, width = image.shape[:2]
    inset = 0.15 * (box[2] - box[0])
    left, right = int(max(box[0] + inset, 0)), int(min(box[2] - inset, width))
    top, middle, bottom = int(max(box[1], 0)), int((box[1] + box[3]) / 2), int(min(box[3], height))
    parts = []
    for y0, y1 in ((top, middle), (middle, bottom)):
        patch = image[max(y0, 0) : min(y1, height), left:right]
        if patch.size == 0:
            parts.append(np.full(48, 1 / 96, np.float32))
            continue
        hsv = cv2.cvtColor(patch, cv2.COLOR_BGR2HSV)
        chroma = cv2.calcHist([hsv], [0, 1], None, [8, 4], [0, 180, 0, 256]).ravel()
        light = cv2.calcHist([hsv], [2], None, [16], [0, 256]).ravel()
        both = np.concatenate([chroma, light])
        parts.append((both / (2 * both.sum())).astype(np.float32))
    return np.concatenate(parts)


def _likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Bhattacharyya coefficient of two histograms: 1 for the same, 0 for nothing in common."""
    return float(np.sqrt(a * b).sum())


def _centres(boxes: Array) -> Array:
    """(N, 4) left, top, right, bottom as centre x, centre y, width, height."""
    return np.column_stack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])


def _corners(boxes: Array) -> Array:
    """(N, 4) centre x, centre y, width, height as left, top, right, bottom."""
    half = boxes[:, 2:] / 2
    return np.column_stack([boxes[:, :2] - half, boxes[:, :2] + half])
