import cv2
import pytest
from typer.testing import CliRunner

from datasets.__main__ import app
from datasets.collection import Collection
from datasets.faults import faults
from tests.datasets.conftest import Photos, box, picture


def messages(photos: Photos) -> list[str]:
    return [str(fault) for fault in faults(Collection.read(photos.data_file))]


def test_a_clean_collection_has_no_faults(photos: Photos) -> None:
    photos.add("train", "a", 1, box(7, 0.1, 0.1, 0.3, 0.3))
    photos.add("val", "b", 2, "")
    assert messages(photos) == []
    assert CliRunner().invoke(app, ["check", str(photos.data_file)]).exit_code == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("9 0.5 0.5 0.1 0.1", "class 9 is not one of 0 to 8"),
        ("-1 0.5 0.5 0.1 0.1", "class -1"),
        ("7 0.95 0.5 0.2 0.1", "reaches outside"),
        ("7 0.5 nan 0.2 0.1", "not finite"),
        ("7 0.5 0.5 0.005 0.1", "too small"),
        ("7 0.5 0.5 0.1 0.1\n7 0.5 0.5 0.1 0.1", "same box twice"),
        ("7 0.5 0.5 0.1 0.1\n7 0.502 0.5 0.1 0.1", "box 2: agrees with box 1; is one object labelled twice?"),
        ("7 0.5 0.5 0.1", "4 columns"),
        ("7 0.5 0.5 0.1 0.1 0.9 0.9", "7 columns"),
    ],
)
def test_a_bad_label_is_found(photos: Photos, text: str, complaint: str) -> None:
    photos.add("train", "a", 1, text)
    (message,) = messages(photos)
    assert complaint in message
    assert "a.txt" in message


def test_a_copy_in_another_split_is_a_leak(photos: Photos) -> None:
    photos.add("train", "a", 5, "")
    photos.add("val", "b", 5, "")
    (message,) = messages(photos)
    assert "b.png" in message
    assert "a.png of split train" in message


def test_a_mirror_image_in_another_split_is_a_leak(photos: Photos) -> None:
    photos.add("train", "a", 5, "")
    cv2.imwrite(str(photos.add("val", "b", 5, "")), picture(5)[:, ::-1])
    (message,) = messages(photos)
    assert "b.png: is the mirror image of" in message


def test_a_label_file_that_is_no_text_is_found(photos: Photos) -> None:
    photos.add("train", "a", 1, "")
    (photos.root / "labels/train/a.txt").write_bytes(b"\xff\xfe7\x00")
    (message,) = messages(photos)
    assert "a.txt: is not text" in message


def test_missing_halves_and_broken_pictures_are_found(photos: Photos) -> None:
    photos.add("train", "unlabelled", 1, "")
    (photos.root / "labels/train/unlabelled.txt").unlink()
    photos.add("train", "gone", 2, "").unlink()
    photos.add("val", "broken", 3, "").write_bytes(b"\x89PNG\r\n\x1a\n")
    found = "\n".join(messages(photos))
    assert "unlabelled.png: no label file" in found
    assert "gone.txt: labels without a photo" in found
    assert "broken.png: not a readable picture" in found


def test_check_fails_with_a_line_a_fault(photos: Photos) -> None:
    photos.add("train", "a", 1, "9 0.5 0.5 0.1 0.1\n")
    result = CliRunner().invoke(app, ["check", str(photos.data_file)])
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    assert "1 faults" in result.stderr


def test_boxes_of_two_classes_may_agree(photos: Photos) -> None:
    photos.add("train", "a", 1, "7 0.5 0.5 0.1 0.1\n8 0.502 0.5 0.1 0.1")
    assert messages(photos) == []


def test_class_names_that_training_would_refuse_are_named(photos: Photos) -> None:
    text = photos.data_file.read_text(encoding="utf-8").replace("garbage", "litter")
    photos.data_file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(photos.data_file)])
    assert result.exit_code == 1
    assert "street.yaml: class 8 is called litter, expected garbage" in result.output
