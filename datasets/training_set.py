"""The training set: human and teacher labels, replay, empty grounds and collages in one folder."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from datasets.classes import CLASSES, TAUGHT
from datasets.collages import Cell, collage
from datasets.collection import Collection, label_path, photos_in, score_path
from datasets.data_card import source_of
from datasets.fingerprints import Memory
from datasets.grounds import empty_ground, has_texture
from datasets.known_faults import KnownFaults
from datasets.labels import Labels, concatenate, read_labels, read_scored, write_scored
from datasets.replay import fresh, measured_first, read_picture, split_replay
from datasets.teacher import beside_human

COLLAGE_COLUMNS = (3, 4, 5)
"""Grids that collages take turns in."""


class TrainingSetError(ValueError):
    """The training set cannot be assembled; the message says what is missing."""


@dataclass
class TrainingSet:
    """Assembles a folder that `train.py` reads, with `street.yaml`, `images/` and `labels/`.

    The splits are `train`, `val` (the collection's own) and `test` (replay photos kept from training). Labels have
    five columns, as training tools want them; `scores/` keeps how sure the teacher was, see `labels.read_scored`.

    Attributes:
        collection: the street photos with their human labels.
        replay: folder of photos of people and vehicles, without labels.
        teacher: folder of the teacher's labels, one file a photo (`python -m datasets label`).
        out: folder to write; what it held is replaced.
        confidence: teacher labels below are not trained on.
        grounds: number of empty grounds wanted.
        collages: number of collages wanted.
        seed: makes the same folder again.
        composed: folder that `python -m datasets compose` wrote, to mix in, or None.
        faults: training photos whose labels are known to be wrong.
    """

    collection: Collection
    replay: Path
    teacher: Path
    out: Path
    confidence: float = 0.4
    grounds: int = 150
    collages: int = 90
    seed: int = 0
    composed: Path | None = None
    faults: KnownFaults = field(default_factory=KnownFaults)
    counts: dict[str, int] = field(default_factory=dict, init=False)
    _labelled: dict[str, set[int]] = field(default_factory=dict, init=False)
    _street: list[tuple[Path, Labels]] = field(default_factory=list, init=False)

    def assemble(self) -> dict[str, int]:
        """Writes the folder and returns how many photos of each kind it holds.

        Raises:
            TrainingSetError: the teacher has not labelled all photos, or the collection has other classes.
        """
        if self.collection.names != CLASSES:
            raise TrainingSetError(f"classes {self.collection.names} are not the street classes {CLASSES}")
        replay = photos_in(self.replay)
        everything = [photo for _, photo in self.collection] + replay
        unlabelled = [photo for photo in everything if not self._teacher_file(photo).is_file()]
        if unlabelled:
            raise TrainingSetError(
                f"{len(unlabelled)} photos such as {unlabelled[0]} have no teacher label in {self.teacher}; "
                "run: python -m datasets label"
            )
        composed = None if self.composed is None else self._composed(self.composed)
        for name in ("images", "labels", "scores"):
            shutil.rmtree(self.out / name, ignore_errors=True)
        self.counts, self._street = {}, []
        self._labelled = labelled_by_hand(self.collection)
        memory = Memory()
        for split in measured_first(self.collection):
            photos = self.collection.photos(split)
            new = fresh(photos, memory)
            if split == "train":
                self._add_street(new)
                continue
            for photo in photos:
                self._add_photo(photo, split, read_labels(label_path(photo)), "street")
        kept, held_out = split_replay(self.replay, memory)
        for photo in held_out:
            self._add_photo(photo, "test", Labels.empty(), "replay")
        for photo in kept:
            self._add_photo(photo, "train", Labels.empty(), "replay")
        random = np.random.default_rng(self.seed)
        self._add_grounds(random, kept)
        self._add_collages(random)
        for photo in composed or ():
            self._add_composed(photo)
        self._write_data_file()
        return self.counts

    def _add_street(self, photos: list[Path]) -> None:
        """Copies the training photos but those whose labels are known to be wrong altogether."""
        for photo in photos:
            human = self.faults.mended(photo, "train", read_labels(label_path(photo)))
            if human is None:
                self._count("left out: wrong labels")
                continue
            self._add_photo(photo, "train", human, "street")
            self._street.append((photo, human))

    def _composed(self, folder: Path) -> list[Path]:
        """The composed pictures."""
        collection = Collection.read(folder / "street.yaml")
        if collection.names != CLASSES or set(collection.splits) != {"train"}:
            raise TrainingSetError(f"{folder} was not written by: python -m datasets compose")
        return collection.photos("train")

    def _add_composed(self, photo: Path) -> None:
        """Copies a composed picture with its labels: no teacher looks at it, what stands in it is known."""
        target = self.out / "images" / "train" / photo.name
        if target.exists():
            raise TrainingSetError(f"{photo} has the name of another photo of the training set; rename it")
        shutil.copyfile(photo, target)
        self._write_labels(target, read_scored(label_path(photo), score_path(photo)))
        self._count("train: composed")

    def _teacher_file(self, photo: Path) -> Path:
        return self.teacher / f"{photo.stem}.txt"

    def _known(self, photo: Path, human: Labels) -> Labels:
        """Human labels and all teacher labels that do not contradict them, unsure ones included.

        Classes that people labelled in photos of the same source are theirs: what they left out is not there.
        """
        taught = read_labels(self._teacher_file(photo))
        wanted = set(TAUGHT) - self._labelled.get(source_of(photo), set())
        return concatenate([human, beside_human(taught.where(np.isin(taught.class_id, sorted(wanted))), human)])

    def _add_photo(self, photo: Path, split: str, human: Labels, kind: str) -> None:
        """Copies a photo and writes its labels: the human ones and the sure ones of the teacher."""
        known = self._known(photo, human)
        target = self.out / "images" / split / photo.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(photo, target)
        self._write_labels(target, known.where(known.confidence >= self.confidence).clipped())
        self._count(f"{split}: {kind}")

    def _add_picture(self, name: str, picture: NDArray[np.uint8], labels: Labels, kind: str) -> None:
        """Writes a picture made here into the training split."""
        target = self.out / "images" / "train" / f"{name}.jpg"
        if not cv2.imwrite(str(target), picture, [cv2.IMWRITE_JPEG_QUALITY, 92]):
            raise TrainingSetError(f"cannot write {target}; is there room on the disk?")
        self._write_labels(target, labels)
        self._count(f"train: {kind}")

    def _write_labels(self, photo: Path, labels: Labels) -> None:
        write_scored(label_path(photo), score_path(photo), labels)

    def _count(self, kind: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def _add_grounds(self, random: np.random.Generator, replay: list[Path]) -> None:
        """Cuts empty grounds out of street scenes: replay photos and those that show tricycles.

        Close-ups of litter are left out, since what lies beside a labelled piece may be another one.
        """
        scenes: list[tuple[Path, Labels]] = [(photo, Labels.empty()) for photo in replay]
        for photo, human in self._street:
            if CLASSES.index("e_tricycle") in human.class_id:
                scenes.append((photo, human))
        made = 0
        for index in random.permutation(len(scenes)):
            if made == self.grounds:
                return
            photo, human = scenes[index]
            crop = empty_ground(read_picture(photo), self._known(photo, human), random)
            if crop is not None and has_texture(crop):
                self._add_picture(f"ground-{made:03d}-{photo.stem}", crop, Labels.empty(), "empty ground")
                made += 1

    def _add_collages(self, random: np.random.Generator) -> None:
        """Makes collages of the photos that show nothing but butts, with an empty ground here and there."""
        butt = CLASSES.index("cigarette_butt")
        close_ups = [
            (photo, labels) for photo, labels in self._street if len(labels) and (labels.class_id == butt).all()
        ]
        grounds = sorted((self.out / "images" / "train").glob("ground-*.jpg"))
        if not close_ups:
            return
        for number in range(self.collages):
            columns = COLLAGE_COLUMNS[number % len(COLLAGE_COLUMNS)]
            cells: list[Cell] = []
            for _ in range(columns**2):
                if grounds and random.random() < 0.25:
                    cells.append((read_picture(grounds[random.integers(len(grounds))]), Labels.empty()))
                else:
                    photo, labels = close_ups[random.integers(len(close_ups))]
                    cells.append((read_picture(photo), labels))
            picture, labels = collage(cells, columns)
            self._add_picture(f"collage-{number:03d}", picture, labels, "collage")

    def _write_data_file(self) -> None:
        content = {
            "path": ".",
            "train": "images/train",
            "val": "images/val",
            "test": "images/test",
            "names": dict(enumerate(CLASSES)),
        }
        (self.out / "street.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def labelled_by_hand(collection: Collection) -> dict[str, set[int]]:
    """For each source of a collection, the classes that people labelled in any of its photos."""
    labelled: dict[str, set[int]] = {}
    for _, photo in collection:
        labelled.setdefault(source_of(photo), set()).update(read_labels(label_path(photo)).class_id.tolist())
    return labelled
