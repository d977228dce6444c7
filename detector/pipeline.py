"""Pipeline: one camera from frames and detections to violations."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import structlog
from pydantic import BaseModel, ConfigDict

from detector.alignment import AlignedFrame
from detector.anchor import MemoryState
from detector.detections import Detections, IntArray, ObjectClass
from detector.film import Film
from detector.geometry import FloatArray
from detector.health import CameraHealth, HealthState
from detector.pauses import PausedClock
from detector.recorder import EvidenceShelf, Recorder
from detector.riders import riders
from detector.rules import Finding, View, rules_of
from detector.rules.still import StillObjectRule
from detector.scene import Scene
from detector.signals import SignalBoard
from detector.sources import Frame
from detector.sources.photos import DISTRICT_ZONE
from detector.track_store import TrackStore
from detector.tracking import Tracker
from detector.violations import Violation

_log = structlog.get_logger(__name__)

TRACKING_CONFIDENCE = 0.1
"""Detections this unsure may still carry a track on (ByteTrack); the model is asked for all of them."""

_UNSEEN = 2.0
"""No detection is as sure as this: for classes that the model does not have."""

_QUIET_SECONDS = 10.0
"""A stream that changes the size of its frames is shown to the rules in the old one until nobody has been there for so
long: tracks and visits, which count in pixels, go on."""

_MOST_DETECTIONS = 300
"""So many the end2end head gives at most. A frame with more sure ones shows noise, which must not become offences."""


class Checkpoint(BaseModel):
    """What a pipeline needs to go on after a restart: what each rule remembers, by its kind, and the scene's look."""

    model_config = ConfigDict(frozen=True)

    rules: dict[str, MemoryState] = {}
    health: HealthState | None = None


class Pipeline:
    """Follows what one camera sees and reports each offence once.

    Args:
        scene: what the camera looks at.
        thresholds: confidence from which a detection counts, for each class.
        shelf: where evidence goes; without one, violations carry no evidence.
        health: tells whether the camera can see; without it, every picture is believed.
        film: where clips come from; an offence is then reported two seconds after its end, when its clip is complete.
        timezone: the district's time, for schedules and burnt-in captions.
        model: registry name of the model, noted in each violation.
        tracks: folder for what the rules are shown in the last hours, without pictures; none is kept without one.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        thresholds: dict[ObjectClass, float],
        shelf: EvidenceShelf | None = None,
        health: CameraHealth | None = None,
        film: Film | None = None,
        timezone: ZoneInfo = DISTRICT_ZONE,
        model: str = "",
        tracks: Path | None = None,
    ) -> None:
        self.scene = scene
        self.timezone = timezone
        self._health = health
        self._clock = PausedClock()
        self._recorder = Recorder(scene.camera, self._clock, shelf, film, timezone)
        self._last_at: datetime | None = None
        self._tracker = Tracker()
        self.use_model(thresholds, model)
        self.signals = SignalBoard()
        """What is told about the scene's pedestrian signals."""
        self._rules = rules_of(scene, timezone, self.signals)
        self._tracks = TrackStore(tracks, scene, self.signals) if tracks is not None else None
        self._size: tuple[int, int] | None = None
        """Width and height of frames as rules see them."""
        self._shown: Frame | None = None
        """The last frame as rules saw it."""
        self._busy = 0.0
        self._warned = False

    def use_model(self, thresholds: dict[ObjectClass, float], name: str) -> None:
        """The frames from now on are seen by another model; tracks and memories go on.

        Args:
            thresholds: confidence from which a detection counts, for each class.
            name: noted in each violation from now on.
        """
        self._recorder.model = name
        self._thresholds = np.array([thresholds.get(c, _UNSEEN) for c in ObjectClass], np.float32)
        self._tracker.start_from({int(c): thresholds.get(c, _UNSEEN) for c in ObjectClass})

    def process(self, frame: Frame, detections: Detections) -> list[Violation]:
        """Take in one frame and what the model saw in it, unsure detections included.

        Where evidence cannot be written (a full disk), :attr:`fault` says so, the finding is kept, and writing is
        tried again every few seconds.
        """
        self._last_at = frame.time
        if self._health is not None:
            self._health.update(frame)
        suspended = self._health is not None and self._health.suspended
        seconds = self._clock.tick(frame.seconds, paused=suspended)
        detections = self._usable(detections)
        found: list[Finding] = []
        tracks = detections.tracks
        if not suspended:
            found, tracks = self._judge(*self._as_rules_see(frame, detections), seconds)
        self._recorder.filmed(frame, detections.with_tracks(tracks))
        return self._recorder.take(found, frame.seconds)

    def idle(self) -> list[Violation]:
        """No frame comes: offences that wait for the end of their clip wait no longer than some seconds."""
        return self._recorder.idle()

    def _judge(self, frame: Frame, detections: Detections, seconds: float) -> tuple[list[Finding], IntArray]:
        """What the rules find in a frame, and the track number of each detection.

        Args:
            frame: as rules see it.
            detections: in its pixels.
            seconds: the rules' time, which stands still while the camera cannot see.
        """
        self._shown = frame
        tracks = self._tracker.update(detections, frame.seconds, frame.image, frame.part)
        self._busy = frame.seconds if len(tracks) else self._busy
        numbers = np.full(len(detections), -1, np.int64)
        numbers[self._tracker.rows] = tracks.tracks
        seen = detections.with_tracks(numbers)
        is_sure = seen.confidence >= self._thresholds[seen.class_id]
        shown = frame if seconds == frame.seconds else replace(frame, seconds=seconds)
        view = View(shown, tracks, seen[is_sure], riders(tracks))
        self._recorder.judged(shown, seen, frame.seconds)
        findings = [finding for rule in self._rules for finding in rule.update(view)]
        if self._tracks is not None:
            self._tracks.add(shown, seen, is_sure, (self._tracker.rows, tracks.class_id), self._rules)
        return findings, numbers

    def followed(self) -> tuple[FloatArray, FloatArray]:
        """Where people must be, and still things whose clock runs: (N, 4) and (M, 4) fractions of the picture."""
        if self._shown is None:
            return np.empty((0, 4)), np.empty((0, 4))
        size = np.array([self._shown.width, self._shown.height] * 2)
        awaited = (a.box for rule in self._rules if isinstance(rule, StillObjectRule) for a in rule.awaited())
        people, things = self._tracker.people() / size, np.array([*awaited]).reshape(-1, 4)
        if isinstance(self._shown, AlignedFrame) and self._shown.alignment is not None:
            alignment = self._shown.alignment
            return alignment.boxes(people, 1, 1), alignment.boxes(things, 1, 1)
        return people, things

    def finish(self, patience: float | None = None) -> list[Violation]:
        """The source has ended: offences that only waited for their end.

        Args:
            patience: seconds that clips may take; None: as long as they take.
        """
        if self._health is not None and self._last_at is not None:
            self._health.finish(self._last_at)
        if self._tracks is not None:
            self._tracks.flush()
        found = [finding for rule in self._rules for finding in rule.finish()]
        return self._recorder.finish(found, patience)

    def checkpoint(self) -> Checkpoint:
        """What :meth:`restore` needs after a restart.

        An offence whose evidence could not be written yet counts as not reported: it is found again.
        """
        owed = self._recorder.unwritten()
        return Checkpoint(
            rules={rule.kind.value: _unreported(rule.state(), owed) for rule in self._rules},
            health=self._health.state() if self._health is not None else None,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on where another pipeline of the same camera stopped.

        Raises:
            ValueError: the checkpoint is damaged; some rules may have been restored.
        """
        for rule in self._rules:
            state = checkpoint.rules.get(rule.kind.value)
            if state is not None:
                rule.restore(state)
        if self._health is not None and checkpoint.health is not None:
            self._health.restore(checkpoint.health)

    @property
    def fault(self) -> str | None:
        """Why evidence cannot be written now; None where it can."""
        return self._recorder.fault

    @property
    def notice(self) -> str:
        """What people should know about the camera now; empty where all is well."""
        if self.fault:
            return self.fault
        event = self._health.event if self._health is not None else None
        return event.message if event is not None else ""

    def _as_rules_see(self, frame: Frame, detections: Detections) -> tuple[Frame, Detections]:
        """Frame and detections from where the camera stood when its zones were drawn, in the size of its first ones."""
        own = frame.width, frame.height
        if self._size is not None and own != self._size and not 0 <= frame.seconds - self._busy < _QUIET_SECONDS:
            _log.warning("frame size changed", camera=self.scene.camera.id, size=f"{frame.width}×{frame.height}")
            self._tracker.restart()
            self._size = own
        size = self._size = self._size or own
        askew = self._health is not None and not self._health.is_aligned
        if not askew and own == size:
            return frame, detections
        alignment = self._health.alignment if askew and self._health is not None else None
        shown = AlignedFrame.of(frame, alignment, size)
        return shown, shown.seen(detections)

    def _usable(self, detections: Detections) -> Detections:
        """Without what cannot be: boxes that are none, and frames that are full of them."""
        usable = detections.usable()
        sure = usable.confidence >= self._thresholds[usable.class_id]
        confused = np.count_nonzero(sure) > _MOST_DETECTIONS
        if (confused or len(usable) < len(detections)) and not self._warned:
            self._warned = True
            reason = f"more than {_MOST_DETECTIONS} objects in a frame" if confused else "boxes that are none"
            _log.warning("detections dropped", camera=self.scene.camera.id, reason=reason)
        return Detections() if confused else usable


def _unreported(state: MemoryState, owed: set[UUID]) -> MemoryState:
    anchors = (a.model_copy(update={"reported": False}) if a.id in owed else a for a in state.anchors)
    return state.model_copy(update={"anchors": tuple(anchors)})
