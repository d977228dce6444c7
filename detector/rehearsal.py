"""Rehearsal: what a scene's rules would have reported of the last hour, from stored tracks, without pictures."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

import numpy as np
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict

from detector.lamps import LampState
from detector.riders import riders
from detector.rules import Finding, Rule, View, rules_of
from detector.scene import Crosswalk, Scene, Signal
from detector.signals import Phase, SignalBoard
from detector.sources import Frame
from detector.stand_ins import STILL, painted
from detector.track_segment import Segment, SegmentError, SegmentHead, Sight
from detector.track_store import segment_files
from detector.violations import ViolationKind

_log = structlog.get_logger(__name__)
_LONG: Final = timedelta(days=1)
_GAP_SECONDS: Final = 10.0
"""Between sights that lie farther apart nobody watched."""

Place = tuple[float, float, float, float]


class Rehearsed(BaseModel):
    """An offence that would have been reported; all places are fractions of the picture.

    Attributes:
        box: left, top, right, bottom of the offender at the end.
        course: ground points of who moved; empty for what stands or lies.
    """

    model_config = ConfigDict(frozen=True)

    kind: ViolationKind
    started_at: AwareDatetime
    ended_at: AwareDatetime
    zone: str | None
    box: Place
    course: tuple[tuple[float, float], ...]
    count: int
    confidence: float
    note: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """What a rule has found."""
        frame = finding.moments[-1].frame
        left, top, right, bottom = finding.box
        wide, high = frame.width, frame.height
        return cls(
            kind=finding.kind,
            started_at=finding.started,
            ended_at=finding.ended,
            zone=finding.zone,
            box=(round(left / wide, 4), round(top / high, 4), round(right / wide, 4), round(bottom / high, 4)),
            course=tuple((round(x, 4), round(y, 4)) for _, x, y in finding.course),
            count=finding.count,
            confidence=round(finding.confidence, 3),
            note=finding.note,
        )


class Rehearsal(BaseModel):
    """What came of it.

    Attributes:
        watched_seconds: for so long tracks were stored; less than was asked for where the camera was off or could
            not see.
        first_at, last_at: of what was stored; None where nothing was.
        unknown_signals: crosswalks whose signal nobody recorded: nobody there is said to have crossed at red.
    """

    findings: list[Rehearsed] = []
    watched_seconds: float = 0.0
    sights: int = 0
    first_at: AwareDatetime | None = None
    last_at: AwareDatetime | None = None
    unknown_signals: list[str] = []


def rehearse(folder: Path, scene: Scene, since: datetime, until: datetime, timezone: ZoneInfo) -> Rehearsal:
    """Run a scene's rules over what a camera's track store holds of a span of time.

    Tracks are those of that time; zones and settings are the scene's. What stood there when the span began is known
    from the rules of that time: what had been reported before is not reported again.

    Args:
        folder: of the camera.
        scene: zones and settings to try.
        since: its beginning, aware.
        until: its end, aware.
        timezone: where schedules are read.
    """
    stage = _Stage(scene, timezone)
    last: Sight | None = None
    watched, count = 0.0, 0
    first_at: datetime | None = None
    for head, sight in _sights(folder, since, until):
        stage.show(head, sight)
        gap = (sight.time - last.time).total_seconds() if last is not None else 0.0
        watched += gap if 0 < gap <= _GAP_SECONDS else 0.0
        first_at, last, count = first_at or sight.time, sight, count + 1
    return Rehearsal(
        findings=sorted((Rehearsed.of(f) for f in stage.end()), key=lambda found: found.ended_at),
        watched_seconds=round(watched, 1),
        sights=count,
        first_at=first_at,
        last_at=last.time if last is not None else None,
        unknown_signals=stage.unknown_signals,
    )


def _sights(folder: Path, since: datetime, until: datetime) -> Iterator[tuple[SegmentHead, Sight]]:
    for path in segment_files(folder, since, until):
        try:
            segment = Segment.read(path)
        except FileNotFoundError:
            continue  # too old by now
        except SegmentError as error:
            _log.warning("tracks left out", reason=str(error))
            continue
        for sight in segment.sights:
            if since <= sight.time <= until:
                yield segment.head, sight


class _Stage:
    """The rules of a scene, and where they are in what was stored."""

    def __init__(self, scene: Scene, timezone: ZoneInfo) -> None:
        self._scene = _with_told_signals(scene)
        self._timezone = timezone
        self._run: str | None = None
        self._rules: Sequence[Rule] = ()
        self._board = SignalBoard()
        self._shown: dict[str, LampState] = {}
        self._blank = np.zeros((1, 1, 3), np.uint8)
        self._number = 0
        self._findings: list[Finding] = []
        self._unknown = {
            zone.name for zone in scene.zones if isinstance(zone, Crosswalk) and zone.signal and scene.rules.jaywalking
        }

    @property
    def unknown_signals(self) -> list[str]:
        """Crosswalks whose signal nobody recorded."""
        return sorted(self._unknown)

    def show(self, head: SegmentHead, sight: Sight) -> None:
        """Show the rules one sight; with another run of the camera they begin anew."""
        if head.run != self._run:
            self._begin(head)
        if self._blank.shape[:2] != (head.height, head.width):
            self._blank = np.zeros((head.height, head.width, 3), np.uint8)
        self._tell(head, sight)
        frame = Frame(self._blank, sight.time, sight.seconds, self._number)
        self._number += 1
        tracks = sight.tracks
        view = View(frame, tracks, sight.seen[sight.sure], riders(tracks))
        standing = sight.seen.is_of(*STILL) & (sight.sure | (sight.voted < 0))
        with painted(self._blank, sight.seen.xyxy[standing]):
            self._findings += [finding for rule in self._rules for finding in rule.update(view)]

    def end(self) -> list[Finding]:
        """All that was found; offences that only waited for their end too."""
        self._findings += [finding for rule in self._rules for finding in rule.finish()]
        self._rules = ()
        return self._findings

    def _begin(self, head: SegmentHead) -> None:
        self.end()
        self._run, self._board, self._shown = head.run, SignalBoard(), {}
        self._rules = rules_of(self._scene, self._timezone, self._board)
        for rule in self._rules:
            state = head.rules.get(rule.kind.value)
            if state is not None:
                rule.restore(state)

    def _tell(self, head: SegmentHead, sight: Sight) -> None:
        for name, state in zip(head.crosswalks, sight.signals, strict=True):
            if state is not LampState.UNKNOWN:
                self._unknown.discard(name)
            if self._shown.get(name) is not state:
                self._shown[name] = state
                self._board.tell(name, Phase(state, sight.time, sight.time + _LONG))


def _with_told_signals(scene: Scene) -> Scene:
    """The scene with signals that are told: there is no picture to read a lamp from."""
    zones = [
        zone.model_copy(update={"signal": Signal(fed=True)}) if isinstance(zone, Crosswalk) and zone.signal else zone
        for zone in scene.zones
    ]
    return scene.model_copy(update={"zones": zones})
