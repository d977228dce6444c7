"""Substreams of the mostly still street, one for each of many cameras: 640 × 360 H.264 at five frames a second.

One round of the street (:mod:`benchmarks.still_street`, with more stillness before it) is encoded once; each camera's
file is that round from another moment on, its packets copied. People walk in a tenth of the time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from benchmarks import still_street
from benchmarks.still_street import OFFENCES, WALKS
from benchmarks.visits import visits
from detector.model import Model
from detector.pipeline import Pipeline
from detector.scene import Scene
from detector.sources import Image, VideoSource
from detector.violations import Violation, ViolationKind
from detector.watching import watch

SIZE: Final = (640, 360)
FPS: Final = 5
LEAD: Final = 70
"""Seconds of stillness before the street's own: the walks are then a tenth of all."""
ROUND: Final = LEAD + still_street.SECONDS
STANDING: Final = 20
"""Seconds after which what stands or lies there offends: a minute shows it."""

_KEY_FRAMES: Final = 10
_TOP: Final = 120
"""Rows cut off above; what is left has the shape of 16 to 9, and nobody's head is cut off."""
_HEIGHT: Final = 576
_WIDTH: Final = 768
_STILL_FRAMES: Final = 25 * still_street.FPS
"""So many of the street's first frames show nobody."""
_LATE: Final = 1.5
"""Seconds by which a report may begin or end beside its offence."""
_PATIENCE: Final = 12.0
"""Seconds in which what stands there long enough must be found: the still street is looked at every four."""


@dataclass(frozen=True, slots=True)
class Planted:
    """An offence that a camera's part of the round shows whole.

    Attributes:
        number: of the offence in the round.
        kind: of the violation.
        start: seconds since the camera's first frame; ``end`` likewise.
    """

    number: int
    kind: ViolationKind
    start: float
    end: float

    def is_told_by(self, violation: Violation) -> bool:
        """Whether a violation may be this one."""
        if violation.kind is not self.kind or violation.started_s is None or violation.ended_s is None:
            return False
        return violation.started_s >= self.start - _LATE and violation.ended_s <= self.end + _LATE


def make_round(still: Path, target: Path) -> None:
    """Encode one round.

    Args:
        still: the still street's clip.
        target: file to write.
    """
    unfinished = target.with_suffix(".unfinished.mp4")
    rows = _WIDTH * SIZE[1] // SIZE[0]
    with av.open(str(unfinished), "w") as container:
        options = {"preset": "veryfast", "crf": "23", "bf": "0", "sc_threshold": "0"}
        stream = container.add_stream("libx264", rate=FPS, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = _KEY_FRAMES
        stream.codec_context.time_base = Fraction(1, FPS)
        for number, picture in enumerate(_pictures(still)):
            small = cv2.resize(picture[_TOP : _TOP + rows], SIZE, interpolation=cv2.INTER_AREA)
            frame = av.VideoFrame.from_ndarray(np.asarray(small, np.uint8), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    unfinished.replace(target)


def make_substreams(whole: Path, cameras: int, folder: Path) -> list[tuple[Path, float]]:
    """A file for each camera, and the second of the round with which it begins."""
    folder.mkdir(parents=True, exist_ok=True)
    with av.open(str(whole)) as source:
        stream = source.streams.video[0]
        packets = [(bytes(packet), packet.is_keyframe) for packet in source.demux(stream) if packet.size]
        keys = [number for number, (_, is_key) in enumerate(packets) if is_key]
        made = []
        for camera in range(cameras):
            first = keys[camera * len(keys) // cameras]
            path = folder / f"camera-{camera}.mp4"
            with av.open(str(path), "w") as container:
                copy = container.add_stream_from_template(stream)
                for number, (content, is_key) in enumerate([*packets[first:], *packets[:first]]):
                    packet = av.Packet(content)
                    packet.stream, packet.time_base, packet.is_keyframe = copy, Fraction(1, FPS), is_key
                    packet.pts = packet.dts = number
                    container.mux(packet)
            made.append((path, first / FPS))
    return made


def substream_scene(street: Scene, camera: str) -> Scene:
    """The street's scene as a substream shows it."""
    made: dict[str, Any] = street.model_dump(mode="json")
    rows = _WIDTH * SIZE[1] // SIZE[0]
    for zone in made["zones"]:
        zone["polygon"] = [[x, min(1.0, max(0.0, (y * _HEIGHT - _TOP) / rows))] for x, y in zone["polygon"]]
        if zone["kind"] == "no_parking":
            zone["seconds"] = STANDING
    made["camera"] = {"id": camera}
    made["rules"] |= {"illegal_parking": {"seconds": STANDING}, "garbage": {"min_seconds": STANDING}}
    return Scene.model_validate(made)


def planted(offset: float, seconds: float) -> list[Planted]:
    """What a camera must report that shows the round from a second on, for some seconds."""
    lasting = {visit.who: visit.end - visit.start for visit in visits()}
    spans = [(ViolationKind.JAYWALKING, LEAD + at, LEAD + at + lasting[who] + 4) for who, at in WALKS.items()]
    spans += [
        (offence.kind, LEAD + offence.start, LEAD + offence.start + STANDING + _PATIENCE)
        for offence in OFFENCES
        if offence.kind is not ViolationKind.JAYWALKING
    ]
    begun = [(number, kind, (start - offset) % ROUND, end - start) for number, (kind, start, end) in enumerate(spans)]
    # What stands there stays: the end of what is reported of it may be as late as the camera's.
    return [
        Planted(number, kind, start, start + lasts if kind is ViolationKind.JAYWALKING else seconds)
        for number, kind, start, lasts in begun
        if start > _LATE and start + lasts <= seconds
    ]


def found(violations: Sequence[Violation], offences: Sequence[Planted]) -> list[Planted]:
    """The offences that were reported, each by a violation of its own."""
    left = list(violations)
    reported = []
    for offence in offences:
        told = next((violation for violation in left if offence.is_told_by(violation)), None)
        if told is not None:
            left.remove(told)
            reported.append(offence)
    return reported


def found_unhurried(whole: Path, street: Scene, model: Model) -> set[int]:
    """Which offences of the round one camera finds that is read as slowly as need be, by their number."""
    scene = substream_scene(street, "alone")
    with VideoSource(whole) as source:
        violations = list(watch(source, model, Pipeline(scene, thresholds=model.thresholds, model=model.name)))
    return {offence.number for offence in found(violations, planted(0.0, ROUND))}


def _pictures(still: Path) -> Iterator[Image]:
    """The round's pictures: the street's first still ones again and again, then all of them; every other one."""
    left = LEAD * still_street.FPS
    while left:
        count = min(left, _STILL_FRAMES)
        yield from _some(still, count)
        left -= count
    yield from _some(still, still_street.SECONDS * still_street.FPS)


def _some(still: Path, count: int) -> Iterator[Image]:
    """Every other one of the first pictures."""
    with av.open(str(still)) as container:
        for picture in islice(container.decode(container.streams.video[0]), 0, count, still_street.FPS // FPS):
            yield np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
