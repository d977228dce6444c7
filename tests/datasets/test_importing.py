"""Importing: every form gives the same labels, and every fault is one line that says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from datasets.__main__ import app, main
from datasets.classes import CLASSES
from datasets.collection import Collection, CollectionError
from datasets.exports.annotation import Annotation
from datasets.faults import faults
from datasets.importing import Form, annotations, form_of, parse_mapping, translate
from datasets.labels import read_labels
from tests.datasets.exports.exports import BOX, FRACTIONS, coco, label_studio, photo, voc, yolo

Export = Callable[..., Path]
ALL_FORMS = pytest.mark.parametrize(
    ("form", "export"),
    [(Form.YOLO, yolo), (Form.COCO, coco), (Form.VOC, voc), (Form.LABEL_STUDIO, label_studio)],
    ids=list(Form),
)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, words)])


@ALL_FORMS
def test_every_form_gives_the_same_labels(tmp_path: Path, form: Form, export: Export) -> None:
    source, out = export(tmp_path / "export", "三轮车"), tmp_path / "out"
    assert form_of(source) is form
    result = run(source, out, "--map", "三轮车=e_tricycle", "--prefix", "yard")
    assert result.exit_code == 0, result.output
    collection = Collection.read(out / "street.yaml")
    assert collection.names == CLASSES
    (imported,) = collection.photos("train")
    assert imported.name.startswith("yard-")
    labels = read_labels(out / f"labels/train/{imported.stem}.txt")
    assert [CLASSES[index] for index in labels.class_id] == ["e_tricycle"]
    assert labels.corners[0].tolist() == pytest.approx(FRACTIONS, abs=1e-5)
    assert list(faults(collection)) == []


@ALL_FORMS
def test_what_was_imported_can_be_imported_again(tmp_path: Path, form: Form, export: Export) -> None:
    del form
    assert run(export(tmp_path / "export"), tmp_path / "once").exit_code == 0
    assert run(tmp_path / "once/street.yaml", tmp_path / "twice").exit_code == 0
    labels = [next((tmp_path / name / "labels/train").iterdir()).read_text() for name in ("once", "twice")]
    assert labels[0] == labels[1] != ""


@ALL_FORMS
def test_unknown_classes_are_listed_with_what_to_do(tmp_path: Path, form: Form, export: Export) -> None:
    with pytest.raises(CollectionError, match=r"三轮车 \(1 boxes\).*--map 三轮车=e_tricycle"):
        translate(annotations(export(tmp_path, "三轮车"), form, None, "train"), {})


@ALL_FORMS
@pytest.mark.parametrize(
    ("box", "complaint"),
    [
        ((16, 24, 180, 60), "reaches outside"),
        ((-9, 24, 80, 60), "reaches outside"),
        ((80, 24, 80, 60), "is empty"),
        ((16, float("nan"), 80, 60), "finite"),
    ],
)
def test_bad_boxes_are_named(
    tmp_path: Path, form: Form, export: Export, box: tuple[float, ...], complaint: str
) -> None:
    source = export(tmp_path / "export", "car", box)
    imported = translate(annotations(source, form, None, "train"), {})
    (fault,) = imported.faults
    assert complaint in str(fault)
    assert "\n" not in str(fault)
    assert imported.photos == []


@ALL_FORMS
def test_a_pixel_over_the_edge_is_cut(tmp_path: Path, form: Form, export: Export) -> None:
    imported = translate(annotations(export(tmp_path, "car", (16, 24, 160.9, 60)), form, None, "train"), {})
    ((_, labels),) = imported.photos
    assert labels.corners[0, 2] == 1.0


@ALL_FORMS
def test_a_missing_or_broken_photo_is_named(tmp_path: Path, form: Form, export: Export) -> None:
    source = export(tmp_path)
    file = next(tmp_path.rglob("*a.png"))
    file.write_bytes(b"no picture")
    (fault,) = translate(annotations(source, form, None, "train"), {}).faults
    assert "not a readable picture" in str(fault)
    if form is not Form.YOLO:  # YOLO lists photos, not labels; `check` finds labels without one
        file.unlink()
        (fault,) = translate(annotations(source, form, None, "train"), {}).faults
        assert "a.png is not in" in str(fault)
        assert "--photos" in str(fault)


def test_photos_may_lie_elsewhere(tmp_path: Path) -> None:
    source = coco(tmp_path / "export")
    (tmp_path / "export/images/a.png").unlink()
    photo(tmp_path / "photos/deep/A.PNG")
    assert run(source, tmp_path / "out", "--photos", tmp_path / "photos", "--split", "val").exit_code == 0
    assert [file.name for file in (tmp_path / "out/images/val").iterdir()] == ["A.png"]


def test_faults_stop_an_import_unless_they_are_skipped(tmp_path: Path) -> None:
    source = yolo(tmp_path / "export")
    photo(tmp_path / "export/images/train/unlabelled.png")
    result = run(source, tmp_path / "out")
    assert (result.exit_code, result.stdout.count("\n")) == (1, 1)
    assert "unlabelled.png: no label file" in result.stdout
    assert not (tmp_path / "out").exists()
    assert run(source, tmp_path / "out", "--skip-faulty").exit_code == 0
    assert len(Collection.read(tmp_path / "out/street.yaml").photos("train")) == 1


def test_classes_can_be_left_out(tmp_path: Path) -> None:
    ((_, labels),) = translate(annotations(voc(tmp_path, "树"), Form.VOC, None, "train"), {"树": ""}).photos
    assert len(labels) == 0


@pytest.mark.parametrize(
    ("word", "complaint"),
    [("车", "NAME=STREET_CLASS"), ("=car", "NAME=STREET_CLASS"), ("车=tricycle", "no street class")],
)
def test_a_bad_mapping_is_refused(word: str, complaint: str) -> None:
    with pytest.raises(CollectionError, match=complaint):
        parse_mapping([word])


def test_an_equals_sign_may_be_part_of_their_name() -> None:
    assert parse_mapping(["a=b=car", "树="]) == {"a=b": "car", "树": ""}


@pytest.mark.parametrize(("name", "complaint"), [("nothing.json", "no export at"), ("readme.txt", "cannot tell what")])
def test_an_export_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, complaint: str
) -> None:
    (tmp_path / "readme.txt").touch()
    monkeypatch.setattr("sys.argv", ["datasets", "import", str(tmp_path / name), str(tmp_path / "out")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert complaint in line


def test_a_folder_that_holds_photos_is_not_written_to(tmp_path: Path) -> None:
    assert run(yolo(tmp_path / "export"), tmp_path / "export").exception is not None
    assert len(list((tmp_path / "export").rglob("*.png"))) == 1


def test_boxes_in_pixels_become_fractions(tmp_path: Path) -> None:
    made = Annotation.in_pixels(photo(tmp_path / "a.png"), "train", tmp_path, ["car"], [BOX])
    assert made.corners[0].tolist() == pytest.approx(FRACTIONS)
