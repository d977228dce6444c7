import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from datasets.__main__ import app
from datasets.collection import Collection
from datasets.data_card import SIZE_NAMES, data_card, sizes, source_of
from datasets.labels import Labels, concatenate, write_labels
from tests.datasets.conftest import Photos, box


@pytest.fixture
def teacher(photos: Photos, tmp_path: Path) -> Path:
    """Two butts, a bag, and a person that the teacher is sure of; photos are 160 x 120 px."""
    photos.add("train", "butt-1", 1, concatenate([box(7, 0.1, 0.1, 0.15, 0.15), box(7, 0.2, 0.2, 0.4, 0.4)]))
    photos.add("train", "bag-1", 2, box(8, 0.0, 0.0, 1.0, 1.0))
    photos.add("val", "bag-2", 3, "")
    folder = tmp_path / "teacher"
    seen = concatenate(
        [box(0, 0.6, 0.5, 0.8, 0.9, 0.8), box(0, 0.2, 0.2, 0.4, 0.4, 0.9), box(0, 0.8, 0.1, 0.9, 0.2, 0.3)]
    )
    write_labels(folder / "butt-1.txt", seen, with_confidence=True)
    return folder


def test_boxes_are_counted_by_class_size_source_and_author(photos: Photos, teacher: Path) -> None:
    card = data_card(Collection.read(photos.data_file), teacher, 0.4)
    assert card.photos == [("train", "bag", 1, 0), ("train", "butt", 1, 0), ("val", "bag", 1, 1)]
    assert card.boxes() == 4
    assert card.boxes(name="cigarette_butt", source="butt", author="human") == 2
    assert (card.boxes(name="cigarette_butt", size="< 16"), card.boxes(name="cigarette_butt", size="16–32")) == (1, 1)
    assert card.boxes(name="garbage", size="> 96") == 1
    assert card.boxes(author="teacher") == card.boxes(name="person") == 1, "the box on the butt is not the teacher's"


def test_a_confidence_marks_a_teachers_label(photos: Photos) -> None:
    photos.add("train", "a", 1, "0 0.5 0.5 0.2 0.2 0.7\n7 0.5 0.5 0.1 0.1\n")
    card = data_card(Collection.read(photos.data_file), None, 0.4)
    assert (card.boxes(author="teacher"), card.boxes(author="human")) == (1, 1)


@pytest.mark.parametrize(("side", "name"), [(15.9, "< 16"), (16, "16–32"), (32, "32–96"), (96, "> 96")])
def test_sizes_begin_at_their_edges(side: float, name: str) -> None:
    labels = Labels(np.array([7]), np.array([[0.5, 0.5, side / 1000, side / 500]]), np.ones(1))
    assert SIZE_NAMES[sizes(labels, 1000, 500)[0]] == name


@pytest.mark.parametrize(("name", "source"), [("butt-12-a.webp", "butt"), ("photo.jpg", "other")])
def test_the_source_stands_before_the_hyphen(name: str, source: str) -> None:
    assert source_of(Path("/a-b") / name) == source


def test_the_card_is_written_for_people_and_programs(photos: Photos, teacher: Path, tmp_path: Path) -> None:
    out = tmp_path / "card"
    result = CliRunner().invoke(app, ["card", str(photos.data_file), "--teacher", str(teacher), "--out", str(out)])
    assert result.exit_code == 0, result.output
    text = out.with_suffix(".md").read_text(encoding="utf-8")
    assert "| cigarette_butt | 1 | 1 | 0 | 0 | 2 |" in text
    assert "## train: teacher labels" in text
    rows = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))["rows"]
    assert sum(row["boxes"] for row in rows) == 4
