"""ultralytics: ``YOLO(file).track(...)`` as its guide sets it up, and the zones of its ``RegionCounter``.

What it was given: the same ONNX file, the guide's defaults (its default tracker, confidence 0.1 and IoU 0.7 in track
mode, input 640, every frame, ``stream=True`` so that results are not kept in memory, ``persist=True``), CPU, all
threads that its onnxruntime session takes. ``RegionCounter`` tests prepared shapely polygons and so does this, without
drawing, which is to its advantage; and with the lower middle of the box where ``RegionCounter`` takes the centre, since
the truth is about feet. A track that is in a region for as long as the scene's rule says is an event
(:mod:`benchmarks.contest.timers`).
"""

from collections.abc import Sequence

import numpy as np
from shapely import Point, Polygon
from shapely.prepared import prep

from benchmarks.contest.clips import Clip
from benchmarks.contest.events import Event
from benchmarks.contest.outcome import Outcome, package_versions
from benchmarks.contest.timers import ZoneTimer
from detector.registry import Registry


def run(clip: Clip) -> Outcome:
    """Track a clip from end to end.

    Raises:
        ImportError: ultralytics is not installed.
        ModelError: the registry names no model.
    """
    import ultralytics  # noqa: PLC0415 - an extra that need not be installed

    entry = Registry.load().entry()
    yolo = ultralytics.YOLO(str(entry.path), task="detect")
    classes = [int(c) for c in entry.object_classes]
    regions = [(rule, prep(Polygon(rule.polygon)), ZoneTimer(rule, clip.fps)) for rule in clip.rules()]
    width, height = clip.shape[:2]
    yolo.predict(np.full((height, width, 3), 114, np.uint8), imgsz=entry.input_size, verbose=False)

    def tracked() -> tuple[int, Sequence[Event], str]:
        events: list[Event] = []
        number = boxes = 0
        for number, result in enumerate(
            yolo.track(str(clip.path), stream=True, persist=True, imgsz=entry.input_size, verbose=False), start=1
        ):
            if result.boxes.id is None:
                continue
            xyxy, kinds, tracks = (
                values.cpu().numpy() for values in (result.boxes.xyxy, result.boxes.cls, result.boxes.id)
            )
            boxes += len(xyxy)
            for rule, region, timer in regions:
                inside = {
                    int(track): ((box[0] + box[2]) / 2, box[3])
                    for box, kind, track in zip(xyxy.tolist(), kinds.tolist(), tracks.tolist(), strict=True)
                    if classes[int(kind)] == rule.object_class and region.contains(Point((box[0] + box[2]) / 2, box[3]))
                }
                events += timer.tick(number - 1, inside)
        return number, events, f"{boxes / max(1, number):.1f} tracks a frame"

    tracker = ultralytics.cfg.get_cfg().tracker.removesuffix(".yaml")
    packages = (*package_versions("ultralytics", "torch", "onnxruntime"), f"tracker {tracker}")
    return Outcome.of("ultralytics track", tracked, packages)
