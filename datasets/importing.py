"""Importing an export of a label tool: class names mapped to street classes, faults named, photos copied."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from datasets.classes import CLASSES
from datasets.collection import CollectionError
from datasets.exports.annotation import Annotation, photo_size
from datasets.exports.coco import read_coco
from datasets.exports.label_studio import read_label_studio
from datasets.exports.voc import read_voc
from datasets.exports.yolo import read_yolo
from datasets.faults import EDGE_TOLERANCE, Fault
from datasets.labels import Labels
from datasets.street_folder import StreetFolder


class Form(StrEnum):
    """The forms that can be imported."""

    YOLO = "yolo"
    COCO = "coco"
    VOC = "voc"
    LABEL_STUDIO = "label-studio"


class Split(StrEnum):
    """The splits of a collection."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


@dataclass(frozen=True)
class Imported:
    """Photos that are ready to be written, with their labels, and what was wrong with others."""

    photos: list[tuple[Annotation, Labels]]
    faults: list[Fault]


def form_of(export: Path) -> Form:
    """The form of an export, from what it is.

    Raises:
        CollectionError: it cannot be told.
    """
    if export.is_dir():
        if any(export.rglob("*.xml")):
            return Form.VOC
        if (export / "data.yaml").is_file():
            return Form.YOLO
    elif export.suffix.lower() in (".yaml", ".yml"):
        return Form.YOLO
    elif export.suffix.lower() == ".json" and export.is_file():
        with export.open("rb") as file:
            return Form.LABEL_STUDIO if file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") else Form.COCO
    if not export.exists():
        raise CollectionError(f"no export at {export}; name a data.yaml, a JSON file or a folder of XML files")
    raise CollectionError(f"cannot tell what {export} is; say --form yolo, coco, voc or label-studio")


def annotations(export: Path, form: Form, photos: Path | None, split: str) -> Iterator[Annotation | Fault]:
    """Every photo of an export, or what is wrong with it."""
    if form is Form.YOLO:
        return read_yolo(export / "data.yaml" if export.is_dir() else export)
    if form is Form.COCO:
        return read_coco(export, photos, split)
    if form is Form.VOC:
        return read_voc(export, photos, split)
    return read_label_studio(export, photos, split)


def parse_mapping(words: Iterable[str]) -> dict[str, str]:
    """From `车=e_tricycle` to a dictionary; `树=` leaves a class out.

    Raises:
        CollectionError: no `=`, or a name that is no street class.
    """
    mapping = {}
    for word in words:
        theirs, sign, ours = (part.strip() for part in word.rpartition("="))
        if not sign or not theirs:
            raise CollectionError(f"--map {word}: expected NAME=STREET_CLASS, for example 车=e_tricycle")
        if ours and ours not in CLASSES:
            raise CollectionError(f"--map {word}: {ours} is no street class; there are {', '.join(CLASSES)}")
        mapping[theirs] = ours
    return mapping


def translate(found: Iterable[Annotation | Fault], mapping: Mapping[str, str]) -> Imported:
    """Gives every photo labels of street classes.

    Args:
        found: what an export says.
        mapping: the export's class names to street classes, to nothing for those to leave out. Names that are street
            classes themselves need no entry.

    Raises:
        CollectionError: class names are unknown; all of them are listed.
    """
    mapping = {**{name: name for name in CLASSES}, **mapping}
    unknown: Counter[str] = Counter()
    photos, faults = [], []
    for entry in found:
        if isinstance(entry, Fault):
            faults.append(entry)
            continue
        unknown.update(name for name in entry.names if name not in mapping)
        wrong = list(_box_faults(entry))
        faults += wrong
        if not wrong:
            photos.append((entry, _labels(entry, mapping)))
    if unknown:
        listed = ", ".join(f"{name} ({count} boxes)" for name, count in unknown.most_common())
        example = unknown.most_common(1)[0][0]
        raise CollectionError(
            f"unknown classes {listed}; say what each is: --map {example}=e_tricycle, or leave it out: "
            f"--map {example}= (street classes: {', '.join(CLASSES)})"
        )
    return Imported(photos, faults)


def write(imported: Imported, out: Path, prefix: str) -> StreetFolder:
    """Copies the photos and writes their labels; names are `prefix-name`, since the prefix says where a photo is from.

    Raises:
        CollectionError: the folder holds photos already, or two photos share a name.
    """
    folder = StreetFolder(out)
    for annotation, labels in imported.photos:
        name = f"{prefix}-{annotation.photo.stem}" if prefix else annotation.photo.stem
        folder.copy(annotation.photo, annotation.split, name, labels)
    folder.finish()
    return folder


def _box_faults(entry: Annotation) -> Iterator[Fault]:
    where = entry.source if entry.source.stem == entry.photo.stem else f"{entry.source} ({entry.photo.name})"
    try:
        # A pixel beyond the edge is a matter of counting from 0 or 1.
        tolerance = max(EDGE_TOLERANCE, 1 / min(photo_size(entry.photo)))
    except CollectionError as error:
        yield Fault(entry.photo, str(error).removeprefix(f"{entry.photo}: "))
        return
    for number, (name, box) in enumerate(zip(entry.names, entry.corners, strict=True), start=1):
        said = f"box {number} ({name})"
        if not np.isfinite(box).all():
            yield Fault(Path(where), f"{said}: a side is not a finite number; draw it again")
        elif (box < -tolerance).any() or (box > 1 + tolerance).any():
            sides = ", ".join(f"{value:.3f}" for value in box)
            yield Fault(Path(where), f"{said}: reaches outside the photo ({sides} of its sides); draw it again")
        elif (box[2:] <= box[:2]).any():
            yield Fault(Path(where), f"{said}: is empty; delete or draw it again")


def _labels(entry: Annotation, mapping: Mapping[str, str]) -> Labels:
    ours = [mapping.get(name, "") for name in entry.names]
    wanted = np.array([bool(name) for name in ours], np.bool_)
    class_id = np.array([CLASSES.index(name) for name in ours if name], np.int64)
    return Labels.from_corners(class_id, entry.corners[wanted].clip(0.0, 1.0))
