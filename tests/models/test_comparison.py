import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.figures import Judged, measure

pytest.importorskip("torch", reason="needs the extra 'train'")
from models.comparison import losses, tolerance
from models.measuring import Measured

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("default")]
CLASSES = [ObjectClass.BUS, ObjectClass.GARBAGE]


def measured(found: dict[ObjectClass, int], there: dict[ObjectClass, int]) -> Measured:
    """Photos with one object each, of which the first ones are found."""
    photos: list[Judged] = []
    box = np.array([[10, 10, 60, 60]], np.float32)
    for object_class, count in there.items():
        one = Detections(box, np.array([object_class]), np.array([0.9], np.float32))
        photos += [(one, one if number < found[object_class] else Detections()) for number in range(count)]
    return Measured("val", len(photos), {}, measure(photos, CLASSES, {}))


@pytest.mark.parametrize(
    ("bus", "garbage", "worse"),
    [
        (3, 200, []),
        (2, 198, []),
        (3, 190, ["garbage fell by 0.0"]),
        (1, 200, ["bus fell by 0.6"]),
        (0, 100, ["bus fell by 1.0", "garbage fell by 0."]),
    ],
    ids=["the same", "one of three buses, one of a hundred bags", "one of twenty bags", "two of three buses", "most"],
)
def test_a_class_that_got_worse_is_named_with_its_loss(bus: int, garbage: int, worse: list[str]) -> None:
    there = {ObjectClass.BUS: 3, ObjectClass.GARBAGE: 200}
    before, after = measured(there, there), measured({ObjectClass.BUS: bus, ObjectClass.GARBAGE: garbage}, there)
    found = [str(loss) for loss in losses(before, after)]
    assert len(found) == len(worse)
    for line, beginning in zip(found, worse, strict=True):
        assert line.startswith(beginning)


def test_one_object_of_few_does_not_count() -> None:
    assert tolerance(6) == pytest.approx(0.01 + 1 / 6)
    assert tolerance(1000) == pytest.approx(0.011)
