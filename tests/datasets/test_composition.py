"""Composing: labels are exact, nothing covers a labelled box, the same seed gives the same folder."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from datasets.__main__ import app
from datasets.classes import CLASSES
from datasets.collection import Collection, CollectionError, label_path
from datasets.composition import SIZES, Composition
from datasets.faults import faults
from datasets.labels import Labels, intersection, read_labels, write_labels
from tests.datasets.conftest import Photos, box

CAR, BUTT = CLASSES.index("car"), CLASSES.index("cigarette_butt")


def road(seed: int, width: int = 480, height: int = 320) -> NDArray[np.uint8]:
    """A grey road below, green above, with a little grain."""
    picture = np.full((height, width, 3), (70, 140, 80), np.uint8)
    picture[height * 2 // 5 :] = 110
    grain = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return (picture + grain).clip(0, 255).astype(np.uint8)


def close_up(seed: int) -> NDArray[np.uint8]:
    """A white stick on grey grain; its box is 0.38, 0.44 to 0.62, 0.56."""
    picture = (90 + np.random.default_rng(seed).normal(0, 6, (200, 320, 3))).clip(0, 255).astype(np.uint8)
    picture[88:112, 122:198] = (235, 235, 240)
    return picture


@pytest.fixture
def teacher(photos: Photos, tmp_path: Path) -> Path:
    """Two roads with a labelled car and a car of which the teacher is unsure, and two close-ups of butts."""
    folder = tmp_path / "teacher"
    for number in range(2):
        cv2.imwrite(str(photos.add("train", f"road-{number}", 1, box(CAR, 0.1, 0.3, 0.4, 0.8))), road(number))
        unsure = box(CAR, 0.7, 0.4, 0.95, 0.95, 0.15)
        write_labels(folder / f"road-{number}.txt", unsure, with_confidence=True)
        name = f"butt-{number}"
        cv2.imwrite(str(photos.add("train", name, 1, box(BUTT, 0.37, 0.43, 0.63, 0.57))), close_up(number))
    cv2.imwrite(str(photos.add("train", "butt-forgotten", 1, "")), road(9))
    return folder


def composition(photos: Photos, teacher: Path, out: Path, **changes: int) -> Composition:
    settings = {"pictures": 6, "empty": 4, "seed": 3} | changes
    return Composition(Collection.read(photos.data_file), teacher, out, **settings)


def pasted(labels: Labels) -> Labels:
    return labels.where(np.isin(labels.class_id, [CLASSES.index(name) for name in SIZES]))


def test_butts_lie_on_the_road_beside_what_is_labelled(photos: Photos, teacher: Path, tmp_path: Path) -> None:
    made = composition(photos, teacher, tmp_path / "out")
    written = list(made.compose())
    assert len(written) == 10
    collection = Collection.read(tmp_path / "out/street.yaml")
    assert list(faults(collection)) == []
    low, high = SIZES["cigarette_butt"]
    found = 0
    for photo in written[:6]:
        labels, picture = read_labels(label_path(photo)), cv2.imread(str(photo))
        assert picture is not None
        height, width = picture.shape[:2]
        assert (width, height) == (640, 427), "the long side is that of the model's input"
        butts = pasted(labels)
        found += len(butts)
        corners = butts.corners * (width, height, width, height)
        sides = (corners[:, 2:] - corners[:, :2]).max(axis=1)
        assert ((sides >= low - 2) & (sides <= high + 2)).all()
        for car in (box(CAR, 0.1, 0.3, 0.4, 0.8), box(CAR, 0.7, 0.4, 0.95, 0.95)):
            assert not intersection(butts.corners, car.corners).any(), "nothing is pasted over a labelled box"
        overlap = intersection(butts.corners, butts.corners)
        assert not (overlap - np.diag(np.diag(overlap))).any()
        assert (corners[:, 3] > 0.4 * height).all()
        assert CAR in labels.class_id, "what the ground's label file names stays"
        for left, top, right, bottom in corners.round().astype(int):
            around = picture[max(0, top - 6) : bottom + 6, max(0, left - 6) : right + 6]
            assert picture[top:bottom, left:right].max() > np.median(around) + 15, "there is a butt in the box"
    assert found == made.counts["cigarette_butt"] > 6


def test_pictures_without_litter_have_no_litter_labels(photos: Photos, teacher: Path, tmp_path: Path) -> None:
    written = list(composition(photos, teacher, tmp_path / "out", pictures=0).compose())
    assert [photo.stem for photo in written] == [f"empty-{number:04d}" for number in range(4)]
    assert all(not len(pasted(read_labels(label_path(photo)))) for photo in written)
    dashed = cv2.imread(str(written[0]))
    assert dashed is not None
    lower = dashed[dashed.shape[0] // 2 :]
    assert (lower.max(axis=(0, 2)) > 150).any(), "dashes are painted"


def test_the_same_seed_gives_the_same_folder(photos: Photos, teacher: Path, tmp_path: Path) -> None:
    contents = []
    for out, seed in (("a", 3), ("b", 3), ("c", 4)):
        list(composition(photos, teacher, tmp_path / out, seed=seed, pictures=3).compose())
        files = sorted(path for path in (tmp_path / out).rglob("*") if path.is_file())
        contents.append([(file.name, file.read_bytes()) for file in files])
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_photos_of_a_littered_source_are_no_grounds(photos: Photos, teacher: Path, tmp_path: Path) -> None:
    for number in range(2):
        (photos.root / f"images/train/road-{number}.png").unlink()
    with pytest.raises(CollectionError, match="no photo of the training split shows a road"):
        list(composition(photos, teacher, tmp_path / "out").compose())


def test_nothing_to_paste_is_said(photos: Photos, teacher: Path, tmp_path: Path) -> None:
    for number in range(2):
        (photos.root / f"images/train/butt-{number}.png").unlink()
    with pytest.raises(CollectionError, match="nothing in the training split can be cut out"):
        list(composition(photos, teacher, tmp_path / "out").compose())


def test_the_command_makes_a_contact_sheet(photos: Photos, teacher: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["compose", str(photos.data_file), "--teacher", str(teacher), "--out", str(out), "--sheet", "5"]
    result = CliRunner().invoke(app, [*words, "--pictures", "4", "--empty", "2"])
    assert result.exit_code == 0, result.output
    sheet = cv2.imread(str(out / "contact-sheet.jpg"))
    assert sheet is not None
    assert sheet.shape == (2 * 480, 4 * 480, 3)
