"""What a single photo can say: garbage and butts as they are, e-tricycles and people only as a suspicion."""

from dataclasses import dataclass

from detector.detections import Detections, ObjectClass
from detector.moments import Moment
from detector.riders import riders
from detector.sources import Frame
from detector.violations import Box, ViolationKind

_MIN_PERSON_HEIGHT = 0.1
"""A person smaller than this share of the photo's height is background, not what the photo is about."""

_NO_DURATION = "一张照片不能证明停了多久、此处是否禁停 · one photo proves neither how long it stood nor that it may not"
_NO_CROSSING = "一张照片不能证明此人在横穿马路 · one photo cannot prove that the person crosses the carriageway"


@dataclass(frozen=True, slots=True, eq=False)
class PhotoFinding:
    """An offence, or the suspicion of one, in one photo.

    Attributes:
        moment: the photo with the box around everything that counts.
        count: how many things there are.
        suspected: the photo alone cannot prove it.
        note: what the photo cannot prove.
    """

    kind: ViolationKind
    moment: Moment
    confidence: float
    count: int
    suspected: bool = False
    note: str = ""


def photo_findings(frame: Frame, detections: Detections) -> list[PhotoFinding]:
    """What an inspector's photo shows, one finding a kind.

    A person is only suspected where the photo shows nothing else: who photographs rubbish does not accuse the
    passer-by behind it.
    """
    findings = []
    for kind, object_class in (
        (ViolationKind.GARBAGE, ObjectClass.GARBAGE),
        (ViolationKind.CIGARETTE_BUTT, ObjectClass.CIGARETTE_BUTT),
    ):
        found = detections.of_class(object_class)
        if len(found):
            findings.append(_finding(kind, frame, found))
    tricycles = detections.of_class(ObjectClass.E_TRICYCLE)
    if len(tricycles):
        findings.append(_finding(ViolationKind.ILLEGAL_PARKING, frame, tricycles, _NO_DURATION))
    if not findings:
        walking = detections[~riders(detections)].of_class(ObjectClass.PERSON)
        large = walking.xyxy[:, 3] - walking.xyxy[:, 1] >= _MIN_PERSON_HEIGHT * frame.height
        if large.any():
            findings.append(_finding(ViolationKind.JAYWALKING, frame, walking[large], _NO_CROSSING))
    return findings


def _finding(kind: ViolationKind, frame: Frame, found: Detections, note: str = "") -> PhotoFinding:
    low, high = found.xyxy[:, :2].min(axis=0), found.xyxy[:, 2:].max(axis=0)
    box: Box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    confidence = float(found.confidence.max())
    return PhotoFinding(
        kind=kind,
        moment=Moment(frame, box, "photo", confidence),
        confidence=confidence,
        count=len(found),
        suspected=bool(note),
        note=note,
    )
