"""Recorder: makes violations with evidence of what the rules find, and loses none where evidence has to wait."""

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import av
import numpy as np
import structlog

from detector.alignment import AlignedFrame
from detector.clip import Offence, clip_of
from detector.cutting_room import order
from detector.detections import Detections
from detector.evidence import Footage, add_footage, write_evidence
from detector.film import AFTER, Film, Picture
from detector.moments import Moment
from detector.pauses import PausedClock
from detector.privacy import LastSeen
from detector.rules import Finding
from detector.scene import Camera
from detector.sources import Frame
from detector.sources.packets import PacketRing, Reel
from detector.violations import KINDS, EvidenceFile, Violation

_log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 5.0
_IDLE_SECONDS: Final = 5.0
_LONGEST_CUT: Final = 60.0
"""Seconds that a violation waits for a clip that is due; then it goes without."""
_LATELY: Final = timedelta(seconds=30)
"""Longer than a key frame of the main stream may be old, and than a still camera is not looked at."""
_ABOUT: Final = timedelta(seconds=1)
"""Both streams' times may be so far apart."""
_MOST_OWED: Final = 50
"""Findings whose evidence waits for room on the disk; each holds up to three frames in memory."""


class EvidenceShelf(Protocol):
    """Where the evidence of a violation goes; :class:`detector.outbox.Outbox` is one."""

    def stage(self, violation_id: UUID) -> Path:
        """A folder for the evidence of a violation that is being made."""

    def hold(self, violation: Violation) -> Path | None:
        """The pictures are there, films may follow: where they go; None where the violation is known already."""

    def commit(self, violation: Violation) -> None:
        """The violation and all its evidence are there."""

    def discard(self, violation_id: UUID) -> None:
        """The violation could not be made: forget its evidence."""


@dataclass(slots=True, eq=False)
class _Held:
    """A violation that is safe on the disk and waits for its films.

    Attributes:
        folder: where they go.
        ended_s: the offence's end, in the rules' seconds.
        films: None until the clip's last picture is there.
        due: when they were ordered, monotonic seconds.
    """

    violation: Violation
    folder: Path
    ended_s: float
    packets: PacketRing | None
    films: "Future[tuple[EvidenceFile, ...]] | None" = None
    due: float = 0.0


class Recorder:
    """Turns one camera's findings into violations: pictures are on the disk at once, a clip is added when it is made.

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
        self._lately: deque[tuple[datetime, Detections]] = deque()
        """Who was around in the last seconds, in the camera's own pixels, where there is a main stream."""
        self._held: list[_Held] = []
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
            self._seen[frame] = self._around.add(seen, seconds, frame)

    def filmed(self, frame: Frame, seen: Detections) -> None:
        """Keep a frame for clips; everything in it in the camera's own pixels, with track numbers."""
        if self._film is None and frame.main is None:
            return
        around = self._last_seen.add(seen, frame.seconds, frame)
        if self._film is not None:
            self._film.add(frame, around)
        if frame.main is not None and self._shelf is not None:
            self._lately.append((frame.time, around))
            while frame.time - self._lately[0][0] > _LATELY:
                self._lately.popleft()

    def take(self, findings: Sequence[Finding], seconds: float) -> list[Violation]:
        """What is ready to be reported with this frame.

        Where evidence cannot be written (a full disk), :attr:`fault` says so, the finding is kept, and writing is
        tried again every few seconds.

        Args:
            findings: what the rules have found in it.
            seconds: its stream time.
        """
        self._processed = time.monotonic()
        due = bool(self.fault) and seconds - self._tried >= _RETRY_SECONDS
        if due:
            self.fault = None
        owed, self._owed = (self._owed, []) if due else ([], self._owed)
        made = self._record([*owed, *findings], seconds) if owed or findings else []
        if self._held:
            self._order([h for h in self._held if not 0 <= seconds - self._clock.stream(h.ended_s) < AFTER])
            made += self._collect(seconds) if self.fault is None else []
        return made

    def idle(self) -> list[Violation]:
        """No frame comes: offences that wait for the end of their clip wait no longer than some seconds."""
        if self._held and time.monotonic() - self._processed >= _IDLE_SECONDS:
            self._order(self._held)
        return self._collect(self._tried) if self.fault is None else []

    def finish(self, findings: Sequence[Finding], patience: float | None = None) -> list[Violation]:
        """The source has ended: everything that waits, and what the rules have found at last.

        Args:
            findings: those.
            patience: seconds that clips may take; what is not ready then goes without. None: as long as they take.
        """
        owed, self._owed, self.fault = self._owed, [], None
        made = self._record([*owed, *findings], self._tried)
        self._order(self._held)
        wait([h.films for h in self._held if h.films is not None], timeout=patience)
        return made + self._collect(self._tried, patience=0.0)

    def unwritten(self) -> set[UUID]:
        """Findings without evidence so far: after a crash they must be found again."""
        return {finding.id for finding in self._owed}

    def _record(self, findings: Sequence[Finding], seconds: float) -> list[Violation]:
        """Make violations, with pictures; answers those that wait for no film."""
        made = []
        for finding in findings:
            try:
                violation = self._recorded(finding)
            except OSError as error:
                self._owed.append(finding)
                self._complain(error, seconds)
            else:
                made += [violation] if violation is not None else []
        for lost in self._owed[:-_MOST_OWED]:
            _log.error("violation lost: too many wait for room on the disk", kind=lost.kind, id=str(lost.id))
        self._owed = self._owed[-_MOST_OWED:]
        return made

    def _recorded(self, finding: Finding) -> Violation | None:
        """The violation, or None where it is held until its films are there."""
        seen = [replace(moment, others=self._seen.get(moment.frame, Detections())) for moment in finding.moments]
        moments = [_untouched(moment) for moment in seen]
        violation = self._violation(finding, moments)
        if self._shelf is None:
            return violation
        folder = self._shelf.stage(violation.id)
        try:
            shown = [self._from_main(moment, finding) for moment in moments]
            evidence = write_evidence(folder, violation.id, finding.kind, shown, self._camera, timezone=self._timezone)
            violation = violation.model_copy(update={"evidence": evidence})
            if self._film is None:
                self._shelf.commit(violation)
                return violation
            held = self._shelf.hold(violation)
        except OSError:
            self._shelf.discard(violation.id)
            raise
        if held is not None:
            self._held.append(_Held(violation, held, finding.ended_s, moments[-1].frame.packets))
        return None

    def _from_main(self, moment: Moment, finding: Finding) -> Moment:
        """The moment in the main stream's key frame, where the camera is watched by its substream.

        Only what stands still is where it is in a picture that may be some seconds older, and only since it came.
        Bystanders are hidden where they were shortly before and after that picture.
        """
        main = moment.frame.main
        if main is None or KINDS[finding.kind].about_person or main.time < finding.started:
            return moment
        x, y = main.width / moment.frame.width, main.height / moment.frame.height
        left, top, right, bottom = moment.box
        others = Detections.concatenate([moment.others, *self._around_at(main.time)])
        factor = np.array([x, y, x, y], np.float32)
        scaled = Detections(others.xyxy * factor, others.class_id, others.confidence, others.tracks)
        return replace(moment, frame=main, box=(left * x, top * y, right * x, bottom * y), others=scaled)

    def _around_at(self, time: datetime) -> list[Detections]:
        """Who was around about a time: what was seen within a second of it, and last before and first after it."""
        before = [entry for entry in self._lately if entry[0] <= time]
        after = [entry for entry in self._lately if entry[0] > time]
        near = [entry for entry in self._lately if abs(entry[0] - time) <= _ABOUT]
        return [seen for _, seen in [*before[-1:], *near, *after[:1]]]

    def _violation(self, finding: Finding, moments: list[Moment]) -> Violation:
        camera, frame = self._camera, moments[-1].frame
        started_s, ended_s = self._clock.stream(finding.started_s), self._clock.stream(finding.ended_s)
        started = finding.ended - timedelta(seconds=ended_s - started_s) if self._clock else finding.started
        return Violation(
            id=finding.id,
            kind=finding.kind,
            camera=camera.id,
            started_at=started,
            ended_at=finding.ended,
            started_s=round(started_s, 3),
            ended_s=round(ended_s, 3),
            confidence=round(finding.confidence, 4),
            box=_untouched(Moment(finding.moments[-1].frame, finding.box)).box,
            width=frame.width,
            height=frame.height,
            zone=finding.zone,
            track_ids=finding.track_ids,
            count=finding.count,
            note=finding.note,
            longitude=camera.longitude,
            latitude=camera.latitude,
            model=self.model,
            course=_course(finding, started),
        )

    def _order(self, held: Sequence[_Held]) -> None:
        """Have the films made of violations whose clip is complete."""
        for one in held:
            if one.films is None and self._film is not None:
                violation = one.violation
                pictures = self._film.between(violation.started_at, violation.ended_at)
                reel = one.packets.cut(pictures[0].time, pictures[-1].time) if one.packets and pictures else None
                one.films = order(partial(self._films, one, pictures, reel))
                one.due = time.monotonic()

    def _films(self, held: _Held, pictures: Sequence[Picture], reel: Reel | None) -> tuple[EvidenceFile, ...]:
        """Make the clip, and a file of what the camera itself encoded. In the cutting room.

        A film that cannot be made is no reason to give no proof at all.
        """
        violation, made = held.violation, []
        left, top, right, bottom = violation.box
        wide, high = violation.width, violation.height
        thing = None if KINDS[violation.kind].about_person else (left / wide, top / high, right / wide, bottom / high)
        try:
            if len(pictures) > 1:
                offence = Offence(violation.kind, violation.track_ids, thing)
                clip = clip_of(pictures, offence, self._camera, self._timezone)
                made.append(Footage(clip, "clip", pictures[0].time))
            if reel is not None:
                made.append(Footage(reel.mp4(), "original", reel.began))
            return add_footage(held.folder, violation.id, violation.evidence, made)
        except (av.FFmpegError, av.codec.codec.UnknownCodecError, OSError) as error:
            _log.error("clip cannot be made", camera=self._camera.id, id=str(violation.id), reason=str(error))
            return ()

    def _collect(self, seconds: float, patience: float = _LONGEST_CUT) -> list[Violation]:
        """Violations whose films are there, or have taken too long."""
        made, waiting = [], []
        for held in self._held:
            late = held.films is not None and time.monotonic() - held.due >= patience
            if held.films is None or not (held.films.done() or late):
                waiting.append(held)
                continue
            films = held.films.result() if held.films.done() else ()
            if not held.films.done() and not held.films.cancel():
                _log.warning("clip takes too long, the violation goes without", id=str(held.violation.id))
            try:
                made.append(self._completed(held.violation, films))
            except OSError as error:
                waiting.append(held)
                self._complain(error, seconds)
        self._held = waiting
        return made

    def _completed(self, violation: Violation, films: tuple[EvidenceFile, ...]) -> Violation:
        complete = violation.model_copy(update={"evidence": (*violation.evidence, *films)})
        if self._shelf is not None:
            self._shelf.commit(complete)
        return complete

    def _complain(self, error: OSError, seconds: float) -> None:
        self._tried = seconds
        self.fault = f"evidence cannot be written: {error.strerror or error}"
        _log.error("evidence cannot be written", camera=self._camera.id, reason=str(error))


def _course(finding: Finding, started: datetime) -> tuple[tuple[float, float, float], ...]:
    """Seconds since the offence's start and ground points, as rules see them: where the scene's zones were drawn."""
    left, _, right, bottom = finding.box
    frame = finding.moments[-1].frame
    lies = ((finding.ended, (left + right) / 2 / frame.width, bottom / frame.height),)
    return tuple(
        (round((at - started).total_seconds(), 2), round(x, 4), round(y, 4)) for at, x, y in finding.course or lies
    )


def _untouched(moment: Moment) -> Moment:
    """The moment in the frame as the camera gave it."""
    frame = moment.frame
    if not isinstance(frame, AlignedFrame) or frame.untouched is None:
        return moment
    return replace(moment, frame=frame.untouched, box=frame.box(moment.box), others=frame.came(moment.others))
