"""Moment: a frame that helps to prove a violation, and where to look in it."""

from dataclasses import dataclass, field

from detector.detections import Detections
from detector.sources.frame import Frame
from detector.violations import Box

_NOBODY = Detections()
"""One for all: a rule makes a moment for each person in each frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What a rule keeps of a frame until the violation is reported.

    Attributes:
        frame: the frame itself.
        box: left, top, right, bottom of the offender in pixels of the frame.
        note: what the moment shows, for example ``start``, ``course`` or ``end``.
        confidence: how sure the model was here, 0 to 1; the surest moment gives the close-up.
        others: everything seen in the frame, in its pixels; who is not part of the offence is made unrecognisable on
            derived pictures. Filled in when evidence is written: rules need not care.
    """

    frame: Frame
    box: Box
    note: str = ""
    confidence: float = 0.0
    others: Detections = field(default_factory=lambda: _NOBODY)
