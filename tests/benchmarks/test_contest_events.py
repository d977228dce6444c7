"""How events are matched with the truth, and how timers make events of tracks in zones."""

import numpy as np

from benchmarks.contest.events import Event, Truth, score
from benchmarks.contest.timers import ZoneTimer
from benchmarks.contest.zone_rules import ZoneRule, zone_rules
from benchmarks.visits import Visit
from detector.detections import ObjectClass
from detector.scene import Scene
from detector.violations import ViolationKind

JAYWALKING, GARBAGE = ViolationKind.JAYWALKING, ViolationKind.GARBAGE
WALK = Visit("somebody", 10.0, 20.0, np.array([[10.0, 100.0, 200.0], [20.0, 300.0, 200.0]]))
WALKED = Truth(JAYWALKING, 10.0, 20.0, path=WALK)
LYING = Truth(GARBAGE, 30.0, 90.0, spot=(0.0, 0.0, 50.0, 50.0))


def event(start: float, end: float, x: float, y: float, kind: ViolationKind = JAYWALKING) -> Event:
    return Event(kind=kind, started_s=start, ended_s=end, course=((end, x, y),))


def test_an_event_counts_where_kind_time_and_place_agree() -> None:
    assert WALKED.shows(event(11, 15, 200, 200))
    assert WALKED.shows(event(9, 15, 230, 220)), "within half a body height and a second and a half"
    assert not WALKED.shows(event(11, 15, 200, 200, GARBAGE))
    assert not WALKED.shows(event(5, 15, 200, 200))
    assert not WALKED.shows(event(11, 22, 300, 200))
    assert not WALKED.shows(event(11, 15, 300, 200))
    assert LYING.shows(event(31, 89, 25, 25, GARBAGE))
    assert not LYING.shows(event(31, 89, 60, 25, GARBAGE))


def test_one_place_of_a_course_is_enough_and_a_shifted_walk_is_found_in_its_own_time() -> None:
    straying = Event(kind=JAYWALKING, started_s=12, ended_s=15, course=((13, 160, 200), (15, 600, 400)))
    assert WALKED.shows(straying)
    later = Truth(JAYWALKING, 110.0, 120.0, path=WALK, offset=100.0)
    assert later.shows(event(111, 115, 200, 200))
    assert not later.shows(event(111, 115, 100, 200))


def test_each_truth_is_found_once_and_the_rest_is_extra() -> None:
    other = Truth(JAYWALKING, 12.0, 18.0, path=WALK)
    both, first_only = event(13, 15, 200, 200), event(10, 15, 200, 200)
    found = score([both, first_only, both], [WALKED, other])
    assert (found.found, found.extra, found.recall) == (2, 1, 1.0)
    assert str(score([event(0, 1, 0, 0)], [WALKED])) == "0/1 (+1)"
    assert score([], []).recall == 1.0


def test_a_timer_reports_a_track_once_when_its_time_is_up() -> None:
    timer = ZoneTimer(ZoneRule(JAYWALKING, ObjectClass.PERSON, np.zeros((3, 2), np.int64), 2.0), fps=10)
    seen = [timer.tick(number, {7: (number, 1.0)} if number not in range(5, 15) else {}) for number in range(40)]
    ((number, (made,)),) = ((n, events) for n, events in enumerate(seen) if events)
    assert number == 20, "away for a second, as the example's timer goes on meanwhile"
    assert (made.started_s, made.ended_s) == (0.0, 2.0)
    assert made.course[-1] == (2.0, 20.0, 1.0)


def test_a_scene_becomes_polygons_in_pixels() -> None:
    scene = Scene.model_validate(
        {
            "camera": {"id": "a"},
            "zones": [
                {"name": "road", "kind": "carriageway", "polygon": [[0, 0], [1, 0], [1, 0.5]]},
                {"name": "kerb", "kind": "no_parking", "polygon": [[0, 0.5], [1, 0.5], [1, 1]], "seconds": 30},
                {"name": "stand", "kind": "parking_bay", "polygon": [[0, 0.5], [1, 0.5], [1, 1]]},
            ],
            "rules": {"jaywalking": {"min_seconds": 3}, "illegal_parking": {}, "garbage": {"min_seconds": 60}},
        }
    )
    rules = zone_rules(scene, 200, 100)
    assert [(rule.kind.value, rule.object_class.label, rule.seconds) for rule in rules] == [
        ("jaywalking", "person", 3),
        ("illegal_parking", "e_tricycle", 30),
        ("garbage", "garbage", 60),
    ]
    assert rules[0].polygon.tolist() == [[0, 0], [200, 0], [200, 50]]
    assert rules[2].polygon.tolist() == [[0, 0], [200, 0], [200, 100], [0, 100]]
