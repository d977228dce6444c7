"""A collection of labelled photos: what a data file such as street.yaml describes."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

PHOTO_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")


class CollectionError(ValueError):
    """A data file that cannot be used; the message says what to change."""


@dataclass(frozen=True)
class Collection:
    """Photos in splits, with a label file each.

    Attributes:
        root: folder that the splits are relative to.
        names: class names; the index is the class id.
        splits: split name to its folder of photos, relative to `root`.
    """

    root: Path
    names: tuple[str, ...]
    splits: dict[str, str]

    @classmethod
    def read(cls, data_file: Path) -> "Collection":
        """Reads a data file in ultralytics' form.

        `path` may name environment variables as `${NAME}` or `${NAME:-default}`; a relative path counts
        from the folder of the data file.

        Raises:
            CollectionError: no such file, no photos where it points, or names that are not numbered 0, 1, 2 …
        """
        if not data_file.is_file():
            raise CollectionError(f"no data file at {data_file}; pass one such as datasets/street.yaml")
        try:
            content = yaml.safe_load(data_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise CollectionError(f"{data_file}: is not YAML: {' '.join(str(error).split())}") from error
        names = content.get("names") if isinstance(content, dict) else None
        if isinstance(names, list):
            names = dict(enumerate(names))
        if not isinstance(names, dict):
            raise CollectionError(f"{data_file}: expected keys train, val and names (0: person, 1: bicycle, …)")
        if not names or not all(str(name or "").strip() for name in names.values()):
            raise CollectionError(f"{data_file}: a class has no name; write names as 0: person, 1: bicycle, …")
        if set(names) != set(range(len(names))):
            raise CollectionError(
                f"{data_file}: class ids {', '.join(map(str, names))} must count up from 0 without gaps"
            )
        root = data_file.parent / expand(str(content.get("path", ".")), data_file)
        splits = {key: str(content[key]) for key in ("train", "val", "test") if content.get(key)}
        if not splits:
            raise CollectionError(f"{data_file}: names no photos; add train: or val: with a folder")
        for split, folder in splits.items():
            if not (root / folder).is_dir():
                raise CollectionError(f"{data_file}: {split} points to {root / folder}, which is no folder")
        return cls(root.resolve(), tuple(str(names[index]) for index in range(len(names))), splits)

    def photos(self, split: str) -> list[Path]:
        """The photos of a split, sorted by name."""
        if split not in self.splits:
            raise CollectionError(f"no split {split!r}; there are {', '.join(self.splits)}")
        return photos_in(self.root / self.splits[split])

    def __iter__(self) -> Iterator[tuple[str, Path]]:
        """Every photo with the name of its split."""
        for split in self.splits:
            for photo in self.photos(split):
                yield split, photo


def photos_in(folder: Path) -> list[Path]:
    """The photos below a folder, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES)


def label_path(photo: Path) -> Path:
    """The label file of a photo in ultralytics' layout: `images` becomes `labels`, the suffix `.txt`."""
    return _beside(photo, "labels", ".txt")


def score_path(photo: Path) -> Path:
    """The file of confidences that belongs to a photo's labels: `images` becomes `scores`; see `labels.read_scored`."""
    return _beside(photo, "scores", ".scores.txt")


def _beside(photo: Path, folder: str, suffix: str) -> Path:
    parts = list(photo.parts)
    for index in range(len(parts) - 1, -1, -1):
        if parts[index] == "images":
            parts[index] = folder
            return Path(*parts).with_suffix(".txt")
    return photo.with_suffix(suffix)


def expand(text: str, data_file: Path) -> str:
    """Fills in environment variables, `${NAME}` and `${NAME:-default}`.

    Raises:
        CollectionError: a variable without a default is not set.
    """

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match["name"]) or match["default"]
        if found is None:
            raise CollectionError(f"{data_file}: the environment variable {match['name']} is not set")
        return found

    return _VARIABLE.sub(value, text)
