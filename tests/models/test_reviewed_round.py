from pathlib import Path

import numpy as np
import pytest

from datasets.classes import CLASSES
from datasets.collection import CollectionError
from datasets.labels import Labels, concatenate, read_labels
from datasets.reviewed import RefutedBox, ReviewedManifest, ReviewedPhoto
from datasets.street_folder import StreetFolder
from models.reviewed_round import make_round
from models.schedule import TrainingError
from tests.datasets.conftest import box, picture

PERSON, CAR, GARBAGE = (CLASSES.index(name) for name in ("person", "car", "garbage"))
SCARECROW = (0.1, 0.1, 0.3, 0.6)


class Teacher:
    """Sees two people, of whom one is a scarecrow, and a car."""

    def label(self, photo: Path) -> Labels:
        assert photo.is_file()
        return concatenate(
            [box(PERSON, 0.11, 0.1, 0.3, 0.6, 0.7), box(PERSON, 0.6, 0.1, 0.8, 0.6), box(CAR, 0.1, 0.1, 0.3, 0.6, 0.5)]
        )


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """What `streetwarden export-training` writes: one dismissed and one confirmed photo."""
    folder = StreetFolder(tmp_path / "reviewed")
    folder.draw(picture(1), "train", "reviewed-JJ-20261124-00001", Labels.empty())
    folder.draw(picture(2), "train", "reviewed-JJ-20261124-00002", box(GARBAGE, 0.4, 0.7, 0.5, 0.8))
    folder.finish()
    refuted = [RefutedBox.model_validate({"class": "person", "box": SCARECROW})]
    ReviewedManifest(
        photos=[
            ReviewedPhoto(file="reviewed-JJ-20261124-00001.jpg", cases=["JJ-20261124-00001"], refuted=refuted),
            ReviewedPhoto(file="reviewed-JJ-20261124-00002.jpg", cases=["JJ-20261124-00002"], refuted=[]),
        ]
    ).write(tmp_path / "reviewed")
    return tmp_path / "reviewed"


def test_what_was_refuted_is_never_trained_on(reviewed: Path, tmp_path: Path) -> None:
    made = make_round(reviewed, tmp_path / "run", Teacher())
    assert (made.photos, made.confirmed, made.refuted, made.taught) == (2, 1, 1, 5)
    dismissed, confirmed = (
        read_labels(made.folder / "labels" / f"reviewed-JJ-20261124-0000{number}.txt") for number in (1, 2)
    )
    assert sorted(dismissed.class_id.tolist()) == [PERSON, CAR], "the other person, and what the scarecrow may be"
    assert dismissed.corners[dismissed.class_id == PERSON][0, 0] == pytest.approx(0.6, abs=0.01)
    assert confirmed.class_id.tolist() == [GARBAGE, PERSON, PERSON, CAR]
    assert np.allclose(confirmed.corners[0], (0.4, 0.7, 0.5, 0.8), atol=0.001)


def test_originals_are_copied_and_a_new_round_replaces_the_old_one(reviewed: Path, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in (reviewed / "images" / "train").iterdir()}
    (tmp_path / "run" / "reviewed" / "images").mkdir(parents=True)
    (tmp_path / "run" / "reviewed" / "images" / "old.jpg").touch()
    made = make_round(reviewed, tmp_path / "run", Teacher())
    assert {file.name: file.read_bytes() for file in (made.folder / "images").iterdir()} == before
    assert {file.name: file.read_bytes() for file in (reviewed / "images" / "train").iterdir()} == before


def test_a_folder_that_is_no_round_is_named(reviewed: Path, tmp_path: Path) -> None:
    manifest = reviewed / "reviewed.json"
    content = manifest.read_text(encoding="utf-8")
    manifest.write_text(content.replace('"person"', '"scarecrow"'), encoding="utf-8")
    with pytest.raises((TrainingError, CollectionError), match=r"reviewed.*class"):
        make_round(reviewed, tmp_path / "run", Teacher())
    manifest.write_text(content.replace("00002.jpg", "00009.jpg"), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"names reviewed-JJ-20261124-00009\.jpg, which is not there"):
        make_round(reviewed, tmp_path / "run", Teacher())
    manifest.unlink()
    with pytest.raises(CollectionError, match=r"reviewed.json: .*export-training"):
        make_round(reviewed, tmp_path / "run", Teacher())
    with pytest.raises(CollectionError, match="no data file at"):
        make_round(tmp_path / "nowhere", tmp_path / "run", Teacher())
