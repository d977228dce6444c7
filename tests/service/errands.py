"""An engine that only does errands, and a minute of a street in its track store."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from detector.detections import Detections
from detector.pipeline import Pipeline
from detector.sources import Frame
from detector.violations import Violation
from service.engine.errands import Errands
from service.engine.frame_socket import FrameSocket
from tests.detector.streets import HEIGHT, KERB, ROAD, THRESHOLDS, WIDTH, Street, person, scene, tricycle

PLACE = scene(ROAD, KERB, jaywalking={"min_seconds": 2}, illegal_parking={"seconds": 20})


@contextlib.contextmanager
def errands_at(socket: Path, tracks: Path) -> Iterator[None]:
    """Real errands, in real processes, behind an engine's socket."""

    def nobody(*_: object) -> None:
        raise KeyError

    listener = FrameSocket(socket, nobody, nobody, Errands(tracks, "Asia/Shanghai").run)
    try:
        yield
    finally:
        listener.close()


def stored(tracks: Path, since: datetime) -> list[Violation]:
    """A minute of a street with a walker and a parked tricycle, as an engine keeps it; answers what it reports."""
    watcher = Pipeline(PLACE, thresholds=THRESHOLDS, tracks=tracks / "gate-1")
    street = Street([person((1, 300, 100), (9, 300, 350)), tricycle((0, 500, 300), (90, 500, 300))], fps=5)
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    found: list[Violation] = []
    for frame, seen in street.frames(0, 60):
        shown = Frame(black, since + timedelta(seconds=frame.seconds), frame.seconds, frame.number)
        found += watcher.process(shown, Detections(seen.xyxy, seen.class_id, seen.confidence))
    return found + watcher.finish()
