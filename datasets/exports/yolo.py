"""YOLO exports: a data file, folders of photos, a text file of labels each. Polygons become the boxes around them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from datasets.collection import Collection, CollectionError, label_path
from datasets.exports.annotation import Annotation, box_table
from datasets.faults import Fault


def read_yolo(data_file: Path) -> Iterator[Annotation | Fault]:
    """Every photo of a YOLO export.

    Args:
        data_file: the export's data.yaml. Paths such as `../train/images`, which Roboflow writes although the folder
            stands beside the file, are understood.

    Raises:
        CollectionError: the data file cannot be used.
    """
    collection = _collection(data_file)
    for split, photo in collection:
        file = label_path(photo)
        if not file.is_file():
            yield Fault(photo, f"no label file {file}; an empty one says that the photo shows nothing")
            continue
        try:
            yield _annotation(photo, split, file, collection.names)
        except CollectionError as error:
            yield Fault(file, str(error))


def _collection(data_file: Path) -> Collection:
    try:
        return Collection.read(data_file)
    except CollectionError:
        if not data_file.is_file():
            raise
        content = yaml.safe_load(data_file.read_text(encoding="utf-8"))
        names = content.get("names") if isinstance(content, dict) else None
        if not isinstance(names, list):
            raise
        splits = {split: content.get(split) for split in ("train", "val", "test")}
        beside = {key: str(value).removeprefix("../") for key, value in splits.items() if value}
        present = {key: value for key, value in beside.items() if (data_file.parent / value).is_dir()}
        if not present:
            raise
        return Collection(data_file.parent.resolve(), tuple(map(str, names)), present)


def _annotation(photo: Path, split: str, file: Path, names: tuple[str, ...]) -> Annotation:
    found: list[str] = []
    boxes: list[list[float]] = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CollectionError("is not text in UTF-8; export it again") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            class_id, *values = (float(word) for word in line.split())
        except ValueError as error:
            raise CollectionError(f"line {number}: {line!r} is not 'class cx cy w h' in numbers") from error
        if not class_id.is_integer() or not 0 <= class_id < len(names):
            raise CollectionError(f"line {number}: class {class_id:g} is not one of 0 to {len(names) - 1}")
        found.append(names[int(class_id)])
        boxes.append(_corners(values, number))
    return Annotation(photo, split, file, tuple(found), box_table(boxes))


def _corners(values: list[float], line: int) -> list[float]:
    if len(values) in (4, 5):  # the fifth is a confidence
        x, y, width, height = values[:4]
        return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    if len(values) >= 6 and len(values) % 2 == 0:
        points = np.array(values).reshape(-1, 2)
        return [*points.min(axis=0), *points.max(axis=0)]
    expected = "'class cx cy w h' or 'class x1 y1 x2 y2 x3 y3 …'"
    raise CollectionError(f"line {line}: {len(values) + 1} columns; expected {expected}")
