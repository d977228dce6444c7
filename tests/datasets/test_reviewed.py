from pathlib import Path

import pytest

from datasets.collection import CollectionError
from datasets.labels import Labels, concatenate
from datasets.reviewed import RefutedBox, ReviewedManifest, ReviewedPhoto, read_manifest, without_refuted
from tests.datasets.conftest import box

PERSON, CAR = 0, 3


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    refuted = [RefutedBox(name="person", box=(0.1, 0.2, 0.3, 0.4))]
    written = ReviewedManifest(photos=[ReviewedPhoto(file="a.png", cases=["JJ-1"], refuted=refuted)])
    written.write(tmp_path)
    assert read_manifest(tmp_path) == written
    assert read_manifest(tmp_path).refuted()["a.png"].corners.tolist() == [pytest.approx([0.1, 0.2, 0.3, 0.4])]


@pytest.mark.parametrize("text", [None, "{}", "text"])
def test_a_bad_manifest_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "reviewed.json").write_text(text, encoding="utf-8")
    with pytest.raises(CollectionError, match=r"reviewed\.json: .*export-training") as error:
        read_manifest(tmp_path)
    assert "\n" not in str(error.value)


def test_the_teacher_is_not_believed_where_people_said_no() -> None:
    post, person = box(PERSON, 0.1, 0.1, 0.2, 0.5, 0.8), box(PERSON, 0.6, 0.1, 0.7, 0.5, 0.8)
    car = box(CAR, 0.1, 0.1, 0.2, 0.5, 0.8)
    left = without_refuted(concatenate([post, person, car]), box(PERSON, 0.11, 0.1, 0.2, 0.5))
    assert left.corners.tolist() == concatenate([person, car]).corners.tolist()
    assert without_refuted(post, Labels.empty()) is post
