"""A street folder: photos and labels in the form that `train.py` and `check` read, with the project's classes."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.collection import CollectionError
from datasets.labels import Labels, write_scored

DATA_FILE = "street.yaml"


@dataclass
class StreetFolder:
    """Writes `images/<split>/`, `labels/<split>/` and `street.yaml` below a folder.

    Attributes:
        root: the folder. It must not hold photos yet, so that nothing of somebody's is mixed up or overwritten.
        splits: the splits that hold photos, in the order in which they were added.
    """

    root: Path
    splits: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Checks the folder.

        Raises:
            CollectionError: it holds photos or labels.
        """
        if any((self.root / name).exists() for name in ("images", "labels", "scores", DATA_FILE)):
            raise CollectionError(f"{self.root} holds a collection already; name a new folder or remove that one")

    def copy(self, photo: Path, split: str, name: str, labels: Labels) -> None:
        """Adds a photo as it is, byte for byte, under a new name without suffix."""
        target = self._target(split, f"{name}{photo.suffix.lower()}")
        shutil.copyfile(photo, target)
        self._label(target, labels)

    def write(self, content: bytes, split: str, file: str, labels: Labels) -> None:
        """Adds a photo from the bytes of its file."""
        target = self._target(split, file)
        target.write_bytes(content)
        self._label(target, labels)

    def draw(self, picture: NDArray[np.uint8], split: str, name: str, labels: Labels, quality: int = 92) -> None:
        """Adds a picture made here (BGR pixels of shape (height, width, 3)) as JPEG.

        Raises:
            CollectionError: it cannot be coded.
        """
        done, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not done:
            raise CollectionError(f"cannot write {name} of shape {picture.shape} as JPEG")
        self.write(coded.tobytes(), split, f"{name}.jpg", labels)

    def finish(self) -> Path:
        """Writes the data file and returns its path. A folder without photos gets an empty `train`."""
        for split in self.splits or {"train": 0}:
            for kind in ("images", "labels"):
                (self.root / kind / split).mkdir(parents=True, exist_ok=True)
        content = {
            "path": ".",
            **{split: f"images/{split}" for split in self.splits or {"train": 0}},
            "names": dict(enumerate(CLASSES)),
        }
        data_file = self.root / DATA_FILE
        data_file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return data_file

    def _target(self, split: str, file: str) -> Path:
        target = self.root / "images" / split / file
        if target.exists():
            raise CollectionError(f"two photos are called {file} in split {split}; give one of them another name")
        target.parent.mkdir(parents=True, exist_ok=True)
        self.splits[split] = self.splits.get(split, 0) + 1
        return target

    def _label(self, photo: Path, labels: Labels) -> None:
        file = Path(photo.parent.name, f"{photo.stem}.txt")
        write_scored(self.root / "labels" / file, self.root / "scores" / file, labels)
