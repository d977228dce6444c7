import copy
from pathlib import Path

import pytest

from datasets.classes import CLASSES, COCO_ROWS
from tests.models.training import MARKS, torch

from ultralytics.nn.modules import Conv  # isort: skip
from models.blending import LEVEL, blend, level, mix  # isort: skip
from models.surgery import class_convolutions, fold, logit, operate  # isort: skip

pytestmark = MARKS


@pytest.fixture
def trained(coco_weights: Path, tmp_path: Path) -> Path:
    """A checkpoint whose every weight is one more than before training."""
    model = operate(coco_weights, "yolo26n").model
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    torch.save({"model": model, "epoch": -1}, tmp_path / "last.pt")
    return tmp_path / "last.pt"


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_old_classes_are_mixed_and_new_ones_stay_as_trained(coco_weights: Path, trained: Path, share: float) -> None:
    coco = operate(coco_weights, "yolo26n").model
    blend(trained, coco, share, trained.with_name("blended.pt"))
    blended = torch.load(trained.with_name("blended.pt"), weights_only=False)["model"].float()
    before, after = fold(coco).state_dict(), blended.state_dict()
    for name in class_convolutions(blended):
        difference = after[f"{name}.bias"] - before[f"{name}.bias"]
        assert torch.allclose(difference[: len(COCO_ROWS)], torch.tensor(1 - share), atol=0.01)
        assert torch.allclose(difference[len(COCO_ROWS) :], torch.tensor(1.0), atol=0.01)
    first = "model.0.conv.weight"
    learnt = fold(torch.load(trained, weights_only=False)["model"]).state_dict()
    assert torch.allclose(after[first], torch.lerp(learnt[first], before[first], share), rtol=0.01, atol=0.01)


def test_however_a_model_is_written_it_stays_itself_when_mixed_with_itself(coco_weights: Path, tmp_path: Path) -> None:
    """A restored model has other weights and normalisations than the one that was exported, and computes the same."""
    model = operate(coco_weights, "yolo26n").model.train()
    image = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        model(image)  # normalisations that do something
        before = model.eval()(image)[1]["one2many"]["scores"]
    other = copy.deepcopy(model)
    with torch.no_grad():
        for module in other.modules():
            if isinstance(module, Conv):
                module.conv.weight.mul_(2.0)
                module.bn.running_mean.mul_(2.0)
                module.bn.running_var.mul_(4.0).add_(3.0 * module.bn.eps)
    torch.save({"model": other, "epoch": -1}, tmp_path / "other.pt")
    blend(tmp_path / "other.pt", model, 0.5, tmp_path / "blended.pt")
    blended = torch.load(tmp_path / "blended.pt", weights_only=False)["model"].float().eval()
    with torch.no_grad():
        after = blended(image)[1]["one2many"]["scores"]
    assert torch.allclose(before, after, atol=0.05)


def test_levelling_moves_the_best_threshold_of_new_classes_only(trained: Path) -> None:
    before = torch.load(trained, weights_only=False)["model"].state_dict()
    level(trained, {"person": 0.6, "garbage": 0.7, "e_tricycle": 0.0})
    content = torch.load(trained, weights_only=False)["model"]
    for name in class_convolutions(content):
        shift = content.state_dict()[f"{name}.bias"] - before[f"{name}.bias"]
        expected = torch.zeros(len(CLASSES))
        expected[CLASSES.index("garbage")] = logit(LEVEL) - logit(0.7)
        assert torch.allclose(shift, expected, atol=1e-5)


def test_an_earlier_model_is_mixed_in_for_all_classes(coco_weights: Path, trained: Path) -> None:
    coco = operate(coco_weights, "yolo26n").model
    mix(trained, coco, 0.75)
    before, after = fold(coco).state_dict(), torch.load(trained, weights_only=False)["model"].float().state_dict()
    name = f"{class_convolutions(coco)[0]}.bias"
    assert torch.allclose(after[name], before[name] + 0.25, atol=0.01)
