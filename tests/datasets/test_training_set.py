from pathlib import Path

import cv2
import pytest

from datasets.classes import CLASSES
from datasets.collection import Collection
from datasets.labels import Labels, concatenate, read_labels, write_labels
from datasets.training_set import TrainingSet, TrainingSetError
from tests.datasets.conftest import Photos, box, picture

RICKSHAW, BUTT = CLASSES.index("e_tricycle"), CLASSES.index("cigarette_butt")


@pytest.fixture
def training_set(photos: Photos, tmp_path: Path) -> TrainingSet:
    """Two street photos, one of them also in val, and nine replay photos of which two are the same."""
    photos.add("train", "rickshaw", 1, box(RICKSHAW, 0.2, 0.2, 0.6, 0.6))
    photos.add("train", "butt", 2, box(BUTT, 0.4, 0.4, 0.5, 0.5))
    photos.add("train", "leak", 3, box(BUTT, 0.4, 0.4, 0.5, 0.5))
    photos.add("val", "kept", 3, box(BUTT, 0.4, 0.4, 0.5, 0.5))
    replay, teacher = tmp_path / "replay", tmp_path / "teacher"
    replay.mkdir()
    for number in range(9):
        cv2.imwrite(str(replay / f"road-{number}.png"), picture(100 + min(number, 7)))
    seen = concatenate(
        [
            box(3, 0.2, 0.2, 0.6, 0.6, 0.9),
            box(0, 0.7, 0.5, 0.8, 0.9, 0.8),
            box(1, 0.0, 0.0, 0.1, 0.1, 0.2),
        ]
    )
    for name in ("rickshaw", "butt", "leak", "kept", *(f"road-{number}" for number in range(9))):
        taught = Labels.empty() if "butt" in name else seen
        write_labels(teacher / f"{name}.txt", taught, with_confidence=True)
    return TrainingSet(Collection.read(photos.data_file), replay, teacher, tmp_path / "out", grounds=3, collages=2)


def test_the_folder_is_complete_and_a_collection_itself(training_set: TrainingSet) -> None:
    counts = training_set.assemble()
    made = Collection.read(training_set.out / "street.yaml")
    assert made.names == CLASSES
    assert counts["train: street"] == 2, "the copy of the val photo is left out"
    assert counts["val: street"] == 1
    assert counts["test: replay"] + counts["train: replay"] == 8, "the copy among the replay photos is left out"
    assert counts["train: collage"] == 2
    total = sum(count for kind, count in counts.items() if kind.startswith("train"))
    assert len(made.photos("train")) == total


def test_human_labels_win_over_the_teacher_and_unsure_ones_are_dropped(training_set: TrainingSet) -> None:
    training_set.assemble()
    labels = read_labels(training_set.out / "labels/train/rickshaw.txt")
    assert sorted(labels.class_id) == [0, RICKSHAW]


def test_collages_shrink_butts(training_set: TrainingSet) -> None:
    training_set.assemble()
    labels = read_labels(training_set.out / "labels/train/collage-000.txt")
    assert set(labels.class_id) == {BUTT}
    assert labels.boxes[:, 2].max() < 0.05


def test_assembling_twice_gives_the_same_folder(training_set: TrainingSet) -> None:
    def content() -> dict[str, bytes]:
        files = (path for path in training_set.out.rglob("*") if path.is_file())
        return {str(path.relative_to(training_set.out)): path.read_bytes() for path in files}

    first_counts, first = training_set.assemble(), content()
    assert training_set.assemble() == first_counts
    assert content() == first


def test_a_photo_without_teacher_label_is_named(training_set: TrainingSet) -> None:
    (training_set.teacher / "butt.txt").unlink()
    with pytest.raises(TrainingSetError, match=r"butt\.png have no teacher label"):
        training_set.assemble()
