"""Pipeline: one camera from frames and detections to violations."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import av
import numpy as np
import structlog
from pydantic import BaseModel, ConfigDict

from detector.alignment import AlignedFrame
from detector.anchor import MemoryState
from detector.clip import Offence, clip_of
from detector.detections import Detections, IntArray, ObjectClass
from detector.evidence import Footage, write_evidence
from detector.film import AFTER, Film
from detector.health import CameraHealth, HealthState
from detector.moments import Moment
from detector.pauses import PausedClock
from detector.privacy import LastSeen
from detector.riders import riders
from detector.rules import Finding, View, rules_of
from detector.scene import Scene
from detector.sources import Frame
from detector.sources.photos import DISTRICT_ZONE
from detector.tracking import Tracker
from detector.violations import KINDS, Box, Violation

_log = structlog.get_logger(__name__)

TRACKING_CONFIDENCE = 0.1
"""Detections this unsure may still carry a track on (ByteTrack); the model is asked for all of them."""

_UNSEEN = 2.0
"""No detection is as sure as this: for classes that the model does not have."""

_MOST_DETECTIONS = 300
"""So many the end2end head gives at most. A frame with more sure ones shows noise, which must not become offences."""

_RETRY_SECONDS = 5.0
_IDLE_SECONDS = 5.0
_MOST_OWED = 50
"""Findings whose evidence waits for room on the disk; each holds up to three frames in memory."""


class EvidenceShelf(Protocol):
    """Where the evidence of a violation goes; :class:`detector.outbox.Outbox` is one."""

    def stage(self, violation_id: UUID) -> Path:
        """A folder for the evidence of a violation that is being made."""

    def commit(self, violation: Violation) -> None:
        """The violation and all its evidence are there."""

    def discard(self, violation_id: UUID) -> None:
        """The violation could not be made: forget its evidence."""


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
    ) -> None:
        self.scene = scene
        self._shelf = shelf
        self._health = health
        self._film = film
        self._clock = PausedClock()
        self._last_at: datetime | None = None
        self._timezone = timezone
        self._tracker = Tracker()
        self.use_model(thresholds, model)
        self._rules = rules_of(scene, timezone)
        self._size: tuple[int, int] | None = None
        self._seen: WeakKeyDictionary[Frame, Detections] = WeakKeyDictionary()
        self._around, self._last_seen = LastSeen(), LastSeen()  # in the pixels of rules, and of the camera
        self._waiting: list[Finding] = []
        self._processed = 0.0
        self._owed: list[Finding] = []
        self._tried = 0.0
        self._warned = False
        self.fault: str | None = None

    def use_model(self, thresholds: dict[ObjectClass, float], name: str) -> None:
        """The frames from now on are seen by another model; tracks and memories go on.

        Args:
            thresholds: confidence from which a detection counts, for each class.
            name: noted in each violation from now on.
        """
        self.model = name
        self._thresholds = np.array([thresholds.get(c, _UNSEEN) for c in ObjectClass], np.float32)
        self._tracker.start_from({int(c): thresholds.get(c, _UNSEEN) for c in ObjectClass})

    def process(self, frame: Frame, detections: Detections) -> list[Violation]:
        """Take in one frame and what the model saw in it, unsure detections included.

        Where evidence cannot be written (a full disk), :attr:`fault` says so, the finding is kept, and writing is
        tried again every few seconds.
        """
        self._last_at, self._processed = frame.time, time.monotonic()
        if self._health is not None:
            self._health.update(frame)
        suspended = self._health is not None and self._health.suspended
        seconds = self._clock.tick(frame.seconds, paused=suspended)
        detections = self._usable(detections)
        tracks = detections.tracks
        if not suspended:
            found, tracks = self._judge(*self._as_rules_see(frame, detections), seconds)
            self._waiting.extend(found)
        if self._film is not None and self._shelf is not None:
            seen = Detections(detections.xyxy, detections.class_id, detections.confidence, tracks)
            self._film.add(frame, self._last_seen.add(seen, frame.seconds))
        due = self._owed and frame.seconds - self._tried >= _RETRY_SECONDS
        owed = self._take_owed() if due else []
        return self._violations([*owed, *self._take_filmed(frame.seconds)], frame.seconds)

    def idle(self) -> list[Violation]:
        """No frame comes: offences that wait for the end of their clip wait no longer than some seconds."""
        if not self._waiting or time.monotonic() - self._processed < _IDLE_SECONDS:
            return []
        found, self._waiting = self._waiting, []
        return self._violations(found, self._tried)

    def _take_filmed(self, seconds: float) -> list[Finding]:
        """Findings whose clip is complete; without a film, all."""
        after = AFTER if self._film is not None and self._shelf is not None else 0.0
        ready: list[Finding] = []
        waiting: list[Finding] = []
        for finding in self._waiting:
            complete = not 0 <= seconds - self._clock.stream(finding.ended_s) < after
            (ready if complete else waiting).append(finding)
        self._waiting = waiting
        return ready

    def _judge(self, frame: Frame, detections: Detections, seconds: float) -> tuple[list[Finding], IntArray]:
        """What the rules find in a frame, and the track number of each detection.

        Args:
            frame: as rules see it.
            detections: in its pixels.
            seconds: the rules' time, which stands still while the camera cannot see.
        """
        if self._size not in (None, (frame.width, frame.height)):
            _log.warning("frame size changed", camera=self.scene.camera.id, size=f"{frame.width}×{frame.height}")
            self._tracker.restart()
        self._size = (frame.width, frame.height)
        tracks = self._tracker.update(detections, frame.seconds, frame.image)
        sure = detections[detections.confidence >= self._thresholds[detections.class_id]]
        shown = frame if seconds == frame.seconds else replace(frame, seconds=seconds)
        view = View(shown, tracks, _with_tracks(sure, tracks), riders(tracks))
        seen = _with_tracks(detections, tracks)
        self._seen[shown] = self._around.add(seen, frame.seconds)
        return [finding for rule in self._rules for finding in rule.update(view)], seen.tracks

    def finish(self) -> list[Violation]:
        """The source has ended: offences that only waited for their end."""
        if self._health is not None and self._last_at is not None:
            self._health.finish(self._last_at)
        found = [finding for rule in self._rules for finding in rule.finish()]
        found, self._waiting = [*self._take_owed(), *self._waiting, *found], []
        return self._violations(found, self._tried)

    def checkpoint(self) -> Checkpoint:
        """What :meth:`restore` needs after a restart.

        An offence whose evidence could not be written yet counts as not reported: it is found again.
        """
        owed = {finding.id for finding in (*self._owed, *self._waiting)}
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
    def notice(self) -> str:
        """What people should know about the camera now; empty where all is well."""
        if self.fault:
            return self.fault
        event = self._health.event if self._health is not None else None
        return event.message if event is not None else ""

    def _as_rules_see(self, frame: Frame, detections: Detections) -> tuple[Frame, Detections]:
        """Frame and detections from where the camera stood when its zones were drawn."""
        if self._health is None or self._health.is_aligned:
            return frame, detections
        alignment = self._health.alignment
        return AlignedFrame.of(frame, alignment), alignment.detections(detections, frame.width, frame.height)

    def _usable(self, detections: Detections) -> Detections:
        """Without what cannot be: boxes that are none, and frames that are full of them."""
        usable = detections.usable()
        confused = int((usable.confidence >= self._thresholds[usable.class_id]).sum()) > _MOST_DETECTIONS
        if (confused or len(usable) < len(detections)) and not self._warned:
            self._warned = True
            reason = f"more than {_MOST_DETECTIONS} objects in a frame" if confused else "boxes that are none"
            _log.warning("detections dropped", camera=self.scene.camera.id, reason=reason)
        return Detections() if confused else usable

    def _take_owed(self) -> list[Finding]:
        owed, self._owed, self.fault = self._owed, [], None
        return owed

    def _violations(self, findings: Sequence[Finding], seconds: float) -> list[Violation]:
        made = []
        for finding in findings:
            try:
                made.append(self._violation(finding))
            except OSError as error:
                self._tried = seconds
                self._owed.append(finding)
                self.fault = f"evidence cannot be written: {error.strerror or error}"
                _log.error("evidence cannot be written", camera=self.scene.camera.id, reason=str(error))
        for lost in self._owed[:-_MOST_OWED]:
            _log.error("violation lost: too many wait for room on the disk", kind=lost.kind, id=str(lost.id))
        self._owed = self._owed[-_MOST_OWED:]
        return made

    def _violation(self, finding: Finding) -> Violation:
        camera = self.scene.camera
        seen = [replace(moment, others=self._seen.get(moment.frame, Detections())) for moment in finding.moments]
        moments = [_untouched(moment) for moment in seen]
        frame, shown = moments[-1].frame, finding.moments[-1].frame
        started_s, ended_s = self._clock.stream(finding.started_s), self._clock.stream(finding.ended_s)
        started = finding.ended - timedelta(seconds=ended_s - started_s) if self._clock else finding.started
        violation = Violation(
            id=finding.id,
            kind=finding.kind,
            camera=camera.id,
            started_at=started,
            ended_at=finding.ended,
            started_s=round(started_s, 3),
            ended_s=round(ended_s, 3),
            confidence=round(finding.confidence, 4),
            box=_untouched(Moment(shown, finding.box)).box,
            width=frame.width,
            height=frame.height,
            zone=finding.zone,
            track_ids=finding.track_ids,
            count=finding.count,
            note=finding.note,
            longitude=camera.longitude,
            latitude=camera.latitude,
            model=self.model,
        )
        if self._shelf is None:
            return violation
        folder = self._shelf.stage(violation.id)
        try:
            footage = self._footage(finding, started, moments[-1].box)
            evidence = write_evidence(
                folder, violation.id, finding.kind, moments, camera, timezone=self._timezone, footage=footage
            )
            violation = violation.model_copy(update={"evidence": evidence})
            self._shelf.commit(violation)
        except OSError:
            self._shelf.discard(violation.id)
            raise
        return violation

    def _footage(self, finding: Finding, started: datetime, box: Box) -> list[Footage]:
        """The clip of an offence, and what the camera itself encoded, where it did.

        A film that cannot be made is no reason to give no proof at all.
        """
        pictures = self._film.between(started, finding.ended) if self._film is not None else []
        if len(pictures) < 2:
            return []
        made = []
        offence = Offence(finding.kind, finding.track_ids, None if KINDS[finding.kind].about_person else box)
        try:
            content = clip_of(pictures, offence, self.scene.camera, self._timezone)
            made.append(Footage(content, "clip", pictures[0].time))
            packets = finding.moments[-1].frame.packets
            encoded = packets.cut(pictures[0].time, pictures[-1].time) if packets is not None else None
            if encoded is not None:
                made.append(Footage(encoded[0], "original", encoded[1]))
        except (av.FFmpegError, av.codec.codec.UnknownCodecError) as error:
            _log.error("clip cannot be made", camera=self.scene.camera.id, reason=str(error))
        return made


def _untouched(moment: Moment) -> Moment:
    """The moment in the frame as the camera gave it."""
    frame = moment.frame
    if not isinstance(frame, AlignedFrame) or frame.untouched is None or frame.alignment is None:
        return moment
    box = frame.alignment.box(moment.box, frame.width, frame.height)
    others = frame.alignment.inverse().detections(moment.others, frame.width, frame.height)
    return replace(moment, frame=frame.untouched, box=box, others=others)


def _unreported(state: MemoryState, owed: set[UUID]) -> MemoryState:
    anchors = (a.model_copy(update={"reported": False}) if a.id in owed else a for a in state.anchors)
    return state.model_copy(update={"anchors": tuple(anchors)})


def _with_tracks(detections: Detections, tracks: Detections) -> Detections:
    """The same detections, with the track number of those that a track carries."""
    if not len(detections) or not len(tracks):
        return detections
    same = (detections.xyxy[:, None, :] == tracks.xyxy[None, :, :]).all(axis=2)
    rows, columns = np.nonzero(same)
    numbers = np.full(len(detections), -1, np.int64)
    numbers[rows] = tracks.tracks[columns]
    return Detections(detections.xyxy, detections.class_id, detections.confidence, numbers)
