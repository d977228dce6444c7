from pathlib import Path

import cv2
import pytest

from datasets.collection import Collection, CollectionError
from datasets.fingerprints import Memory
from datasets.replay import HELD_OUT_EVERY, held_out_photos, measured_first, read_picture, split_replay
from tests.datasets.conftest import Photos, picture


@pytest.fixture
def replay(tmp_path: Path) -> Path:
    """Seventeen photos, the last of which repeats the first."""
    folder = tmp_path / "replay"
    folder.mkdir()
    for number in range(17):
        cv2.imwrite(str(folder / f"road-{number:02d}.png"), picture(100 + number % 16))
    return folder


def test_every_eighth_new_photo_is_held_out(replay: Path) -> None:
    kept, held_out = split_replay(replay, Memory())
    assert [photo.stem for photo in held_out] == ["road-00", f"road-{HELD_OUT_EVERY:02d}"]
    assert len(kept) == 14
    assert replay / "road-16.png" not in kept


def test_what_a_street_photo_shows_is_not_held_out(photos: Photos, replay: Path) -> None:
    photos.add("train", "same", 100, "")
    held_out = held_out_photos(Collection.read(photos.data_file), replay)
    assert [photo.stem for photo in held_out] == ["road-01", "road-09"]


def test_splits_that_are_measured_on_come_first(photos: Photos) -> None:
    assert measured_first(Collection.read(photos.data_file)) == ["val", "train"]


def test_a_broken_photo_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(b"\x89PNG")
    with pytest.raises(CollectionError, match=r"cut\.png: is not a readable picture"):
        read_picture(tmp_path / "cut.png")
