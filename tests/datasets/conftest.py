from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.labels import Labels, write_labels


def picture(seed: int, width: int = 160, height: int = 120) -> NDArray[np.uint8]:
    """A picture with soft random patches, so that each seed looks like another scene."""
    coarse = np.random.default_rng(seed).integers(0, 255, (12, 16, 3)).astype(np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)


def box(class_id: int, left: float, top: float, right: float, bottom: float, confidence: float = 1.0) -> Labels:
    """One label from its corners as fractions."""
    return Labels.from_corners(np.array([class_id]), np.array([[left, top, right, bottom]]), np.array([confidence]))


class Photos:
    """A small collection on disk, to which a test adds what it needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data_file = root / "street.yaml"
        for split in ("train", "val"):
            (root / "images" / split).mkdir(parents=True)
            (root / "labels" / split).mkdir(parents=True)
        content = {"train": "images/train", "val": "images/val", "names": dict(enumerate(CLASSES))}
        self.data_file.write_text(yaml.safe_dump(content), encoding="utf-8")

    def add(self, split: str, name: str, seed: int, labels: Labels | str) -> Path:
        """Writes a photo and its labels, or the raw text of a label file."""
        photo = self.root / "images" / split / f"{name}.png"
        cv2.imwrite(str(photo), picture(seed))
        file = self.root / "labels" / split / f"{name}.txt"
        if isinstance(labels, str):
            file.write_text(labels, encoding="utf-8")
        else:
            write_labels(file, labels)
        return photo


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    return Photos(tmp_path / "street")
