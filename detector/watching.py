"""Watching one source to its end: decoding, model and rules overlap, each in a thread of its own."""

from collections.abc import Generator

from detector.ahead import ahead, side_by_side
from detector.attention import Attention
from detector.close_look import CloseLook
from detector.detections import Detections, FloatArray
from detector.letterbox import Letterbox
from detector.model import Model
from detector.pipeline import TRACKING_CONFIDENCE, Pipeline
from detector.regions import without_cut
from detector.scene import Scene
from detector.sources import Frame, Source, SourceError
from detector.violations import Violation

_DEPTH = 3
"""Frames that each stage may be ahead: enough to bridge a slow frame, few enough to keep memory small."""


def detected_frames(
    source: Source, model: Model, scene: Scene, attention: Attention
) -> Generator[tuple[Frame, Detections], None, None]:
    """Each frame that is worth a look, with all that the model sees in it, unsure detections included.

    Where the model has several lanes, so many frames are looked at side by side.

    Args:
        source: where the frames come from.
        model: what looks at them.
        scene: says which zones are looked at closely.
        attention: says which frames are worth a look.

    Raises:
        SourceError: the source cannot be read.
    """
    close_look = CloseLook(scene)
    source.spare(attention)
    worth = (wanted for frame in source.frames() if (wanted := attention.wants(frame)) is not None)
    prepared = ahead(
        ((frame, *model.prepare(frame.image, part=frame.part)) for frame in worth), depth=_DEPTH, name="decode"
    )

    def look(ready: tuple[Frame, FloatArray, Letterbox]) -> tuple[Frame, Detections]:
        frame, tensor, letterbox = ready
        (detections,) = model.decode(model.infer(tensor[None]), [letterbox], TRACKING_CONFIDENCE)
        return without_cut(frame, detections, letterbox)

    for frame, detections in side_by_side(prepared, look, model.lanes) if model.lanes > 1 else map(look, prepared):
        yield frame, close_look.add(frame, detections, model, TRACKING_CONFIDENCE)


def watch(source: Source, model: Model, pipeline: Pipeline) -> Generator[Violation, None, None]:
    """The violations that one source shows, as they are found.

    Raises:
        SourceError: the source cannot be read; violations found before, also those that only waited for the
            source's end, are given first.
    """
    attention = Attention(pipeline.scene, pipeline.timezone)
    seen = detected_frames(source, model, pipeline.scene, attention)
    try:
        for frame, detections in ahead(seen, depth=_DEPTH, name="model"):
            violations = pipeline.process(frame, detections)
            attention.follow(*pipeline.followed())
            yield from violations
    except SourceError:
        yield from pipeline.finish()
        raise
    yield from pipeline.finish()
