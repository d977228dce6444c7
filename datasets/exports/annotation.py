"""A photo of an export with its boxes, and the search for the photo's file."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

# Bound here: ultralytics, once loaded, puts another in its place, which asks for a package that we do not use.
from PIL.Image import open as open_picture

from datasets.collection import CollectionError, photos_in

_ORIENTATION_TAG, _TURNED = 0x0112, (5, 6, 7, 8)


@dataclass(frozen=True)
class Annotation:
    """What an export says about one photo.

    Attributes:
        photo: the photo's file.
        split: `train`, `val` or `test`.
        source: the file that says it, for messages.
        names: class name of each box, as the export calls it.
        corners: left, top, right, bottom as fractions of the upright photo, shape (N, 4).
    """

    photo: Path
    split: str
    source: Path
    names: tuple[str, ...]
    corners: NDArray[np.float64]

    @classmethod
    def in_pixels(
        cls, photo: Path, split: str, source: Path, names: Iterable[str], corners: Iterable[Iterable[float]]
    ) -> "Annotation":
        """From boxes in pixels of the photo.

        Raises:
            CollectionError: the photo is not readable.
        """
        width, height = photo_size(photo)
        fractions = box_table(corners) / (width, height, width, height)
        return cls(photo, split, source, tuple(names), fractions)


def box_table(rows: Iterable[Iterable[float]]) -> NDArray[np.float64]:
    """Boxes as an array of shape (N, 4), also where there are none."""
    return np.array([list(row) for row in rows], np.float64).reshape(-1, 4)


def photo_size(photo: Path) -> tuple[int, int]:
    """Width and height of the upright photo (EXIF rotation applied), without decoding it.

    Raises:
        CollectionError: the file is not a picture.
    """
    try:
        with open_picture(photo) as picture:
            width, height = picture.size
            turned = picture.getexif().get(_ORIENTATION_TAG) in _TURNED
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise CollectionError(f"{photo}: is not a readable picture; replace it or take it out of the export") from error
    return (height, width) if turned else (width, height)


class PhotoFolder:
    """The photos below some folders, found by the names that exports give them."""

    def __init__(self, *folders: Path) -> None:
        """Lists the folders once. Those that are not there are passed over."""
        self.folders = tuple(folder for folder in folders if folder.is_dir())
        self._by_name: dict[str, list[Path]] = {}
        for photo in dict.fromkeys(photo for folder in self.folders for photo in photos_in(folder)):
            self._by_name.setdefault(_normal(photo.name), []).append(photo)

    def find(self, *names: str) -> Path:
        """The photo that one of the names means, with or without folders, Windows paths included.

        Raises:
            CollectionError: there is none, or there are several and the folders in the name do not tell which.
        """
        for name in names:
            path = PurePosixPath(PureWindowsPath(name).as_posix())
            found = self._by_name.get(_normal(path.name), [])
            if len(found) > 1:
                found = [photo for photo in found if _normal(photo.as_posix()).endswith("/" + _normal(str(path)))]
            if len(found) == 1:
                return found[0]
        where = ", ".join(map(str, self.folders)) or "any folder"
        raise CollectionError(f"photo {names[0]} is not in {where}; put it there or name its folder with --photos")


def _normal(name: str) -> str:
    # Archives made on a Mac hold decomposed characters, those of other systems composed ones.
    return unicodedata.normalize("NFC", name).casefold()
