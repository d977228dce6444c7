from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.model_report.failures import draw_failures, failures
from detector.detections import ObjectClass
from detector.figures import Judged
from tests.datasets.conftest import picture
from tests.detector.test_figures import label, squares

BUTT, GARBAGE, CAR = ObjectClass.CIGARETTE_BUTT, ObjectClass.GARBAGE, ObjectClass.CAR
THRESHOLDS = {BUTT: 0.5, GARBAGE: 0.5, CAR: 0.5}


@pytest.fixture
def judged(tmp_path: Path) -> dict[Path, Judged]:
    """Two photos: a large and a small butt are missed, one butt is found too unsurely, two false alarms."""
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    for number, path in enumerate((first, second)):
        cv2.imwrite(str(path), picture(number, 320, 240))
    return {
        first: (
            squares(label(BUTT, 10, 10, 40), label(BUTT, 100, 100, 20)),
            squares((BUTT, 100, 100, 20, 0.3), (GARBAGE, 200, 100, 50, 0.6)),
        ),
        second: (
            squares(label(BUTT, 10, 10, 10)),
            squares((GARBAGE, 10, 100, 50, 0.9), (BUTT, 200, 10, 10, 0.4), (CAR, 0, 0, 50, 0.9)),
        ),
    }


def test_the_largest_missed_and_the_surest_false_come_first(judged: dict[Path, Judged]) -> None:
    found = failures(list(judged), list(judged.values()), THRESHOLDS)
    missed = [
        (failure.path.stem, round(failure.side), round(failure.confidence, 2))
        for failure in found
        if failure.kind == "missed"
    ]
    assert missed == [("a", 40, 0.0), ("a", 20, 0.3), ("b", 10, 0.0)]
    false = [
        (failure.path.stem, failure.object_class, round(failure.confidence, 2))
        for failure in found
        if failure.kind == "false"
    ]
    assert false == [("b", GARBAGE, 0.9), ("a", GARBAGE, 0.6)]


def test_a_sheet_for_each_class_and_kind_and_the_worst_whole(judged: dict[Path, Judged], tmp_path: Path) -> None:
    out = tmp_path / "failures"
    out.mkdir()
    (out / "old.jpg").write_bytes(b"of an earlier report")
    found = failures(list(judged), list(judged.values()), THRESHOLDS)
    sheets = draw_failures(out, found, judged, THRESHOLDS)
    assert [sheet.name for sheet in sheets] == ["cigarette_butt-missed.jpg", "garbage-false.jpg"]
    assert {file.name for file in out.iterdir()} == {
        "cigarette_butt-missed.jpg",
        "garbage-false.jpg",
        "cigarette_butt-missed-1-a.jpg",
        "cigarette_butt-missed-2-a.jpg",
        "cigarette_butt-missed-3-b.jpg",
        "garbage-false-1-b.jpg",
        "garbage-false-2-a.jpg",
    }
    whole = cv2.imread(str(out / "garbage-false-1-b.jpg"))
    assert whole is not None
    assert whole.shape == (240, 320, 3)
    drawn = np.abs(whole.astype(int) - picture(1, 320, 240)).max(axis=2)
    assert drawn[100, 15:55].mean() > 60, "the box of the false alarm is drawn"
