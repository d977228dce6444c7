from pathlib import Path

import numpy as np
import pytest

from datasets.collection import Collection, CollectionError
from datasets.known_faults import KNOWN_FAULTS, Action, KnownFault, KnownFaults
from datasets.labels import concatenate, read_labels
from tests.datasets.conftest import box

STREET = Path(__file__).parents[3] / "shared/data/street"
THREE = concatenate([box(6, 0.1, 0.1, 0.2, 0.2), box(6, 0.3, 0.3, 0.4, 0.4), box(6, 0.5, 0.5, 0.6, 0.6)])


def fault(**changes: object) -> KnownFault:
    return KnownFault.model_validate({"photo": "a", "split": "train", "fault": "wrong", **changes})


def test_boxes_are_dropped_by_their_numbers() -> None:
    mended = fault(action="drop_boxes", boxes=[1, 3]).mended(THREE)
    assert mended is not None
    np.testing.assert_allclose(mended.boxes, THREE.boxes[1:2])


def test_a_photo_is_left_out_only_in_its_split() -> None:
    known = KnownFaults([fault(action="leave_out")])
    assert known.mended(Path("images/train/a.webp"), "train", THREE) is None
    assert known.mended(Path("images/val/a.webp"), "val", THREE) is THREE
    assert known.mended(Path("images/train/b.webp"), "train", THREE) is THREE


def test_a_label_file_that_was_put_right_is_named() -> None:
    with pytest.raises(CollectionError, match="a: known faults name box 9, the label file has 3; was it put right"):
        fault(action="drop_boxes", boxes=[9]).mended(THREE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("faults: [{photo: a, split: val, fault: f, action: leave_out}]", "photos of val stay as they are"),
        ("faults: [{photo: a, split: train, fault: f, action: drop_boxes}]", "boxes .* belong to action: drop_boxes"),
        ("faults: [{photo: a, split: train, fault: f, action: keep, boxes: [1]}]", "boxes .* belong to action"),
        ("faults: [{photo: a, split: train, fault: f, action: drop_boxes, boxes: [0]}]", "counted from 1"),
        ("faults: [{photo: a, split: train, fault: f, action: burn}]", "faults.0.action"),
        ("faults: [", "is not YAML"),
        ("", "valid dictionary"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CollectionError, match=f"faults.yaml: .*{said}"):
        KnownFaults.read(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"gone\.yaml"):
        KnownFaults.read(tmp_path / "gone.yaml")


def test_the_shipped_file_fits_the_real_photos() -> None:
    known = KnownFaults.read()
    assert len({(entry.split, entry.photo) for entry in known.faults}) == len(known.faults), f"{KNOWN_FAULTS}: twice"
    if not STREET.is_dir():
        pytest.skip(f"needs {STREET}")
    names = {
        (split, photo.stem) for split, photo in Collection(STREET, (), {s: f"images/{s}" for s in ("train", "val")})
    }
    for entry in known.faults:
        assert (entry.split, entry.photo) in names
        labels = read_labels(STREET / "labels" / entry.split / f"{entry.photo}.txt")
        mended = entry.mended(labels)
        assert (mended is None) == (entry.action is Action.LEAVE_OUT)
        assert mended is None or len(mended) == len(labels) - len(entry.boxes)
