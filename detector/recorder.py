"""Recorder: makes violations with evidence of what the rules find, and loses none where evidence has to wait."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import av
import structlog

from detector.alignment import AlignedFrame
from detector.clip import Offence, clip_of
from detector.detections import Detections
from detector.evidence import Footage, write_evidence
from detector.film import AFTER, Film
from detector.moments import Moment
from detector.pauses import PausedClock
from detector.privacy import LastSeen
from detector.rules import Finding
from detector.scene import Camera
from detector.sources import Frame
from detector.violations import KINDS, Box, Violation

_log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 5.0
_IDLE_SECONDS: Final = 5.0
_MOST_OWED: Final = 50
"""Findings whose evidence waits for room on the disk; each holds up to three frames in memory."""


class EvidenceShelf(Protocol):
    """Where the evidence of a violation goes; :class:`detector.outbox.Outbox` is one."""

    def stage(self, violation_id: UUID) -> Path:
        """A folder for the evidence of a violation that is being made."""

    def commit(self, violation: Violation) -> None:
        """The violation and all its evidence are there."""

    def discard(self, violation_id: UUID) -> None:
        """The violation could not be made: forget its evidence."""


class Recorder:
    """Turns one camera's findings into violations, when their clip is complete and there is room for evidence.

    Args:
        camera: named in violations and captions.
        clock: of the rules; it stands still while the camera cannot see.
        shelf: where evidence goes; without one, violations carry no evidence and nothing waits.
        film: where clips come from.
        timezone: the district's time, for captions.

    Attributes:
        model: registry name of the model, noted in each violation.
        fault: why evidence cannot be written now; None where it can.
    """

    def __init__(
        self, camera: Camera, clock: PausedClock, shelf: EvidenceShelf | None, film: Film | None, timezone: ZoneInfo
    ) -> None:
        self.model = ""
        self.fault: str | None = None
        self._camera = camera
        self._clock = clock
        self._shelf = shelf
        self._film = film if shelf is not None else None
        self._timezone = timezone
        self._seen: WeakKeyDictionary[Frame, Detections] = WeakKeyDictionary()
        self._around, self._last_seen = LastSeen(), LastSeen()  # in the pixels of rules, and of the camera
        self._waiting: list[Finding] = []
        self._owed: list[Finding] = []
        self._processed = 0.0
        self._tried = 0.0

    def judged(self, frame: Frame, seen: Detections, seconds: float) -> None:
        """Remember who was around in a frame that rules may keep as evidence.

        Args:
            frame: as rules see it.
            seen: everything in it, in its pixels, with track numbers.
            seconds: stream time.
        """
        if self._shelf is not None:
            self._seen[frame] = self._around.add(seen, seconds)

    def filmed(self, frame: Frame, seen: Detections) -> None:
        """Keep a frame for clips; everything in it in the camera's own pixels, with track numbers."""
        if self._film is not None:
            self._film.add(frame, self._last_seen.add(seen, frame.seconds))

    def take(self, findings: Sequence[Finding], seconds: float) -> list[Violation]:
        """What is ready to be reported with this frame.

        Where evidence cannot be written (a full disk), :attr:`fault` says so, the finding is kept, and writing is
        tried again every few seconds.

        Args:
            findings: what the rules have found in it.
            seconds: its stream time.
        """
        self._processed = time.monotonic()
        self._waiting.extend(findings)
        due = bool(self._owed) and seconds - self._tried >= _RETRY_SECONDS
        owed = self._take_owed() if due else []
        return self._violations([*owed, *self._take_filmed(seconds)], seconds)

    def idle(self) -> list[Violation]:
        """No frame comes: offences that wait for the end of their clip wait no longer than some seconds."""
        if not self._waiting or time.monotonic() - self._processed < _IDLE_SECONDS:
            return []
        found, self._waiting = self._waiting, []
        return self._violations(found, self._tried)

    def finish(self, findings: Sequence[Finding]) -> list[Violation]:
        """The source has ended: everything that waits, and what the rules have found at last."""
        found, self._waiting = [*self._take_owed(), *self._waiting, *findings], []
        return self._violations(found, self._tried)

    def unwritten(self) -> set[UUID]:
        """Findings without evidence so far: after a crash they must be found again."""
        return {finding.id for finding in (*self._owed, *self._waiting)}

    def _take_filmed(self, seconds: float) -> list[Finding]:
        """Findings whose clip is complete; without a film, all."""
        if not self._waiting:
            return []
        after = AFTER if self._film is not None else 0.0
        ready: list[Finding] = []
        waiting: list[Finding] = []
        for finding in self._waiting:
            complete = not 0 <= seconds - self._clock.stream(finding.ended_s) < after
            (ready if complete else waiting).append(finding)
        self._waiting = waiting
        return ready

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
                _log.error("evidence cannot be written", camera=self._camera.id, reason=str(error))
        for lost in self._owed[:-_MOST_OWED]:
            _log.error("violation lost: too many wait for room on the disk", kind=lost.kind, id=str(lost.id))
        self._owed = self._owed[-_MOST_OWED:]
        return made

    def _violation(self, finding: Finding) -> Violation:
        camera = self._camera
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
            content = clip_of(pictures, offence, self._camera, self._timezone)
            made.append(Footage(content, "clip", pictures[0].time))
            packets = finding.moments[-1].frame.packets
            encoded = packets.cut(pictures[0].time, pictures[-1].time) if packets is not None else None
            if encoded is not None:
                made.append(Footage(encoded[0], "original", encoded[1]))
        except (av.FFmpegError, av.codec.codec.UnknownCodecError) as error:
            _log.error("clip cannot be made", camera=self._camera.id, reason=str(error))
        return made


def _untouched(moment: Moment) -> Moment:
    """The moment in the frame as the camera gave it."""
    frame = moment.frame
    if not isinstance(frame, AlignedFrame) or frame.untouched is None or frame.alignment is None:
        return moment
    box = frame.alignment.box(moment.box, frame.width, frame.height)
    others = frame.alignment.inverse().detections(moment.others, frame.width, frame.height)
    return replace(moment, frame=frame.untouched, box=box, others=others)
