"""Street Warden: as ``streetwarden watch`` runs it on a file, camera health included, without a folder for evidence.

``every``: every picture, nothing spared, on onnxruntime. ``best``: the same on the runtime that ``auto`` takes on this
machine. ``looking``: as a scene is watched where it says nothing about looking.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Literal

from benchmarks.contest.clips import Clip
from benchmarks.contest.events import Event
from benchmarks.contest.outcome import Outcome, cpus, runtime_version
from detector.detections import FloatArray
from detector.health import CameraHealth
from detector.looking import Looking
from detector.model import Model
from detector.pipeline import Pipeline
from detector.sources import VideoSource
from detector.violations import Violation
from detector.watching import watch

Way = Literal["every", "best", "looking"]


class Counted(Model):
    """A model that counts its looks."""

    looks = 0
    _lock = Lock()

    def infer(self, batch: FloatArray) -> FloatArray:
        """The model's raw output."""
        with self._lock:
            self.looks += len(batch)
        return super().infer(batch)


def run(way: Way, clip: Clip) -> Outcome:
    """Watch a clip from end to end.

    Raises:
        ModelError, SceneError, SourceError: what is needed cannot be used.
    """
    # Every call on one CPU, as many side by side as there are: so `streetwarden watch` loads it for a file.
    model = Counted.load(lanes=cpus(), runtime="onnxruntime" if way == "every" else "auto")
    model.warm(*clip.shape[:2])
    model.looks = 0
    scene = clip.scene
    if way != "looking":
        scene = scene.model_copy(update={"looking": Looking.everything()})
    pipeline = Pipeline(scene, thresholds=model.thresholds, health=CameraHealth(scene), model=model.name)

    def watched() -> tuple[int, Sequence[Event], str]:
        with VideoSource(clip.path) as source:
            violations = list(watch(source, model, pipeline))
        return clip.shape[3], [_event(violation) for violation in violations], f"{model.looks} looks"

    return Outcome.of(f"ours, {way}", watched, (runtime_version(model.runtime),))


def _event(violation: Violation) -> Event:
    started, ended = violation.started_s or 0.0, violation.ended_s or 0.0
    left, _, right, bottom = violation.box
    course = [(started + after, x * violation.width, y * violation.height) for after, x, y in violation.course]
    return Event(
        kind=violation.kind,
        started_s=started,
        ended_s=ended,
        course=(*course, (ended, (left + right) / 2, bottom)),
    )
