import sys
import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from typer.testing import CliRunner

from datasets.classes import CLASSES, COCO_ROWS
from models.registry import sha256
from tests.datasets.conftest import Photos, box

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
ultralytics = pytest.importorskip("ultralytics", reason="needs the extra 'train'")
safetensors = pytest.importorskip("safetensors.torch", reason="needs the extra 'train'")
train = import_module("train")

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("default"),  # torch and ultralytics warn about their own future
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random COCO weights: the tests are about the steps, not about what the model knows."""
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("weights") / "yolo26n-coco.safetensors"
    state = ultralytics.YOLO("yolo26n.yaml").model.state_dict()
    safetensors.save_file({key: value.clone() for key, value in state.items()}, file)
    return file


@pytest.fixture
def collection(tmp_path: Path) -> Photos:
    photos = Photos(tmp_path / "street")
    for number in range(4):
        photos.add("train", f"t{number}", number, box(number + 4, 0.2, 0.2, 0.7, 0.7))
    for number in range(2):
        photos.add("val", f"v{number}", 10 + number, box(7, 0.3, 0.3, 0.6, 0.6))
    return photos


def test_surgery_keeps_the_rows_of_people_and_vehicles(weights: Path) -> None:
    before, after = (
        train.load_coco_model(weights).model.model[-1],
        train.operate(weights, "yolo26n").model.model[-1],
    )
    for old, new in zip([*before.cv3, *before.one2one_cv3], [*after.cv3, *after.one2one_cv3], strict=True):
        assert torch.equal(new[-1].weight[: len(COCO_ROWS)], old[-1].weight[list(COCO_ROWS)])
        assert torch.equal(new[-1].bias[: len(COCO_ROWS)], old[-1].bias[list(COCO_ROWS)])
        assert new[-1].weight.shape[0] == len(CLASSES)
        assert (new[-1].bias[CLASSES.index("cigarette_butt") :] < -5).all()
    assert after.nc == len(CLASSES)


def test_a_short_run_ends_in_a_registered_model_that_runs(
    weights: Path, collection: Photos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, out = tmp_path / "models", tmp_path / "run"
    models.mkdir()
    arguments = ["--data", collection.data_file, "--out", out, "--weights", weights, "--models", models]
    arguments += ["--imgsz", 160, "--epochs", 1, "--batch", 2, "--device", "cpu", "--name", "tiny"]
    command = [str(argument) for argument in arguments]
    monkeypatch.setattr(sys, "argv", ["train.py", *command])
    result = CliRunner().invoke(train.app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output

    registry = tomllib.loads((models / "registry.toml").read_text(encoding="utf-8"))
    tiny = registry["models"][registry["default"]]
    assert tiny["classes"] == list(CLASSES)
    assert tiny["sha256"] == sha256(models / tiny["file"])
    assert set(tiny["thresholds"]) == set(CLASSES)
    assert "cigarette_butt" in tiny["figures"]["val_ap50"]
    assert tiny["figures"]["export_pixels"] <= 1.0
    session = onnxruntime.InferenceSession(models / tiny["file"], providers=["CPUExecutionProvider"])
    for shape in ((1, 3, 128, 160), (3, 3, 192, 160)):
        (output,) = session.run(None, {"images": np.zeros(shape, np.float32)})
        assert output.shape == (shape[0], 300, 6)

    again = CliRunner().invoke(train.app, [*command, "--resume"])
    assert again.exit_code == 1
    assert "is finished" in again.output


def test_blending_mixes_old_classes_and_leaves_new_ones_as_trained(weights: Path, tmp_path: Path) -> None:
    coco, trained = (train.operate(weights, "yolo26n").model for _ in range(2))
    with torch.no_grad():
        for parameter in trained.parameters():
            parameter.add_(1.0)
    torch.save({"model": trained, "epoch": -1}, tmp_path / "last.pt")
    train.blend(tmp_path / "last.pt", coco, 0.25, tmp_path / "blended.pt")
    blended = torch.load(tmp_path / "blended.pt", weights_only=False)["model"].float()
    names = train.class_convolutions(blended)
    assert len(names) == 6, "three scales of two heads"
    before, after = coco.state_dict(), blended.state_dict()
    old = len(COCO_ROWS)
    for name in names:
        difference = after[f"{name}.bias"] - before[f"{name}.bias"]
        assert torch.allclose(difference[:old], torch.tensor(0.75), atol=0.01)
        assert torch.allclose(difference[old:], torch.tensor(1.0), atol=0.01)
    assert torch.allclose(after["model.0.conv.weight"], before["model.0.conv.weight"] + 0.75, atol=0.01)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (["--resume"], "nothing to resume"),
        (["--weights", "nowhere.safetensors"], "no weights at nowhere.safetensors"),
        (["--start", "nowhere.pt"], "no checkpoint at nowhere.pt"),
        (["--data", "nowhere.yaml"], "no data file at nowhere.yaml"),
    ],
)
def test_a_run_that_cannot_start_says_why(
    weights: Path, collection: Photos, tmp_path: Path, change: list[str], complaint: str
) -> None:
    usual = ["--data", str(collection.data_file), "--out", str(tmp_path / "run"), "--weights", str(weights)]
    result = CliRunner().invoke(train.app, [*usual, *change])
    assert result.exit_code == 1
    assert complaint in result.output
    assert "Traceback" not in result.output
