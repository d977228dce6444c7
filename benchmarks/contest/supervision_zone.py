"""supervision: its time-in-zone example for ultralytics and a video file (examples/time_in_zone).

What it was given: the same ONNX file and the example's order of steps and numbers: frames by
``get_video_frames_generator``, ``YOLO(...)`` with confidence 0.3 on the CPU, ``Detections.from_ultralytics``,
``with_nms(0.7)``, ``ByteTrack(minimum_matching_threshold=0.5)``, ``PolygonZone`` and a timer that counts frames. The
zones are triggered by the lower middle of the box (``PolygonZone``'s own default) where the example takes the centre,
since the truth is about feet. Nothing is drawn and no window is opened, which is to its advantage. A track whose time
in a zone reaches what the scene's rule says is an event (:mod:`benchmarks.contest.timers`). supervision 0.31 has no
ByteTrack any more; 0.30 is the last with which the example runs.
"""

import warnings
from collections.abc import Sequence

import numpy as np

from benchmarks.contest.clips import Clip
from benchmarks.contest.events import Event
from benchmarks.contest.outcome import Outcome, package_versions
from benchmarks.contest.timers import ZoneTimer
from detector.registry import Registry

_CONFIDENCE = 0.3
_NMS_IOU = 0.7
_MATCHING = 0.5


def run(clip: Clip) -> Outcome:
    """Watch a clip from end to end.

    Raises:
        ImportError: supervision or ultralytics is not installed.
        ModelError: the registry names no model.
    """
    import supervision  # noqa: PLC0415 - an extra that need not be installed
    import ultralytics  # noqa: PLC0415

    entry = Registry.load().entry()
    yolo = ultralytics.YOLO(str(entry.path), task="detect")
    classes = np.array([int(c) for c in entry.object_classes])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # that 0.31 will have no ByteTrack
        warnings.simplefilter("ignore", DeprecationWarning)
        tracker = supervision.ByteTrack(minimum_matching_threshold=_MATCHING)
    zones = [
        (
            rule,
            supervision.PolygonZone(rule.polygon, triggering_anchors=(supervision.Position.BOTTOM_CENTER,)),
            ZoneTimer(rule, clip.fps),
        )
        for rule in clip.rules()
    ]
    width, height = clip.shape[:2]
    yolo(np.full((height, width, 3), 114, np.uint8), verbose=False, device="cpu")

    def watched() -> tuple[int, Sequence[Event], str]:
        events: list[Event] = []
        number = boxes = 0
        for number, frame in enumerate(supervision.get_video_frames_generator(str(clip.path)), start=1):
            result = yolo(frame, verbose=False, device="cpu", conf=_CONFIDENCE)[0]
            seen = supervision.Detections.from_ultralytics(result).with_nms(threshold=_NMS_IOU)
            seen = tracker.update_with_detections(seen)
            boxes += len(seen)
            for rule, zone, timer in zones:
                inside = seen[zone.trigger(seen) & (classes[seen.class_id] == rule.object_class)]
                feet = inside.get_anchors_coordinates(supervision.Position.BOTTOM_CENTER).tolist()
                events += timer.tick(
                    number - 1,
                    {int(track): (x, y) for track, (x, y) in zip(inside.tracker_id.tolist(), feet, strict=True)},
                )
        return number, events, f"{boxes / max(1, number):.1f} tracks a frame"

    packages = package_versions("supervision", "ultralytics", "torch", "onnxruntime")
    return Outcome.of("supervision time in zone", watched, packages)
