"""Reviewed photos: what `streetwarden export-training` writes and training takes as `--extra`.

The folder is a collection (`street.yaml`, `images/train`, `labels/train`) with `reviewed.json` beside it. Its labels
are what people confirmed or drew. `reviewed.json` names, for each photo, the cases that it comes from and the boxes
that people refuted: a teacher's label there would teach the same false alarm again.
"""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from datasets.classes import CLASSES
from datasets.collection import CollectionError
from datasets.exports.json_file import complaint
from datasets.labels import Labels, iou
from datasets.teacher import SAME_OBJECT_IOU

MANIFEST = "reviewed.json"


class RefutedBox(BaseModel):
    """A place where the model saw something that is not there; left, top, right, bottom as fractions of the photo."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(alias="class")
    box: tuple[float, float, float, float]


class ReviewedPhoto(BaseModel):
    """One photo: its file in `images/train`, the numbers of its cases, and what people refuted."""

    file: str
    cases: list[str]
    refuted: list[RefutedBox]


class ReviewedManifest(BaseModel):
    """All photos of a folder."""

    photos: list[ReviewedPhoto]

    def write(self, folder: Path) -> None:
        """Writes the manifest into a folder."""
        (folder / MANIFEST).write_text(self.model_dump_json(by_alias=True, indent=1), encoding="utf-8")

    def refuted(self) -> dict[str, Labels]:
        """What was refuted in each photo, by the name of its file."""
        return {photo.file: _labels(photo.refuted) for photo in self.photos}


def read_manifest(folder: Path) -> ReviewedManifest:
    """Reads the manifest of a folder.

    Raises:
        CollectionError: there is none, or it is not as expected.
    """
    file = folder / MANIFEST
    try:
        return ReviewedManifest.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise CollectionError(f"{file}: {complaint(error)}; write it with: streetwarden export-training") from error


def without_refuted(taught: Labels, refuted: Labels) -> Labels:
    """The teacher's labels without those that people refuted: same class, same place."""
    if not len(taught) or not len(refuted):
        return taught
    same_class = taught.class_id[:, None] == refuted.class_id[None, :]
    same_place = iou(taught.corners, refuted.corners) > SAME_OBJECT_IOU
    return taught.where(np.asarray(~(same_class & same_place).any(axis=1)))


def _labels(boxes: list[RefutedBox]) -> Labels:
    if not boxes:
        return Labels.empty()
    class_id = np.array([CLASSES.index(box.name) for box in boxes], np.int64)
    return Labels.from_corners(class_id, np.array([box.box for box in boxes], np.float64))
