"""A data card: what a collection holds, by class, size and source, human and teacher labels apart."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from datasets.classes import CLASSES
from datasets.collection import Collection, label_path, score_path
from datasets.exports.annotation import photo_size
from datasets.labels import Labels, read_labels, read_scored
from datasets.teacher import beside_human

SIZE_EDGES = (16, 32, 96)
"""Edges of the size classes in pixels; 32 and 96 are COCO's, 16 is where a stride-8 feature map sees two cells."""

SIZE_NAMES = ("< 16", "16–32", "32–96", "> 96")

HUMAN, TEACHER = "human", "teacher"


class Row(BaseModel):
    """How many boxes there are of one class, size, source, split and author."""

    split: str
    source: str
    author: str
    name: str
    size: str
    boxes: int


class DataCard(BaseModel):
    """Counts of a collection.

    Attributes:
        photos: for each split and source, how many photos there are and how many of them without a human label.
        rows: boxes in every combination that occurs.
    """

    photos: list[tuple[str, str, int, int]]
    rows: list[Row]

    def boxes(self, **wanted: str) -> int:
        """Boxes of all rows with these values, for example `boxes(split="train", name="garbage")`."""
        return sum(row.boxes for row in self.rows if all(getattr(row, key) == value for key, value in wanted.items()))

    def markdown(self, title: str) -> str:
        """The card as a document."""
        return "\n".join([f"# {title}", "", *self._photo_table(), *self._tables()])

    def _photo_table(self) -> Iterator[str]:
        yield from _table(
            ["split", "source", "photos", "without human labels"],
            [[split, source, f"{count:,}", f"{empty:,}"] for split, source, count, empty in self.photos],
        )

    def _tables(self) -> Iterator[str]:
        yield "The size of a box is the root of its area, in pixels of the photo as it is stored."
        yield ""
        for split in dict.fromkeys(row.split for row in self.rows):
            for author in (HUMAN, TEACHER):
                if not self.boxes(split=split, author=author):
                    continue
                yield f"## {split}: {author} labels"
                yield ""
                yield from self._by(split, author, "size", SIZE_NAMES)
                sources = sorted({row.source for row in self.rows if row.split == split and row.author == author})
                yield from self._by(split, author, "source", sources)

    def _by(self, split: str, author: str, key: str, columns: list[str] | tuple[str, ...]) -> Iterator[str]:
        counted = [name for name in CLASSES if self.boxes(split=split, author=author, name=name)]
        lines = []
        for name in counted:
            numbers = [self.boxes(split=split, author=author, name=name, **{key: column}) for column in columns]
            lines.append([name, *(f"{number:,}" for number in numbers), f"{sum(numbers):,}"])
        yield from _table(
            [f"boxes by {key}", *(f"{column} px" if key == "size" else column for column in columns), "all"], lines
        )


def data_card(collection: Collection, teacher: Path | None, confidence: float) -> DataCard:
    """Counts a collection.

    Args:
        collection: photos with human labels; a sixth column, or a file of scores, with a confidence below 1 marks a
            teacher's label.
        teacher: folder of the teacher's labels, one file a photo, if they are kept apart.
        confidence: teacher labels below are not counted, since they are not trained on.

    Raises:
        CollectionError: a photo is not readable.
        LabelError: a label file is not.
    """
    counts = _Counts(collection.names)
    for split, photo in collection:
        labels = read_scored(label_path(photo), score_path(photo))
        human = labels.where(labels.confidence >= 1.0)
        taught = labels.where(labels.confidence < 1.0)  # a teacher is never that sure
        if teacher is not None:
            taught = beside_human(read_labels(teacher / f"{photo.stem}.txt"), human)
        counts.add(split, photo, human, taught.where(taught.confidence >= confidence))
    return counts.card()


@dataclass
class _Counts:
    names: tuple[str, ...]
    photos: Counter[tuple[str, str]] = field(default_factory=Counter)
    empty: Counter[tuple[str, str]] = field(default_factory=Counter)
    boxes: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)

    def add(self, split: str, photo: Path, human: Labels, taught: Labels) -> None:
        source = source_of(photo)
        self.photos[split, source] += 1
        self.empty[split, source] += not len(human)
        width, height = photo_size(photo)
        for author, labels in ((HUMAN, human), (TEACHER, taught)):
            for class_id, size in zip(labels.class_id, sizes(labels, width, height), strict=True):
                self.boxes[split, source, author, self.names[class_id], SIZE_NAMES[size]] += 1

    def card(self) -> DataCard:
        photos = [(*key, count, self.empty[key]) for key, count in sorted(self.photos.items())]
        rows = [
            Row(split=split, source=source, author=author, name=name, size=size, boxes=boxes)
            for (split, source, author, name, size), boxes in sorted(self.boxes.items())
        ]
        return DataCard(photos=photos, rows=rows)


def source_of(photo: Path) -> str:
    """Where a photo is from: what stands before the first hyphen of its name."""
    prefix, hyphen, _ = photo.stem.partition("-")
    return prefix if hyphen else "other"


def sizes(labels: Labels, width: int, height: int) -> NDArray[np.int64]:
    """The size class of each box in a photo of `width` x `height` pixels, shape (N,)."""
    side = np.sqrt(labels.boxes[:, 2] * width * labels.boxes[:, 3] * height)
    return np.asarray(np.searchsorted(SIZE_EDGES, side, side="right"), np.int64)


def _table(head: list[str], lines: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for line in lines:
        yield f"| {' | '.join(line)} |"
    yield ""
