import numpy as np
import pytest

from detector.detections import CLASS_NAMES, Detections, ObjectClass
from tests.detector.streets import rows_of

ROWS = rows_of(
    np.array([[0, 0, 10, 20], [5, 5, 9, 9], [1, 1, 3, 4]]), np.array([0, 6, 8]), np.array([0.9, 0.5, 0.2]), [1, -1, 7]
)


def test_class_numbers_are_the_contract() -> None:
    assert CLASS_NAMES == (
        "person", "bicycle", "motorcycle", "car", "bus", "truck", "e_tricycle", "cigarette_butt", "garbage"
    )  # fmt: skip


def test_rows_are_chosen_by_mask_index_and_class() -> None:
    assert ROWS[ROWS.confidence > 0.4].class_id.tolist() == [0, 6]
    assert ROWS[[2, 0]].tracks.tolist() == [7, 1]
    assert ROWS[1:].xyxy.shape == (2, 4)
    assert ROWS.of_class(ObjectClass.E_TRICYCLE, ObjectClass.GARBAGE).class_id.tolist() == [6, 8]
    assert ROWS.not_of_class(ObjectClass.PERSON).class_id.tolist() == [6, 8]


def test_geometry_of_rows() -> None:
    assert ROWS.ground_points().tolist() == [[5, 20], [7, 9], [2, 4]]
    assert ROWS.areas().tolist() == [200, 16, 6]
    assert ROWS.shifted(100, 10).xyxy[0].tolist() == [100, 10, 110, 30]


def test_parts_are_put_together_in_order() -> None:
    both = Detections.concatenate([ROWS, Detections(), ROWS[:1]])
    assert both.class_id.tolist() == [0, 6, 8, 0]
    assert len(Detections.concatenate([])) == 0


def test_rows_one_by_one() -> None:
    box, kind, confidence, track = list(ROWS)[1]
    assert (box.tolist(), kind, confidence, track) == ([5, 5, 9, 9], ObjectClass.E_TRICYCLE, 0.5, -1)


@pytest.mark.parametrize(
    ("boxes", "classes", "confidences", "said"),
    [
        (np.zeros((2, 3)), [0, 0], [1, 1], r"xyxy must have shape \(N, 4\), got \(2, 3\)"),
        (np.zeros((2, 4)), [0], [1, 1], r"class_id must have shape \(2,\) to match xyxy, got \(1,\)"),
        (np.zeros((1, 4)), [0], [[1]], r"confidence must have shape"),
    ],
)
def test_arrays_that_do_not_agree(boxes: object, classes: object, confidences: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rows_of(boxes, classes, confidences)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("box", "kind", "confidence"),
    [
        ([np.nan, 0, 10, 10], 0, 0.9),
        ([0, 0, np.inf, 10], 0, 0.9),
        ([0, 0, 1e30, 10], 0, 0.9),
        ([10, 0, 0, 10], 0, 0.9),
        ([0, 5, 10, 5], 0, 0.9),
        ([0, 0, 10, 10], 0, np.nan),
        ([0, 0, 10, 10], 9, 0.9),
        ([0, 0, 10, 10], -1, 0.9),
    ],
)
def test_rows_that_cannot_be_used(box: list[float], kind: int, confidence: float) -> None:
    mixed = Detections.concatenate([ROWS, rows_of(np.array([box]), np.array([kind]), np.array([confidence]))])
    assert mixed.usable().tracks.tolist() == [1, -1, 7]
    assert ROWS.usable() is ROWS
