from pathlib import Path

import pytest
import yaml

from datasets.classes import CLASSES
from datasets.collection import Collection, CollectionError, label_path
from tests.datasets.conftest import Photos, box

NAMES = "names: {0: person, 1: bicycle}"


def test_a_collection_lists_its_photos_by_split(photos: Photos) -> None:
    first = photos.add("train", "b", 1, box(7, 0.1, 0.1, 0.2, 0.2))
    second = photos.add("val", "a", 2, box(8, 0.1, 0.1, 0.2, 0.2))
    collection = Collection.read(photos.data_file)
    assert collection.names == CLASSES
    assert list(collection) == [("train", first), ("val", second)]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("train: images/train", "expected keys"),
        ("train: images/train\nnames: {0: person, 2: car}", "without gaps"),
        (f"train: nowhere\n{NAMES}", "no folder"),
        (NAMES, "names no photos"),
        ("train: images/train\nnames: []", "a class has no name"),
        ("train: images/train\nnames: {0: person, 1: }", "a class has no name"),
        (f"path: ${{NOT_SET_ANYWHERE}}\ntrain: images/train\n{NAMES}", "NOT_SET_ANYWHERE is not set"),
    ],
)
def test_a_bad_data_file_is_refused(photos: Photos, text: str, complaint: str) -> None:
    photos.data_file.write_text(text, encoding="utf-8")
    with pytest.raises(CollectionError, match=complaint):
        Collection.read(photos.data_file)


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"nothing\.yaml"):
        Collection.read(tmp_path / "nothing.yaml")


@pytest.mark.parametrize("variable", ["", "elsewhere"])
def test_the_root_comes_from_the_environment_or_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("PHOTOS", str(tmp_path / variable) if variable else "")
    root = tmp_path / (variable or "usual")
    (root / "images").mkdir(parents=True)
    data_file = tmp_path / "tools" / "street.yaml"
    data_file.parent.mkdir()
    data_file.write_text(f"path: ${{PHOTOS:-../usual}}\ntrain: images\n{NAMES}", encoding="utf-8")
    assert Collection.read(data_file).root == root


def test_labels_lie_beside_the_last_images_folder() -> None:
    assert label_path(Path("/images/x/images/train/a.webp")) == Path("/images/x/labels/train/a.txt")
    assert label_path(Path("/photos/a.webp")) == Path("/photos/a.txt")


def test_the_shipped_data_file_names_the_street_classes() -> None:
    shipped = Path(__file__).parents[2] / "datasets" / "street.yaml"
    names = yaml.safe_load(shipped.read_text(encoding="utf-8"))["names"]
    assert tuple(names[index] for index in range(len(names))) == CLASSES
