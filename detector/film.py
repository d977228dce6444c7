"""Film: the last seconds of a camera, kept small, from which the clip of an offence is made.

Every clip is made from pictures in which bystanders are unrecognisable, so the camera's own encoded packets cannot be
used for it: they show everybody. What is kept is a ring of small JPEG pictures with what was seen in each.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import cv2

from detector.detections import Detections
from detector.sources.frame import Frame

BEFORE: Final = 4.0
AFTER: Final = 2.0
"""Seconds that a clip shows before an offence begins and after it ends."""
LONGEST: Final = 20.0
"""Seconds of a clip at most; of a longer offence the end is shown."""

_KEPT: Final = LONGEST + 8.0
"""Seconds that are kept: an offence is known up to five seconds after its end, and its clip ends two later."""
_PERIOD: Final = 0.16
"""Time between two pictures of the film: six a second show how somebody walks."""
_MOST_BYTES: Final = 8 * 1024 * 1024
_WIDEST: Final = 854
_HIGHEST: Final = 480
"""Pixels of a picture at most: who offends and how is still to be seen, and a clip costs a third of one of 576 rows."""
_QUALITY: Final = 70


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture of a film.

    Attributes:
        jpeg: the picture, made smaller by ``factor``.
        seen: everything seen in it, in pixels of the frame, with track numbers.
    """

    time: datetime
    number: int
    jpeg: bytes
    factor: float
    seen: Detections


class Film:
    """The newest pictures of one camera; older ones are forgotten, by age and by bytes.

    Args:
        most_bytes: of pictures that are kept.
    """

    def __init__(self, *, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pictures: deque[Picture] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def size(self) -> int:
        """Bytes of the pictures that are kept."""
        return self._bytes

    def add(self, frame: Frame, seen: Detections) -> None:
        """Keep a frame, if it is time for one.

        Args:
            frame: as the camera gave it.
            seen: everything seen in it, with track numbers.
        """
        if self._pictures:
            newest = self._pictures[-1].time
            if frame.time < newest:  # the wall clock was set back: what is older is out of order
                self._pictures.clear()
                self._bytes = 0
            elif (frame.time - newest).total_seconds() < _PERIOD:
                return
        factor = max(1.0, frame.width / _WIDEST, frame.height / _HIGHEST)
        size = (max(2, round(frame.width / factor)), max(2, round(frame.height / factor)))
        # Of large frames only every other pixel is looked at: averaging all of them would take six times as long.
        step = max(1, int(factor // 2))
        small = cv2.resize(frame.image[::step, ::step], size, interpolation=cv2.INTER_LINEAR)
        done, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if not done:
            raise OSError(f"a picture of {size[0]} × {size[1]} pixels cannot be written as JPEG")
        self._pictures.append(Picture(frame.time, frame.number, jpeg.tobytes(), factor, seen))
        self._bytes += len(jpeg)
        oldest = frame.time - timedelta(seconds=_KEPT)
        while self._bytes > self._most_bytes or self._pictures[0].time < oldest:
            self._bytes -= len(self._pictures.popleft().jpeg)

    def between(self, started: datetime, ended: datetime) -> list[Picture]:
        """The pictures from before an offence to after it, at most the last :data:`LONGEST` seconds of them."""
        last = ended + timedelta(seconds=AFTER)
        first = max(started - timedelta(seconds=BEFORE), last - timedelta(seconds=LONGEST))
        return [picture for picture in self._pictures if first <= picture.time <= last]
