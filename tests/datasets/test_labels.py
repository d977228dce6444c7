from pathlib import Path

import numpy as np
import pytest

from datasets.labels import (
    LabelError,
    Labels,
    concatenate,
    intersection,
    iou,
    read_labels,
    read_scored,
    write_labels,
    write_scored,
)
from tests.datasets.conftest import box


def test_labels_survive_a_round_trip_with_confidence(tmp_path: Path) -> None:
    labels = Labels(np.array([0, 8]), np.array([[0.5, 0.5, 0.2, 0.4], [0.1, 0.9, 0.2, 0.2]]), np.array([1.0, 0.4]))
    write_labels(tmp_path / "labels" / "a.txt", labels, with_confidence=True)
    again = read_labels(tmp_path / "labels" / "a.txt")
    assert again.class_id.tolist() == [0, 8]
    np.testing.assert_allclose(again.boxes, labels.boxes, atol=1e-6)
    np.testing.assert_allclose(again.confidence, [1.0, 0.4])


def test_a_photo_without_label_file_shows_nothing(tmp_path: Path) -> None:
    assert len(read_labels(tmp_path / "missing.txt")) == 0


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("7 0.5 0.5 nan 0.1", "not finite"),
        ("7 0.5 0.5 inf 0.1", "not finite"),
        ("7 0.5 0.5 0.1", "4 columns"),
        ("7 0.5 0.5 0.1 0.1 0.9 3", "7 columns"),
        ("butt 0.5 0.5 0.1 0.1", "in numbers"),
        ("7.5 0.5 0.5 0.1 0.1", "whole number"),
    ],
)
def test_a_bad_line_is_named_by_file_and_number(tmp_path: Path, line: str, complaint: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"8 0.5 0.5 0.1 0.1\n\n{line}\n", encoding="utf-8")
    with pytest.raises(LabelError, match=complaint) as caught:
        read_labels(file)
    assert f"{file}:3" in str(caught.value)


@pytest.mark.parametrize(
    ("other", "shared", "expected"),
    [
        ([0.0, 0.0, 0.4, 0.4], 0.16, 1.0),
        ([0.2, 0.0, 0.6, 0.4], 0.08, 1 / 3),
        ([0.4, 0.0, 0.8, 0.4], 0.0, 0.0),
        ([0.1, 0.1, 0.3, 0.3], 0.04, 0.25),
        ([0.5, 0.5, 0.5, 0.5], 0.0, 0.0),
    ],
    ids=["same", "half", "touching", "inside", "empty box"],
)
def test_overlap(other: list[float], shared: float, expected: float) -> None:
    first, second = np.array([[0.0, 0.0, 0.4, 0.4]]), np.array([other])
    assert intersection(first, second)[0, 0] == pytest.approx(shared)
    assert iou(first, second)[0, 0] == pytest.approx(expected)


def test_clipping_cuts_at_the_edge_and_drops_what_lies_outside() -> None:
    corners = np.array([[-0.1, 0.2, 0.3, 0.4], [1.1, 0.0, 1.3, 0.2]])
    clipped = Labels.from_corners(np.array([3, 4]), corners).clipped()
    assert clipped.class_id.tolist() == [3]
    np.testing.assert_allclose(clipped.corners, [[0.0, 0.2, 0.3, 0.4]])


def test_concatenating_nothing_gives_empty_labels() -> None:
    assert concatenate([]).boxes.shape == (0, 4)


def test_scores_lie_beside_labels_of_five_columns(tmp_path: Path) -> None:
    labels, scores = tmp_path / "labels.txt", tmp_path / "scores/labels.txt"
    two = concatenate([box(0, 0.1, 0.1, 0.2, 0.2, 0.75), box(7, 0.3, 0.3, 0.4, 0.4)])
    write_scored(labels, scores, two)
    assert all(len(line.split()) == 5 for line in labels.read_text(encoding="utf-8").splitlines())
    assert read_scored(labels, scores).confidence.tolist() == [0.75, 1.0]


def test_human_labels_need_no_scores(tmp_path: Path) -> None:
    labels, scores = tmp_path / "labels.txt", tmp_path / "scores.txt"
    write_scored(labels, scores, box(7, 0.3, 0.3, 0.4, 0.4))
    assert not scores.exists()
    assert read_scored(labels, scores).confidence.tolist() == [1.0]


@pytest.mark.parametrize(
    ("text", "said"), [("0.5\n0.6\n", "2 lines, .*labels.txt has 1"), ("half\n", "a number a line")]
)
def test_scores_that_do_not_fit_are_named(tmp_path: Path, text: str, said: str) -> None:
    labels, scores = tmp_path / "labels.txt", tmp_path / "scores.txt"
    write_scored(labels, scores, box(7, 0.3, 0.3, 0.4, 0.4))
    scores.write_text(text, encoding="utf-8")
    with pytest.raises(LabelError, match=f"scores.txt: .*{said}"):
        read_scored(labels, scores)
