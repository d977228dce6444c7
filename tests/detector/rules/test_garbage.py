"""Stray garbage: new and still, outside the bins, once."""

import pytest

from detector.detections import ObjectClass
from detector.riders import riders
from detector.rules.garbage import StrayGarbage
from detector.rules.rule import View
from detector.scene import GarbageSettings
from detector.violations import Violation
from detector.zones import ZoneMap
from tests.detector.rules.test_parking import restarted
from tests.detector.streets import Street, Thing, Zone, follow, garbage, person, pipeline, scene, violations

PLACE = scene(garbage={"min_seconds": 30})
BAG = garbage(300, 250, 10, 400)


def spans(found: list[Violation]) -> list[tuple[int, int]]:
    return [(round(v.started_s or 0), round(v.ended_s or 0)) for v in found]


def test_a_new_piece_is_reported_once() -> None:
    for fps in (2, 5, 10):
        street = Street([BAG], fps=fps, jitter=1, missed=0.2)
        ((start, end),) = spans(violations(PLACE, street, 90))
        assert (start, end) in [(10 + a, 40 + b) for a in (0, 1) for b in (0, 1, 2)]


def test_what_was_there_from_the_start_is_part_of_the_place() -> None:
    assert violations(PLACE, Street([garbage(300, 250, 0, 400)], fps=2, missed=0.2), 90) == []


def test_what_was_there_before_a_restart_is_known() -> None:
    old = garbage(300, 250, 0, 400)
    watcher = pipeline(PLACE)
    follow(watcher, Street([old], fps=2), 0, 20)
    # A new piece beside it: dropped while the program did not run.
    street = Street([old, garbage(500, 300, 22, 400, look=3)], fps=2)
    found = follow(restarted(watcher, PLACE), street, 30, 90)
    assert len(found) == 1
    assert found[0].box[0] > 450


def test_a_restart_in_the_first_seconds_makes_nothing_new() -> None:
    old = Street([garbage(300, 250, 0, 400)], fps=2)
    watcher = pipeline(PLACE)
    follow(watcher, old, 0, 1)
    assert follow(restarted(watcher, PLACE), old, 1.2, 60) == []


def test_bins_and_ignored_places_do_not_count() -> None:
    around = [[0.4, 0.5], [0.6, 0.5], [0.6, 0.9], [0.4, 0.9]]
    for kind in ("bin", "ignore"):
        zone: Zone = {"name": "bins", "kind": kind, "polygon": around}
        assert violations(scene(zone, garbage={"min_seconds": 30}), Street([BAG], fps=2), 60) == []


def test_a_carried_bag_is_no_stray_garbage() -> None:
    carried = Thing(ObjectClass.GARBAGE, (36, 26), [(10, 0, 250), (70, 640, 250)])
    assert violations(PLACE, Street([carried], fps=2), 80) == []


def test_taken_away_in_time() -> None:
    assert violations(PLACE, Street([garbage(300, 250, 10, 35)], fps=2), 90) == []


def test_passers_by_do_not_stop_the_clock() -> None:
    crowd = [person((5 * i, 0, 270), (5 * i + 10, 640, 270), look=i) for i in range(2, 8)]
    assert spans(violations(PLACE, Street([BAG, *crowd], fps=2), 60)) == [(10, 40)]


def test_a_flickering_false_alarm_is_no_garbage() -> None:
    """Seen for an instant now and then on an unchanging place."""
    leaf = Thing(ObjectClass.GARBAGE, (36, 26), [(5, 300, 250), (90, 300, 250)])
    leaf.unseen = [(5 + 6 * i + 0.5, 11 + 6 * i - 0.1) for i in range(14)]
    assert violations(PLACE, Street([leaf], fps=5), 90) == []


def test_evidence_shows_when_it_came_and_that_it_still_lies_there() -> None:
    rule = StrayGarbage(GarbageSettings(min_seconds=30), ZoneMap(PLACE))
    moments = []
    for frame, seen in Street([BAG], fps=2).frames(0, 60):
        moments += [f.moments for f in rule.update(View(frame, seen[:0], seen, riders(seen[:0])))]
    ((start, end),) = moments
    assert (start.note, end.note) == ("start", "end")
    assert start.frame.seconds == 10
    assert end.frame.seconds == 40


AROUND = [[0.4, 0.4], [0.65, 0.4], [0.65, 0.8], [0.4, 0.8]]
BODY = [[0.5, 0.5], [0.6, 0.5], [0.6, 0.7], [0.5, 0.7]]
"""A bin of 64 × 72 pixels, from (320, 180) to (384, 252)."""


@pytest.mark.parametrize(
    ("thing", "zone", "spans_found"),
    [
        pytest.param(garbage(300, 250, 10, 400), "bins", [(10, 60)], id="beside it"),
        pytest.param(garbage(352, 186, 10, 400), "bins", [(10, 60)], id="piled on top of it"),
        pytest.param(garbage(352, 230, 10, 400), None, [], id="in it"),
        pytest.param(
            Thing(ObjectClass.GARBAGE, (70, 76), [(10, 352, 254), (400, 352, 254)]), None, [], id="is the bin"
        ),
        pytest.param(garbage(300, 250, 10, 40), None, [], id="taken away in time"),
        pytest.param(garbage(150, 250, 10, 400), None, [(10, 40)], id="elsewhere"),
    ],
)
def test_overflow(thing: Thing, zone: str | None, spans_found: list[tuple[int, int]]) -> None:
    bins: Zone = {"name": "bins", "kind": "bin", "polygon": AROUND, "body": BODY, "overflow": 50}
    found = violations(scene(bins, garbage={"min_seconds": 30}), Street([thing], fps=2), 120)
    assert spans(found) == spans_found
    assert [(v.zone, "overflow" in v.note) for v in found] == [(zone, zone is not None)] * len(found)


def test_overflow_may_be_sooner_than_litter() -> None:
    bins: Zone = {"name": "bins", "kind": "bin", "polygon": AROUND, "body": BODY, "overflow": 10}
    street = Street([garbage(300, 250, 10, 400), garbage(150, 250, 10, 400, look=2)], fps=2)
    assert sorted(spans(violations(scene(bins, garbage={"min_seconds": 30}), street, 120))) == [(10, 20), (10, 40)]
