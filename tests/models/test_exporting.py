from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from datasets.classes import CLASSES
from tests.datasets.conftest import picture
from tests.models.training import MARKS, torch

from models.exporting import BOX_TOLERANCE, CONFIDENCE_TOLERANCE, Head, disagreement, export  # isort: skip
from models.measuring import open_export  # isort: skip
from models.surgery import class_convolutions, operate  # isort: skip

pytestmark = MARKS
SIDE = 160


@pytest.fixture(scope="module")
def checkpoint(coco_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that sees garbage in every place of the coarser scales, 100 of a photo: the one-to-one head gives 300."""
    model = operate(coco_weights, "yolo26n").model
    with torch.no_grad():
        for name in class_convolutions(model):
            bias = dict(model.named_modules())[name].bias
            bias.fill_(-6)
            if "cv3.0." not in name:
                bias[CLASSES.index("garbage")] = 0.5
    file = tmp_path_factory.mktemp("run") / "last.pt"
    torch.save({"model": model, "epoch": -1}, file)
    return file


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{seed}.png" for seed in range(2)]
    for seed, file in enumerate(files):
        cv2.imwrite(str(file), picture(seed))
    return files


@pytest.mark.parametrize("head", ["plain", "end2end"])
def test_a_head_is_exported_and_agrees_with_pytorch(
    checkpoint: Path, photos: list[Path], tmp_path: Path, head: Head
) -> None:
    exported = tmp_path / "model.onnx"
    export(checkpoint, exported, head)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    for batch, height, width in ((1, 128, 160), (3, 192, 160)):
        (output,) = session.run(None, {"images": np.zeros((batch, 3, height, width), np.float32)})
        places = height * width // 64 + height * width // 256 + height * width // 1024
        assert output.shape == ((batch, 300, 6) if head == "end2end" else (batch, 4 + len(CLASSES), places))
    pixels, confidence = disagreement(checkpoint, exported, photos, SIDE, head)
    assert pixels <= BOX_TOLERANCE
    assert confidence <= CONFIDENCE_TOLERANCE
    (found,) = open_export(exported, head, SIDE).detect([picture(0)], confidence=0.1)
    assert len(found), "the product reads what was exported"


@pytest.mark.parametrize("head", ["plain", "end2end"])
def test_an_export_of_other_weights_is_told_apart(
    checkpoint: Path, photos: list[Path], tmp_path: Path, head: Head
) -> None:
    content = torch.load(checkpoint, weights_only=False)
    with torch.no_grad():
        for name in class_convolutions(content["model"]):
            dict(content["model"].named_modules())[name].bias.add_(0.2)
    torch.save(content, tmp_path / "other.pt")
    export(tmp_path / "other.pt", tmp_path / "other.onnx", head)
    _, confidence = disagreement(checkpoint, tmp_path / "other.onnx", photos, SIDE, head)
    assert confidence > CONFIDENCE_TOLERANCE
