"""Exporting: a checkpoint written as ONNX with one of its two heads, and proof that both give the same boxes."""

import math
import shutil
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from ultralytics import YOLO
from ultralytics.data.augment import LetterBox

from models.schedule import TrainingError

Head = Literal["plain", "end2end"]

HEADS: tuple[Head, ...] = ("plain", "end2end")
"""`plain`: the one-to-many head, (N, 4 + classes, places); who reads it suppresses repetitions. `end2end`: the
one-to-one head, (N, 300, 6), which needs no suppression."""

STRIDE = 32
"""The coarsest feature map's step in pixels; sides of the input are multiples of it."""

BOX_TOLERANCE = 1.0
"""Pixels by which a corner of the export may differ."""

CONFIDENCE_TOLERANCE = 0.01
"""How far the export's confidence may differ."""

LEAST_CONFIDENCE = 0.1
"""Detections below are not compared: near zero, ties may swap."""


def export(checkpoint: Path, target: Path, head: Head) -> None:
    """Writes one head as ONNX with free batch, height and width.

    ultralytics chooses the head by `nms`: False means the one-to-one head, None the raw one-to-many head. It fuses
    a copy, which drops the other head there; the checkpoint keeps both.
    """
    nms = False if head == "end2end" else None
    written = YOLO(checkpoint).export(format="onnx", dynamic=True, nms=nms, simplify=True, device="cpu")
    shutil.move(written, target)


def disagreement(
    checkpoint: Path, exported: Path, photos: list[Path], image_size: int, head: Head
) -> tuple[float, float]:
    """The greatest difference between PyTorch and the export on real photos.

    Returns:
        Pixels of the farthest corner, and the difference of confidence.

    Raises:
        TrainingError: a photo cannot be read.
    """
    model = YOLO(checkpoint).model.eval().float()
    model.end2end = head == "end2end"
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    compare = _compare_rows if head == "end2end" else _compare_places
    pixels = confidence = 0.0
    for photo in photos:
        image = tensor(photo, image_size)
        with torch.no_grad():
            theirs = model(torch.from_numpy(image))[0][0].numpy()
        (ours,) = session.run(None, {session.get_inputs()[0].name: image})
        corner, sure = compare(ours[0], theirs)
        pixels, confidence = max(pixels, corner), max(confidence, sure)
    return pixels, confidence


def tensor(photo: Path, image_size: int) -> NDArray[np.float32]:
    """A photo as the model takes it: RGB, 0 to 1, shape (1, 3, height, width), the long side `image_size`.

    Raises:
        TrainingError: the photo cannot be read.
    """
    picture = cv2.imread(str(photo), cv2.IMREAD_COLOR)
    if picture is None:
        raise TrainingError(f"{photo} is not a readable picture; run: python -m datasets check")
    boxed = LetterBox((image_size, image_size), auto=True, stride=STRIDE)(image=picture)
    return np.ascontiguousarray(boxed[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32) / np.float32(255)


def _compare_rows(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> tuple[float, float]:
    """For (300, 6) rows of corners, confidence and class, whose order may differ."""
    pixels = confidence = 0.0
    for row in theirs[theirs[:, 4] >= LEAST_CONFIDENCE]:
        same_class = ours[ours[:, 5] == row[5]]
        if not len(same_class):
            return math.inf, math.inf
        distance = np.abs(same_class[:, :4] - row[:4]).max(axis=1)
        nearest = int((distance + np.abs(same_class[:, 4] - row[4])).argmin())
        pixels = max(pixels, float(distance[nearest]))
        confidence = max(confidence, float(abs(same_class[nearest, 4] - row[4])))
    return pixels, confidence


def _compare_places(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> tuple[float, float]:
    """For (4 + classes, places) columns of centre, size and scores, in the same order."""
    if ours.shape != theirs.shape:
        return math.inf, math.inf
    sure = theirs[4:].max(axis=0) >= LEAST_CONFIDENCE
    if not sure.any():
        return 0.0, 0.0
    difference = np.abs(ours[:, sure] - theirs[:, sure])
    # A corner moves by the centre's shift and half the change of the side.
    corners = difference[:2] + difference[2:4] / 2
    return float(corners.max()), float(difference[4:].max())
