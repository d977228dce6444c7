"""Privacy: heads of bystanders and plates of vehicles that are not part of an offence, made unrecognisable.

Regions are shrunk to a few cells and enlarged again, so that what was there is gone and not merely smeared. Heads are
taken from people's boxes and plates from vehicles', since no face and no plate is looked for: the detector never says
who somebody is.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.detections import Detections, FloatArray, ObjectClass
from detector.geometry import ious, overlaps
from detector.sources.frame import Frame, Image
from detector.violations import Box, ViolationKind

CONFIDENCE: Final = 0.15
"""Detections this unsure are hidden too: a pixelated bush is a smaller harm than a recognised passer-by."""

OFFENDERS: Final[dict[ViolationKind, tuple[ObjectClass, ...]]] = {
    ViolationKind.JAYWALKING: (ObjectClass.PERSON,),
    ViolationKind.ILLEGAL_PARKING: (ObjectClass.E_TRICYCLE,),
    ViolationKind.GARBAGE: (ObjectClass.PERSON,),  # where a moment shows who left it, its box is that person's
    ViolationKind.CIGARETTE_BUTT: (ObjectClass.PERSON,),
}
"""Classes of which the box of a moment can be the offender's."""
_VEHICLES: Final = (
    ObjectClass.MOTORCYCLE,
    ObjectClass.CAR,
    ObjectClass.BUS,
    ObjectClass.TRUCK,
    ObjectClass.E_TRICYCLE,
)

_SAME: Final = 0.5
"""Boxes that share so much (IoU) show the same object, one of them perhaps a second time."""
_WITHIN: Final = 0.9
_REMEMBERED_SECONDS: Final = 1.0
_HEAD_CELLS: Final = 4
"""Cells along the longer side of a head: eyes, nose and mouth fall into two or three."""
_PLATE_CELLS: Final = 6
"""Cells along the longer side of where a plate may be: its seven characters fall into two or three."""
_LEAST_VEHICLE: Final = 48.0
"""Pixels of width from which a vehicle's plate could be read: a plate is at most a third of a vehicle's width, and
seven characters need more than 16 pixels."""


def bystanders(detections: Detections, kind: ViolationKind, box: Box, tracks: Sequence[int] = ()) -> Detections:
    """Everybody and every vehicle that is not part of an offence.

    Args:
        detections: everything seen in the frame.
        kind: the offence.
        box: the offender, or a box around several of them, in pixels.
        tracks: the offender's track numbers, where they are known.

    Returns:
        The people and vehicles whose heads and plates are nobody's business.
    """
    seen = detections.of_class(ObjectClass.PERSON, *_VEHICLES)
    seen = seen[seen.confidence >= CONFIDENCE]
    if not len(seen):
        return seen
    possible = np.isin(seen.class_id, [int(c) for c in OFFENDERS[kind]])
    likeness = ious(seen.xyxy, [box])[:, 0] * possible
    offending = likeness >= _SAME
    if not offending.any():  # a box around several
        offending = possible & (overlaps(seen.xyxy, [box])[:, 0] >= _WITHIN) & (kind not in _OF_THINGS)
    offending |= np.isin(seen.tracks, [t for t in tracks if t >= 0]) & possible
    return seen[~offending]


_OF_THINGS: Final = (ViolationKind.GARBAGE, ViolationKind.CIGARETTE_BUTT)
"""Offences whose box goes around things; who stands within it has not put them there."""


class LastSeen:
    """Where everybody was a moment ago: who stands behind a pole for some frames, or where nobody looked, is there."""

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}
        self._rows: dict[int, Detections] = {}
        self._around = Detections()

    def add(self, detections: Detections, seconds: float, frame: Frame | None = None) -> Detections:
        """The detections of a frame, and those of tracks that were seen within the last second and are not now.

        Args:
            detections: with track numbers where they have one.
            seconds: stream time.
            frame: where only a part of it was looked at, what was around elsewhere is still there.
        """
        elsewhere = self._elsewhere(detections, frame)
        self._around = Detections.concatenate([self._just_seen(detections, seconds, elsewhere), elsewhere])
        return self._around

    def _elsewhere(self, detections: Detections, frame: Frame | None) -> Detections:
        """What was around where nobody looked this time."""
        if frame is None or frame.part is None or not len(self._around):
            return Detections()
        places = self._around.xyxy / np.array([frame.width, frame.height] * 2, np.float64)
        again = np.isin(self._around.tracks, detections.tracks[detections.tracks >= 0])
        return self._around[~frame.part.holds(places) & ~again]

    def _just_seen(self, detections: Detections, seconds: float, elsewhere: Detections) -> Detections:
        tracked = detections[detections.tracks >= 0]
        for row, track in enumerate(tracked.tracks.tolist()):
            self._seconds[track], self._rows[track] = seconds, tracked[[row]]
        self._seconds = {t: s for t, s in self._seconds.items() if 0 <= seconds - s <= _REMEMBERED_SECONDS}
        self._rows = {track: self._rows[track] for track in self._seconds}
        known = set(elsewhere.tracks.tolist())
        missing = [self._rows[track] for track, at in self._seconds.items() if at != seconds and track not in known]
        return Detections.concatenate([detections, *missing]) if missing else detections


def hidden(image: Image, others: Detections, offender: Box | None = None) -> Image:
    """A copy of the picture with the heads and plates of others pixelated.

    Args:
        image: (height, width, 3) uint8.
        others: as :func:`bystanders` gives them, in pixels of the picture.
        offender: what lies in this box is kept where another's plate may be; a head is hidden everywhere.
    """
    canvas = image.copy()
    people = others.of_class(ObjectClass.PERSON)
    vehicles = others.of_class(*_VEHICLES)
    vehicles = vehicles[vehicles.xyxy[:, 2] - vehicles.xyxy[:, 0] >= _LEAST_VEHICLE]
    for region in plate_regions(vehicles.xyxy):
        _pixelate(canvas, region, _PLATE_CELLS)
    if offender is not None and len(vehicles):
        left, top, right, bottom = _inside(np.array(offender, np.float32), canvas)
        canvas[top:bottom, left:right] = image[top:bottom, left:right]
    for region in head_regions(people.xyxy):
        _pixelate(canvas, region, _HEAD_CELLS)
    return canvas


def head_regions(people: FloatArray) -> FloatArray:
    """(N, 4) where the heads of (N, 4) people are, generously.

    A standing person's head is the upper seventh; of who bends, sits or is cut off by the picture's edge the box is
    wide, and the head a larger part of it.
    """
    width, height = people[:, 2] - people[:, 0], people[:, 3] - people[:, 1]
    size = np.maximum(0.25 * height, np.minimum(0.6 * width, 0.5 * height))
    top = people[:, 1] - 0.04 * height
    regions: FloatArray = np.column_stack(
        [people[:, 0] - 0.05 * width, top, people[:, 2] + 0.05 * width, people[:, 1] + size]
    )
    return regions


def plate_regions(vehicles: FloatArray) -> FloatArray:
    """(N, 4) where the plates of (N, 4) vehicles may be: below the windows, front or rear."""
    width, height = vehicles[:, 2] - vehicles[:, 0], vehicles[:, 3] - vehicles[:, 1]
    regions: FloatArray = np.column_stack(
        [vehicles[:, 0] + 0.05 * width, vehicles[:, 1] + 0.5 * height, vehicles[:, 2] - 0.05 * width, vehicles[:, 3]]
    )
    return regions


def _pixelate(canvas: Image, region: FloatArray, cells: int) -> None:
    left, top, right, bottom = _inside(region, canvas)
    width, height = right - left, bottom - top
    if width < 1 or height < 1:
        return
    longer = max(width, height)
    few = (max(1, round(width * cells / longer)), max(1, round(height * cells / longer)))
    # A region that has no more pixels than cells is one cell.
    few = few if longer > cells else (1, 1)
    small = cv2.resize(canvas[top:bottom, left:right], few, interpolation=cv2.INTER_AREA)
    canvas[top:bottom, left:right] = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def _inside(box: FloatArray, image: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    height, width = image.shape[:2]
    left, top = np.floor(np.clip(box[:2], 0, [width, height])).astype(int)
    right, bottom = np.ceil(np.clip(box[2:], 0, [width, height])).astype(int)
    return int(left), int(top), int(right), int(bottom)
