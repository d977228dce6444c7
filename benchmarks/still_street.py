"""A mostly still street made of real pictures: the crossroad without its people, and some of them put back.

The ground is the median of the crossroad clip, its noise what each of the clip's frames differs from the mean of its
neighbours where nobody is. Two people of the clip walk over it as they did, each with the clip's own pixels; an
e-tricycle, a bag and a small piece of garbage and a butt, cut out of photos of the validation set, are there from some
time on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from benchmarks.visits import Visit, visits
from detector.detections import FloatArray, ObjectClass
from detector.model import Model
from detector.scene import Scene
from detector.sources import Image, SourceError, VideoSource, read_photo
from detector.violations import ViolationKind

FPS: Final = 10
SECONDS: Final = 200
KEY_FRAMES: Final = 20
"""Pictures from key frame to key frame: two seconds, as cameras come from the factory."""
WALKS: Final[Mapping[str, float]] = {
    "woman in a light blue hood": 30.0,
    "man in a dark quilted jacket and jeans": 140.0,
}
"""Who walks, and when, seconds."""

_DIFFERENT: Final = 14
"""Grey levels by which a person differs from the ground."""
_FAINT: Final = 6
"""Grey levels, evened out, from which on there may be somebody: who is there must not haunt the still street."""
_MARGIN: Final = 14
_STANDING: Final = 0.6
"""Least confidence with which the model must see what was put on the ground."""


@dataclass(frozen=True, slots=True)
class Offence:
    """What must be reported.

    Attributes:
        kind: of the violation.
        start: seconds; ``end`` likewise.
    """

    kind: ViolationKind
    start: float
    end: float


OFFENCES: Final = (
    *(Offence(ViolationKind.JAYWALKING, at, at + 20) for at in WALKS.values()),
    Offence(ViolationKind.ILLEGAL_PARKING, 50, SECONDS),
    Offence(ViolationKind.GARBAGE, 70, SECONDS),
    Offence(ViolationKind.GARBAGE, 115, SECONDS),
    Offence(ViolationKind.CIGARETTE_BUTT, 160, SECONDS),
)


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that stands on the ground from some time on."""

    since: float
    image: Image
    left: int
    top: int


def still_scene(crossroad: Scene) -> Scene:
    """The crossroad's scene, in which e-tricycles must not stand and garbage must not lie below the road."""
    made = crossroad.model_dump(mode="json")
    corner = [[0.55, 0.75], [1.0, 0.9], [1.0, 1.0], [0.0, 1.0], [0.0, 0.6]]
    made["zones"].append({"name": "verge", "kind": "no_parking", "polygon": corner, "seconds": 60})
    made["rules"] |= {"illegal_parking": {"seconds": 60}, "garbage": {"min_seconds": 60}, "cigarette_butt": {}}
    return Scene.model_validate(made)


def make_still_street(clip: Path, detections: Path, photos: Path, model: Model, target: Path) -> None:
    """Write the clip: 10 frames a second, H.264.

    Args:
        clip: the crossroad.
        detections: where people are in each of its frames.
        photos: folder of street photos.
        model: chooses photos whose things it sees.
        target: file to write; its folder is made.

    Raises:
        SourceError: the clip cannot be read, or no photo will do.
    """
    frames = [frame.image for frame in VideoSource(clip).frames()]
    ground = np.median(np.stack(frames[::10]), axis=0).astype(np.uint8)
    things = [
        _thing(ObjectClass.E_TRICYCLE, photos, model, ground, since=50, place=(520, 470), width=130),
        _thing(ObjectClass.GARBAGE, photos, model, ground, since=70, place=(120, 470), width=70),
        _thing(ObjectClass.GARBAGE, photos, model, ground, since=115, place=(330, 420), width=32),
        _thing(ObjectClass.CIGARETTE_BUTT, photos, model, ground, since=160, place=(420, 500), width=18),
    ]
    kept = np.load(detections)
    walkers = {visit.who: visit for visit in visits() if visit.who in WALKS}
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".unfinished.mp4")
    with av.open(str(unfinished), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "23"})
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = ground.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = KEY_FRAMES
        stream.codec_context.time_base = Fraction(1, FPS)
        for number in range(SECONDS * FPS):
            picture = _noisy(ground, frames, number)
            for thing in things:
                if number >= thing.since * FPS:
                    picture = _noisy_thing(picture, ground, thing)
            for name, start in WALKS.items():
                picture = _with_walker(picture, ground, frames, kept, walkers[name], number / FPS - start)
            encoded = av.VideoFrame.from_ndarray(picture, format="bgr24")
            encoded.pts, encoded.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))
    unfinished.replace(target)


def make_main_stream(clip: Path, target: Path) -> None:
    """Write the clip as a camera's main stream would show it, twice as wide and high; nothing in it becomes sharper.

    Raises:
        SourceError: the clip cannot be read.
    """
    unfinished = target.with_suffix(".unfinished.mp4")
    with av.open(str(unfinished), "w") as container, VideoSource(clip) as source:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "26"})
        assert isinstance(stream, VideoStream)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = KEY_FRAMES
        stream.codec_context.time_base = Fraction(1, FPS)
        for frame in source.frames():
            if frame.number == 0:
                stream.width, stream.height = 2 * frame.width, 2 * frame.height
            large = np.asarray(cv2.resize(frame.image, (stream.width, stream.height)), np.uint8)
            encoded = av.VideoFrame.from_ndarray(large, format="bgr24")
            encoded.pts, encoded.time_base = frame.number, Fraction(1, FPS)
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))
    unfinished.replace(target)


def _noisy(ground: Image, frames: list[Image], number: int) -> Image:
    """The ground with the noise of one of the clip's frames, where nobody is in it."""
    middle = 1 + number % (len(frames) - 2)
    before, now, after = (frames[middle + step].astype(np.int16) for step in (-1, 0, 1))
    noise = now - (before + after) // 2
    people = np.maximum(cv2.absdiff(frames[middle], ground), cv2.absdiff(frames[middle], frames[middle + 1])).max(
        axis=2
    )
    near = cv2.dilate((cv2.blur(people, (5, 5)) > _FAINT).astype(np.uint8), np.ones((25, 25), np.uint8))
    noise[near.astype(np.bool_)] = 0
    return np.asarray(np.clip(ground + noise, 0, 255), np.uint8)


def _noisy_thing(picture: Image, ground: Image, thing: _Thing) -> Image:
    """A picture with a thing, which has the noise of the ground that it hides."""
    height, width = thing.image.shape[:2]
    place = slice(thing.top, thing.top + height), slice(thing.left, thing.left + width)
    noise = picture[place].astype(np.int16) - ground[place]
    picture = picture.copy()
    picture[place] = np.clip(thing.image + noise, 0, 255)
    return picture


def _with_walker(
    picture: Image, ground: Image, frames: list[Image], kept: Mapping[str, FloatArray], walker: Visit, seconds: float
) -> Image:
    """A picture with somebody, seconds after the walk began, as the clip shows them then."""
    number = round((walker.start - 1 + seconds) * FPS)
    if not 0 <= number < len(frames) or not -1 <= number / FPS - walker.start <= walker.end - walker.start + 2:
        return picture
    box = _box(kept, walker, number)
    low, high = (box[:2] - _MARGIN).clip(0).astype(int), (box[2:] + _MARGIN).clip(0).astype(int)
    place = slice(low[1], high[1]), slice(low[0], high[0])
    shown = frames[number][place]
    if not shown.size:
        return picture
    differs = np.abs(shown.astype(np.int16) - ground[place]).max(axis=2) > _DIFFERENT
    mask = cv2.dilate(differs.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_)
    picture = picture.copy()
    picture[place][mask] = shown[mask]
    return picture


def _box(kept: Mapping[str, FloatArray], walker: Visit, number: int) -> FloatArray:
    """(4,) where somebody is in one of the clip's frames: the detection at their feet, else a box of a usual size."""
    x, y = walker.place(number / FPS)
    rows = kept["rows"][kept["rows"][:, 0] == number]
    feet = np.stack([(rows[:, 1] + rows[:, 3]) / 2, rows[:, 4]], axis=1)
    away = np.hypot(*(feet - [x, y]).T)
    if len(rows) and away.min() < 30:
        return np.asarray(rows[away.argmin(), 1:5], np.float32)
    return np.array([x - 20, y - 90, x + 20, y], np.float32)


def _thing(
    kind: ObjectClass, photos: Path, model: Model, ground: Image, *, since: float, place: tuple[int, int], width: int
) -> _Thing:
    """The first photo's thing of a class that the model also sees on the ground, as small as it is there."""
    for file in sorted(photos.glob("*.webp")):
        photo = read_photo(file).image
        (found,) = model.detect([photo])
        own = found.of_class(kind)
        for box in own.xyxy[:1]:
            left, top, right, bottom = box.round().astype(int).tolist()
            if right - left < width:
                continue
            factor = width / (right - left)
            size = width, max(1, round((bottom - top) * factor))
            cut = np.asarray(cv2.resize(photo[top:bottom, left:right], size, interpolation=cv2.INTER_AREA), np.uint8)
            if place[1] + size[1] > ground.shape[0]:
                continue
            thing = _Thing(since, cut, *place)
            (seen,) = model.detect([_noisy_thing(ground, ground, thing)])
            if (seen.of_class(kind).confidence >= _STANDING).any():
                return thing
    raise SourceError(f"{photos}: no photo shows a {kind.label} that the model sees on the crossroad")
