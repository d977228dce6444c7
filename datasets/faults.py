"""Faults of a collection: what would spoil a training run or flatter its figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.collection import Collection, label_path
from datasets.fingerprints import fingerprint, near_duplicates
from datasets.labels import LabelError, Labels, iou, read_labels

EDGE_TOLERANCE = 0.001
"""Boxes may pass the edge by this fraction of the photo: label tools round."""

SMALLEST_SIDE = 2.0
"""Boxes with a shorter side in pixels cannot be learnt and are usually slips of the mouse."""

SAME_OBJECT = 0.85
"""Two boxes of one class that overlap by more are one object: of the pairs in the street photos all those are."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one file."""

    file: Path
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


def faults(collection: Collection) -> Iterator[Fault]:
    """Every fault: pictures, labels, labels without a photo, and photos that two splits share.

    A photo that is in two splits, as it is or mirrored, leaks: figures measured on one split would say what was learnt
    by heart from the other.
    """
    hashes: dict[str, dict[Path, NDArray[np.bool_]]] = {}
    mirrored: dict[str, dict[Path, NDArray[np.bool_]]] = {}
    for split, photo in collection:
        picture = cv2.imread(str(photo), cv2.IMREAD_COLOR)
        if picture is None:
            yield Fault(photo, "not a readable picture; replace or remove it and its labels")
            continue
        height, width = picture.shape[:2]
        pixels = picture.astype(np.uint8, copy=False)
        hashes.setdefault(split, {})[photo] = fingerprint(pixels)
        mirrored.setdefault(split, {})[photo] = fingerprint(pixels[:, ::-1])
        label_file = label_path(photo)
        if not label_file.is_file():
            yield Fault(photo, f"no label file {label_file}; an empty one says that the photo shows nothing")
            continue
        yield from label_faults(label_file, collection.names, width, height)
    for split in collection.splits:
        yield from _orphans(collection, split)
    splits = list(hashes)
    for index, split in enumerate(splits):
        for other in splits[index + 1 :]:
            for ours, theirs, bits in near_duplicates(hashes[split], hashes[other]):
                yield Fault(theirs, f"shows the same as {ours} of split {split} ({bits} of 256 bits differ)")
            for ours, theirs, bits in near_duplicates(hashes[split], mirrored[other]):
                yield Fault(theirs, f"is the mirror image of {ours} of split {split} ({bits} of 256 bits differ)")


def name_faults(data_file: Path, names: tuple[str, ...]) -> Iterator[Fault]:
    """Class names of a data file that training refuses; `import` maps them."""
    for number, (name, expected) in enumerate(zip_longest(names, CLASSES)):
        if name != expected:
            said = "is not named" if name is None else f"is called {name}"
            wanted = "no such class" if expected is None else expected
            yield Fault(data_file, f"class {number} {said}, expected {wanted}; map it with: python -m datasets import")


def label_faults(file: Path, names: tuple[str, ...], width: int, height: int) -> Iterator[Fault]:
    """The faults of one label file, for a photo of `width` x `height` pixels."""
    try:
        labels = read_labels(file)
    except LabelError as error:
        yield Fault(file, str(error).removeprefix(f"{file}:").strip())
        return
    seen: set[tuple[int, ...]] = set()
    for number, (class_id, corners) in enumerate(zip(labels.class_id, labels.corners, strict=True), start=1):
        where = f"box {number}"
        if not 0 <= class_id < len(names):
            yield Fault(file, f"{where}: class {class_id} is not one of 0 to {len(names) - 1}")
        if (corners < -EDGE_TOLERANCE).any() or (corners > 1 + EDGE_TOLERANCE).any():
            yield Fault(file, f"{where}: reaches outside the photo: {_rounded(corners)}")
        sides = (corners[2:] - corners[:2]) * (width, height)
        if (sides < SMALLEST_SIDE).any():
            yield Fault(file, f"{where}: {sides[0]:.1f} x {sides[1]:.1f} px is too small to be an object")
        key = (int(class_id), *(int(value) for value in (corners * 10_000).round()))
        if key in seen:
            yield Fault(file, f"{where}: the same box twice")
        seen.add(key)
    yield from _labelled_twice(file, labels)


def _labelled_twice(file: Path, labels: Labels) -> Iterator[Fault]:
    """Boxes of one class that agree so well that they mean one object; exact copies are named elsewhere."""
    corners = labels.corners
    agree = iou(corners, corners)
    agree[labels.class_id[:, None] != labels.class_id[None, :]] = 0.0
    for first, second in np.argwhere(np.triu(agree, 1) > SAME_OBJECT):
        if not np.array_equal(corners[first].round(4), corners[second].round(4)):
            yield Fault(file, f"box {second + 1}: agrees with box {first + 1}; is one object labelled twice?")


def _orphans(collection: Collection, split: str) -> Iterator[Fault]:
    """Label files that no photo belongs to."""
    photos = collection.photos(split)
    expected = {label_path(photo) for photo in photos}
    for folder in {file.parent for file in expected}:
        for file in sorted(folder.glob("*.txt")):
            if file not in expected:
                yield Fault(file, "labels without a photo")


def _rounded(corners: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.3f}" for value in corners)
