from pathlib import Path

import cv2
import numpy as np

from benchmarks.model_report.looking import Looker, load, save
from benchmarks.model_report.pictures import PictureSet, in_pixels
from datasets.labels import Labels, write_labels
from detector.detections import Detections, ObjectClass
from tests.datasets.conftest import box, picture
from tests.detector.test_figures import squares

BUTT = ObjectClass.CIGARETTE_BUTT


def pictures(folder: Path, count: int) -> PictureSet:
    for number in range(count):
        cv2.imwrite(str(folder / f"{number}.png"), picture(number, 160, 120))
    return PictureSet("some photos", [(folder / f"{number}.png", Labels.empty()) for number in range(count)])


def test_what_was_seen_comes_back_picture_by_picture(tmp_path: Path) -> None:
    seen = [squares((BUTT, 1, 2, 3, 0.5), (BUTT, 4, 5, 6, 0.25)), Detections(), squares((BUTT, 7, 8, 9, 0.75))]
    save(tmp_path / "a" / "seen.npz", seen)
    again = load(tmp_path / "a" / "seen.npz")
    assert [len(part) for part in again] == [2, 0, 1]
    for before, after in zip(seen, again, strict=True):
        np.testing.assert_array_equal(before.xyxy, after.xyxy)
        np.testing.assert_array_equal(before.class_id, after.class_id)
        np.testing.assert_array_equal(before.confidence, after.confidence)


def test_no_picture_is_looked_at_twice_until_it_changes(tmp_path: Path) -> None:
    looked: list[str] = []

    def see(path: Path) -> Detections:
        looked.append(path.name)
        return squares((BUTT, 0, 0, 10, 0.5))

    looker = Looker("model-1", see, tmp_path / "seen")
    photos = pictures(tmp_path, 2)
    assert [len(seen) for seen in looker.look(photos).seen] == [1, 1]
    looker.look(photos)
    assert looked == ["0.png", "1.png"]
    cv2.imwrite(str(tmp_path / "1.png"), picture(9, 170, 120))
    looker.look(photos)
    assert looked == ["0.png", "1.png", "0.png", "1.png"]


def test_another_model_looks_again(tmp_path: Path) -> None:
    photos = pictures(tmp_path, 1)
    first = Looker("one", lambda _: Detections(), tmp_path / "seen").look(photos)
    second = Looker("two", lambda _: squares((BUTT, 0, 0, 10, 0.5)), tmp_path / "seen").look(photos)
    assert (len(first.seen[0]), len(second.seen[0])) == (0, 1)


def test_labels_are_judged_in_pixels_of_the_picture(tmp_path: Path) -> None:
    photos = pictures(tmp_path, 1)
    labelled = PictureSet("val", [(photos.paths[0], box(BUTT, 0.25, 0.5, 0.5, 1.0))])
    (truth,) = labelled.truths()
    assert truth.xyxy.tolist() == [[40, 60, 80, 120]]
    assert in_pixels(box(BUTT, -0.1, 0, 0.5, 1.1), 100, 100).xyxy.tolist() == [[0, 0, 50, 100]]


def test_labels_that_the_teacher_wrote_before_are_taken(tmp_path: Path) -> None:
    photos = pictures(tmp_path, 1)
    (tmp_path / "weights").write_bytes(b"not needed")
    write_labels(tmp_path / "teacher/0.txt", box(0, 0.25, 0.5, 0.5, 1.0, 0.3), with_confidence=True)
    (seen,) = Looker.of_teacher(tmp_path / "weights", tmp_path / "seen", tmp_path / "teacher").look(photos).seen
    assert seen.xyxy.tolist() == [[40, 60, 80, 120]]
    assert seen.confidence.tolist() == [np.float32(0.3)]
