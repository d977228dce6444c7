"""Alignment: where the picture of a camera that was bumped lies over the one that its zones were drawn in."""

from dataclasses import dataclass

import cv2
import numpy as np

from detector.detections import Detections
from detector.geometry import FloatArray
from detector.parts import Part
from detector.sources.frame import Frame, Image
from detector.violations import Box


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A similarity (move, turn, scale) from the reference picture to the camera's picture now.

    Attributes:
        matrix: (2, 3) takes a point of the reference, in fractions of width and height, to where it is now.
    """

    matrix: FloatArray

    @classmethod
    def none(cls) -> "Alignment":
        """The camera looks where it looked."""
        return cls(np.eye(2, 3))

    @property
    def displacement(self) -> float:
        """How far the corner that moved farthest moved, in widths or heights of the picture."""
        corners = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]], np.float64)
        moved = corners @ self.matrix.T - corners[:, :2]
        return float(np.abs(moved).max())

    def after(self, first: "Alignment") -> "Alignment":
        """The alignment that does ``first`` and then this one."""
        whole = np.vstack([self.matrix, [0, 0, 1]]) @ np.vstack([first.matrix, [0, 0, 1]])
        return Alignment(whole[:2])

    def inverse(self) -> "Alignment":
        """From the picture now to the reference."""
        return Alignment(np.asarray(cv2.invertAffineTransform(self.matrix), np.float64))

    def detections(self, detections: Detections, width: int, height: int) -> Detections:
        """The same detections where they would lie in the reference picture, (N, 4) boxes in pixels."""
        boxes = self.inverse().boxes(detections.xyxy.astype(np.float64), width, height)
        return Detections(boxes.astype(np.float32), detections.class_id, detections.confidence, detections.tracks)

    def box(self, box: Box, width: int, height: int) -> Box:
        """A box of the reference picture where it lies now, in pixels."""
        left, top, right, bottom = (float(v) for v in self.boxes(np.array([box], np.float64), width, height)[0])
        return left, top, right, bottom

    def boxes(self, boxes: FloatArray, width: int, height: int) -> FloatArray:
        """(N, 4) boxes taken along by their ground points (bottom centre), which zones ask about, and scaled."""
        pixels = self._pixels(width, height)
        scale = float(np.sqrt(abs(np.linalg.det(pixels[:, :2]))))
        ground = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3], np.ones(len(boxes))]) @ pixels.T
        half, high = (boxes[:, 2] - boxes[:, 0]) * scale / 2, (boxes[:, 3] - boxes[:, 1]) * scale
        x, y = ground[:, 0], ground[:, 1]
        return np.column_stack([x - half, y - high, x + half, y])

    def image(self, image: Image) -> Image:
        """The picture now as the camera would show it from where it stood; edges are stretched to fill it."""
        height, width = image.shape[:2]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(
            image, self._pixels(width, height), (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        aligned = np.asarray(warped, np.uint8)
        aligned.flags.writeable = False
        return aligned

    def _pixels(self, width: int, height: int) -> FloatArray:
        size = np.array([width, height], np.float64)
        linear = self.matrix[:, :2] * size[:, None] / size[None, :]
        return np.column_stack([linear, self.matrix[:, 2] * size])


@dataclass(frozen=True, slots=True, eq=False)
class AlignedFrame(Frame):
    """A frame as rules see it while the camera stands askew or its stream has changed its size.

    Evidence is made from the frame as it came.

    Attributes:
        untouched: the frame as it came.
        alignment: from this frame to ``untouched``, in fractions.
    """

    untouched: Frame | None = None
    alignment: Alignment | None = None

    @classmethod
    def of(cls, frame: Frame, alignment: Alignment | None, size: tuple[int, int]) -> "AlignedFrame":
        """The frame as seen from where the camera stood when its zones were drawn.

        Args:
            frame: as it came.
            alignment: None where the camera stands as it stood.
            size: width and height that rules are to see.
        """
        image = frame.image
        if size != (frame.width, frame.height):
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        return cls(
            image if alignment is None else alignment.image(image), frame.time, frame.seconds, frame.number,
            packets=frame.packets, part=_seen_part(frame, alignment), main=frame.main, untouched=frame,
            alignment=alignment or Alignment.none(),
        )  # fmt: skip

    def seen(self, detections: Detections) -> Detections:
        """Detections in the pixels of the frame as it came, in the pixels of this one."""
        if self.untouched is None or self.alignment is None:
            return detections
        resized = _resized(detections, self.untouched, self)
        return self.alignment.detections(resized, self.width, self.height)

    def came(self, detections: Detections) -> Detections:
        """The other way: detections in the pixels of this frame, in those of the frame as it came."""
        if self.untouched is None or self.alignment is None:
            return detections
        moved = self.alignment.inverse().detections(detections, self.width, self.height)
        return _resized(moved, self, self.untouched)

    def box(self, box: Box) -> Box:
        """A box in the pixels of this frame, in those of the frame as it came."""
        if self.untouched is None or self.alignment is None:
            return box
        left, top, right, bottom = self.alignment.box(box, self.width, self.height)
        x, y = self.untouched.width / self.width, self.untouched.height / self.height
        return left * x, top * y, right * x, bottom * y


def _seen_part(frame: Frame, alignment: Alignment | None) -> Part | None:
    """The part of a frame that was looked at, in fractions of the reference picture."""
    if frame.part is None or alignment is None:
        return frame.part
    inverse = alignment.inverse()
    return frame.part.moved(lambda boxes: inverse.boxes(boxes, 1, 1))


def _resized(detections: Detections, one: Frame, other: Frame) -> Detections:
    if (one.width, one.height) == (other.width, other.height):
        return detections
    factor = np.array([other.width / one.width, other.height / one.height] * 2, np.float32)
    return Detections(detections.xyxy * factor, detections.class_id, detections.confidence, detections.tracks)
