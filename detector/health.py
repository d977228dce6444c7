"""Camera health: tells "nothing seen" from "could not see", about once a second from one small grey picture."""

import base64
import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import cv2
import numpy as np
import structlog
from pydantic import BaseModel, ConfigDict

from detector.alignment import Alignment
from detector.health_event import HealthEvent, HealthKind
from detector.scene import Scene
from detector.sight import Sight, small_grey
from detector.sources.frame import Frame, Image

_log = structlog.get_logger(__name__)

CHECK_SECONDS: Final = 0.9
"""Time between two checks; a little less than a second, so that one frame a second is checked each time."""
SMALL_MOVE: Final = 0.1
"""A camera whose picture moved by no more of its width or height is corrected; the rest still shows the scene."""

_STILL: Final = 0.006
"""Moves smaller than this are within what can be measured."""
_CONFIRM_SECONDS: Final = 2.5
"""A fault must last so long: a bus that passes close to the lens or a flash of light is none."""
_DOUBT_SECONDS: Final = 10.0
"""So long where nothing tells a moved camera from one whose view is merely strange: a lorry that fills it, say."""
_FROZEN_SECONDS: Final = 10.0
"""Cameras that save bits repeat a quiet picture for seconds, but not for so long."""
_UNUSUAL: Final = 3.0
"""A standstill so many times as long as the longest one that ended is unusual."""
_LEARN_SECONDS: Final = 60.0
"""The last good view is renewed this often, so that dusk and shadows are followed."""
_FIRST_VIEWS: Final = 5
"""The reference is the median of so many good pictures: passers-by are not in it."""

_BLACK: Final = 16
"""Grey level (video black) that hardly a pixel exceeds in a black picture."""
_DARK: Final = 32
"""Grey level that 95 % of a picture do not exceed that is too dark; a lamp in it does not help."""
_TEXTURED: Final = 8.0
_FLAT: Final = 4.0
"""Standard deviations of grey levels: a block of the reference with something in it, and one with nothing."""
_LEAST_TEXTURED: Final = 0.25
"""Share of textured blocks that a reference needs; fog, or a bare wall, is nothing to compare with."""
_COVERED: Final = 0.6
"""Share of the textured blocks that show nothing when something is before the lens."""
_BLURRED: Final = 0.1
"""Part of the reference's sharpness that a blur of 0.4 % of the width leaves; compression leaves more."""
_STORM: Final = 2.0
"""Fine detail over the reference's, when streaks or flakes fill the picture."""
_STORM_SHARED: Final = 0.5
"""Correlation of fine detail from check to check: rain is elsewhere a second later, a street is not."""
_SAME_VIEW: Final = 0.75
_ALIKE_VIEW: Final = 0.35
"""Correlations of edges: the camera has not moved; it has most likely not moved, whatever the light does."""


class HealthState(BaseModel):
    """What a checkpoint keeps, so that a camera that is bumped while nobody watches is found out.

    Attributes:
        zones: digest of the zones that the reference belongs to; for others a new reference is taken.
        reference: small grey PNG, base64.
    """

    model_config = ConfigDict(frozen=True)

    zones: str
    reference: str


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The last good view: what it showed, when, and where the camera looked."""

    sight: Sight
    seconds: float
    pose: Alignment


@dataclass(slots=True, eq=False)
class _Suspicion:
    """What the newest checks agree on, and since when; ``kind`` is None for a good picture."""

    kind: HealthKind | None
    since: float
    at: datetime
    poses: list[Alignment]
    needs: float

    def holds(self, kind: HealthKind | None, pose: Alignment) -> bool:
        """Whether another check says the same; each measures a little differently."""
        return self.kind is kind and _agree(pose, self.pose, 2 * _STILL)

    @property
    def pose(self) -> Alignment:
        """Where the checks together say that the camera looks."""
        return Alignment(np.median([pose.matrix for pose in self.poses], axis=0))


class CameraHealth:
    """Watches the pictures of one camera.

    While :attr:`suspended` is true nothing that the pictures show may be judged. A change is believed after some
    seconds; until then, rules wait.

    Args:
        scene: names the camera and its zones.
        reference: a picture of the time when the zones were drawn; the first good pictures where None.
        on_event: told of each event when it begins and when it ends.
    """

    def __init__(
        self, scene: Scene, *, reference: Image | None = None, on_event: Callable[[HealthEvent], None] | None = None
    ) -> None:
        self._camera = scene.camera.id
        self._zones = hashlib.sha256(repr(scene.zones).encode()).hexdigest()
        self._on_event = on_event
        self._reference = Sight(small_grey(reference)) if reference is not None else None
        self._first: deque[Sight] = deque(maxlen=_FIRST_VIEWS)
        self._recent: _View | None = None
        self._checked: float | None = None
        self._checked_before = 0.0
        self._changes = 0
        self._longest = 0.0
        self._before: Sight | None = None
        self._sample = b""
        self._same_since: tuple[float, datetime] | None = None
        self._suspicion: _Suspicion | None = None
        self.alignment = Alignment.none()
        """From the reference to the picture now, as far as zones are corrected."""
        self.event: HealthEvent | None = None
        """What is wrong now."""

    @property
    def suspended(self) -> bool:
        """Whether rules must wait: something is wrong, or seems to be and is not known for certain yet."""
        wrong = self.event is not None and self.event.kind.suspends
        # A picture that stands still is no reason to wait before it has stood for too long.
        doubt = self._suspicion is not None and self._suspicion.kind is not HealthKind.FROZEN
        return wrong or doubt

    @property
    def is_aligned(self) -> bool:
        """Whether the camera looks where it looked when the zones were drawn."""
        return self.event is None or self.event.kind is not HealthKind.SHIFTED

    def update(self, frame: Frame) -> list[HealthEvent]:
        """Take in a frame; it is checked when it is time.

        Returns:
            Events that began or ended with it.
        """
        if self._checked is not None and 0 <= frame.seconds - self._checked < CHECK_SECONDS:
            return []
        self._checked_before, self._checked = self._checked or 0.0, frame.seconds
        sight = Sight(small_grey(frame.image))
        kind, pose, needs = self._judge(sight, frame)
        self._before = sight
        events = self._believe(kind, pose, needs, frame)
        if self._suspicion is None and (self.event is None or not self.event.kind.suspends):
            self._learn(sight, frame.seconds)
        return events

    def finish(self, at: datetime) -> list[HealthEvent]:
        """The source has ended: what was wrong ends with it."""
        return self._end(at)

    def state(self) -> HealthState | None:
        """What a checkpoint keeps; None before there is a reference."""
        if self._reference is None:
            return None
        _, png = cv2.imencode(".png", self._reference.grey)
        return HealthState(zones=self._zones, reference=base64.b64encode(png.tobytes()).decode())

    def restore(self, state: HealthState) -> None:
        """Go on with the reference of a checkpoint, if it belongs to these zones.

        Raises:
            ValueError: the reference is damaged.
        """
        if state.zones != self._zones or self._reference is not None:
            return
        content = np.frombuffer(base64.b64decode(state.reference), np.uint8)
        grey = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if len(content) else None
        if grey is None:
            raise ValueError("the health check's reference picture is damaged")
        self._reference = Sight(np.asarray(grey, np.uint8))

    def _judge(self, sight: Sight, frame: Frame) -> tuple[HealthKind | None, Alignment, float]:
        """What a picture looks like by itself, where the camera looks, and how long that must last."""
        pose = self.alignment
        if sight.brightness(0.995) < _BLACK:
            return HealthKind.BLACK, pose, _CONFIRM_SECONDS
        if sight.brightness(0.95) < _DARK:
            return HealthKind.DARK, pose, _CONFIRM_SECONDS
        if self._is_frozen(frame):
            return HealthKind.FROZEN, pose, 0.0
        reference = self._reference
        if reference is None or reference.grey.shape != sight.grey.shape:
            return None, pose, _CONFIRM_SECONDS
        if _is_covered(sight, reference):
            return HealthKind.COVERED, pose, 2 * _CONFIRM_SECONDS
        if sight.sharpness < _BLURRED * reference.sharpness:
            return HealthKind.BLURRED, pose, _CONFIRM_SECONDS
        if self._is_storm(sight, reference):
            return HealthKind.WEATHER, pose, _CONFIRM_SECONDS
        measured = self._measure(sight, reference, frame.seconds)
        if measured is None:
            return HealthKind.MOVED, pose, _DOUBT_SECONDS
        if measured.displacement > SMALL_MOVE:
            return HealthKind.MOVED, pose, _CONFIRM_SECONDS
        if measured.displacement <= _STILL:
            return None, Alignment.none(), _CONFIRM_SECONDS
        return HealthKind.SHIFTED, measured, _CONFIRM_SECONDS

    def _is_frozen(self, frame: Frame) -> bool:
        """Whether pictures that used to change have been the same, to the last bit, for too long.

        A source that often repeats pictures, as one does that a computer draws, cannot be told from a frozen one.
        """
        sample = frame.image[::8, ::8].tobytes()
        since = self._same_since
        if since is None or frame.seconds < since[0]:
            self._sample, self._same_since = sample, (frame.seconds, frame.time)
            return False
        if sample != self._sample:
            self._changes += 1
            if self.event is None or self.event.kind is not HealthKind.FROZEN:
                self._longest = max(self._longest, self._checked_before - since[0])
            self._sample, self._same_since = sample, (frame.seconds, frame.time)
            return False
        limit = max(_FROZEN_SECONDS, _UNUSUAL * self._longest)
        return self._changes >= _FIRST_VIEWS and frame.seconds - since[0] >= limit

    def _is_storm(self, sight: Sight, reference: Sight) -> bool:
        if sight.sharpness < _STORM * reference.sharpness or self._before is None:
            return False
        return sight.shared_details(self._before) < _STORM_SHARED

    def _measure(self, sight: Sight, reference: Sight, seconds: float) -> Alignment | None:
        """Where the camera looks; None where nothing tells."""
        recent = self._recent
        if recent is not None and seconds - recent.seconds < _LEARN_SECONDS:
            if sight.likeness(recent.sight) >= _SAME_VIEW:
                return recent.pose
        elif sight.likeness(reference) >= _SAME_VIEW:
            return Alignment.none()
        found = sight.seen_from(reference)
        if found is not None or recent is None:
            return found
        step = sight.seen_from(recent.sight)
        if step is not None:
            return step.after(recent.pose) if step.displacement > _STILL else recent.pose
        return recent.pose if sight.likeness(recent.sight) >= _ALIKE_VIEW else None

    def _believe(self, kind: HealthKind | None, pose: Alignment, needs: float, frame: Frame) -> list[HealthEvent]:
        """Change what is believed once the checks have agreed on something else for long enough."""
        now = self.event.kind if self.event is not None else None
        if kind is now and _agree(pose, self.alignment, 2 * _STILL):
            self._suspicion = None
            return []
        suspicion = self._suspicion
        if suspicion is None or not suspicion.holds(kind, pose):
            at = frame.time
            if kind is HealthKind.FROZEN and self._same_since is not None:
                at = self._same_since[1]
            suspicion = self._suspicion = _Suspicion(kind, frame.seconds, at, [], needs)
        suspicion.poses.append(pose)
        suspicion.needs = min(suspicion.needs, needs)
        if 0 <= frame.seconds - suspicion.since < suspicion.needs:
            return []
        self._suspicion = None
        self.alignment = suspicion.pose
        self._recent = None  # it was seen from elsewhere
        events = self._end(suspicion.at)
        if kind is not None:
            self.event = HealthEvent(self._camera, kind, suspicion.at)
            events.append(self._tell(self.event))
        return events

    def _end(self, at: datetime) -> list[HealthEvent]:
        if self.event is None:
            return []
        ended, self.event = replace(self.event, ended_at=max(at, self.event.started_at)), None
        return [self._tell(ended)]

    def _tell(self, event: HealthEvent) -> HealthEvent:
        times = {"started_at": event.started_at.isoformat()}
        if event.ended_at is None:
            _log.warning("camera health", camera=event.camera, kind=event.kind.value, message=event.message, **times)
        else:
            times["ended_at"] = event.ended_at.isoformat()
            _log.info("camera health restored", camera=event.camera, kind=event.kind.value, **times)
        if self._on_event is not None:
            self._on_event(event)
        return event

    def _learn(self, sight: Sight, seconds: float) -> None:
        """Keep a good view; the first ones together become the reference."""
        if self._reference is None or self._reference.grey.shape != sight.grey.shape:
            if self._first and self._first[0].grey.shape != sight.grey.shape:
                self._first.clear()
            self._first.append(sight)
            if len(self._first) == _FIRST_VIEWS:
                median = Sight(np.median([view.grey for view in self._first], axis=0).astype(np.uint8))
                if (median.texture >= _TEXTURED).mean() >= _LEAST_TEXTURED:
                    self._reference = median
                self._first.clear()
            return
        if self._recent is None or not 0 <= seconds - self._recent.seconds < _LEARN_SECONDS:
            self._recent = _View(sight, seconds, self.alignment)


def _is_covered(sight: Sight, reference: Sight) -> bool:
    """Whether most of what showed something shows nothing; in weaker light less counts as something."""
    textured = reference.texture >= _TEXTURED
    light = min(1.0, float(sight.grey.mean()) / max(float(reference.grey.mean()), 1.0))
    flat = sight.texture[textured] < _FLAT * light
    return bool(textured.any() and flat.mean() >= _COVERED)


def _agree(one: Alignment, other: Alignment, tolerance: float = _STILL) -> bool:
    return float(np.abs(one.matrix - other.matrix).max()) <= tolerance
