"""The pictures that a model is measured on: validation photos, replay photos, far butts, empty streets, a clip."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from datasets.collection import Collection, CollectionError, label_path, photos_in
from datasets.exports.annotation import photo_size
from datasets.labels import Labels, read_labels, write_labels
from datasets.replay import held_out_photos
from datasets.teacher import Teacher
from datasets.trial import Trial
from detector.detections import Detections

CLIP_EVERY = 10
"""Every so many frames of the clip are looked at: one a second."""

FAR_PICTURES = 30
"""Full HD pictures with far butts; some three hundred butts."""


@dataclass(frozen=True)
class PictureSet:
    """Pictures that are measured together.

    Attributes:
        name: of the set.
        pictures: files and the human labels of each.
    """

    name: str
    pictures: Sequence[tuple[Path, Labels]]

    @property
    def paths(self) -> list[Path]:
        """The files."""
        return [path for path, _ in self.pictures]

    def digest(self) -> str:
        """Says whether the pictures are still the same: names and sizes of the files."""
        text = "\n".join(f"{path.name} {path.stat().st_size}" for path in self.paths)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def truths(self) -> list[Detections]:
        """The labels of each picture in its pixels."""
        return [in_pixels(labels, *photo_size(path)) for path, labels in self.pictures]


def in_pixels(labels: Labels, width: int, height: int) -> Detections:
    """Labels as detections in a picture of `width` x `height` pixels."""
    corners = labels.corners.clip(0, 1) * (width, height, width, height)
    return Detections(corners.astype(np.float32), labels.class_id, np.ones(len(labels), np.float32))


@dataclass(frozen=True)
class Gallery:
    """Where the pictures are from.

    Attributes:
        data: data file of the street photos.
        shared: folder with `data/replay`, `weights` and `video`.
        runs: folder for what is made here: teacher labels, trial pictures, frames.
    """

    data: Path
    shared: Path
    runs: Path

    @property
    def weights(self) -> Path:
        """The teacher's weights."""
        return self.shared / "weights" / "yolo26n-coco.safetensors"

    @property
    def replay(self) -> Path:
        """Folder of the replay photos."""
        return self.shared / "data" / "replay"

    @property
    def teacher_labels(self) -> Path:
        """Folder of the teacher's labels, as `python -m datasets label` writes it."""
        return self.runs / "teacher"

    def val(self) -> PictureSet:
        """The validation photos with their human labels."""
        return _labelled("val", Collection.read(self.data), "val")

    def replay_all(self) -> PictureSet:
        """All replay photos; most of them were trained on as photos without violations."""
        return PictureSet("replay", [(photo, Labels.empty()) for photo in photos_in(self.replay)])

    def held_out(self) -> PictureSet:
        """The replay photos that no training saw."""
        photos = held_out_photos(Collection.read(self.data), self.replay)
        return PictureSet("replay held out", [(photo, Labels.empty()) for photo in photos])

    def trial(self) -> tuple[PictureSet, PictureSet]:
        """Full HD pictures with far butts, and empty streets. Made where they are missing, which takes minutes."""
        folder = self.runs / "trial"
        far, empty = folder / "far-butts", folder / "empty-streets"
        if not (far / "street.yaml").is_file() or not (empty / "street.yaml").is_file():
            if far.exists() or empty.exists():
                raise CollectionError(f"{folder} is unfinished; remove it, it is made again")
            collection = Collection.read(self.data)
            teacher = self._taught(collection.photos("val") + self.held_out().paths)
            made = Trial.of(collection, self.replay, teacher)
            for _ in made.far_butts(far, FAR_PICTURES):
                pass
            for _ in made.empty_streets(empty):
                pass
        sets = (_labelled(f.name, Collection.read(f / "street.yaml"), "val") for f in (far, empty))
        return next(sets), next(sets)

    def clip(self) -> PictureSet:
        """Frames of the crossroad clip, as pictures without loss.

        Raises:
            CollectionError: the clip cannot be read.
        """
        file, folder = self.shared / "video" / "crossroad.avi", self.runs / "clip"
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            capture = cv2.VideoCapture(str(file))
            number = 0
            while (read := capture.read())[0]:
                if number % CLIP_EVERY == 0:
                    cv2.imwrite(str(folder / f"crossroad-{number:04d}.png"), read[1])
                number += 1
        frames = photos_in(folder)
        if not frames:
            raise CollectionError(f"no readable clip at {file}")
        return PictureSet("clip", [(frame, Labels.empty()) for frame in frames])

    def _taught(self, photos: Sequence[Path]) -> Path:
        """The folder of the teacher's labels, with labels for all these photos."""
        folder = self.teacher_labels
        missing = [photo for photo in photos if not (folder / f"{photo.stem}.txt").is_file()]
        teacher = Teacher(self.weights) if missing else None
        for photo in missing:
            if teacher is not None:
                write_labels(folder / f"{photo.stem}.txt", teacher.label(photo), with_confidence=True)
        return folder


def _labelled(name: str, collection: Collection, split: str) -> PictureSet:
    return PictureSet(name, [(photo, read_labels(label_path(photo))) for photo in collection.photos(split)])
