"""The command on small collections on disk, with a model that sees coloured rectangles."""

import json
from pathlib import Path

import cv2
import pytest
import yaml
from typer.testing import CliRunner

from detector.cli import app
from detector.detections import CLASS_NAMES, ObjectClass
from detector.evaluate import evaluate_model
from detector.model import Model
from detector.registry import ModelError
from tests.detector.conftest import SHARED
from tests.detector.squares import paint, square_model

pytest.importorskip("faster_coco_eval")

NAMES = dict(enumerate(CLASS_NAMES))
WIDTH, HEIGHT = 320, 240


class Photos:
    """A collection on disk: photos with rectangles, and label files that say what a test wants them to say."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data.yaml"
        for folder in ("images/val", "labels/val"):
            (root / folder).mkdir(parents=True)
        self.describe({"train": "images/val", "val": "images/val", "names": NAMES})

    def describe(self, content: object) -> None:
        self.data.write_text(yaml.safe_dump(content), encoding="utf-8")

    def add(self, name: str, *boxes: tuple[str, tuple[int, int, int, int]], labels: str | None = None) -> None:
        cv2.imwrite(str(self.root / "images" / "val" / f"{name}.png"), paint(WIDTH, HEIGHT, *boxes))
        if labels is None:
            labels = "\n".join(
                f"{CLASS_NAMES.index(kind)} {(x0 + x1) / 2 / WIDTH} {(y0 + y1) / 2 / HEIGHT}"
                f" {(x1 - x0) / WIDTH} {(y1 - y0) / HEIGHT}"
                for kind, (x0, y0, x1, y1) in boxes
            )
        (self.root / "labels" / "val" / f"{name}.txt").write_text(labels, encoding="utf-8")


@pytest.fixture(autouse=True)
def _squares(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real_model" not in request.fixturenames:
        monkeypatch.setattr(Model, "load", lambda *_: square_model(garbage=0.4))


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    return Photos(tmp_path / "street")


GARBAGE = ("garbage", (100, 100, 150, 150))
PERSON = ("person", (200, 50, 240, 200))


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_figures_as_json(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    photos.add("found", GARBAGE)
    photos.add("missed", labels="8 0.5 0.5 0.5 0.5\n")
    photos.add("empty", labels="")
    assert evaluate_model(photos.data, json_output=True) == 0
    found = report(capsys)
    assert {key: found[key] for key in ("model", "split", "tiles", "photos", "left_out")} == {
        "model": "squares", "split": "val", "tiles": "auto", "photos": 3, "left_out": 0,
    }  # fmt: skip
    classes = found["classes"]
    assert isinstance(classes, dict)
    assert list(classes) == ["garbage"]
    garbage = classes["garbage"]
    assert {k: garbage[k] for k in ("labels", "detections", "precision", "recall", "threshold")} == {
        "labels": 2, "detections": 1, "precision": 1.0, "recall": 0.5, "threshold": 0.4,
    }  # fmt: skip
    assert garbage["ap50"] == pytest.approx(51 / 101, abs=1e-4)
    assert {size: row["labels"] for size, row in garbage["sizes"].items()} == {
        "<16": 0, "16-32": 0, "32-96": 1, ">96": 1,
    }  # fmt: skip
    assert garbage["best_f1"]["recall"] == 0.5
    assert found["calibration"] == {
        "error": 0.1, "bins": [{"from": 0.9, "to": 1.0, "count": 1, "confidence": 0.9, "correct": 1.0}],
    }  # fmt: skip


def test_a_table_for_people(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    photos.add("a", GARBAGE)
    assert evaluate_model(photos.data) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"squares on 1 photos of {photos.data} (val, tiles auto)"
    assert lines[2].split() == ["garbage", "≥", "0.40", "1", "1", "1.000", "1.000", "1.000", "1.000"]
    assert lines[3].split() == ["32-96", "px", "1", "1", "1.000", "1.000", "1.000", "1.000"]
    assert lines[4].startswith("all")


def test_of_classes_that_nobody_labelled_nothing_is_said(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody stands in the picture, and only the garbage was labelled."""
    photos.add("a", GARBAGE, PERSON, labels=f"8 {125 / 320} {125 / 240} {50 / 320} {50 / 240}")
    assert evaluate_model(photos.data, json_output=True) == 0
    assert report(capsys)["classes"].keys() == {"garbage"}  # type: ignore[attr-defined] # checked by the assertion
    classes = [ObjectClass.PERSON, ObjectClass.GARBAGE]
    assert evaluate_model(photos.data, classes=classes, json_output=True) == 0
    found = report(capsys)["classes"]
    assert isinstance(found, dict)
    assert found["person"]["precision"] == 0
    assert found["person"]["ap50"] is None


def test_a_data_file_may_number_the_classes_otherwise(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    photos.describe({"path": ".", "val": "images/val", "names": ["garbage", "person"]})
    photos.add("a", GARBAGE, labels=f"0 {125 / 320} {125 / 240} {50 / 320} {50 / 240}")
    assert evaluate_model(photos.data, json_output=True) == 0
    found = report(capsys)["classes"]
    assert isinstance(found, dict)
    assert found["garbage"]["recall"] == 1


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        ("8 0.5 nan 0.1 0.1", "not finite"),
        ("8 0.5 0.5 0.1 0.1 0.9 3", "7 columns"),
        ("8 0.5 0.5 0.1", "4 columns"),
        ("8 0.5 1.5 0.1 0.1", "outside the photo"),
        ("8 0.98 0.5 0.1 0.1", "outside the photo"),
        ("9 0.5 0.5 0.1 0.1", "class 9 is not one of 0 to 8"),
        ("8 0.5 0.5 0 0.1", "has no area"),
        ("garbage 0.5 0.5 0.1 0.1", "in numbers"),
    ],
)
def test_a_wrong_label_costs_its_photo_one_line_and_the_status(
    photos: Photos, capsys: pytest.CaptureFixture[str], labels: str, complaint: str
) -> None:
    photos.add("good", GARBAGE)
    photos.add("wrong", GARBAGE, labels=labels)
    assert evaluate_model(photos.data, json_output=True) == 1
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert "wrong.txt" in line
    assert complaint in line
    found = json.loads(captured.out)
    assert (found["photos"], found["left_out"]) == (1, 1)
    assert found["classes"]["garbage"]["labels"] == 1


def test_a_broken_photo_costs_one_line_and_the_status(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    photos.add("good", GARBAGE)
    photos.add("broken", GARBAGE)
    broken = photos.root / "images" / "val" / "broken.png"
    broken.write_bytes(broken.read_bytes()[:60])
    assert evaluate_model(photos.data, json_output=True) == 1
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert line.startswith(f"{broken}: ")
    assert json.loads(captured.out)["photos"] == 1


NOTHING = {
    "points nowhere": ({"val": "images/gone", "names": NAMES}, "no folder"),
    "no names": ({"val": "images/val"}, "expected keys"),
    "unknown names": ({"val": "images/val", "names": {0: "garbage", 1: "litter"}}, "unknown classes litter"),
    "another split": ({"train": "images/val", "names": NAMES}, "no split 'val'"),
    "no photos": ({"val": "images/val", "names": NAMES}, "holds no photos"),
    "no YAML": ("{", "is not YAML"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_a_data_file_that_is_no_use(photos: Photos, capsys: pytest.CaptureFixture[str], case: str) -> None:
    content, complaint = NOTHING[case]
    if isinstance(content, str):
        photos.data.write_text(content, encoding="utf-8")
    else:
        photos.describe(content)
    assert evaluate_model(photos.data) == 1
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert str(photos.data) in line
    assert complaint in line
    assert captured.out == ""


def test_photos_without_any_label(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    photos.add("a", labels="")
    assert evaluate_model(photos.data) == 1
    assert "has no labels" in capsys.readouterr().err


def test_a_limit_takes_photos_from_the_whole_split(photos: Photos, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(9):
        photos.add(f"{number}", *([GARBAGE] if number in (0, 8) else []))
    assert evaluate_model(photos.data, limit=2, json_output=True) == 0
    found = report(capsys)
    assert found["photos"] == 2
    assert found["all"]["labels"] == 2  # type: ignore[index] # checked by the assertion


@pytest.mark.parametrize(
    "arguments", [["--tiles", "some"], ["--classes", "garbage,litter"], ["--limit", "0"], ["--split"]]
)
def test_bad_arguments(photos: Photos, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["evaluate", str(photos.data), *arguments]).exit_code == 2


def test_the_command(photos: Photos) -> None:
    photos.add("a", GARBAGE)
    result = CliRunner().invoke(app, ["evaluate", str(photos.data), "--json", "--tiles", "off", "--classes", "garbage"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["tiles"] == "off"


@pytest.fixture
def real_model() -> str:
    try:
        return Model.load(runtime="onnxruntime").name
    except ModelError as error:
        pytest.skip(f"needs the registered model: {error}")


def test_the_real_model_on_real_photos(real_model: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = SHARED / "data" / "street" / "street.yaml"
    if not data.exists():
        pytest.skip(f"needs the real photos of {data}")
    assert evaluate_model(data, limit=4, tiles="off", json_output=True) == 0
    found = report(capsys)
    assert (found["model"], found["photos"]) == (real_model, 4)
    assert set(found["classes"]) <= {"e_tricycle", "cigarette_butt", "garbage"}  # type: ignore[call-overload] # a dict
