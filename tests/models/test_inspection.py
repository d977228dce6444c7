from pathlib import Path

import cv2
import pytest

from datasets.collection import CollectionError
from models.inspection import check_memory, free_memory, inspect, read_street
from models.schedule import TrainingError
from tests.datasets.conftest import Photos, box, photos, picture

__all__ = ["photos"]


def test_sound_photos_are_counted(photos: Photos) -> None:
    files = [photos.add("train", "bag-1", 1, box(8, 0.1, 0.1, 0.5, 0.5)), photos.add("train", "bag-2", 2, "")]
    assert inspect(files) == {"garbage": 1}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("7 0.5 0.5 nan 0.2", r"x.txt:1: .* not finite; correct the line"),
        ("7 0.5 0.5 0.2 0.2 0.9 0.1", r"x.txt:1: 7 columns; expected"),
        ("7 0.5 0.5 0.2", r"x.txt:1: 4 columns; expected"),
        ("butt 0.5 0.5 0.2 0.2", r"x.txt:1: .* is not 'class cx cy w h' in numbers"),
        ("9 0.5 0.5 0.2 0.2", r"x.txt: box 1: class 9 is not one of 0 to 8; correct"),
        ("7 0.5 0.5 0.2 0.2\n7 0.9 0.5 0.4 0.2", r"x.txt: box 2 reaches outside the photo; give"),
        ("7 0.5 0.5 0.0 0.2", r"x.txt: box 1 has no area; remove"),
    ],
)
def test_a_label_file_that_cannot_be_trained_on_is_named(photos: Photos, content: str, complaint: str) -> None:
    photo = photos.add("train", "x", 1, content)
    with pytest.raises(TrainingError, match=complaint) as caught:
        inspect([photo])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("suffix", "keep", "complaint"),
    [
        (".jpg", 0.6, "cut short; copy it again"),
        (".png", 0.6, "cut short; copy it again"),
        (".jpg", 0.0, "is not a readable picture; replace it"),
        (".bmp", 0.01, "is not a readable picture; replace it"),
    ],
)
def test_a_corrupt_photo_is_named(tmp_path: Path, suffix: str, keep: float, complaint: str) -> None:
    _, coded = cv2.imencode(suffix, picture(1))
    content = coded.tobytes()
    photo = tmp_path / f"bag-1{suffix}"
    photo.write_bytes(content)
    inspect([photo])
    photo.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(TrainingError, match=f"bag-1{suffix}: .*{complaint}"):
        inspect([photo])


def test_a_jpeg_with_a_thumbnail_and_a_trailer_is_sound(tmp_path: Path) -> None:
    _, coded = cv2.imencode(".jpg", picture(1))
    _, small = cv2.imencode(".jpg", picture(1, 16, 12))
    thumbnail = b"\xff\xe1" + (small.size + 2).to_bytes(2, "big") + small.tobytes()
    photo = tmp_path / "phone.jpg"
    photo.write_bytes(coded.tobytes()[:2] + thumbnail + coded.tobytes()[2:] + b"SEFT")
    inspect([photo])


def test_many_faults_are_a_short_list(photos: Photos) -> None:
    files = [photos.add("train", f"x{number:02d}", number, "9 0.5 0.5 0.2 0.2") for number in range(12)]
    with pytest.raises(TrainingError) as caught:
        inspect(files)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert "2 more; see: python -m datasets check" in lines[-1]


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ("[person, tuk_tuk]", "unknown classes tuk_tuk; name all of person, bicycle"),
        ("[bicycle, person]", "classes bicycle, person; name all of"),
        ("{0: person, 1: }", "a class has no name"),
    ],
)
def test_other_classes_are_named(photos: Photos, names: str, complaint: str) -> None:
    photos.data_file.write_text(f"train: images/train\nval: images/val\nnames: {names}", encoding="utf-8")
    with pytest.raises((TrainingError, CollectionError), match=rf"street.yaml: {complaint}"):
        read_street(photos.data_file)


def test_a_split_without_photos_is_named(photos: Photos) -> None:
    photos.add("train", "bag-1", 1, "")
    with pytest.raises(TrainingError, match=r"street.yaml: val holds no photos in .*images/val"):
        read_street(photos.data_file)


def test_a_batch_that_memory_is_too_small_for_is_refused() -> None:
    check_memory("yolo26n", 4, 640, 2**34)
    check_memory("yolo26n", 4096, 640, None)
    with pytest.raises(TrainingError, match=r"--batch 64 at --imgsz 640 .* 4.0 GiB are free; pass --batch \d"):
        check_memory("yolo26n", 64, 640, 2**32)
    with pytest.raises(TrainingError, match="pass a smaller --imgsz"):
        check_memory("yolo26n", 1, 4096, 2**30)


def test_free_memory_is_what_the_machine_says() -> None:
    free = free_memory()
    assert free is None or 2**20 < free < 2**50
