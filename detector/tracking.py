"""Tracking: detections of one frame after another become tracks, one object over time.

The method is ByteTrack's (Zhang et al., ECCV 2022): sure detections are matched first, unsure ones may carry a track
on but never start one. It differs where cameras differ from benchmarks: all motion is in seconds, so that 5 and 25
frames a second and dropped frames give the same tracks, and an object that comes back after a gap is known again by
where it must be and by its colours.
"""

import math
from dataclasses import dataclass
from typing import Final

import lap
import numpy as np
from numpy.typing import NDArray

from detector.colours import COLOURS, colours, likeness
from detector.detections import BoolArray, Detections, IntArray, ObjectClass
from detector.duplicates import FAMILIES, distinct
from detector.geometry import areas, intersections, ious
from detector.half_hidden import completed, covered, hidden_sides, see_half_hidden
from detector.kalman import Array, BoxFilter
from detector.matching import NO_MATCH, assign, untaken
from detector.parts import Part

Image = NDArray[np.uint8]

_SIDE = 0.25
"""Whose box must by now lie to a quarter or more outside the picture, and is not seen, has left it."""

_DOUBTFUL_COST = 0.5
"""Boxes that agree less than this (about IoU 0.5) are looked at before they are taken for one object."""

_FAR_COST = 0.65
"""Boxes of two frames one after another that agree less than this, and look otherwise, show two objects, whoever else
is near; after a gap nobody knows where the object is."""

_LEARN_SECONDS: Final = 0.5
_BELIEVED: Final = 3
_NO_ROWS: Final[IntArray] = np.empty(0, np.int64)

_MEETING: Final = 0.3
"""Of whom so much must lie in another one's box, either may be followed by the other's track from then on."""

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
        self._state = BoxFilter()
        self._id: IntArray = np.empty(0, np.int64)
        self._votes: Array = np.empty((0, len(ObjectClass)))
        self._first: Array = np.empty(0)
        self._seen: Array = np.empty(0)
        self._hits: IntArray = np.empty(0, np.int64)
        self._colours: NDArray[np.float32] = np.empty((0, COLOURS), np.float32)
        self._coloured: BoolArray = np.empty(0, np.bool_)
        """Of which tracks the colours are known."""
        self._looked = -math.inf
        """When colours were learnt last of all tracks at once."""
        self.rows = _NO_ROWS
        """Which of the last frame's detections the believed tracks were seen as, in the order of the answer."""
        self._time: float | None = None
        self._interval = 0.1
        """Usual seconds from frame to frame: where frames are rare, one that is missed weighs more."""

    def update(
        self, detections: Detections, seconds: float, image: Image | None = None, part: Part | None = None
    ) -> Detections:
        """Take in one frame.

        Args:
            detections: what the model saw, unsure detections (about 0.1) included.
            seconds: stream time of the frame; a frame that is not newer than the last one is passed over.
            image: (H, W, 3) BGR frame; with it, objects that come back are known by their colours.
            part: what of the image was looked at, all of it where None; no object is missed where nobody looked.

        Returns:
            The detections that belong to a believed track, with ``track_id`` set and the class that the track's
            history voted for.
        """
        if self._time is not None:
            if seconds <= self._time:
                self.rows = _NO_ROWS
                return Detections()
            step = min(seconds - self._time, 1.0)
            self._state.predict(step, self.settings.acceleration)
            self._interval += 0.1 * (step - self._interval)
            if part is not None and image is not None:
                places = _corners(self._state.box) / np.array([image.shape[1], image.shape[0]] * 2)
                # Who must be outside the picture by now is missed all the same.
                here = (places[:, 2:] > 0).all(axis=1) & (places[:, :2] < 1).all(axis=1)
                self._seen[here & ~part.holds(places.clip(0, 1))] += seconds - self._time
        self._time = seconds
        self._forget(seconds)
        self.rows = _NO_ROWS
        numbered = detections.with_tracks(np.arange(len(detections)))
        detections = distinct(numbered.usable(), families=True)
        if not len(detections):
            return detections
        boxes = detections.xyxy.astype(np.float64)
        sides = hidden_sides(boxes, detections.is_of(ObjectClass.PERSON))
        row_of, doubtful = self._match(detections, boxes, sides, seconds, image)
        self._take_in(detections, boxes, sides, row_of, seconds)
        if image is not None:
            self._learn_colours(detections, row_of, doubtful, seconds, image)
        return self._believed(detections, row_of, seconds)

    def people(self) -> Array:
        """(N, 4) where believed tracks of people must be who were seen within the last second; pixels."""
        rows = (self._hits >= _BELIEVED) & (self._votes.argmax(axis=1) == ObjectClass.PERSON)
        rows &= (self._time or 0.0) - self._seen <= 1.0
        return _corners(self._state.box[rows])

    def _forget(self, seconds: float) -> None:
        """Drop what has not been seen for long; a track seen once or twice is forgotten sooner."""
        patience = np.where(self._hits < 3, max(0.6, 3 * self._interval), self.settings.lost_seconds)
        keep = seconds - self._seen <= patience
        if keep.all():
            return
        self._state.select(keep)
        self._id, self._votes, self._hits = self._id[keep], self._votes[keep], self._hits[keep]
        self._first, self._seen = self._first[keep], self._seen[keep]
        self._colours, self._coloured = self._colours[keep], self._coloured[keep]

    def _match(
        self, detections: Detections, boxes: Array, sides: BoolArray, seconds: float, image: Image | None
    ) -> tuple[IntArray, BoolArray]:
        """(N,) row of the track that each detection carries on, -1 where there is none; (N,) whether in doubt."""
        row_of = np.full(len(detections), -1, np.int64)
        if not len(self._state):
            return row_of, np.zeros(len(detections), np.bool_)
        age = seconds - self._seen
        other = FAMILIES[detections.class_id][:, None] != FAMILIES[self._votes.argmax(axis=1)]
        cost = self._costs(boxes, sides, age)
        cost[other] = NO_MATCH
        sure = detections.confidence >= self.settings.sure_confidence
        gone = self._gone(age, image)
        fresh = (age < max(1.0, 3 * self._interval)) & ~gone
        assign(row_of, cost, sure, fresh, limit=0.85)
        self._part_strangers(row_of, cost, detections, boxes, age, image)
        if not sure.all():
            assign(row_of, cost, ~sure, fresh, limit=0.6)
        if image is not None:
            self._recover(row_of, detections, boxes, sure, age, image, gone, other)
        return row_of, cost[np.arange(len(row_of)), row_of] > _DOUBTFUL_COST

    def _gone(self, age: Array, image: Image | None) -> BoolArray:
        """(K,) who must have left the picture by a side: who comes in there next is somebody else."""
        late = age > max(0.3, 1.5 * self._interval)
        if image is None or not late.any():
            return np.zeros(len(age), np.bool_)
        height, width = image.shape[:2]
        x, y, wide, high = self._state.box.T
        outside = (x < _SIDE * wide) | (x > width - _SIDE * wide) | (y > height - _SIDE * high)
        left: BoolArray = outside & late
        return left

    def _part_strangers(
        self, row_of: IntArray, cost: Array, detections: Detections, boxes: Array, age: Array, image: Image | None
    ) -> None:
        """Undo matches of boxes that hardly agree, or of people who meet, where another's colours agree.

        Where nobody else is near, who looks otherwise than before stands in another light; who is half hidden shows
        another's colours.
        """
        if image is None:
            return
        rows = (detections.is_of(ObjectClass.PERSON) & (row_of >= 0)).nonzero()[0]
        doubtful = cost[rows, row_of[rows]] > _DOUBTFUL_COST
        keep = self._coloured[row_of[rows]] & (doubtful | self._meets()[row_of[rows]])
        rows, doubtful = rows[keep], doubtful[keep]
        clear = ~covered(boxes, rows)
        rows, doubtful = rows[clear], doubtful[clear]
        if not len(rows):
            return
        looks = colours(image, detections.xyxy[rows])
        strange = likeness(self._colours[row_of[rows]], looks) < _STRANGE
        if not strange.any():
            return
        rows, looks, doubtful = rows[strange], looks[strange], doubtful[strange]
        others = (self._coloured & (self._hits >= 3)).nonzero()[0]
        near = (self._distances(_centres(boxes[rows]), others, age) < 1) & (cost[np.ix_(rows, others)] < NO_MATCH)
        alike = likeness(self._colours[others], looks[:, None]) >= _STRANGE
        tracks = row_of[rows]
        far = (cost[rows, tracks] > _FAR_COST) & (age[tracks] < 1.5 * self._interval)
        # Where boxes agree, another one's colours count only if that one can be had.
        free = untaken(row_of, len(age))
        free[tracks] = True
        row_of[rows[far | (near & alike & (doubtful[:, None] | free[others])).any(axis=1)]] = -1

    def _meets(self) -> BoolArray:
        """(K,) whose box another known person must be in too, seen or hidden by it: there tracks change over."""
        people = (self._votes.argmax(axis=1) == ObjectClass.PERSON) & (self._hits >= 3)
        predicted = _corners(self._state.box)
        shared = intersections(predicted, predicted[people])
        meets: BoolArray = (shared > _MEETING * areas(predicted[people])).sum(axis=1) > people
        return meets

    def _distances(self, found: Array, tracks: IntArray, age: Array) -> Array:
        """(N, len(tracks)) how far boxes are from where tracks must be, by how far those may have gone."""
        known = self._state.box[tracks]
        reach = known[:, 3] * (0.5 + 0.8 * np.minimum(age[tracks], 3.0))
        distance: Array = np.hypot(found[:, 0, None] - known[:, 0], found[:, 1, None] - known[:, 1]) / reach
        return distance

    def _costs(self, boxes: Array, sides: BoolArray, age: Array) -> Array:
        """(N, K) 1 - IoU of detections and predicted boxes, or those grown by what the prediction leaves open."""
        size = self._state.box[:, 2:]
        half = size * 0.5
        half += np.minimum(np.sqrt(self._state.variance[:, :2]), half)
        grown = np.concatenate([self._state.box[:, :2] - half, self._state.box[:, :2] + half], axis=1)
        predicted = _corners(self._state.box)
        # In a grown box the larger of two people would always win, wherever they stand.
        cost = np.maximum(ious(boxes, predicted), ious(boxes, grown))
        see_half_hidden(cost, boxes, sides, self._state.box, predicted)
        np.subtract(1, cost, out=cost)
        # Ties between people who pass each other go to the one whose size fits.
        heights = np.log(boxes[:, 3] - boxes[:, 1])[:, None] - np.log(size[:, 1])
        np.abs(heights, out=heights)
        heights *= 0.1
        cost += heights
        cost += 0.05 * np.minimum(age, 1.0)
        return cost

    def _recover(
        self, row_of: IntArray, detections: Detections, boxes: Array, sure: BoolArray, age: Array, image: Image,
        gone: BoolArray, other: BoolArray,
    ) -> None:  # fmt: skip
        """Objects that come back from behind something: near where they must be, and of the same colours."""
        rows = (sure & (row_of < 0)).nonzero()[0]
        lost = ((self._hits >= 3) & (age > 0) & ~gone & untaken(row_of, len(age))).nonzero()[0]
        if not len(rows) or not len(lost):
            return
        found = _centres(boxes[rows])
        distance = self._distances(found, lost, age)
        size = np.abs(np.log(found[:, 3, None] / self._state.box[lost, 3]))
        possible = (distance < 1) & (size < 0.5) & ~other[np.ix_(rows, lost)] & self._coloured[lost]
        i, j = possible.nonzero()
        if not len(i):
            return
        alike = likeness(self._colours[lost[j]], colours(image, detections.xyxy[rows])[i])
        cost = np.full(distance.shape, NO_MATCH)
        cost[i, j] = np.where(alike < _STRANGE, NO_MATCH, 0.5 * distance[i, j] + (1 - alike))
        _, chosen, _ = lap.lapjv(cost, extend_cost=True, cost_limit=1.0)
        matched = chosen >= 0
        row_of[rows[matched]] = lost[chosen[matched]]

    def _take_in(
        self, detections: Detections, boxes: Array, sides: BoolArray, row_of: IntArray, seconds: float
    ) -> None:
        """Correct the tracks that are seen, and start new ones."""
        matched = (row_of >= 0).nonzero()[0]
        if len(matched):
            tracks = row_of[matched]
            whole = completed(boxes[matched], sides[matched], self._state.box[tracks])
            self._state.correct(tracks, _centres(whole))
            self._seen[tracks] = seconds
            self._hits[tracks] += 1
            self._votes[tracks, detections.class_id[matched]] += detections.confidence[matched]
        if len(matched) == len(row_of):
            return
        starts = ((row_of < 0) & (detections.confidence >= self._starts[detections.class_id])).nonzero()[0]
        starts = starts[self._free(detections, boxes, starts)]
        count = len(starts)
        if not count:
            return
        row_of[starts] = len(self._state) + np.arange(count)
        self._state.append(_centres(boxes[starts]))
        self._id = np.concatenate([self._id, self._next_id + np.arange(count)])
        self._next_id += count
        votes = np.zeros((count, len(ObjectClass)))
        votes[np.arange(count), detections.class_id[starts]] = detections.confidence[starts]
        self._votes = np.concatenate([self._votes, votes])
        self._first = np.concatenate([self._first, np.full(count, seconds)])
        self._seen = np.concatenate([self._seen, np.full(count, seconds)])
        self._hits = np.concatenate([self._hits, np.ones(count, np.int64)])
        self._colours = np.concatenate([self._colours, np.zeros((count, COLOURS), np.float32)])
        self._coloured = np.concatenate([self._coloured, np.zeros(count, np.bool_)])

    def _free(self, detections: Detections, boxes: Array, starts: IntArray) -> BoolArray:
        """(len(starts),) false where a sure box only repeats one that already has a track in this frame."""
        taken = self._seen == self._time
        if not len(starts) or not taken.any():
            return np.ones(len(starts), np.bool_)
        same = ious(boxes[starts], _corners(self._state.box[taken])) > 0.7
        family = FAMILIES[detections.class_id[starts]][:, None]
        same &= family == FAMILIES[self._votes[taken].argmax(axis=1)]
        free: BoolArray = np.logical_not(same.any(axis=1))
        return free

    def _learn_colours(
        self, detections: Detections, row_of: IntArray, doubtful: BoolArray, seconds: float, image: Image
    ) -> None:
        """Remember colours of tracks that stand clear of others; twice a second is enough."""
        rows = ((row_of >= 0) & ~doubtful).nonzero()[0]
        rows = rows[self._hits[row_of[rows]] > 1]
        if seconds - self._looked < _LEARN_SECONDS:
            rows = rows[~self._coloured[row_of[rows]]]
        else:
            self._looked = seconds
        if not len(rows):
            return
        crowd = ious(detections.xyxy[rows], detections.xyxy) > 0.15
        rows = rows[crowd.sum(axis=1) <= 1]
        if not len(rows):
            return
        tracks = row_of[rows]
        now = colours(image, detections.xyxy[rows])
        known = self._coloured[tracks][:, None]
        self._colours[tracks] = np.where(known, 0.8 * self._colours[tracks] + 0.2 * now, now)
        self._coloured[tracks] = True

    def _believed(self, detections: Detections, row_of: IntArray, seconds: float) -> Detections:
        tracked = (row_of >= 0).nonzero()[0]
        rows = row_of[tracked]
        believed = (self._hits[rows] >= _BELIEVED) & (seconds - self._first[rows] >= self.settings.confirm_seconds)
        chosen, rows = tracked[believed], rows[believed]
        result = detections[chosen]
        self.rows = result.tracks
        result.class_id = self._votes[rows].argmax(axis=1)
        result.track_id = self._id[rows]
        return result


def _centres(boxes: Array) -> Array:
    """(N, 4) left, top, right, bottom as centre x, centre y, width, height."""
    result = np.empty_like(boxes)
    np.add(boxes[:, :2], boxes[:, 2:], out=result[:, :2])
    result[:, :2] *= 0.5
    np.subtract(boxes[:, 2:], boxes[:, :2], out=result[:, 2:])
    return result


def _corners(boxes: Array) -> Array:
    """(N, 4) centre x, centre y, width, height as left, top, right, bottom."""
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
