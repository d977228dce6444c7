"""Trial pictures: butts are as small as asked, empty streets show nothing, the same seed gives the same pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from datasets.__main__ import app
from datasets.classes import CLASSES
from datasets.collection import Collection, CollectionError, label_path
from datasets.labels import Labels, read_labels, write_labels
from datasets.replay import read_picture
from datasets.trial import HEIGHT, WIDTH, Trial
from tests.datasets.conftest import Photos, box
from tests.datasets.test_composition import close_up, road

BUTT, RICKSHAW = CLASSES.index("cigarette_butt"), CLASSES.index("e_tricycle")


@pytest.fixture
def replay(photos: Photos, tmp_path: Path) -> Path:
    """A validation split of two close-ups of butts, a street with a tricycle and one replay photo."""
    for number in range(2):
        name = f"butt-{number}"
        cv2.imwrite(str(photos.add("val", name, 1, box(BUTT, 0.37, 0.43, 0.63, 0.57))), close_up(number))
    street = photos.add("val", "trike-1", 1, box(RICKSHAW, 0.1, 0.3, 0.4, 0.9))
    cv2.imwrite(str(street), road(5, 640, 480))
    folder = tmp_path / "replay"
    folder.mkdir()
    cv2.imwrite(str(folder / "vehicles-1.png"), road(6, 416, 416))
    for name in ("trike-1", "vehicles-1"):
        write_labels(tmp_path / "teacher" / f"{name}.txt", Labels.empty(), with_confidence=True)
    return folder


def trial(photos: Photos, replay: Path) -> Trial:
    return Trial.of(Collection.read(photos.data_file), replay, replay.parent / "teacher", seed=1)


def test_far_butts_are_8_to_12_pixels_in_full_hd(photos: Photos, replay: Path, tmp_path: Path) -> None:
    made = list(trial(photos, replay).far_butts(tmp_path / "far", 3))
    collection = Collection.read(tmp_path / "far/street.yaml")
    assert collection.photos("val") == made
    sides, tricycles = [], 0
    for photo in made:
        assert read_picture(photo).shape == (HEIGHT, WIDTH, 3)
        labels = read_labels(label_path(photo))
        butts = labels.where(labels.class_id == BUTT)
        sides += (butts.boxes[:, 2:] * (WIDTH, HEIGHT)).max(axis=1).tolist()
        tricycles += int((labels.class_id == RICKSHAW).sum())
    assert len(sides) > 5
    assert min(sides) >= 7
    assert max(sides) <= 13
    assert tricycles, "what the grounds show stays labelled"


def test_empty_streets_show_no_violation(photos: Photos, replay: Path, tmp_path: Path) -> None:
    made = list(trial(photos, replay).empty_streets(tmp_path / "empty"))
    assert {photo.stem.rsplit("-", 1)[0] for photo in made} == {"empty-trike-1", "empty-vehicles-1"}
    assert all(not len(read_labels(label_path(photo))) for photo in made)
    whole = read_picture(next(photo for photo in made if photo.stem == "empty-vehicles-1-0"))
    dashed = [read_picture(photo) for photo in made if photo.stem in ("empty-vehicles-1-1", "empty-vehicles-1-2")]
    assert dashed
    assert all(np.abs(picture.astype(int) - whole).max() > 60 for picture in dashed), "dashes are bright"


def test_the_command_makes_both_and_the_same_again(photos: Photos, replay: Path, tmp_path: Path) -> None:
    def make(name: str) -> dict[str, bytes]:
        out = tmp_path / name
        words = ["--replay", str(replay), "--teacher", str(replay.parent / "teacher"), "--pictures", "1"]
        result = CliRunner().invoke(app, ["trial", str(photos.data_file), *words, "--out", str(out)])
        assert result.exit_code == 0, result.output
        return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}

    first = make("one")
    assert {"far-butts/street.yaml", "empty-streets/street.yaml", "far-butts/images/val/far-000.jpg"} <= set(first)
    assert make("two") == first


def test_a_street_that_the_teacher_did_not_see_is_named(photos: Photos, replay: Path) -> None:
    (replay.parent / "teacher/trike-1.txt").unlink()
    with pytest.raises(CollectionError, match=r"trike-1\.png have no teacher label .* run: python -m datasets label"):
        trial(photos, replay)


def test_nothing_to_cut_out_is_said(photos: Photos, replay: Path, tmp_path: Path) -> None:
    without = Trial([], trial(photos, replay).streets, replay.parent / "teacher")
    with pytest.raises(CollectionError, match="0 cut-outs of butts"):
        list(without.far_butts(tmp_path / "far", 1))
