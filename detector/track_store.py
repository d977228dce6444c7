"""Track store: what cameras' rules were shown in the last hours, without pictures, to try other rules on it."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
import structlog

from detector.detections import BoolArray, Detections, IntArray
from detector.lamps import Lamp, LampState
from detector.rules.rule import Rule
from detector.rules.still import StillObjectRule
from detector.scene import Crosswalk, Scene
from detector.signals import SignalBoard
from detector.sources import Frame
from detector.stand_ins import without_looks
from detector.track_segment import Segment, SegmentHead, Sight

_log = structlog.get_logger(__name__)

SEGMENT_SECONDS: Final = 60.0
_KEPT: Final = timedelta(hours=2)
_MOST_BYTES: Final = 32 * 1024 * 1024
"""A camera's; a crossroad with ten objects takes about 1 MB an hour."""

_LEAST_FREE: Final = 1_000_000_000
"""Bytes: with less room on the disk nothing is stored, and what was is deleted, because evidence needs the room."""

_STEP_SECONDS: Final = 0.19
"""Five sights a second are enough: rules give the same at 5 and at 25 frames a second."""

_FILE: Final = "*.npz"


class TrackStore:
    """Collects what one camera's rules are shown and keeps the last two hours of it on the disk.

    Nothing here is worth a fault: where a segment cannot be written, the log says so, and it is left out.

    Args:
        folder: of this camera; made where it is missing.
        scene: says which crosswalks have a signal.
        board: what is told about signals.
    """

    def __init__(self, folder: Path, scene: Scene, board: SignalBoard) -> None:
        self._folder = folder
        self._board = board
        self._run = uuid4().hex
        signalled = [zone for zone in scene.zones if isinstance(zone, Crosswalk) and zone.signal is not None]
        self._lamps = {
            zone.name: Lamp(zone.signal.lamp) if zone.signal is not None and zone.signal.lamp is not None else None
            for zone in signalled
        }
        self._head: SegmentHead | None = None
        self._sights: list[Sight] = []

    def add(
        self, frame: Frame, seen: Detections, sure: BoolArray, tracks: tuple[IntArray, IntArray], rules: Sequence[Rule]
    ) -> None:
        """Take in one frame after the rules have seen it.

        Args:
            frame: as they saw it.
            seen: (N,) everything in it, with track numbers.
            sure: (N,) what the model was sure enough of.
            tracks: rows of ``seen`` that belong to believed tracks, and the class that each track voted for.
            rules: they say what still looked as when the model had seen it.
        """
        last = self._sights[-1] if self._sights else None
        if last is not None and 0 <= frame.seconds - last.seconds < _STEP_SECONDS:
            return
        signals = tuple(self._signal(name, frame) for name in self._lamps)
        head = self._head
        if head is not None and last is not None and (
            (head.width, head.height) != (frame.width, frame.height)
            or not 0 <= frame.seconds - self._sights[0].seconds < SEGMENT_SECONDS
        ):  # fmt: skip
            self.flush()
        if self._head is None:
            states = {rule.kind.value: without_looks(rule.state()) for rule in rules}
            self._head = SegmentHead(
                run=self._run, width=frame.width, height=frame.height, crosswalks=tuple(self._lamps), rules=states
            )
        voted = np.full(len(seen), -1, np.int64)
        voted[tracks[0]] = tracks[1]
        kept = np.flatnonzero(sure | (voted >= 0))
        found = Detections.concatenate([seen[kept], overlooked := _overlooked(frame, rules)])
        count = len(overlooked)
        self._sights.append(
            Sight(
                frame.time, frame.seconds, found, np.concatenate([voted[kept], np.full(count, -1, np.int64)]),
                np.concatenate([sure[kept], np.zeros(count, np.bool_)]), signals,
            )
        )  # fmt: skip

    def flush(self) -> None:
        """Write what has been collected, and delete what is too old or too much."""
        head, sights = self._head, self._sights
        self._head, self._sights = None, []
        if head is None or not sights:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self._folder).free < _LEAST_FREE:
                _log.warning("no room for tracks, those of the last hours are deleted", folder=str(self._folder))
                _delete(sorted(self._folder.glob(_FILE)))
                return
            Segment(head, sights).write(self._folder / f"{round(sights[0].time.timestamp() * 1000):013d}.npz")
            prune(self._folder, sights[-1].time)
        except OSError as error:
            _log.warning("tracks cannot be stored", folder=str(self._folder), reason=error.strerror or str(error))

    def _signal(self, crosswalk: str, frame: Frame) -> LampState:
        lamp = self._lamps[crosswalk]
        read = lamp.update(frame.image, frame.seconds) if lamp is not None else LampState.UNKNOWN
        told = self._board.at(crosswalk, frame.time)
        return told.state if told is not None else read


def prune(folder: Path, now: datetime) -> None:
    """Delete a camera's files that are older than two hours, and the oldest ones while they take too much room."""
    files = sorted(folder.glob(_FILE))
    oldest = (now - _KEPT).timestamp() * 1000
    kept = [file for file in files if int(file.stem) >= oldest]
    sizes = np.cumsum([file.stat().st_size for file in reversed(kept)])
    fitting = kept[len(kept) - int((sizes <= _MOST_BYTES).sum()) :]
    _delete([file for file in files if file not in fitting])


def segment_files(folder: Path, since: datetime, until: datetime) -> list[Path]:
    """A camera's files that may hold sights between two times, oldest first."""
    first = (since - timedelta(seconds=SEGMENT_SECONDS)).timestamp() * 1000
    last = until.timestamp() * 1000
    return [file for file in sorted(folder.glob(_FILE)) if first <= int(file.stem) <= last]


def _overlooked(frame: Frame, rules: Sequence[Rule]) -> Detections:
    """What the model did not see in this frame though its place still looks the same, or was not looked at.

    It must not count as gone.
    """
    size = np.array([frame.width, frame.height] * 2)
    anchors = [
        anchor for rule in rules if isinstance(rule, StillObjectRule) for anchor in rule.memory.overlooked(frame)
    ]
    return Detections(
        np.array([anchor.box * size for anchor in anchors], np.float32).reshape(-1, 4),
        np.array([anchor.class_id for anchor in anchors], np.int64),
        np.array([anchor.confidence for anchor in anchors], np.float32),
    )


def _delete(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
