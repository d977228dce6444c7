"""Measures on detections whose right answers were worked out by hand."""

from pathlib import Path

import pytest

from benchmarks.model_report.measures import (
    VIOLATION_CLASSES,
    FalseAlarms,
    best_recall,
    by_source,
    false_alarms,
    found,
    people,
    reliabilities,
)
from detector.detections import Detections, ObjectClass
from detector.figures import measure
from tests.detector.test_figures import label, squares

BUTT, GARBAGE, TRIKE, PERSON = (
    ObjectClass.CIGARETTE_BUTT,
    ObjectClass.GARBAGE,
    ObjectClass.E_TRICYCLE,
    ObjectClass.PERSON,
)
THRESHOLDS = {BUTT: 0.3, GARBAGE: 0.5, TRIKE: 0.5, PERSON: 0.3}


def test_false_alarms_are_sure_detections_without_a_label() -> None:
    truth = squares(label(BUTT, 0, 0, 10))
    seen = squares(
        (BUTT, 0, 0, 10, 0.9),  # right
        (BUTT, 0, 50, 10, 0.4),  # false
        (BUTT, 50, 50, 10, 0.2),  # not sure enough
        (GARBAGE, 0, 0, 10, 0.6),  # the label is a butt
        (PERSON, 90, 0, 10, 0.9),  # no violation class
    )
    alarms = false_alarms([(truth, seen), (squares(), squares())], THRESHOLDS)
    assert alarms.pictures == 2
    assert alarms.counts == {TRIKE: 0, BUTT: 1, GARBAGE: 1}
    assert alarms.total == 2
    assert alarms.per(20) == 20
    assert alarms.per(50, BUTT) == 25


def test_false_alarms_of_two_sets_add_up() -> None:
    one = FalseAlarms(10, {TRIKE: 1, BUTT: 0, GARBAGE: 2})
    both = one + FalseAlarms(30, {TRIKE: 0, BUTT: 1, GARBAGE: 0})
    assert both == FalseAlarms(40, {TRIKE: 1, BUTT: 1, GARBAGE: 2})
    assert FalseAlarms(0, dict.fromkeys(VIOLATION_CLASSES, 0)).per(20) == 0


def test_each_source_has_its_own_figures() -> None:
    garbage = squares(label(GARBAGE, 0, 0, 40))
    paths = [Path("bag-1.webp"), Path("litter-1.webp"), Path("litter-2.webp")]
    judged = [(garbage, squares((GARBAGE, 0, 0, 40, 0.9))), (garbage, squares()), (garbage, squares())]
    rows = by_source(paths, judged, THRESHOLDS)
    assert {key: row.ap50 for key, row in rows.items()} == {
        ("bag", GARBAGE): pytest.approx(1.0),
        ("litter", GARBAGE): pytest.approx(0.0),
    }
    assert rows["litter", GARBAGE].labels == 2


def judged_butts(*rows: tuple[float, bool]) -> list[tuple[Detections, Detections]]:
    """A picture a detection: how sure it is, and whether it lies on the picture's only label."""
    return [
        (squares(label(BUTT, 0, 0, 10)), squares((BUTT, 0.0 if right else 50.0, 0, 10, sure))) for sure, right in rows
    ]


def test_best_recall_goes_as_low_as_precision_allows() -> None:
    judged = judged_butts((0.9, True), (0.8, False), (0.7, True), (0.6, True), (0.5, True), (0.4, False))
    best = best_recall(judged, BUTT, 0.8)
    assert best is not None
    assert [best.threshold, best.recall, best.precision, best.labels] == pytest.approx([0.5, 4 / 6, 0.8, 6])


@pytest.mark.parametrize(
    "rows", [[], [(0.9, False)], [(0.9, False), (0.9, True)]], ids=["nothing", "all wrong", "a tie of both"]
)
def test_a_precision_that_is_never_reached_gives_none(rows: list[tuple[float, bool]]) -> None:
    assert best_recall(judged_butts(*rows), BUTT, 0.8) is None


def test_nothing_found_is_precise() -> None:
    assert found(judged_butts((0.2, True)), BUTT, 0.5).precision == 1.0
    assert found(judged_butts((0.2, True)), BUTT, 0.5).recall == 0.0


def test_people_are_compared_at_the_teachers_own_precision() -> None:
    # The teacher is sure of two people and unsure of a third one; the model finds one, the unsure one and a shadow.
    teacher = squares((PERSON, 0, 0, 20, 0.9), (PERSON, 100, 0, 20, 0.8), (PERSON, 200, 0, 20, 0.35))
    model = squares((PERSON, 0, 0, 20, 0.7), (PERSON, 200, 0, 20, 0.6), (PERSON, 300, 0, 20, 0.35))
    compared = people([model], [teacher], threshold=0.3)
    assert (compared.frames, compared.at_threshold.labels) == (1, 2)
    assert [compared.at_threshold.recall, compared.at_threshold.precision] == pytest.approx([0.5, 1 / 3])
    assert (compared.at_teachers.recall, compared.at_teachers.precision) == (0.5, 0.5)
    assert compared.teacher_precision == pytest.approx(2 / 3)
    assert compared.same_precision is not None
    assert compared.same_precision.recall == 0.5
    assert compared.unsure_explained == pytest.approx(2 / 3)


def test_calibration_of_all_and_of_each_class_that_was_found() -> None:
    figures = measure(judged_butts((0.95, True), (0.95, False)), VIOLATION_CLASSES, THRESHOLDS)
    parts = reliabilities(figures)
    assert set(parts) == {"all", "cigarette_butt"}
    assert parts["all"].error == pytest.approx(0.45, abs=1e-5)
