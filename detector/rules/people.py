"""People: the people of one frame whose feet can be seen, side by side in arrays."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from detector.detections import ObjectClass
from detector.geometry import FloatArray
from detector.moments import Moment
from detector.rules.rule import View
from detector.sources import Frame

_CUT_OFF: Final = 2.0
"""Feet so many pixels from the picture's lower edge may lie below it: they stand elsewhere than the box ends."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """N people of one frame; moments of them are made only for those who need one.

    Attributes:
        frame: the frame.
        tracks: N track numbers.
        boxes: (N, 4) pixels.
        confidence: (N,) 0 to 1.
        riding: (N,) on or in a vehicle.
        pixels: (N, 2) ground points in pixels; ``points`` as fractions of the frame.
    """

    frame: Frame
    tracks: list[int]
    boxes: NDArray[np.float32]
    confidence: NDArray[np.float32]
    riding: NDArray[np.bool_]
    pixels: FloatArray
    points: FloatArray

    @classmethod
    def of(cls, view: View) -> Self:
        """Everybody in a view whose feet are in the picture."""
        tracks, frame = view.tracks, view.frame
        rows = (tracks.is_of(ObjectClass.PERSON) & (tracks.xyxy[:, 3] < frame.height - _CUT_OFF)).nonzero()[0]
        boxes = tracks.xyxy[rows]
        pixels = np.empty((len(rows), 2))
        pixels[:, 0], pixels[:, 1] = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
        points = pixels / np.array([frame.width, frame.height], np.float64)
        return cls(
            frame, tracks.tracks[rows].tolist(), boxes, tracks.confidence[rows], view.riding[rows], pixels, points
        )

    def __len__(self) -> int:
        return len(self.tracks)

    def only(self, mask: NDArray[np.bool_]) -> Self:
        """Those that a mask names."""
        if mask.all():
            return self
        tracks = [track for track, kept in zip(self.tracks, mask.tolist(), strict=True) if kept]
        return type(self)(
            self.frame, tracks, self.boxes[mask], self.confidence[mask], self.riding[mask], self.pixels[mask],
            self.points[mask],
        )  # fmt: skip

    def moment(self, row: int) -> Moment:
        """The frame, and where one of them is in it."""
        left, top, right, bottom = self.boxes[row].tolist()
        return Moment(self.frame, (left, top, right, bottom), "", float(self.confidence[row]))
