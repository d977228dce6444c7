"""Frames a second: the bare model, the whole pipeline, and ultralytics' tracking with the same ONNX file.

The three take turns, so that whatever else the machine does falls on all of them alike; the median of the rounds
counts. Frames are those of the crossroad clip, every one of them, in full size.
"""

import itertools
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from detector.cli import Folder
from detector.film import Film
from detector.health import CameraHealth
from detector.looking import Looking
from detector.model import Model
from detector.pipeline import Pipeline
from detector.scene import Scene
from detector.sources import Frame, Source, VideoSource
from detector.watching import watch


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast one contestant was.

    Attributes:
        name: what ran.
        rates: frames a second of each round.
        cpu: CPU seconds per frame, all threads together, median of the rounds.
        note: what else was seen, for example how many violations.
    """

    name: str
    rates: tuple[float, ...]
    cpu: float
    note: str = ""

    @property
    def rate(self) -> float:
        """Frames a second, median of the rounds."""
        return statistics.median(self.rates)


class FirstFrames(Source):
    """The first frames of a file, as fast as they are taken."""

    def __init__(self, path: Path, count: int) -> None:
        self._source = VideoSource(path)
        self._count = count

    @property
    def address(self) -> str:
        """The file's path."""
        return self._source.address

    @property
    def live(self) -> bool:
        """Always false."""
        return False

    def frames(self) -> Iterator[Frame]:
        """The first frames in order."""
        return itertools.islice(self._source.frames(), self._count)

    def close(self) -> None:
        """Close the file."""
        self._source.close()


class BareModel:
    """The runtime alone, on a tensor that lies ready."""

    name = "bare model"

    def __init__(self, model: Model, clip: Path, frames: int) -> None:
        self._runtime, self._frames = model.runtime, frames
        tensor, _ = model.prepare(next(FirstFrames(clip, 1).frames()).image)
        self._batch = tensor[None]

    def __call__(self) -> str:
        """One round; says on what."""
        for _ in range(self._frames):
            self._runtime.run(self._batch)
        return f"tensor {'×'.join(map(str, self._batch.shape))}"


class WholePipeline:
    """Decoding, model, tracking, rules and evidence pictures; with ``everything`` also camera health and clips.

    ``streetwarden watch --save`` and the engine do everything. A clip is cut and encoded for each violation, so its
    cost grows with the violations and not with the frames: the crossroad has one every four seconds.
    """

    name = "pipeline"

    def __init__(self, model: Model, clip: Path, scene: Scene, frames: int, *, everything: bool = False) -> None:
        self._model, self._clip, self._scene, self._frames = model, clip, scene, frames
        self._everything = everything

    def __call__(self) -> str:
        """One round; says what was found."""
        with TemporaryDirectory() as folder, FirstFrames(self._clip, self._frames) as source:
            shelf = Folder(Path(folder))
            pipeline = Pipeline(
                self._scene,
                thresholds=self._model.thresholds,
                shelf=shelf,
                health=CameraHealth(self._scene) if self._everything else None,
                film=Film() if self._everything else None,
                model=self._model.name,
            )
            violations = list(watch(source, self._model, pipeline))
        return f"{len(violations)} violations"


class UltralyticsTrack:
    """``YOLO(file).track(clip)`` with ByteTrack, as its guide shows it."""

    name = "ultralytics track"

    def __init__(self, model: Model, clip: Path, frames: int) -> None:
        import ultralytics  # noqa: PLC0415 - an extra that need not be installed

        self._yolo = ultralytics.YOLO(str(model.entry.path), task="detect")
        self._clip, self._frames, self._size = clip, frames, model.entry.input_size

    def __call__(self) -> str:
        """One round; says what was found."""
        results = self._yolo.track(
            str(self._clip), stream=True, imgsz=self._size, tracker="bytetrack.yaml", verbose=False
        )
        boxes = [len(result.boxes) for result in itertools.islice(results, self._frames)]
        results.close()
        return f"{sum(boxes) / max(1, len(boxes)):.1f} boxes a frame"


def measure(contestants: dict[str, Callable[[], str]], frames: int, rounds: int) -> list[Speed]:
    """Let each contestant run ``rounds`` times in turn, after one round that does not count."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    notes: dict[str, str] = {}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            begun, used = time.perf_counter(), time.process_time()
            notes[name] = run()
            if number:
                rates[name].append(frames / (time.perf_counter() - begun))
                cpu[name].append((time.process_time() - used) / frames)
    return [Speed(name, tuple(rates[name]), statistics.median(cpu[name]), notes[name]) for name in contestants]


def report(clip: Path, scene: Path, *, frames: int, rounds: int, threads: int | None = None) -> str:
    """The table: frames a second, CPU time, ratios.

    Raises:
        ModelError, SceneError, SourceError: where something that is needed cannot be used.
    """
    model = Model.load(threads=threads)
    # As `streetwarden watch` loads it for a file: a call on each CPU, side by side.
    lanes = Model.load(threads=threads, lanes=len(os.sched_getaffinity(0)))
    # Every picture, as the others look at every one; what looking less saves is measured by benchmarks.looking_less.
    watched = Scene.load(scene).model_copy(update={"looking": Looking.everything()})
    contestants: dict[str, Callable[[], str]] = {
        BareModel.name: BareModel(model, clip, frames),
        WholePipeline.name: WholePipeline(lanes, clip, watched, frames),
    }
    contestants["with health and clips"] = WholePipeline(lanes, clip, watched, frames, everything=True)
    missing = ""
    if find_spec("ultralytics"):
        contestants[UltralyticsTrack.name] = UltralyticsTrack(model, clip, frames)
    else:
        missing = "ultralytics is not installed and was left out: make setup-train"
    speeds = measure(contestants, frames, rounds)
    packages = [f"{name} {version(name)}" for name in ("onnxruntime", "opencv-python", "av", "numpy")]
    if not missing:
        packages.append(f"ultralytics {version('ultralytics')}")
    lines = [
        f"{frames} frames of {clip.name}, median of {rounds} rounds, model {model.name} on {model.runtime.name}",
        f"{len(os.sched_getaffinity(0))} CPUs, Python {platform.python_version()}, {', '.join(packages)}",
        "",
        f"{'':24}{'frames/s':>10}{'of bare':>10}{'CPU ms':>10}   rounds",
    ]
    bare = speeds[0].rate
    for speed in speeds:
        each = " ".join(f"{rate:.1f}" for rate in speed.rates)
        row = f"{speed.name:24}{speed.rate:10.1f}{speed.rate / bare:10.2f}{speed.cpu * 1000:10.1f}"
        lines.append(f"{row}   {each}   {speed.note}")
    by_name = {speed.name: speed.rate for speed in speeds}
    pipeline = by_name[WholePipeline.name]
    lines += ["", f"pipeline / bare model         {pipeline / bare:.2f}   (at least 0.85)"]
    if UltralyticsTrack.name in by_name:
        lines.append(f"pipeline / ultralytics track  {pipeline / by_name[UltralyticsTrack.name]:.2f}   (at least 1.00)")
    else:
        lines.append(missing)
    return "\n".join(lines)


def steps(clip: Path, *, repeats: int = 100) -> str:
    """Milliseconds of the steps around the model for one frame, medians."""
    model = Model.load()
    frame = next(FirstFrames(clip, 1).frames())
    tensor, letterbox = model.prepare(frame.image)
    batch = np.ascontiguousarray(tensor[None])
    raw = model.infer(batch)
    rows: dict[str, Callable[[], object]] = {
        "prepare": lambda: model.prepare(frame.image, batch[0]),
        "infer": lambda: model.infer(batch),
        "decode": lambda: model.decode(raw, [letterbox]),
    }
    lines = [f"one frame of {frame.width} × {frame.height}, milliseconds, median of {repeats}"]
    for name, step in rows.items():
        times = []
        for _ in range(repeats):
            begun = time.perf_counter()
            step()
            times.append(time.perf_counter() - begun)
        lines.append(f"{name:20}{statistics.median(times) * 1000:10.2f}")
    return "\n".join(lines)
