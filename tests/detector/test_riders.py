import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.riders import riders
from tests.detector.streets import rows_of

Box = tuple[int, int, int, int]
PERSON: Box = (100, 100, 140, 200)


@pytest.mark.parametrize(
    ("vehicle", "box", "rides"),
    [
        pytest.param(ObjectClass.BICYCLE, (80, 140, 160, 210), True, id="on a bicycle"),
        pytest.param(ObjectClass.MOTORCYCLE, (85, 150, 165, 205), True, id="on a motorcycle"),
        pytest.param(ObjectClass.E_TRICYCLE, (60, 120, 200, 240), True, id="on an e-tricycle"),
        pytest.param(ObjectClass.BICYCLE, (135, 140, 215, 210), False, id="beside a bicycle"),
        pytest.param(ObjectClass.E_TRICYCLE, (60, 20, 200, 150), False, id="in front of an e-tricycle"),
        pytest.param(ObjectClass.CAR, (60, 80, 240, 240), True, id="in a car"),
        pytest.param(ObjectClass.BUS, (0, 0, 400, 300), True, id="in a bus"),
        pytest.param(ObjectClass.CAR, (60, 80, 240, 195), False, id="before a car"),
        pytest.param(ObjectClass.CAR, (120, 80, 300, 240), False, id="half behind a car"),
        pytest.param(ObjectClass.GARBAGE, (80, 140, 160, 210), False, id="beside garbage"),
    ],
)
def test_riders(vehicle: ObjectClass, box: Box, rides: bool) -> None:
    seen = rows_of(np.array([PERSON, box]), np.array([0, int(vehicle)]), np.array([0.9, 0.9]))
    assert riders(seen).tolist() == [rides, False]


def test_nobody() -> None:
    assert riders(Detections()).tolist() == []
    assert riders(rows_of(np.array([PERSON]), [3], [0.9])).tolist() == [False]
