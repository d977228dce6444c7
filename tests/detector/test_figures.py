"""Figures on detections whose right answers were worked out by hand."""

import builtins
from collections.abc import Sequence

import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.figures import (
    EvaluationExtraMissingError,
    Judged,
    Matches,
    best_threshold,
    measure,
    reliability,
)

BUTT, GARBAGE = ObjectClass.CIGARETTE_BUTT, ObjectClass.GARBAGE
Row = tuple[ObjectClass, float, float, float, float]
"""Class, left, top, side, confidence of a square."""


def squares(*rows: Row) -> Detections:
    if not rows:
        return Detections()
    table = np.array([[x, y, x + side, y + side, sure] for _, x, y, side, sure in rows], np.float32)
    return Detections(table[:, :4], np.array([kind for kind, *_ in rows]), table[:, 4])


def label(kind: ObjectClass, x: float, y: float, side: float) -> Row:
    return kind, x, y, side, 1.0


def photos(confidences: Sequence[float], right: Sequence[bool], missed: int = 0) -> list[Judged]:
    """A photo a detection, right ones on their label, and photos whose labels nobody found."""
    made: list[Judged] = []
    for confidence, is_right in zip(confidences, right, strict=True):
        truth = squares(label(BUTT, 10, 10, 20)) if is_right else squares()
        made.append((truth, squares((BUTT, 10, 10, 20, confidence))))
    return made + [(squares(label(BUTT, 10, 10, 20)), squares())] * missed


MATCHES = {
    "exact": ([label(BUTT, 0, 0, 10)], [(BUTT, 0, 0, 10, 0.9)], [True], [0.9]),
    "another class": ([label(BUTT, 0, 0, 10)], [(GARBAGE, 0, 0, 10, 0.9)], [False], [-1]),
    "too far off": ([label(BUTT, 0, 0, 10)], [(BUTT, 4, 0, 10, 0.9)], [False], [-1]),
    "seen twice": ([label(BUTT, 0, 0, 10)], [(BUTT, 1, 0, 10, 0.8), (BUTT, 0, 0, 10, 0.6)], [True, False], [0.8]),
    "the surest takes what fits it best": (
        [label(BUTT, 0, 0, 10), label(BUTT, 2, 0, 10)],
        [(BUTT, 2, 0, 10, 0.9), (BUTT, 1, 0, 10, 0.7)],
        [True, True],
        [0.7, 0.9],
    ),
    "in the wrong order": (
        [label(BUTT, 0, 0, 10)],
        [(BUTT, 3, 0, 10, 0.2), (BUTT, 0, 0, 10, 0.9)],
        [True, False],
        [0.9],
    ),
    "nothing seen": ([label(BUTT, 0, 0, 10)], [], [], [-1]),
    "nothing there": ([], [(BUTT, 0, 0, 10, 0.9)], [False], []),
    "nothing at all": ([], [], [], []),
}


@pytest.mark.parametrize("case", MATCHES)
def test_matches(case: str) -> None:
    truth, seen, correct, found_at = MATCHES[case]
    found = Matches.of([(squares(*truth), squares(*seen))])
    assert found.correct.tolist() == correct
    assert found.found_at.tolist() == pytest.approx(found_at)


def test_matches_of_no_photos() -> None:
    assert len(Matches.of([]).confidence) == 0
    assert best_threshold(Matches.of([]), BUTT) is None
    assert reliability(Matches.of([])) is None


def test_average_precision_is_the_area_under_the_curve() -> None:
    """Right, wrong, right; one label missed: precision 1 up to a recall of 1/3, then 2/3 up to 2/3, then nothing."""
    pytest.importorskip("faster_coco_eval")
    figures = measure(photos([0.9, 0.8, 0.7], [True, False, True], missed=1), [BUTT], {BUTT: 0.75})
    whole = figures.whole[BUTT]
    # COCO reads the curve at 101 points: 34 of them up to 1/3, 33 up to 2/3.
    assert whole.ap50 == pytest.approx((34 * 1 + 33 * 2 / 3) / 101)
    assert whole.ap50_95 == pytest.approx(whole.ap50)
    assert (whole.labels, whole.detections) == (3, 2)
    assert whole.precision == pytest.approx(1 / 2)
    assert whole.recall == pytest.approx(1 / 3)


def test_loose_boxes_count_at_low_overlap_only() -> None:
    pytest.importorskip("faster_coco_eval")
    # Moved by 2 of 20 pixels: IoU 18 / 22, good enough for seven of the ten steps.
    judged = [(squares(label(BUTT, 0, 0, 20)), squares((BUTT, 2, 0, 20, 0.9)))]
    whole = measure(judged, [BUTT], {}).whole[BUTT]
    assert whole.ap50 == pytest.approx(1)
    assert whole.ap50_95 == pytest.approx(0.7)


def test_sizes_are_told_apart() -> None:
    pytest.importorskip("faster_coco_eval")
    sides = (8, 20, 64, 128)
    truth = squares(*(label(GARBAGE, 300 * place, 0, side) for place, side in enumerate(sides)))
    # The smallest is missed, a wrong box of 8 pixels is seen in its stead.
    seen = squares(
        *((GARBAGE, 300 * p, 0, side, 0.9) for p, side in enumerate(sides) if side > 8), (GARBAGE, 50, 300, 8, 0.8)
    )
    figures = measure([(truth, seen)], [GARBAGE], {GARBAGE: 0.5})
    sizes = figures.sizes[GARBAGE]
    assert [(row.labels, row.detections) for row in sizes.values()] == [(1, 1)] * 4
    assert [row.recall for row in sizes.values()] == [0, 1, 1, 1]
    assert [row.precision for row in sizes.values()] == [0, 1, 1, 1]
    assert [row.ap50 for row in sizes.values()] == pytest.approx([0, 1, 1, 1])


def test_classes_without_labels_have_no_average_precision_and_spoil_no_mean() -> None:
    pytest.importorskip("faster_coco_eval")
    judged = [(squares(label(BUTT, 0, 0, 20)), squares((BUTT, 0, 0, 20, 0.9), (GARBAGE, 50, 50, 20, 0.9)))]
    figures = measure(judged, [GARBAGE, BUTT], {})
    assert figures.whole[GARBAGE].ap50 is None
    assert figures.whole[GARBAGE].precision == 0
    assert figures.whole[BUTT].ap50 == pytest.approx(1)
    assert figures.mean().ap50 == pytest.approx(1)
    assert figures.mean("<16").ap50 is None


def test_only_the_judged_classes_count() -> None:
    pytest.importorskip("faster_coco_eval")
    judged = [(squares(label(BUTT, 0, 0, 20)), squares((BUTT, 0, 0, 20, 0.5), (GARBAGE, 50, 50, 20, 0.9)))]
    assert list(measure(judged, [BUTT], {}).whole) == [BUTT]
    assert measure(judged, [BUTT], {}).whole[BUTT].ap50 == pytest.approx(1)


@pytest.mark.parametrize("labelled", [True, False])
def test_a_model_that_sees_nothing(labelled: bool) -> None:
    pytest.importorskip("faster_coco_eval")
    judged = [(squares(label(BUTT, 0, 0, 20)) if labelled else squares(), squares())]
    whole = measure(judged, [BUTT], {}).whole[BUTT]
    assert whole.ap50 == (0 if labelled else None)
    assert whole.precision is None


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    really = builtins.__import__

    def refuse(name: str, *rest: object) -> object:
        if name.startswith("faster_coco_eval"):
            raise ImportError(name)
        return really(name, *rest)  # type: ignore[arg-type] # handed on as they came

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(EvaluationExtraMissingError, match=r"pip install 'street-warden\[evaluate\]'"):
        measure([], [BUTT], {})


@pytest.mark.parametrize(
    ("confidences", "right", "missed", "threshold", "f1"),
    [
        ([0.9, 0.8, 0.3, 0.2], [True, True, False, False], 0, 0.55, 1.0),
        ([0.9, 0.8, 0.3, 0.2], [True, False, True, False], 0, 0.25, 0.8),
        ([0.9, 0.5, 0.5], [True, True, False], 0, 0.25, 0.8),  # one of two that are equally sure cannot be left out
        ([0.6], [True], 1, 0.3, 2 / 3),
    ],
)
def test_best_threshold(confidences: list[float], right: list[bool], missed: int, threshold: float, f1: float) -> None:
    matches = Matches.of(photos(confidences, right, missed))
    best = best_threshold(matches, BUTT)
    assert best is not None
    assert best.confidence == pytest.approx(threshold)
    assert best.f1 == pytest.approx(f1)
    # What it promises is what counting at that threshold gives.
    assert matches.precision(best.confidence) == pytest.approx(best.precision)
    assert matches.recall(best.confidence) == pytest.approx(best.recall)


def test_no_threshold_where_nothing_was_right() -> None:
    assert best_threshold(Matches.of(photos([0.9], [False], missed=1)), BUTT) is None
    assert best_threshold(Matches.of(photos([0.9], [True])), GARBAGE) is None


def test_reliability() -> None:
    # Ten at 0.75 of which eight are right: off by 0.05. Ten at 0.25 of which none is: off by 0.25.
    found = reliability(Matches.of(photos([0.75] * 10 + [0.25] * 10, [True] * 8 + [False] * 12)))
    assert found is not None
    assert found.error == pytest.approx(0.15)
    assert found.count[[2, 7]].tolist() == [10, 10]
    assert found.count.sum() == 20
    assert found.correct[7] == pytest.approx(0.8)
    assert np.isnan(found.confidence[0])


def test_reliability_leaves_the_noise_out() -> None:
    noise = reliability(Matches.of(photos([0.95] + [0.01] * 1000, [True] + [False] * 1000)))
    assert noise is not None
    assert noise.count.sum() == 1
    assert noise.error == pytest.approx(0.05)


def test_a_confidence_of_one_has_a_bin() -> None:
    found = reliability(Matches.of(photos([1.0], [True])))
    assert found is not None
    assert found.count[-1] == 1
    assert found.error == 0
