"""Moment: a frame that helps to prove a violation, and where to look in it."""

from dataclasses import dataclass

from detector.sources.frame import Frame
from detector.violations import Box


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What a rule keeps of a frame until the violation is reported.

    Attributes:
        frame: the frame itself.
        box: left, top, right, bottom of the offender in pixels of the frame.
        note: what the moment shows, for example ``start``, ``course`` or ``end``.
        confidence: how sure the model was here, 0 to 1; the surest moment gives the close-up.
    """

    frame: Frame
    box: Box
    note: str = ""
    confidence: float = 0.0
