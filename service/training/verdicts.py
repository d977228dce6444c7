"""What a reviewed case says about its picture."""

from dataclasses import dataclass
from enum import Enum, auto

from detector.violations import Violation, ViolationKind
from service.cases.models import CaseRow
from service.cases.schemas import ObjectClass
from service.cases.transitions import CONFIRMED, CaseStatus, DismissalReason
from service.cases.workflow import reviewed_boxes

OFFENDERS: dict[ViolationKind, ObjectClass] = {
    ViolationKind.CIGARETTE_BUTT: ObjectClass.CIGARETTE_BUTT,
    ViolationKind.GARBAGE: ObjectClass.GARBAGE,
    ViolationKind.ILLEGAL_PARKING: ObjectClass.E_TRICYCLE,
    ViolationKind.JAYWALKING: ObjectClass.PERSON,
}
"""The class of what a violation's box surrounds."""


class Word(Enum):
    """What is known about a picture from one case."""

    COMPLETE = auto()
    """A reviewer drew everything that it shows."""
    SHOWN = auto()
    """The object is there, and the box is its box."""
    REFUTED = auto()
    """The object is not there."""
    UNKNOWN = auto()
    """Nobody has said what is there, so that a label would be a guess."""


@dataclass(frozen=True, slots=True)
class SeenBox:
    """A class and its box: left, top, right, bottom as fractions of the upright picture."""

    object_class: ObjectClass
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one case says, with the boxes that it says it about."""

    word: Word
    boxes: tuple[SeenBox, ...] = ()


def verdict(
    case: CaseRow, violation: Violation, reason: DismissalReason | None, refuting: frozenset[DismissalReason]
) -> Verdict:
    """What a case says about its last original.

    A box around several objects (a patch of butts) is the box of none of them: such a case needs boxes drawn.

    Args:
        case: the case.
        violation: what the detector said.
        reason: why the case was dismissed, if it was.
        refuting: the reasons that mean that the object is not there.
    """
    decided = case.status != CaseStatus.PENDING
    drawn = reviewed_boxes(case)
    if decided and drawn is not None:
        return Verdict(Word.COMPLETE, tuple(_seen(box.object_class, box.box, violation) for box in drawn))
    box = (_seen(OFFENDERS[violation.kind], violation.box, violation),)
    if case.status in CONFIRMED and violation.count == 1:
        return Verdict(Word.SHOWN, box)
    if case.status == CaseStatus.DISMISSED and reason in refuting:
        return Verdict(Word.REFUTED, box)
    return Verdict(Word.UNKNOWN)


def _seen(object_class: ObjectClass, box: tuple[float, float, float, float], violation: Violation) -> SeenBox:
    """Fractions fit the untouched original too, which may have more pixels than the frame that the detector saw."""
    left, right = (min(max(side / violation.width, 0.0), 1.0) for side in (box[0], box[2]))
    top, bottom = (min(max(side / violation.height, 0.0), 1.0) for side in (box[1], box[3]))
    return SeenBox(object_class, (left, top, right, bottom))
