import numpy as np
import pytest

from datasets.labels import Labels, concatenate
from datasets.teacher import beside_human, without_duplicates
from tests.datasets.conftest import box


@pytest.mark.parametrize(
    ("taught", "kept"),
    [
        (box(3, 0.2, 0.2, 0.6, 0.6), False),
        (box(3, 0.2, 0.2, 0.6, 0.5), False),
        (box(0, 0.3, 0.3, 0.4, 0.5), False),
        (box(0, 0.55, 0.3, 0.7, 0.5), True),
        (box(4, 0.0, 0.0, 1.0, 1.0), True),
        (box(0, 0.7, 0.7, 0.9, 0.9), True),
    ],
    ids=["the same box", "same object", "driver inside", "person beside", "bus behind", "elsewhere"],
)
def test_the_teacher_does_not_contradict_a_human(taught: Labels, kept: bool) -> None:
    rickshaw = box(6, 0.2, 0.2, 0.6, 0.6)
    assert (len(beside_human(taught, rickshaw)) == 1) == kept


def test_without_human_labels_the_teacher_is_believed() -> None:
    assert len(beside_human(box(0, 0.1, 0.1, 0.2, 0.2), Labels.empty())) == 1


def test_a_vehicle_seen_as_two_classes_keeps_the_surer_one() -> None:
    seen = concatenate(
        [box(5, 0.1, 0.1, 0.5, 0.5, 0.4), box(3, 0.1, 0.1, 0.5, 0.52, 0.7), box(3, 0.6, 0.1, 0.9, 0.5, 0.2)]
    )
    kept = without_duplicates(seen)
    assert kept.class_id.tolist() == [3, 3]
    np.testing.assert_allclose(kept.confidence, [0.7, 0.2])
