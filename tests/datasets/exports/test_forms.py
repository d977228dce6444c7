"""What is peculiar to each form."""

from pathlib import Path

import cv2
import pytest
from PIL import Image

from datasets.collection import CollectionError
from datasets.exports.annotation import Annotation, PhotoFolder, photo_size
from datasets.exports.coco import read_coco
from datasets.exports.label_studio import read_label_studio
from datasets.exports.voc import read_voc
from datasets.exports.yolo import read_yolo
from datasets.faults import Fault
from tests.datasets.exports.exports import coco, label_studio, photo, voc, voc_text, written, yolo


def only(found: list[Annotation | Fault]) -> str:
    (fault,) = found
    assert isinstance(fault, Fault)
    return str(fault)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1 0.5 0.5 0.1 0.1", "class 1 is not one of 0 to 0"),
        ("0 0.5 0.5 0.1", "4 columns"),
        ("0 0.5 x 0.1 0.1", "in numbers"),
    ],
)
def test_a_bad_yolo_line_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    data = yolo(tmp_path)
    (tmp_path / "labels/train/a.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{text}\n", encoding="utf-8")
    message = only(list(read_yolo(data)))
    assert "a.txt: line 2" in message
    assert complaint in message


def test_a_yolo_polygon_becomes_the_box_around_it(tmp_path: Path) -> None:
    data = yolo(tmp_path)
    (tmp_path / "labels/train/a.txt").write_text("0 0.1 0.3 0.5 0.2 0.4 0.6\n", encoding="utf-8")
    (found,) = read_yolo(data)
    assert isinstance(found, Annotation)
    assert found.corners.tolist() == [[0.1, 0.2, 0.5, 0.6]]


def test_roboflows_paths_are_understood(tmp_path: Path) -> None:
    photo(tmp_path / "valid/images/a.png")
    (tmp_path / "valid/labels").mkdir()
    (tmp_path / "valid/labels/a.txt").touch()
    (tmp_path / "data.yaml").write_text(
        "train: ../train/images\nval: ../valid/images\nnames: ['车']\n", encoding="utf-8"
    )
    (found,) = read_yolo(tmp_path / "data.yaml")
    assert isinstance(found, Annotation)
    assert (found.split, found.names) == ("val", ())


def test_a_coco_box_without_image_is_a_fault(tmp_path: Path) -> None:
    file = coco(tmp_path)
    file.write_text(file.read_text().replace('"image_id": 7', '"image_id": 8'), encoding="utf-8")
    fault, found = read_coco(file, None, "train")
    assert "image 8 or category 3 is not listed" in str(fault)
    assert isinstance(found, Annotation)
    assert found.names == ()


@pytest.mark.parametrize("content", [{"images": []}, {"images": [{"id": 1}], "categories": []}, [], "text"])
def test_what_is_no_coco_file_is_refused_in_one_line(tmp_path: Path, content: object) -> None:
    file = written(tmp_path / "a.json", content)
    with pytest.raises(CollectionError, match=r"a\.json: is not a COCO file") as error:
        list(read_coco(file, None, "train"))
    assert "\n" not in str(error.value)


def test_voc_splits_come_from_image_sets(tmp_path: Path) -> None:
    root = voc(tmp_path)
    (root / "ImageSets/Main").mkdir(parents=True)
    (root / "ImageSets/Main/val.txt").write_text("a\n", encoding="utf-8")
    (found,) = read_voc(root / "Annotations", None, "train")
    assert isinstance(found, Annotation)
    assert found.split == "val"


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("inside", "before", "complaint"),
    [
        ("<object><name>car</name></object>", "", "no <bndbox>/<xmin>"),
        ("<object><bndbox/></object>", "", "no <name>"),
        ("<object>", "", "not XML"),
        ("<object><name>&c;</name></object>", BOMB, "not XML that can be read: EntitiesForbidden"),
    ],
)
def test_bad_voc_files_are_named(tmp_path: Path, inside: str, before: str, complaint: str) -> None:
    photo(tmp_path / "JPEGImages/a.png")
    message = only(list(read_voc(voc_text(tmp_path, inside, before), None, "train")))
    assert "a.xml" in message
    assert complaint in message


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [({"rotation": 30}, "turned by 30 degrees"), ({"rectanglelabels": []}, "no class"), ({"x": "left"}, "x: ")],
)
def test_bad_label_studio_rectangles_are_named(tmp_path: Path, changes: dict[str, object], complaint: str) -> None:
    message = only(list(read_label_studio(label_studio(tmp_path, changes=changes), None, "train")))
    assert "task 1" in message
    assert complaint in message


@pytest.mark.parametrize(
    "link", ["http://labels.test/data/upload/2/3f1a2b4c-a.png?x=1", "/data/local-files/?d=street%2F3f1a2b4c-a.png"]
)
def test_label_studio_photos_are_found_by_any_link(tmp_path: Path, link: str) -> None:
    label_studio(tmp_path)
    file = written(tmp_path / "export.json", [{"id": 1, "data": {"image": link}, "annotations": [{}]}])
    (found,) = read_label_studio(file, None, "train")
    assert isinstance(found, Annotation)


def test_a_task_that_nobody_labelled_is_a_fault(tmp_path: Path) -> None:
    file = written(tmp_path / "export.json", [{"id": 5, "data": {"image": "a.png"}, "annotations": []}])
    assert "task 5 was not labelled" in only(list(read_label_studio(file, None, "train")))


def test_photos_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    first, second = photo(tmp_path / "one/a.png"), photo(tmp_path / "two/a.png")
    folder = PhotoFolder(tmp_path)
    assert (folder.find("one/a.png"), folder.find("two\\a.png")) == (first, second)
    with pytest.raises(CollectionError, match=r"photo a\.png"):
        folder.find("a.png")


def test_the_size_is_that_of_the_upright_photo(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg", exif=exif)
    assert photo_size(tmp_path / "a.jpg") == (30, 40)
    seen = cv2.imread(str(tmp_path / "a.jpg"))
    assert seen is not None
    assert seen.shape[:2] == (40, 30)
