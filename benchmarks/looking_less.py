"""What each saving of looking less gains and costs: ``python -m benchmarks.looking_less``.

Two clips: the crossroad, on which somebody always moves, and a mostly still street that is made of it (see
:mod:`benchmarks.still_street`), which is also looked at as a main stream of four times as many pixels, with and without
its substream. Each row is one way of looking at one clip, the whole way from the file to violations,
and says beside its speed which share of the true offences it still reports. Speed is in camera-seconds that a second of
processor time pays for, all threads counted, so that a busy machine changes it little; ratios hold within one run.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

import typer

from benchmarks.model_report.timing import machine
from benchmarks.still_street import OFFENCES, SECONDS, make_main_stream, make_still_street, still_scene
from benchmarks.visits import one_to_one, visits
from detector.detections import FloatArray
from detector.looking import Looking
from detector.model import Model
from detector.pipeline import Pipeline
from detector.registry import ModelError
from detector.scene import Scene, SceneError
from detector.sources import SourceError, VideoSource, open_source
from detector.violations import Violation, ViolationKind
from detector.watching import watch

ROOT: Final = Path(__file__).resolve().parents[1]

WAYS: Final[Mapping[str, Looking]] = {
    "every picture": Looking.everything(),
    "5 looks a second": Looking(motion=False, parts=False, sleep=False),
    "and only where something moves": Looking(parts=False, sleep=False),
    "and key frames asleep": Looking(parts=False),
    "and only the part that moves": Looking(),
    "and all of it every 5 and 10 s": Looking(recheck=5.0, sleep_recheck=10.0),
}
_LATE: Final = 1.5
"""Seconds by which a report may begin or end beside the visit that it is about."""


class Counted(Model):
    """A model that counts its looks, and how many pixels they had."""

    looks = 0
    pixels = 0
    _lock = Lock()

    def infer(self, batch: FloatArray) -> FloatArray:
        """The model's raw output."""
        with self._lock:
            self.looks += len(batch)
            self.pixels += len(batch) * batch.shape[2] * batch.shape[3]
        return super().infer(batch)


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip with what must be reported of it.

    Attributes:
        name: for the table.
        path: the file; ``substream``: a smaller one that is looked at in its place.
        scene: what is looked for.
        seconds: how long it is.
        truths: how many offences it shows.
        fits: whether a violation may be about one of them, by its number.
        ways: which ways of looking are worth a row.
    """

    name: str
    path: Path
    scene: Scene
    seconds: float
    truths: int
    fits: Callable[[Violation, int], bool]
    ways: Sequence[str]
    substream: Path | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What one way of looking gave."""

    way: str
    looks: int
    megapixels: float
    cpu: float
    found: int
    reported: int


def main(
    shared: Annotated[Path, typer.Option(help="Folder with video and data.")] = ROOT.parent / "shared",
    runs: Annotated[Path, typer.Option(help="Folder for the clip that is made.")] = ROOT / "runs",
    only: Annotated[str | None, typer.Option(help="still, main, sub or crossroad: only this clip.")] = None,
    way: Annotated[str | None, typer.Option(help="Only this way of looking, by its name.")] = None,
    size: Annotated[int | None, typer.Option(help="Long side of the model's input, pixels; as registered.")] = None,
) -> None:
    """Print speed and recall of each saving on both clips."""
    try:
        model = Counted.load(lanes=len(os.sched_getaffinity(0)))
        if size is not None:
            model.entry = model.entry.model_copy(update={"input_size": size})
        typer.echo(f"{model.name} of {model.entry.input_size} pixels on {model.runtime.name}, {machine()}")
        for clip in clips(shared, runs, model):
            if only in (None, clip.name):
                typer.echo("\n" + "\n".join(table(clip, model, way)))
    except (ModelError, SceneError, SourceError, OSError) as error:
        typer.echo(f"benchmarks.looking_less: {error}", err=True)
        raise typer.Exit(1) from error


def clips(shared: Path, runs: Path, model: Model) -> list[Clip]:
    """All clips; the still street is made where it is missing."""
    crossroad, scene = shared / "video" / "crossroad.avi", Scene.load(ROOT / "tests" / "data" / "crossroad.yaml")
    still = runs / "clip" / "still-street.mp4"
    if not still.is_file():
        photos = shared / "data" / "street" / "images" / "val"
        make_still_street(crossroad, ROOT / "tests" / "data" / "crossroad_detections.npz", photos, model, still)
    large = still.with_name("still-street-main.mp4")
    if not large.is_file():
        make_main_stream(still, large)
    quiet, least = still_scene(scene), list(WAYS)[4:5]
    return [
        Clip("still", still, quiet, SECONDS, len(OFFENCES), _is_offence, list(WAYS)),
        Clip("main", large, quiet, SECONDS, len(OFFENCES), _is_offence, least),
        Clip("sub", large, quiet, SECONDS, len(OFFENCES), _is_offence, least, still),
        Clip("crossroad", crossroad, scene, 79.5, len(visits()), is_visit, [*list(WAYS)[:3], *least]),
    ]


def table(clip: Clip, model: Counted, only: str | None = None) -> list[str]:
    """The rows of one clip, of all its ways or only one, and what only decoding it costs."""
    decoding = decode_only(clip.path)
    lines = [
        f"{clip.name}: {clip.seconds:g} s, {clip.truths} offences; only decoding takes {decoding:.1f} CPU s",
        f"{'':32}{'looks':>6}{'Mpx':>7}{'CPU s':>7}{'cam-s/CPU-s':>12}{'ratio':>7}{'of decoding':>13}{'recall':>7} +",
    ]
    first: float | None = None
    for way in clip.ways:
        if only not in (None, way):
            continue
        row = measured(clip, way, model)
        first = first or row.cpu
        lines.append(
            f"{row.way:32}{row.looks:6}{row.megapixels:7.1f}{row.cpu:7.1f}{clip.seconds / row.cpu:12.1f}"
            f"{first / row.cpu:7.2f}"
            f"{decoding / row.cpu:13.2f}{row.found / clip.truths:7.2f}{row.reported - row.found:2}"
        )
    return lines


def measured(clip: Clip, way: str, model: Counted) -> Row:
    """One way of looking at a clip."""
    scene = clip.scene.model_copy(update={"looking": WAYS[way]})
    pipeline = Pipeline(scene, thresholds=model.thresholds, model=model.name)
    model.looks, model.pixels, begun = 0, 0, time.process_time()
    small = str(clip.substream) if clip.substream is not None else None
    with open_source(str(clip.path), substream=small) as source:
        violations = list(watch(source, model, pipeline))
    cpu = time.process_time() - begun
    owner = one_to_one(len(violations), clip.truths, lambda report, truth: clip.fits(violations[report], truth))
    return Row(way, model.looks, model.pixels / 1e6, cpu, len(owner), len(violations))


def decode_only(path: Path) -> float:
    """Processor seconds that decoding every frame takes, colours not computed."""
    begun = time.process_time()
    with VideoSource(path) as source:
        for _ in source.frames():
            pass
    return time.process_time() - begun


def _is_offence(violation: Violation, number: int) -> bool:
    offence = OFFENCES[number]
    inside = violation.started_s is not None and violation.started_s >= offence.start - _LATE
    return violation.kind is offence.kind and inside and (violation.ended_s or 0) <= offence.end + _LATE


def is_visit(violation: Violation, number: int) -> bool:
    """Whether a violation is about a visit of the crossroad clip, by its number."""
    visit = visits()[number]
    if violation.kind is not ViolationKind.JAYWALKING or violation.started_s is None or violation.ended_s is None:
        return False
    if violation.started_s < visit.start - _LATE or violation.ended_s > visit.end + _LATE:
        return False
    left, _, right, feet = violation.box
    return visit.is_at(violation.ended_s, (left + right) / 2, feet)


if __name__ == "__main__":
    typer.run(main)
