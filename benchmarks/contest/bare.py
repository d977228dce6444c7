"""The bare model: onnxruntime alone on one prepared frame of the clip, again and again; nothing is decoded or kept.

``one``: one call after another, on all CPUs. ``lanes``: a call on each CPU, side by side, as our pipeline makes them
for a file. The quicker of the two is what "bare" means in the table.
"""

from collections.abc import Sequence
from typing import Literal

from benchmarks.contest.clips import Clip
from benchmarks.contest.events import Event
from benchmarks.contest.outcome import Outcome, cpus, package_versions
from detector.ahead import side_by_side
from detector.model import Model
from detector.sources import VideoSource

Way = Literal["one", "lanes"]


def run(way: Way, clip: Clip) -> Outcome:
    """As many calls as the clip has frames.

    Raises:
        ModelError, SourceError: what is needed cannot be used.
    """
    lanes = cpus() if way == "lanes" else 1
    model = Model.load(lanes=lanes, runtime="onnxruntime")
    with VideoSource(clip.path) as source:
        tensor, _ = model.prepare(next(iter(source.frames())).image)
    batch = tensor[None]
    frames = clip.shape[3]
    model.infer(batch)

    def called() -> tuple[int, Sequence[Event], str]:
        for _ in side_by_side(range(frames), lambda _: model.infer(batch), lanes):
            pass
        return frames, (), f"tensor {'×'.join(map(str, batch.shape))}, {lanes} side by side"

    return Outcome.of(f"bare, {way}", called, package_versions("onnxruntime"))
