import numpy as np
import pytest

from detector.detections import ObjectClass
from detector.duplicates import distinct
from tests.detector.streets import rows_of

PERSON, CAR, TRICYCLE, BUS = ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.E_TRICYCLE, ObjectClass.BUS
BOX, NEARLY, BESIDE = (0, 0, 100, 200), (4, 4, 102, 200), (50, 0, 150, 200)

Row = tuple[ObjectClass, tuple[int, int, int, int], float]


@pytest.mark.parametrize(
    ("rows", "families", "left"),
    [
        ([], False, []),
        ([(PERSON, BOX, 0.58), (PERSON, NEARLY, 0.69)], False, [0.69]),
        ([(PERSON, BOX, 0.5), (PERSON, BESIDE, 0.6)], False, [0.6, 0.5]),
        ([(PERSON, BOX, 0.5), (CAR, BOX, 0.6)], True, [0.6, 0.5]),
        ([(TRICYCLE, BOX, 0.5), (BUS, NEARLY, 0.6)], False, [0.6, 0.5]),
        ([(TRICYCLE, BOX, 0.5), (BUS, NEARLY, 0.6)], True, [0.6]),
        ([(CAR, BOX, 0.9), (CAR, NEARLY, 0.8), (CAR, BESIDE, 0.7), (CAR, BOX, 0.6)], False, [0.9, 0.7]),
    ],
)
def test_distinct(rows: list[Row], families: bool, left: list[float]) -> None:
    seen = rows_of(np.array([r[1] for r in rows]).reshape(-1, 4), [int(r[0]) for r in rows], [r[2] for r in rows])
    assert distinct(seen, families=families).confidence.tolist() == pytest.approx(left)


def test_what_repeats_only_a_dropped_box_stays() -> None:
    shifted = [(0, 0, 100, 100), (14, 0, 114, 100), (28, 0, 128, 100)]  # each repeats the one before it alone
    seen = rows_of(np.array(shifted), [0, 0, 0], [0.9, 0.8, 0.7])
    assert distinct(seen).confidence.tolist() == pytest.approx([0.9, 0.7])
