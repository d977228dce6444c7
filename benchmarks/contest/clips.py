"""Clips: what the contestants watch, and what really happens there."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

import cv2

from benchmarks import still_street
from benchmarks.contest.events import Truth
from benchmarks.contest.zone_rules import ZoneRule, zone_rules
from benchmarks.still_street import OFFENCES, WALKS, make_still_street, still_scene
from benchmarks.visits import visits
from detector.model import Model
from detector.scene import Scene
from detector.sources import SourceError
from detector.violations import ViolationKind

ROOT: Final = Path(__file__).resolve().parents[2]

ClipName = Literal["crossroad", "still"]

_SPOTS: Final = {
    (ViolationKind.ILLEGAL_PARKING, 50.0): (475.0, 425.0, 695.0, 580.0),
    (ViolationKind.GARBAGE, 70.0): (75.0, 425.0, 235.0, 580.0),
    (ViolationKind.GARBAGE, 115.0): (285.0, 375.0, 407.0, 520.0),
    (ViolationKind.CIGARETTE_BUTT, 160.0): (375.0, 455.0, 483.0, 580.0),
}
"""Where the feet of what was put on the still street stand, with half a body height around; by kind and start."""
_BEFORE: Final = 1.0
"""Seconds by which a walker of the still street is shown before the visit begins (``still_street``)."""


@dataclass(frozen=True)
class Clip:
    """A clip with its scene and its truth.

    Attributes:
        name: for the table.
        path: the file.
        scene: what must not happen there.
        truths: what does.
    """

    name: ClipName
    path: Path
    scene: Scene
    truths: tuple[Truth, ...]

    @cached_property
    def shape(self) -> tuple[int, int, float, int]:
        """Width, height, frames a second and number of frames, as the file says."""
        capture = cv2.VideoCapture(str(self.path))
        try:
            if not capture.isOpened():
                raise SourceError(f"{self.path}: cannot be opened as a video")
            found = [
                capture.get(what)
                for what in (
                    cv2.CAP_PROP_FRAME_WIDTH,
                    cv2.CAP_PROP_FRAME_HEIGHT,
                    cv2.CAP_PROP_FPS,
                    cv2.CAP_PROP_FRAME_COUNT,
                )
            ]
        finally:
            capture.release()
        return int(found[0]), int(found[1]), found[2], int(found[3])

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.shape[2]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.shape[3] / self.shape[2]

    def rules(self) -> list[ZoneRule]:
        """The scene for tools that know polygons and timers."""
        return zone_rules(self.scene, *self.shape[:2])


def clip(name: ClipName, shared: Path, runs: Path) -> Clip:
    """A clip by its name.

    Args:
        name: ``crossroad``, where somebody always moves, or ``still``, where hardly ever anybody does.
        shared: folder with the crossroad's video.
        runs: folder where :func:`prepare` has put the still street.

    Raises:
        SceneError: the crossroad's scene cannot be read.
    """
    scene = Scene.load(ROOT / "tests" / "data" / "crossroad.yaml")
    if name == "crossroad":
        return Clip(name, crossroad_file(shared), scene, tuple(_crossroad_truths()))
    return Clip(name, still_file(runs), still_scene(scene), tuple(_still_truths()))


def crossroad_file(shared: Path) -> Path:
    """Where the crossroad's video is."""
    return shared / "video" / "crossroad.avi"


def still_file(runs: Path) -> Path:
    """Where the still street is, or will be."""
    return runs / "clip" / "still-street.mp4"


def prepare(shared: Path, runs: Path) -> None:
    """Make the still street where it is missing or older than what it is made by: the truth would not fit.

    Raises:
        ModelError, SourceError: it cannot be made.
    """
    made, maker = still_file(runs), Path(still_street.__file__)
    if not made.is_file() or made.stat().st_mtime < maker.stat().st_mtime:
        print(f"{made} is made once, which takes some minutes", file=sys.stderr, flush=True)
        detections = ROOT / "tests" / "data" / "crossroad_detections.npz"
        photos = shared / "data" / "street" / "images" / "val"
        make_still_street(crossroad_file(shared), detections, photos, Model.load(), made)


def _crossroad_truths() -> Iterator[Truth]:
    for visit in visits():
        yield Truth(ViolationKind.JAYWALKING, visit.start, visit.end, path=visit)


def _still_truths() -> Iterator[Truth]:
    walkers = {visit.who: visit for visit in visits()}
    walks = iter(WALKS.items())
    for offence in OFFENCES:
        if offence.kind is ViolationKind.JAYWALKING:
            who, at = next(walks)
            walker = walkers[who]
            # Frames of the walk begin a second before the visit, which the clip shows from `at` on.
            yield Truth(offence.kind, offence.start, offence.end, path=walker, offset=at + _BEFORE - walker.start)
        else:
            yield Truth(offence.kind, offence.start, offence.end, spot=_SPOTS.get((offence.kind, offence.start)))
