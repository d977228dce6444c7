from pathlib import Path

import cv2
import pytest

from datasets.classes import CLASSES
from datasets.collection import Collection, label_path, score_path
from datasets.data_card import data_card
from datasets.known_faults import KnownFault, KnownFaults
from datasets.labels import Labels, concatenate, read_labels, read_scored, write_labels
from datasets.street_folder import StreetFolder
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


def test_how_sure_the_teacher_was_is_kept_beside_the_labels(training_set: TrainingSet) -> None:
    training_set.assemble()
    photo = training_set.out / "images/train/rickshaw.png"
    scored = read_scored(label_path(photo), score_path(photo))
    assert dict(zip(scored.class_id.tolist(), scored.confidence.tolist(), strict=True)) == {0: 0.8, RICKSHAW: 1.0}
    assert not score_path(training_set.out / "images/train/butt.png").exists(), "all of it is human"
    card = data_card(Collection.read(training_set.out / "street.yaml"), None, 0.4)
    assert card.boxes(split="train", source="other", name="person", author="teacher") > 0
    assert card.boxes(name="person", author="human") == 0


def test_known_faults_are_put_right_in_train_and_left_in_val(training_set: TrainingSet) -> None:
    wrong = {"split": "train", "fault": "wrong"}
    training_set.faults = KnownFaults(
        [
            KnownFault.model_validate({**wrong, "photo": "butt", "action": "leave_out"}),
            KnownFault.model_validate({**wrong, "photo": "rickshaw", "action": "drop_boxes", "boxes": [1]}),
        ]
    )
    counts = training_set.assemble()
    assert (counts["left out: wrong labels"], counts["train: street"], counts["val: street"]) == (1, 1, 1)
    assert not (training_set.out / "images/train/butt.png").exists()
    assert RICKSHAW not in read_labels(training_set.out / "labels/train/rickshaw.txt").class_id


def test_classes_that_people_labelled_in_a_source_are_not_the_teachers(
    training_set: TrainingSet, photos: Photos
) -> None:
    photos.add("train", "yard-1", 50, "")
    write_labels(training_set.teacher / "yard-1.txt", box(0, 0.7, 0.5, 0.8, 0.9, 0.8), with_confidence=True)
    photos.add("train", "people", 51, box(0, 0.1, 0.1, 0.2, 0.4))
    write_labels(training_set.teacher / "people.txt", Labels.empty(), with_confidence=True)
    training_set.assemble()
    made = training_set.out / "labels/train"
    assert 0 not in read_labels(made / "rickshaw.txt").class_id, "people of its source were labelled by hand"
    assert 0 in read_labels(made / "yard-1.txt").class_id


def test_composed_pictures_are_mixed_in_with_their_labels(training_set: TrainingSet, tmp_path: Path) -> None:
    folder = StreetFolder(tmp_path / "composed")
    labels = concatenate([box(BUTT, 0.4, 0.4, 0.5, 0.5), box(3, 0.1, 0.1, 0.3, 0.3, 0.6)])
    folder.draw(picture(7), "train", "composed-0000", labels)
    folder.draw(picture(8), "train", "empty-0000", Labels.empty())
    folder.finish()
    training_set.composed = folder.root
    assert training_set.assemble()["train: composed"] == 2
    photo = training_set.out / "images/train/composed-0000.jpg"
    assert read_scored(label_path(photo), score_path(photo)).confidence.tolist() == [1.0, 0.6]
    assert not len(read_labels(training_set.out / "labels/train/empty-0000.txt"))


def test_only_composed_folders_are_mixed_in(training_set: TrainingSet) -> None:
    training_set.composed = training_set.collection.root
    with pytest.raises(TrainingSetError, match="was not written by: python -m datasets compose"):
        training_set.assemble()
