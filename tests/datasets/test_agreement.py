from pathlib import Path

import numpy as np
import pytest

from datasets.agreement import Agreement, agreement, matches, suppressed
from datasets.classes import CLASSES
from datasets.teacher import Teacher

SHARED = Path(__file__).parents[3] / "shared"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("overlap", "expected"),
    [
        ([[0.9, 0.1], [0.1, 0.8]], 2),
        ([[0.9, 0.1], [0.8, 0.1]], 1),
        ([[0.9, 0.6], [0.8, 0.1]], 1),
        ([[0.5, 0.2]], 0),
    ],
    ids=["both", "one person found twice", "the surest takes its best", "half is not enough"],
)
def test_a_person_is_matched_once(overlap: list[list[float]], expected: int) -> None:
    assert matches(np.array(overlap)) == expected


def test_nobody_on_either_side_is_full_agreement() -> None:
    assert matches(np.zeros((0, 3))) == 0
    assert matches(np.zeros((3, 0))) == 0
    assert (Agreement(1, 0, 0, 0).recall, Agreement(1, 0, 0, 0).precision) == (1.0, 1.0)


def test_plain_output_is_suppressed_before_people_are_counted() -> None:
    plain = np.zeros((4 + len(CLASSES), 4), np.float32)
    # Two boxes of one person, another person far away, and a car on the first.
    plain[:4] = np.array([[50, 50, 20, 40], [51, 50, 20, 40], [200, 50, 20, 40], [50, 50, 20, 40]]).T
    plain[4 + 0, :3], plain[4 + 3, 3] = (0.9, 0.8, 0.6), 0.7
    rows = suppressed(plain, 0.5)
    assert rows[:, 5].tolist() == [0, 3, 0]
    np.testing.assert_allclose(rows[0, :4], [40, 30, 60, 70])
    np.testing.assert_allclose(rows[:, 4], [0.9, 0.7, 0.6])
    assert suppressed(plain, 0.95).shape == (0, 6)


@pytest.mark.train
@pytest.mark.filterwarnings("default")  # torch and ultralytics warn about their own future
def test_the_shipped_model_keeps_up_with_its_teacher_on_a_real_road() -> None:
    pytest.importorskip("ultralytics", reason="needs the extra 'train'")
    weights, clip = SHARED / "weights/yolo26n-coco.safetensors", SHARED / "video/crossroad.avi"
    model = ROOT / "models/street-n.onnx"
    for file in (weights, clip, model):
        if not file.is_file():
            pytest.skip(f"needs {file}")
    found = agreement(model, Teacher(weights, confidence=0.4), clip, every=100, confidence=0.3)
    assert found.teacher > 20
    assert found.recall > 0.9
    assert found.precision > 0.8
