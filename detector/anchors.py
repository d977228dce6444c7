"""Still objects remembered by place and look, across lost tracks, hiding and restarts.

A tracker's number is a bad memory: it changes when a bus passes or the light does. An anchor is an object that stands
still, known by where it stands and by a small grey patch of what it looks like there.
"""

import math
from datetime import UTC, datetime
from typing import Final

import numpy as np
import structlog

from detector.anchor import Anchor, AnchorSettings, MemoryState
from detector.comparison import Comparison, Seen
from detector.detections import Detections, IntArray, ObjectClass
from detector.duplicates import centred_within, show_one_object
from detector.geometry import FloatArray, areas, ious
from detector.growth import around, grown
from detector.looks import look_likeness, patch_look
from detector.moments import Moment
from detector.sources import Frame

_log = structlog.get_logger(__name__)

_LOOK_SECONDS: Final = 0.2
"""A place that the model sees nothing at is looked at this often; more often costs time and tells nothing new."""
_OVERLOOKED_SECONDS: Final = 0.3
"""A model overlooks things for a frame or two; only what stays unseen for longer needs a look."""
_SETTLING_SECONDS: Final = 0.5
_LEARN_SECONDS: Final = 1.0
_LOOK_MEMORY_SECONDS: Final = 5.0
"""What comes to rest shows its look at once, what rests changes it slowly: headlights pass and dusk falls."""
_BOX_SECONDS: Final = 10.0
"""How slowly an anchor's box follows the model's boxes: jitter evens out, and what creeps away is left behind."""
_SHRINK_SECONDS: Final = 120.0
"""The same for boxes that show less: things do not shrink, something nearer cuts them off, which may be hidden too."""
_STILL_THERE_SECONDS: Final = 0.5
_PASSING_GAP_SECONDS: Final = 2.5
"""What has hardly come to rest is forgotten when unseen for so long: longer than from one close look to the next."""
_HIDING: Final = 0.3
"""Something in front that covers this share of a place hides what stands there."""
_ARRIVED: Final = 0.2
"""An object whose centre is this near to its place, in its own size, has arrived; jitter stays below it."""

_TOUCHED: Final = 0.05
"""From this share on, something else in front may cut an anchor's box off: the box then teaches nothing."""

_WHOLE: Final = 0.8
"""A box of so much of an anchor's area shows all of it; jitter takes a tenth."""

_CLEAR_SECONDS: Final = 1.0
"""What was in front a moment ago may still be there though the model overlooks it."""

_MOST_ANCHORS: Final = 300
_NONE: Final[IntArray] = np.empty(0, np.int64)


class AnchorMemory:
    """The still objects of some classes that one camera sees.

    Time runs with the stream's seconds, fixed to the wall clock at the first frame: a wall clock that is set
    neither stops a clock nor lets one jump.

    Args:
        classes: what to remember; these classes count as the same kind of object.
        settings: see :class:`AnchorSettings`.
        comparison: shared with the other memories that look at the same frames.
    """

    def __init__(
        self,
        classes: tuple[ObjectClass, ...],
        settings: AnchorSettings | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        self.classes = classes
        self.settings = settings or AnchorSettings()
        self.anchors: list[Anchor] = []
        self.now = 0.0
        """Time of the last frame, seconds since 1970."""
        self._born: float | None = None
        self._offset: float | None = None
        self._full = False
        self.step = 0.0
        """Seconds from the last frame to this one."""
        self._comparison = comparison or Comparison()
        self._comparison.join(self)

    def update(self, frame: Frame, detections: Detections) -> list[Anchor]:
        """Take in one frame.

        Args:
            frame: the frame; one that is not newer than the last one is passed over.
            detections: everything seen in it, other classes too: they may stand in front.

        Returns:
            The anchors that are there now; those with ``detected == now`` the model sees.
        """
        if not self._advance(frame):
            return []
        seen = self._comparison.of(self, frame, detections)
        known = self.anchors
        if not known and not len(seen.rows):
            return []
        covered = seen.covered.tolist()
        for anchor, share in zip(known, covered, strict=True):
            if share > _TOUCHED:
                anchor.touched = self.now
        self._settle(frame, detections, seen, self._match(frame, detections, seen))
        unlooked = self._unlooked(frame)
        self._judge_missing(frame, covered, unlooked)
        self._join(frame)
        there = (a for a in self.anchors if a.absent_since is None)
        return [a for a in there if a in unlooked or self.now - a.seen <= _STILL_THERE_SECONDS]

    def overlooked(self, frame: Frame) -> list[Anchor]:
        """Of the last frame: anchors that the model did not see, which look as before or were not looked at."""
        unlooked = self._unlooked(frame)
        return [a for a in self.anchors if a.detected != self.now and (a.seen == self.now or a in unlooked)]

    def remembered(self) -> list[Anchor]:
        """The anchors that have not left, those hidden or overlooked too."""
        return [a for a in self.anchors if not self._is_away(a)]

    def state(self) -> MemoryState:
        """What a checkpoint keeps."""
        resting = (a.state() for a in self.anchors if a.resting >= self.settings.passing_seconds)
        return MemoryState(since=self._born, anchors=tuple(resting))

    def restore(self, state: MemoryState) -> None:
        """Take over the anchors of a checkpoint; their clocks go on.

        Raises:
            ValueError: an anchor's look is damaged.
        """
        self.anchors = [Anchor.restored(s) for s in state.anchors if s.class_id in self.classes]
        self._born = state.since

    def started(self, since: float) -> datetime:
        """A time of this memory as a date."""
        return datetime.fromtimestamp(since, UTC)

    def _advance(self, frame: Frame) -> bool:
        """Set the clock to the frame; false for a frame that is not newer than the last one."""
        if self._offset is None:
            self._offset = frame.time.timestamp() - frame.seconds
            self._resume(self._offset + frame.seconds)
        now = self._offset + frame.seconds
        if now <= self.now:
            return False
        self.step = now - self.now if self.now else 0.0
        self.now = now
        self._born = now if self._born is None else self._born
        return True

    def _resume(self, now: float) -> None:
        """The first frame after a restart: what nobody has watched for too long is not known any more."""
        self.anchors = [a for a in self.anchors if now - a.seen <= self.settings.forget_seconds]
        for anchor in self.anchors:
            late = anchor.seen - now
            if late > 0:  # the wall clock has been set back in between
                anchor.since, anchor.seen, anchor.detected = anchor.since - late, now, now
                if anchor.offending_since is not None:
                    anchor.offending_since -= late
        if self._born is not None:
            self._born = min(self._born, now)

    def _match(self, frame: Frame, detections: Detections, seen: Seen) -> IntArray:
        """Carry on anchors, the best pairs first, one to one; answers the objects that show something new."""
        count = len(seen.rows)
        if not count or not self.anchors:
            return np.arange(count)
        rows, columns = (seen.agreement >= self.settings.same_place).nonzero()
        if len(rows) > 1:
            order = np.argsort(-seen.agreement[rows, columns], kind="stable")
            rows, columns = rows[order], columns[order]
        unknown, unmet = set(range(count)), set(range(len(self.anchors)))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if row not in unknown or column not in unmet:
                continue
            anchor, box = self.anchors[column], seen.boxes[row]
            if self._is_back(anchor, frame, box):
                unknown.remove(row)
                unmet.remove(column)
                self._refresh(anchor, frame, detections, int(seen.rows[row]), box)
        return self._without_parts(seen, np.array(sorted(unknown), np.int64)) if unknown else _NONE

    def _without_parts(self, seen: Seen, unknown: IntArray) -> IntArray:
        """Which of the objects that are no anchor show no part of one either; whose part is seen is there."""
        boxes = seen.boxes[unknown]
        parts = show_one_object(boxes, seen.places) | around(seen.places, boxes).T
        touched = np.array([self.now - a.touched <= _CLEAR_SECONDS for a in self.anchors])
        if touched.any():
            parts |= touched & centred_within(boxes, seen.places)
        parts &= np.array([not self._is_away(a) for a in self.anchors])
        new = np.ones(len(unknown), np.bool_)
        for place in np.flatnonzero(parts.any(axis=1)).tolist():
            anchor = self.anchors[int(parts[place].argmax())]
            anchor.seen = anchor.detected = self.now
            anchor.absent_since = None
            new[place] = False
        return unknown[new]

    def _is_away(self, anchor: Anchor) -> bool:
        """Whether the anchor's place has looked different for so long that it has left."""
        return anchor.absent_since is not None and self.now - anchor.absent_since > self.settings.leave_seconds

    def _is_back(self, anchor: Anchor, frame: Frame, box: FloatArray) -> bool:
        """Whether what stands at an anchor's place is the anchor; what has been away must look the same."""
        if not self._is_away(anchor):
            return True
        if look_likeness(anchor.look, patch_look(frame.image, box)) < self.settings.same_look:
            return False
        self._restart(anchor)
        return True

    def _restart(self, anchor: Anchor) -> None:
        """Let the anchor's clock begin anew."""
        anchor.since, anchor.offending_since, anchor.start, anchor.loading = self.now, None, None, 0.0
        anchor.rest, anchor.trail = anchor.box, []

    def _refresh(self, anchor: Anchor, frame: Frame, detections: Detections, row: int, box: FloatArray) -> None:
        gap = self.now - anchor.detected
        settling = anchor.resting < self.settings.passing_seconds
        anchor.seen = anchor.detected = self.now
        anchor.absent_since = None
        anchor.sightings += 1
        anchor.trail = [*anchor.trail, (self.now, box)] if settling else []
        weight = max(1 / anchor.sightings, 0.02)
        anchor.confidence += weight * (float(detections.confidence[row]) - anchor.confidence)
        whole = areas(box)[0] >= _WHOLE * areas(anchor.box)[0]
        slowly = _BOX_SECONDS if whole else _SHRINK_SECONDS
        follow = 1 / anchor.sightings if settling else 1 - math.exp(-min(gap, 1.0) / slowly)
        # What still rolls while somebody passes must be followed: a box that is as large as before is not cut off.
        if self.now - anchor.touched > _CLEAR_SECONDS or (settling and whole):
            anchor.box = anchor.box + follow * (box - anchor.box)
        track = int(detections.tracks[row])
        if track >= 0 and len(anchor.track_ids) < 20:
            anchor.track_ids.add(track)
        since = self.now - anchor.looked
        if since >= (_SETTLING_SECONDS if settling else _LEARN_SECONDS):
            current = patch_look(frame.image, anchor.box)
            weight = 1.0 if settling else 1 - math.exp(-min(since, 2 * _LEARN_SECONDS) / _LOOK_MEMORY_SECONDS)
            anchor.look = anchor.look + np.float32(weight) * (current - anchor.look)
            anchor.looked = self.now
            if settling:
                anchor.rest = anchor.box
                self._date_rest(anchor)
            elif not anchor.reported and ious(anchor.rest, anchor.box)[0, 0] < self.settings.same_place:
                self._restart(anchor)  # it creeps on and does not stand

    def _date_rest(self, anchor: Anchor) -> None:
        """Let the clock begin when the object had come to its place, not when it was still rolling there."""
        if self.now - anchor.since < self.settings.passing_seconds / 2:
            return
        size = anchor.box[2:] - anchor.box[:2]
        centre = (anchor.box[:2] + anchor.box[2:]) / 2
        for seconds, box in anchor.trail:
            if (np.abs((box[:2] + box[2:]) / 2 - centre) < _ARRIVED * size).all():
                anchor.since = max(anchor.since, seconds)
                if anchor.offending_since is not None:
                    anchor.offending_since = max(anchor.offending_since, anchor.since)
                break

    def _settle(self, frame: Frame, detections: Detections, seen: Seen, new: IntArray) -> None:
        """New anchors, the surest first; a part of one of them is none."""
        new = new[: max(0, _MOST_ANCHORS - len(self.anchors))]
        if not len(new):
            self._full = self._full and len(self.anchors) >= _MOST_ANCHORS
            return
        boxes = seen.boxes[new]
        parts = np.tril(show_one_object(boxes, boxes), -1)
        born = self._born if self._born is not None else self.now
        for row, box, part in zip(seen.rows[new].tolist(), boxes, np.any(parts, axis=1).tolist(), strict=True):
            if part:
                continue
            confidence = float(detections.confidence[row])
            x1, y1, x2, y2 = detections.xyxy[row].tolist()
            self.anchors.append(
                Anchor(
                    class_id=ObjectClass(int(detections.class_id[row])),
                    box=box,
                    look=patch_look(frame.image, box),
                    since=self.now,
                    came=self.now,
                    seen=self.now,
                    detected=self.now,
                    looked=self.now,
                    confidence=confidence,
                    rest=box,
                    background=self.now - born < self.settings.settle_seconds,
                    start=Moment(frame, (x1, y1, x2, y2), "start", confidence),
                    trail=[(self.now, box)],
                    track_ids={int(detections.tracks[row])} - {-1},
                )
            )
        if len(self.anchors) >= _MOST_ANCHORS and not self._full:
            self._full = True
            _log.warning("more still objects than can be remembered, new ones are passed over", most=_MOST_ANCHORS)

    def _join(self, frame: Frame) -> None:
        """Let what shows the whole of something be that, where its place looks as before; else it is something else."""
        for part, whole in grown(self.anchors, self.now):
            if not self._is_away(part) and self._shows(frame, part):
                part.become(whole)
                self.anchors = [a for a in self.anchors if a is not whole]

    def _unlooked(self, frame: Frame) -> set[Anchor]:
        """Anchors that the model does not see because it has not looked at their places: they stay as they are."""
        if frame.part is None or not self.anchors:
            return set()
        looked = frame.part.holds(np.array([anchor.box for anchor in self.anchors]))
        return {a for a, seen in zip(self.anchors, looked.tolist(), strict=True) if not seen and a.detected < self.now}

    def _judge_missing(self, frame: Frame, covered: list[float], unlooked: set[Anchor]) -> None:
        """Anchors that the model did not see: hidden, overlooked, or gone?

        Args:
            frame: the frame.
            covered: of those that were known before it, the first ones, how much of the place something else covers.
            unlooked: those whose places were not looked at.
        """
        for anchor, share in zip(self.anchors, covered, strict=False):
            if anchor.detected >= self.now:
                continue
            if share > _HIDING:
                anchor.hidden = self.now
            if anchor in unlooked or self.now - anchor.hidden <= _CLEAR_SECONDS:
                # Who passes by neither hides that it has left nor counts as its absence.
                anchor.absent_since = None if anchor.absent_since is None else anchor.absent_since + self.step
            elif self.now - anchor.looked >= _LOOK_SECONDS and self.now - anchor.seen >= _OVERLOOKED_SECONDS:
                self._look_at(anchor, frame)
        self.anchors = [a for a in self.anchors if a in unlooked or not self._is_gone(a)]

    def _look_at(self, anchor: Anchor, frame: Frame) -> None:
        """In plain view and not seen by the model: does its place still look as it does?"""
        if self._is_away(anchor):
            anchor.start = None  # its clock begins anew if the model sees it again
            return
        anchor.looked = self.now
        if anchor.resting >= self.settings.passing_seconds and self._shows(frame, anchor):
            anchor.seen, anchor.absent_since = self.now, None
        elif anchor.absent_since is None:
            anchor.absent_since = self.now

    def _shows(self, frame: Frame, anchor: Anchor) -> bool:
        """Whether an anchor's place looks as it does."""
        return look_likeness(anchor.look, patch_look(frame.image, anchor.box)) >= self.settings.same_look

    def _is_gone(self, anchor: Anchor) -> bool:
        unseen = self.now - anchor.seen
        if anchor.resting < self.settings.passing_seconds and unseen > _PASSING_GAP_SECONDS:
            return True
        away = anchor.absent_since is not None and self.now - anchor.absent_since > self.settings.return_seconds
        return away or unseen > self.settings.forget_seconds
