from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from tests.models.training import MARKS, torch

from models.exporting import export, tensor  # isort: skip
from models.restoring import restore  # isort: skip
from models.schedule import TrainingError  # isort: skip
from models.surgery import drop_one_to_one, operate  # isort: skip

pytestmark = MARKS


def shaken(coco_weights: Path) -> torch.nn.Module:
    """A model of which no two weights are alike; an export would hold equal ones once."""
    model = operate(coco_weights, "yolo26n").model
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01 * torch.randn(parameter.shape))
    return model


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures with structure on every scale."""
    folder, random = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    for number in range(4):
        coarse = random.integers(0, 256, (6, 8, 3), np.uint8)
        picture = cv2.add(cv2.resize(coarse, (160, 128)), random.integers(0, 40, (128, 160, 3), np.uint8))
        cv2.imwrite(str(folder / f"p-{number}.png"), picture)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def exported(coco_weights: Path, photos: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a model whose batch normalisations do something, each another thing."""
    folder = tmp_path_factory.mktemp("export")
    model = shaken(coco_weights).train()
    with torch.no_grad():
        model(torch.cat([torch.from_numpy(tensor(photo, 160)) for photo in photos]))
    torch.save({"model": model, "epoch": -1}, folder / "before.pt")
    export(folder / "before.pt", folder / "before.onnx", "plain")
    return folder / "before.onnx"


def test_a_restored_model_sees_what_the_export_sees(coco_weights: Path, exported: Path, photos: list[Path]) -> None:
    model = operate(coco_weights, "yolo26n").model
    restore(exported, model, photos, 160)
    drop_one_to_one(model)
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    for photo in photos:
        image = tensor(photo, 160)
        with torch.no_grad():
            ours = model.eval()(torch.from_numpy(image))[0].numpy()
        (theirs,) = session.run(None, {"images": image})
        assert np.abs(ours[:, 4:] - theirs[:, 4:]).max() < 1e-4
        assert np.abs(ours[:, :4] - theirs[:, :4]).max() < 0.1


def test_its_normalisations_have_the_statistics_of_the_photos(
    coco_weights: Path, exported: Path, photos: list[Path]
) -> None:
    """So that a step of training, which normalises by the batch, computes nearly what the export does."""
    model = operate(coco_weights, "yolo26n").model
    restore(exported, model, photos, 160)
    batch = torch.cat([torch.from_numpy(tensor(photo, 160)) for photo in photos])
    with torch.no_grad():
        looking = model.eval()(batch)[1]["one2many"]["scores"]
        training = model.train()(batch)["one2many"]["scores"]
    assert torch.corrcoef(torch.stack([looking.flatten(), training.flatten()]))[0, 1] > 0.98


def test_what_cannot_be_trained_further_is_named(coco_weights: Path, photos: list[Path], tmp_path: Path) -> None:
    model = operate(coco_weights, "yolo26n").model
    nonsense = tmp_path / "nonsense.onnx"
    nonsense.write_bytes(b"no model")
    with pytest.raises(TrainingError, match=r"nonsense\.onnx: is no ONNX model"):
        restore(nonsense, model, photos, 160)


def test_an_export_of_the_other_head_is_refused(coco_weights: Path, photos: list[Path], tmp_path: Path) -> None:
    model = shaken(coco_weights)
    torch.save({"model": model, "epoch": -1}, tmp_path / "both.pt")
    export(tmp_path / "both.pt", tmp_path / "end2end.onnx", "end2end")
    with pytest.raises(TrainingError, match=r"holds no model\.23\.cv2.*only an fp32 export with the plain head"):
        restore(tmp_path / "end2end.onnx", model, photos, 160)
