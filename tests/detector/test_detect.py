import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector import detect
from detector.model import Model
from detector.registry import ModelError
from tests.detector.squares import paint, square_model


@pytest.fixture(autouse=True)
def _squares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Model, "load", lambda *_, **__: square_model())


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for name, rectangle in (("b/10.png", (40, 40, 80, 90)), ("b/9.png", (0, 0, 50, 60)), ("a.jpg", (100, 30, 160, 90))):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), paint(320, 240, ("garbage", rectangle)))
    return folder


def test_a_line_of_json_a_photo_in_natural_order(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert detect.detect_photos([photos], json_output=True) == 0
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.out.splitlines()]
    assert [line["source"] for line in lines] == [str(photos / name) for name in ("a.jpg", "b/9.png", "b/10.png")]
    assert lines[1] == {
        "source": str(photos / "b/9.png"),
        "width": 320,
        "height": 240,
        "detections": [{"class": "garbage", "confidence": 0.9, "box": [0.0, 0.0, 50.0, 60.0]}],
    }
    assert captured.err == ""


def test_lines_for_people(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert detect.detect_photos([photos / "a.jpg"], confidence=0.95) == 0
    assert detect.detect_photos([photos / "a.jpg"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{photos / 'a.jpg'}: nothing", f"{photos / 'a.jpg'}: 1 garbage"]


def test_one_bad_file_costs_one_line_and_the_status(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "b" / "1.jpg").write_bytes(b"\xff\xd8\xff cut off")
    gone = photos / "gone.jpg"
    empty = photos / "empty"
    empty.mkdir()
    assert detect.detect_photos([gone, empty, photos], json_output=True) == 1
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 3
    errors = captured.err.splitlines()
    assert len(errors) == 3
    for line, start in zip(errors, (gone, empty, photos / "b" / "1.jpg"), strict=True):
        assert line.startswith(f"{start}: ")


def test_saved_copies_have_boxes_and_never_replace_a_source(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in photos.rglob("*.*")}
    assert detect.detect_photos([photos], save=photos) == 0
    assert {path: path.read_bytes() for path in before} == before
    made = sorted(path.relative_to(photos).as_posix() for path in set(photos.rglob("*.*")) - set(before))
    assert made == ["a-2.jpg", "b/10.jpg", "b/9.jpg"]
    copy = cv2.imread(str(photos / "b/10.jpg"))
    assert copy is not None
    assert np.abs(copy.astype(int) - cv2.imread(str(photos / "b/10.png"))).max() > 60
    assert capsys.readouterr().err == ""


def test_copies_of_one_name_do_not_replace_each_other(photos: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(photos / "a.png"), paint(320, 240))
    target = tmp_path / "saved"
    assert detect.detect_photos([photos / "a.jpg", photos / "a.png"], save=target) == 0
    assert sorted(path.name for path in target.iterdir()) == ["a-2.jpg", "a.jpg"]


def test_a_copy_that_cannot_be_saved_is_said(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("no folder")
    assert detect.detect_photos([photos / "a.jpg"], save=tmp_path / "file") == 1
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert "its copy with boxes cannot be saved" in captured.err


def test_a_model_that_cannot_be_used_is_said(
    photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str | None = None, **__: object) -> Model:
        raise ModelError(f"no model is called {name!r}")

    monkeypatch.setattr(Model, "load", refuse)
    assert detect.detect_photos([photos], model_name="x") == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "no model is called 'x'\n")
