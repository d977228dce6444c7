"""Replay photos: which of them train, and which are kept to see whether the old classes fade."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.collection import Collection, CollectionError, photos_in
from datasets.fingerprints import Memory

HELD_OUT_EVERY = 8
"""Every eighth replay photo is kept from training, to see whether the old classes fade."""


def split_replay(replay: Path, memory: Memory) -> tuple[list[Path], list[Path]]:
    """Replay photos that train and those that are held out; photos that show what another one shows are in neither.

    Args:
        replay: folder of the photos.
        memory: knows the photos of the collection, see `remember`.
    """
    scenes = fresh(photos_in(replay), memory)
    held_out = scenes[::HELD_OUT_EVERY]
    return [photo for photo in scenes if photo not in held_out], held_out


def held_out_photos(collection: Collection, replay: Path) -> list[Path]:
    """The replay photos that no training set of the collection holds."""
    memory = Memory()
    for split in measured_first(collection):
        fresh(collection.photos(split), memory)
    return split_replay(replay, memory)[1]


def measured_first(collection: Collection) -> list[str]:
    """The splits, those that are measured on first: a copy of one of their photos must not be trained on."""
    return sorted(collection.splits, key=lambda name: name == "train")


def fresh(photos: Iterable[Path], memory: Memory) -> list[Path]:
    """The photos that show something that no photo before them showed."""
    return [photo for photo in photos if memory.add(read_picture(photo))]


def read_picture(path: Path) -> NDArray[np.uint8]:
    """BGR pixels of a photo, shape (height, width, 3).

    Raises:
        CollectionError: the file is not a picture, or cut short.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise CollectionError(f"{path}: is not a readable picture; run: python -m datasets check")
    return picture.astype(np.uint8, copy=False)
