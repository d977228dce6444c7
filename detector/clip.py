"""Clip: a short H.264 film of an offence that browsers play, made from a camera's last seconds."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import av
import cv2
import numpy as np

from detector.detections import Detections
from detector.drawing import OFFENCE, draw_box, with_caption
from detector.evidence import caption
from detector.film import Picture
from detector.privacy import bystanders, hidden
from detector.scene import Camera
from detector.sources.frame import Image
from detector.violations import Box, ViolationKind

_TICKS: Final = 1000
"""Parts of a second that timestamps count: a film is shown at the pace at which it was seen."""
_ENCODER: Final = {"preset": "ultrafast", "crf": "28"}
"""A quarter of the time that the preset veryfast takes, for twice the bytes."""
_NOBODY: Final[Box] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Offence:
    """What a clip shows.

    Attributes:
        kind: the offence.
        tracks: the offender's track numbers.
        box: where a thing lies or stands, fractions of the frame; None for who moves.
    """

    kind: ViolationKind
    tracks: tuple[int, ...]
    box: Box | None = None


def clip_of(pictures: Sequence[Picture], offence: Offence, camera: Camera, timezone: ZoneInfo) -> bytes:
    """An MP4 file: H.264, 4:2:0, its index in front, each picture with box and caption, bystanders hidden.

    Args:
        pictures: of a film, in the order of time, two at least.
        offence: what is shown.
        camera: named in captions.
        timezone: the district's time, for captions.

    Raises:
        ValueError: fewer than two pictures.
        OSError: there is no room for the temporary file, or a picture is damaged.
    """
    if len(pictures) < 2:
        raise ValueError(f"a clip needs two pictures, got {len(pictures)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        # The index can be moved to the front only in a file that can be opened again.
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", options=_ENCODER)
            stream.codec_context.thread_count = 1  # the model needs the other cores
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = Fraction(1, _TICKS)
            stream.codec_context.max_b_frames = 0
            for number, picture in enumerate(pictures):
                image = _shown(picture, offence, camera, timezone)
                if number == 0:
                    size = image.shape[1] // 2 * 2, -(-image.shape[0] // 2) * 2
                    stream.width, stream.height = size
                # OpenCV takes a fifth of the time that the encoder's own conversion does.
                planes = np.asarray(cv2.cvtColor(_fitted(image, size), cv2.COLOR_BGR2YUV_I420), np.uint8)
                frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
                frame.pts = _ticks(picture.time, pictures[0].time)
                frame.time_base = Fraction(1, _TICKS)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()


def _shown(picture: Picture, offence: Offence, camera: Camera, timezone: ZoneInfo) -> Image:
    image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError("a picture of the film is damaged")
    box = _offender(picture.seen, offence, (image.shape[1] * picture.factor, image.shape[0] * picture.factor))
    others = bystanders(picture.seen, offence.kind, box or _NOBODY, offence.tracks)
    others = Detections(others.xyxy / np.float32(picture.factor), others.class_id, others.confidence)
    small = None if box is None else _scaled(box, picture.factor)
    shown = hidden(np.asarray(image, np.uint8), others, small)
    if small is not None:
        draw_box(shown, small, OFFENCE)
    return with_caption(shown, caption(picture.time, picture.number, offence.kind, camera, timezone))


def _offender(seen: Detections, offence: Offence, size: tuple[float, float]) -> Box | None:
    """Where the offender is in a frame of a size, in pixels: where its track is, else where the thing lies."""
    if offence.box is not None:
        left, top, right, bottom = offence.box
        return left * size[0], top * size[1], right * size[0], bottom * size[1]
    rows = seen.xyxy[np.isin(seen.tracks, [t for t in offence.tracks if t >= 0])]
    if not len(rows):
        return None
    left, top, right, bottom = (float(v) for v in rows[0])
    return left, top, right, bottom


def _scaled(box: Box, factor: float) -> Box:
    return box[0] / factor, box[1] / factor, box[2] / factor, box[3] / factor


def _fitted(image: Image, size: tuple[int, int]) -> Image:
    """Cut or filled up with black, right and below: H.264 wants even sizes, and all pictures alike.

    Where the stream has changed the size of its frames, they are brought to that of the first one.
    """
    width, height = size
    if image.shape[:2] == (height, width):
        return image
    if max(abs(image.shape[0] - height), abs(image.shape[1] - width)) > 1:
        return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    canvas = np.zeros((height, width, 3), np.uint8)
    part = image[:height, :width]
    canvas[: part.shape[0], : part.shape[1]] = part
    return canvas


def _ticks(time: datetime, first: datetime) -> int:
    return round((time - first).total_seconds() * _TICKS)
