"""Inspection: what would spoil a training run or stop it after hours, found before it begins."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from datasets.classes import CLASSES
from datasets.collection import Collection, label_path
from datasets.labels import LabelError, read_labels
from models.schedule import TrainingError

EDGE = 0.001
"""Boxes may pass the photo's edge by this fraction: label tools round."""

SHOWN = 10
"""Faults that are listed one by one; there may be thousands of the same kind."""

BYTES_A_PIXEL = {"yolo26n": 800, "yolo26s": 1500}
"""Memory that a step takes on a CPU for each pixel of its photos, with no layer frozen: peaks of 740 to 770 and 1420
bytes measured at 320 and 512 pixels, rounded up."""


def read_street(data: Path) -> Collection:
    """A data file that has the street classes and something to train and to measure on.

    Raises:
        CollectionError: the file points nowhere or is no data file.
        TrainingError: it has other classes, or no photos in a split.
    """
    collection = Collection.read(data)
    check_classes(data, collection)
    for split in ("train", "val"):
        if not (collection.photos(split) if split in collection.splits else []):
            where = collection.root / collection.splits.get(split, "")
            raise TrainingError(f"{data}: {split} holds no photos in {where}; training needs photos in train and val")
    return collection


def check_classes(data: Path, collection: Collection) -> None:
    """Refuses a data file whose classes are not the street classes in their order.

    Raises:
        TrainingError: says which classes are unknown.
    """
    if collection.names == CLASSES:
        return
    unknown = [name for name in collection.names if name not in CLASSES]
    fault = f"unknown classes {', '.join(unknown)}" if unknown else f"classes {', '.join(collection.names)}"
    raise TrainingError(
        f"{data}: {fault}; name all of {', '.join(CLASSES)}, in this order "
        "(python -m datasets import --map maps names of other tools)"
    )


def inspect(photos: Iterable[Path]) -> Counter[str]:
    """Reads all photos and labels once.

    Returns:
        How many boxes there are of each class.

    Raises:
        TrainingError: a photo or a label file cannot be trained on; a line for each, ten at most.
    """
    photos = list(photos)
    boxes: Counter[str] = Counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [fault for fault in pool.map(_photo_fault, photos) if fault]
    for photo in photos:
        file = label_path(photo)
        try:
            labels = read_labels(file)
        except LabelError as error:
            faults.append(str(error))
            continue
        found = list(_label_faults(file))
        faults += found
        if not found:
            boxes.update(CLASSES[number] for number in labels.class_id)
    if faults:
        more = [f"… and {len(faults) - SHOWN} more; see: python -m datasets check"] if len(faults) > SHOWN else []
        raise TrainingError("\n".join([*faults[:SHOWN], *more]))
    return boxes


def free_memory() -> int | None:
    """Bytes that a process can still take; None where the machine does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    rows = dict(line.split(":", 1) for line in lines)
    return int(rows["MemAvailable"].split()[0]) * 1024


def check_memory(model: str, batch: int, image_size: int, available: int | None) -> None:
    """Refuses a batch that would bring the machine down, before anything is computed.

    Args:
        model: architecture, such as yolo26n.
        batch: photos a step.
        image_size: side of the input.
        available: bytes that are free; None checks nothing.

    Raises:
        TrainingError: the batch needs more; says which one fits.
    """
    photo = BYTES_A_PIXEL.get(model, max(BYTES_A_PIXEL.values())) * image_size**2
    if available is not None and batch * photo > available:
        fits = available // photo
        advice = f"pass --batch {fits}" if fits else "pass a smaller --imgsz"
        raise TrainingError(
            f"--batch {batch} at --imgsz {image_size} needs about {batch * photo / 2**30:.1f} GiB of memory, "
            f"{available / 2**30:.1f} GiB are free; {advice}"
        )


def _photo_fault(photo: Path) -> str | None:
    """Why a photo cannot be trained on; None where it can."""
    try:
        content = photo.read_bytes()
    except OSError as error:
        return f"{photo}: cannot be read: {error.strerror or error}; restore or remove it and its labels"
    # A decoder fills in what is missing of a picture that is cut short, and says so only to standard error.
    if content.startswith(b"\xff\xd8"):
        cut = content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda")
    else:
        cut = content.startswith(b"\x89PNG") and b"IEND" not in content[-64:]
    if cut:
        return f"{photo}: the picture is cut short; copy it again, or remove it and its labels"
    if not content or cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_REDUCED_COLOR_8) is None:
        return f"{photo}: is not a readable picture; replace it, or remove it and its labels"
    return None


def _label_faults(file: Path) -> Iterator[str]:
    """A line for each box of a readable label file that cannot be trained on."""
    labels = read_labels(file)
    for number, (class_id, corners) in enumerate(zip(labels.class_id.tolist(), labels.corners, strict=True), start=1):
        if not 0 <= class_id < len(CLASSES):
            yield f"{file}: box {number}: class {class_id} is not one of 0 to {len(CLASSES) - 1}; correct the line"
        elif corners.min() < -EDGE or corners.max() > 1 + EDGE:
            yield f"{file}: box {number} reaches outside the photo; give fractions from 0 to 1"
        elif (corners[2:] - corners[:2]).min() <= 0:
            yield f"{file}: box {number} has no area; remove the line"
