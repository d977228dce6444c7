"""A reviewed round: what people decided at the desk, made ready for training.

Confirmed boxes train as labels; a photo in which something was dismissed trains without it, as a hard negative. The
teacher adds people and vehicles that nobody was asked about, but never a box that somebody refuted.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from datasets.collection import Collection, CollectionError, label_path
from datasets.labels import Labels, concatenate, read_labels, write_labels
from datasets.reviewed import read_manifest, without_refuted
from datasets.street_folder import DATA_FILE
from datasets.teacher import beside_human
from models.inspection import check_classes
from models.schedule import TrainingError

TEACHER_CONFIDENCE = 0.4
"""Teacher labels below are not trained on, as in `python -m datasets prepare`."""


class Labeller(Protocol):
    """Finds people and vehicles in a photo."""

    def label(self, photo: Path) -> Labels:
        """Labels of the classes 0 to 5."""


@dataclass(frozen=True)
class ReviewedRound:
    """Reviewed photos, ready for training.

    Attributes:
        folder: holds `images` and `labels`; its name is that of the reviewed folder, which `--weight` may name.
        photos: how many there are.
        confirmed: boxes that people confirmed or drew.
        refuted: boxes that people refuted, none of which is trained on.
        taught: boxes that the teacher added.
    """

    folder: Path
    photos: int
    confirmed: int
    refuted: int
    taught: int

    def __str__(self) -> str:
        return (
            f"{self.folder.name}: {self.photos} reviewed photos with {self.confirmed} confirmed boxes, "
            f"{self.refuted} refuted and {self.taught} added by the teacher"
        )


def make_round(reviewed: Path, out: Path, teacher: Labeller) -> ReviewedRound:
    """Copies a folder that `streetwarden export-training` wrote and completes its labels.

    It is a copy because ultralytics rewrites JPEGs that do not end as it expects, and a reviewed photo is an original.

    Args:
        reviewed: the folder.
        out: where rounds are put; what it holds of this one is replaced.
        teacher: labels people and vehicles.

    Raises:
        CollectionError: it is no such folder.
        TrainingError: its classes are others, or a photo that its manifest names is missing.
    """
    collection = Collection.read(reviewed / DATA_FILE)
    check_classes(reviewed / DATA_FILE, collection)
    try:
        refuted = read_manifest(reviewed).refuted()
    except CollectionError:
        raise
    except ValueError as error:
        raise TrainingError(f"{reviewed}: the manifest names an unknown class: {error}") from error
    photos = collection.photos("train")
    missing = sorted(set(refuted) - {photo.name for photo in photos})
    if missing:
        raise TrainingError(f"{reviewed}: its manifest names {missing[0]}, which is not there; export the round again")
    target = out / reviewed.resolve().name
    shutil.rmtree(target, ignore_errors=True)
    (target / "images").mkdir(parents=True)
    confirmed = taught = 0
    for photo in photos:
        human = read_labels(label_path(photo))
        seen = teacher.label(photo)
        added = without_refuted(beside_human(seen, human), refuted.get(photo.name, Labels.empty()))
        shutil.copyfile(photo, target / "images" / photo.name)
        write_labels(target / "labels" / f"{photo.stem}.txt", concatenate([human, added]).clipped())
        confirmed, taught = confirmed + len(human), taught + len(added)
    return ReviewedRound(target, len(photos), confirmed, sum(len(boxes) for boxes in refuted.values()), taught)
