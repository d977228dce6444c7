"""Sizes: whether a detection can be what it is called, by how large it is on the ground."""

from typing import Final

import numpy as np

from detector.detections import Detections, ObjectClass
from detector.geometry import FloatArray, GroundPlane
from detector.rules.rule import View

_WIDTHS: Final = {
    ObjectClass.CIGARETTE_BUTT: (0.0, 0.4),
    ObjectClass.GARBAGE: (0.04, 4.0),
    ObjectClass.E_TRICYCLE: (0.6, 6.0),
}
"""Least and largest width on the ground, metres. A butt is 8 cm long and its box a little more; a lane dash has metres.
An e-tricycle is a metre wide and three long; a toy has centimetres."""

_LIMITS: Final = np.array([_WIDTHS.get(c, (0.0, np.inf)) for c in ObjectClass])
_LIMITED: Final = np.array([c in _WIDTHS for c in ObjectClass])

_PERSON_METRES: Final = 1.65
"""How tall people are on average; Chinese adults are 1.70 m and 1.58 m (NHC, 2020)."""

_LEARNT_SLACK: Final = 1.8
"""The scale that people teach is rougher than a ground plane: children, bags and bent backs are among them."""

_LEAST_PEOPLE: Final = 60.0
_LEAST_SPREAD: Final = 0.03
"""So many boxes of people, their feet spread over so much of the picture's height, make a scale."""

_SAMPLE_SECONDS: Final = 0.5
_MEMORY: Final = 0.998
"""Weight that old people keep with each new sample: some hundreds of samples count."""


class SizeCheck:
    """Knows how many metres a pixel is, from the ground plane or else from the heights of people seen.

    Heights of people grow evenly from the horizon to the picture's lower edge, wherever the camera is (Hoiem et al.,
    Putting Objects in Perspective, 2008): a straight line through (feet, height) of people seen is the scale.

    Args:
        ground: the scene's ground plane, where it has one.
    """

    def __init__(self, ground: GroundPlane | None) -> None:
        self._ground = ground
        self._sums = np.zeros(5)  # n, y, height, y², y·height; y and height as fractions of the picture's height
        self._learnt = -np.inf
        self._last: tuple[View, Detections] | None = None

    def possible(self, view: View) -> Detections:
        """The view's detections without those that are too large or too small for what they are called."""
        if self._last is None or self._last[0] is not view:  # several rules ask about each frame
            self._learn(view)
            self._last = view, self._checked(view)
        return self._last[1]

    def _checked(self, view: View) -> Detections:
        detections, frame = view.detections, view.frame
        if self._ground is None and self._sums[0] < _LEAST_PEOPLE:
            return detections
        rows = _LIMITED[detections.class_id].nonzero()[0]
        if not len(rows):
            return detections
        boxes = detections.xyxy[rows] / np.array([frame.width, frame.height] * 2, np.float64)
        widths, slack = self._metres(boxes, frame.width / frame.height)
        least, most = _LIMITS[detections.class_id[rows]].T
        with np.errstate(invalid="ignore"):
            wrong = (widths < least / slack) | (widths > most * slack)
        if not wrong.any():
            return detections
        keep = np.ones(len(detections), np.bool_)
        keep[rows[wrong]] = False
        return detections[keep]

    def _metres(self, boxes: FloatArray, aspect: float) -> tuple[FloatArray, float]:
        """(N,) widths of boxes on the ground, not a number where nobody knows, and how far they may be off."""
        if self._ground is not None:
            ends = self._ground.metres(np.concatenate([boxes[:, [0, 3]], boxes[:, 2:]]))
            widths: FloatArray = np.hypot(*(ends[len(boxes) :] - ends[: len(boxes)]).T)
            return widths, 1.0
        tall = self._person_height(boxes[:, 3])
        return (boxes[:, 2] - boxes[:, 0]) * aspect / tall * _PERSON_METRES, _LEARNT_SLACK

    def _person_height(self, feet: FloatArray) -> FloatArray:
        """(N,) how tall a person is in the picture, as a share of its height, whose feet are there."""
        unknown: FloatArray = np.full(len(feet), np.nan)
        count, y, height, yy, yh = self._sums
        if count < _LEAST_PEOPLE:
            return unknown
        spread = yy / count - (y / count) ** 2
        if spread < _LEAST_SPREAD**2:
            return unknown
        slope = (yh / count - y * height / count**2) / spread
        tall: FloatArray = height / count + slope * (feet - y / count)
        return np.where((tall > 0.02) & (slope > 0), tall, np.nan)

    def _learn(self, view: View) -> None:
        """Take in the people on foot."""
        if self._ground is not None or abs(view.frame.seconds - self._learnt) < _SAMPLE_SECONDS:
            return
        self._learnt = view.frame.seconds
        boxes = view.tracks.xyxy[(view.tracks.class_id == ObjectClass.PERSON) & ~view.riding].astype(np.float64)
        boxes = boxes[boxes[:, 3] < view.frame.height - 2] / view.frame.height
        for y, height in zip(boxes[:, 3], boxes[:, 3] - boxes[:, 1], strict=True):
            self._sums = self._sums * _MEMORY + [1, y, height, y * y, y * height]
