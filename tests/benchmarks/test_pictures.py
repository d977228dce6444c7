"""Where the pictures of a report are from, on a small collection."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.model_report.pictures import CLIP_EVERY, Gallery
from datasets.collection import CollectionError
from datasets.labels import Labels, write_labels
from tests.datasets.conftest import Photos, box, picture
from tests.datasets.test_composition import close_up, road


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """Two close-ups of butts, a street with a tricycle, nine replay photos, all labelled by the teacher."""
    photos = Photos(tmp_path / "street")
    for number in range(2):
        file = photos.add("val", f"butt-{number}", 1, box(7, 0.37, 0.43, 0.63, 0.57))
        cv2.imwrite(str(file), close_up(number))
    cv2.imwrite(str(photos.add("val", "trike-1", 1, box(6, 0.1, 0.3, 0.4, 0.9))), road(5, 640, 480))
    replay = tmp_path / "shared/data/replay"
    replay.mkdir(parents=True)
    for number in range(9):
        cv2.imwrite(str(replay / f"vehicles-{number}.png"), picture(100 + number, 416, 416))
    for name in ("butt-0", "butt-1", "trike-1", "vehicles-0", "vehicles-8"):
        write_labels(tmp_path / "runs/teacher" / f"{name}.txt", Labels.empty(), with_confidence=True)
    return Gallery(photos.data_file, tmp_path / "shared", tmp_path / "runs")


def test_sets_are_read_from_the_collection_and_the_shared_folder(gallery: Gallery) -> None:
    assert [len(labels) for _, labels in gallery.val().pictures] == [1, 1, 1]
    assert [photo.stem for photo in gallery.held_out().paths] == ["vehicles-0", "vehicles-8"]
    assert len(gallery.replay_all().paths) == 9


def test_trial_pictures_are_made_once(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.model_report.pictures.FAR_PICTURES", 2)
    far, empty = gallery.trial()
    assert len(far.paths) == 2
    assert {path.stem.split("-")[1] for path in empty.paths} == {"trike", "vehicles"}
    written = far.paths[0].stat().st_mtime_ns
    assert gallery.trial()[0].digest() == far.digest()
    assert far.paths[0].stat().st_mtime_ns == written


def test_unfinished_trial_pictures_are_named(gallery: Gallery) -> None:
    (gallery.runs / "trial/far-butts").mkdir(parents=True)
    with pytest.raises(CollectionError, match="trial is unfinished; remove it"):
        gallery.trial()


def test_one_frame_a_second_is_taken_from_the_clip(gallery: Gallery) -> None:
    video = gallery.shared / "video"
    video.mkdir()
    writer = cv2.VideoWriter(str(video / "crossroad.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(2 * CLIP_EVERY + 1):
        writer.write(np.full((48, 64, 3), 10 * number, np.uint8))
    writer.release()
    assert [frame.stem for frame in gallery.clip().paths] == [f"crossroad-{n:04d}" for n in (0, 10, 20)]


def test_a_missing_clip_is_named(gallery: Gallery) -> None:
    with pytest.raises(CollectionError, match=r"no readable clip at .*crossroad\.avi"):
        gallery.clip()
