from pathlib import Path

from datasets.classes import CLASSES, COCO_ROWS
from tests.models.training import MARKS, torch

from datasets.teacher import load_coco_model  # isort: skip
from models.surgery import class_convolutions, operate  # isort: skip

pytestmark = MARKS


def test_the_rows_of_people_and_vehicles_are_kept(coco_weights: Path) -> None:
    before, after = load_coco_model(coco_weights).model.model[-1], operate(coco_weights, "yolo26n").model.model[-1]
    for old, new in zip([*before.cv3, *before.one2one_cv3], [*after.cv3, *after.one2one_cv3], strict=True):
        assert torch.equal(new[-1].weight[: len(COCO_ROWS)], old[-1].weight[list(COCO_ROWS)])
        assert torch.equal(new[-1].bias[: len(COCO_ROWS)], old[-1].bias[list(COCO_ROWS)])
        assert new[-1].weight.shape[0] == len(CLASSES)
        assert (new[-1].bias[CLASSES.index("cigarette_butt") :] < -5).all()
    assert after.nc == len(CLASSES)


def test_both_heads_have_a_class_convolution_for_each_scale(coco_weights: Path) -> None:
    names = class_convolutions(operate(coco_weights, "yolo26n").model)
    assert len(names) == 6
    assert sum("one2one" in name for name in names) == 3
