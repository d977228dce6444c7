import csv
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from datasets.classes import CLASSES
from datasets.labels import Labels
from datasets.reviewed import RefutedBox, ReviewedManifest, ReviewedPhoto
from datasets.street_folder import StreetFolder
from detector.detections import ObjectClass
from detector.model import Model
from models.registry import sha256
from tests.datasets.conftest import Photos, box
from tests.models.conftest import coco_weights
from tests.models.training import MARKS, SHARED, torch

from datasets.teacher import Teacher  # isort: skip
from models.exporting import export  # isort: skip
from models.measuring import open_export  # isort: skip
from models.surgery import operate  # isort: skip
import train  # isort: skip

__all__ = ["coco_weights"]
pytestmark = MARKS
ROOT = Path(__file__).parents[1]
TINY = ["--imgsz", "160", "--batch", "2", "--device", "cpu"]


@pytest.fixture
def collection(tmp_path: Path) -> Photos:
    photos = Photos(tmp_path / "street")
    for number in range(4):
        photos.add("train", f"t{number % 2}-{number}", number, box(number + 4, 0.2, 0.2, 0.7, 0.7))
    for number in range(2):
        photos.add("val", f"v-{number}", 10 + number, box(7, 0.3, 0.3, 0.6, 0.6))
    return photos


def run(*arguments: object) -> Result:
    return CliRunner().invoke(train.app, [str(argument) for argument in arguments])


def test_a_short_run_ends_in_a_registered_model_that_runs(
    coco_weights: Path, collection: Photos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, out = tmp_path / "models", tmp_path / "run"
    models.mkdir()
    command = ["--data", collection.data_file, "--out", out, "--weights", coco_weights, "--models", models]
    command += [*TINY, "--epochs", 1, "--name", "tiny", "--weight", "t0=2", "--no-int8"]
    monkeypatch.setattr(sys, "argv", ["train.py", *map(str, command)])
    result = run(*command)
    assert result.exit_code == 0, result.output

    registry = tomllib.loads((models / "registry.toml").read_text(encoding="utf-8"))
    tiny = registry["models"][registry["default"]]
    assert tiny["classes"] == list(CLASSES)
    assert tiny["sha256"] == sha256(models / tiny["file"])
    assert set(tiny["thresholds"]) == set(CLASSES)
    assert tiny["trained_on"].startswith("photos by source: t0 2 x 2, t1 2;")
    figures = tiny["figures"]
    assert figures["val_labels"] == {"cigarette_butt": 2}
    assert figures["export_pixels"] <= 1.0
    assert len(figures["tried"]) == 2, "both heads were measured"
    assert tiny["output"] == figures["head"]
    (found,) = Model.load("tiny", registry=models).detect([np.zeros((120, 160, 3), np.uint8)])
    assert len(found) >= 0

    for picture in ("results.png", "train-batch.jpg", "examples.jpg"):
        drawn = cv2.imread(str(out / picture))
        assert drawn is not None, picture
        assert drawn.std() > 5, picture
    again = run(*command, "--resume")
    assert again.exit_code == 1
    assert "is finished" in again.output


def test_a_killed_run_goes_on_at_the_next_epoch(coco_weights: Path, collection: Photos, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = ["--data", collection.data_file, "--out", out, "--weights", coco_weights]
    started = [*command, *TINY, "--epochs", 40, "--val-every", 50, "--weight", "t1=0.5"]
    last = out / "weights" / "last.pt"
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), *map(str, started)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )
    try:
        ends = time.monotonic() + 300  # seconds on a machine that has nothing else to do
        while not last.is_file() and program.poll() is None and time.monotonic() < ends:
            time.sleep(0.05)
    finally:
        os.kill(program.pid, signal.SIGKILL)
        _, said = program.communicate()
    assert last.is_file(), said.decode()[-2000:]
    finished = torch.load(last, weights_only=False)["epoch"]
    assert 0 <= finished < 39

    content = torch.load(last, weights_only=False)
    content["train_args"]["epochs"] = finished + 2  # what is left is one epoch: the test has no time for forty
    content["ema"].args.epochs = finished + 2
    torch.save(content, last)
    # Neither size nor batch nor weights are named again: the run knows them.
    result = run(*command, "--resume")
    assert result.exit_code == 0, result.output
    with (out / "results.csv").open(encoding="utf-8") as file:
        epochs = [int(row["epoch"]) for row in csv.DictReader(file)]
    assert epochs[-1] == finished + 2, "goes on where it was stopped"
    assert epochs.index(finished + 2) == len(epochs) - 1, "and trains the last epoch once"
    assert torch.load(last, weights_only=False)["train_args"]["imgsz"] == 160
    assert torch.load(last, weights_only=False)["epoch"] == -1


def test_an_exported_model_is_trained_further(coco_weights: Path, collection: Photos, tmp_path: Path) -> None:
    model = operate(coco_weights, "yolo26n").model
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01 * torch.randn(parameter.shape))
    torch.save({"model": model, "epoch": -1}, tmp_path / "before.pt")
    export(tmp_path / "before.pt", tmp_path / "before.onnx", "plain")
    command = ["--data", collection.data_file, "--out", tmp_path / "run", "--weights", coco_weights, *TINY]
    result = run(*command, "--epochs", 1, "--rate", 1e-6, "--head", "plain", "--start", tmp_path / "before.onnx")
    assert result.exit_code == 0, result.output
    trained = torch.load(tmp_path / "run" / "weights" / "last.pt", weights_only=False)["model"].float()
    assert trained.model[-1].one2one_cv2 is None, "the head that is not exported was not trained"
    image = torch.rand(1, 3, 160, 160)
    with torch.no_grad():
        before, after = (each.eval()(image)[0][:, 4:].flatten() for each in (model, trained))
    assert torch.corrcoef(torch.stack([before, after]))[0, 1] > 0.9


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (["--resume"], "nothing to resume"),
        (["--weights", "nowhere.safetensors"], "no weights at nowhere.safetensors"),
        (["--start", "nowhere.pt"], "no checkpoint at nowhere.pt"),
        (["--start", __file__], "test_train.py: is no checkpoint of a run, or cut short"),
        (["--data", "nowhere.yaml"], "no data file at nowhere.yaml"),
        (["--extra", "nowhere"], "no data file at nowhere/street.yaml"),
        (["--weight", "trike"], "write it as SOURCE=NUMBER"),
        (["--weight", "trike=2"], "no photo is from trike; sources are t0 (2), t1 (2)"),
        (["--batch", "100000"], "needs about"),
        (["--coco-share", "2"], "give a number from 0 to 1"),
        (["--epochs", "0", "--name", "x"], "nothing to publish: no"),
    ],
)
def test_a_run_that_cannot_start_says_why(
    coco_weights: Path, collection: Photos, tmp_path: Path, change: list[str], complaint: str
) -> None:
    usual = ["--data", collection.data_file, "--out", tmp_path / "run", "--weights", coco_weights, "--device", "cpu"]
    result = run(*usual, *change)
    assert result.exit_code == 1, result.output
    assert complaint in result.output
    assert "Traceback" not in result.output


@pytest.fixture
def street_photos() -> dict[str, Path]:
    """Real photos: a wrapper that the model takes for a person (0.77), and streets with people."""
    weights, data = SHARED / "weights" / "yolo26n-coco.safetensors", SHARED / "data"
    if not weights.is_file():
        pytest.skip(f"needs {weights}: what a real model sees")
    names = [FALSE_ALARM, *STREETS]
    found = {path.stem: path for path in data.rglob("*") if path.stem in names and path.suffix != ".txt"}
    missing = sorted(set(names) - set(found))
    if missing:
        pytest.skip(f"needs the photo {missing[0]} in {data}")
    return {"weights": weights, **found}


FALSE_ALARM = "litter-2d89404e"
STREETS = ("trike-0003", "trike-0005", "trike-0007", "trike-0008")


def people(model: Model, photo: Path) -> int:
    image = cv2.imread(str(photo))
    assert image is not None
    (found,) = model.detect([np.asarray(image, np.uint8)], confidence=0.25)
    return int((found.class_id == ObjectClass.PERSON).sum())


def test_a_worse_model_is_refused_unless_forced(
    coco_weights: Path, street_photos: dict[str, Path], tmp_path: Path
) -> None:
    """The shipped model finds the people of a street, one with random weights does not."""
    streets = StreetFolder(tmp_path / "street")
    teacher = Teacher(street_photos["weights"], confidence=0.4)
    for split in ("train", "val"):
        streets.copy(street_photos[STREETS[1]], split, STREETS[1], teacher.label(street_photos[STREETS[1]]))
    models, out = tmp_path / "models", tmp_path / "run"
    shutil.copytree(ROOT / "models", models, ignore=lambda _, names: [n for n in names if n.endswith(".py")])
    before = (models / "registry.toml").read_bytes()
    (out / "weights").mkdir(parents=True)
    torch.save({"model": operate(coco_weights, "yolo26n").model, "epoch": -1}, out / "weights" / "last.pt")
    command = ["--data", streets.finish(), "--out", out, "--weights", coco_weights, "--models", models, "--epochs", 0]
    command += ["--imgsz", 320, "--device", "cpu", "--head", "plain", "--no-int8", "--name", "street-n"]

    refused = run(*command)
    assert refused.exit_code == 1
    assert "not registered, street-n is better: person fell by" in refused.output
    assert "--force registers all the same" in refused.output
    assert (models / "registry.toml").read_bytes() == before
    forced = run(*command, "--force")
    assert forced.exit_code == 0, forced.output
    assert Model.load("street-n", registry=models).entry.input_size == 320


def test_a_false_alarm_that_was_dismissed_is_gone_after_the_next_round(
    street_photos: dict[str, Path], tmp_path: Path
) -> None:
    weights, alarm, side = street_photos["weights"], street_photos[FALSE_ALARM], 320
    teacher = Teacher(weights, image_size=side, confidence=0.4)
    streets = StreetFolder(tmp_path / "street")
    for number, name in enumerate(STREETS):
        split = "val" if number == 0 else "train"
        streets.copy(street_photos[name], split, name, teacher.label(street_photos[name]))
    data = streets.finish()
    command = ["--data", data, "--weights", weights, "--imgsz", side, "--batch", 4, "--device", "cpu"]
    command += ["--epochs", 6, "--freeze", 0, "--rate", 0.0005, "--val-every", 100]

    torch.save({"model": operate(weights, "yolo26n").model, "epoch": -1}, tmp_path / "before.pt")
    export(tmp_path / "before.pt", tmp_path / "before.onnx", "plain")
    before = open_export(tmp_path / "before.onnx", "plain", side)
    (seen,) = before.detect([np.asarray(cv2.imread(str(alarm)), np.uint8)], confidence=0.25)
    alarms = seen.of_class(ObjectClass.PERSON)
    assert len(alarms), "the false alarm that the test is about"

    reviewed = StreetFolder(tmp_path / "reviewed")
    reviewed.copy(alarm, "train", "reviewed-JJ-20261124-00001", Labels.empty())
    reviewed.finish()
    height, width = cv2.imread(str(alarm)).shape[:2]
    refuted = [
        RefutedBox.model_validate({"class": "person", "box": (xyxy / [width, height, width, height]).tolist()})
        for xyxy in alarms.xyxy
    ]
    photo = ReviewedPhoto(file=f"reviewed-JJ-20261124-00001{alarm.suffix}", cases=["JJ-1"], refuted=refuted)
    ReviewedManifest(photos=[photo]).write(tmp_path / "reviewed")

    out = tmp_path / "run"
    result = run(*command, "--out", out, "--extra", tmp_path / "reviewed", "--weight", "reviewed=4")
    assert result.exit_code == 0, result.output
    assert not (out / "extra").exists(), "pictures of people do not stay in the run"
    export(out / "weights" / "last.pt", tmp_path / "after.onnx", "plain")
    after = open_export(tmp_path / "after.onnx", "plain", side)
    assert people(after, alarm) == 0
    for name in STREETS:
        assert people(after, street_photos[name]) >= 0.7 * people(before, street_photos[name]), "people are still seen"
    assert sum(people(before, street_photos[name]) for name in STREETS) >= 4
