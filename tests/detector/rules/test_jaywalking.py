"""Who jaywalks and who does not, on streets with known answers."""

from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.detections import ObjectClass
from detector.lamps import LampState
from detector.riders import riders
from detector.rules.jaywalking import Jaywalking
from detector.rules.rule import View
from detector.scene import JaywalkingSettings
from detector.signals import Phase
from detector.zones import ZoneMap
from tests.detector.streets import (
    HEIGHT,
    NOON,
    ROAD,
    WIDTH,
    Paint,
    Street,
    Thing,
    Zone,
    follow,
    person,
    pipeline,
    rows_of,
    scene,
    violations,
)

RULE = {"min_seconds": 2.0, "min_distance": 1.5}
ACROSS = person((1, 300, 100), (9, 300, 350))  # on the road from 2.4 to 7.6 s
ZEBRA: Zone = {"name": "zebra", "kind": "crosswalk", "polygon": [[0.4, 0.3], [0.6, 0.3], [0.6, 0.9], [0.4, 0.9]]}
LAMP = (0.9, 0.02, 0.94, 0.1)
SIGNALLED: Zone = ZEBRA | {"signal": {"lamp": LAMP}}
FENCE: Zone = {"name": "fence", "kind": "barrier", "line": [[0, 0.6], [1, 0.6]]}


def lamp(red_from: float, red_to: float) -> Paint:
    def paint(image: NDArray[np.uint8], seconds: float) -> None:
        colour = (0, 0, 255) if red_from <= seconds < red_to else (0, 255, 0)
        left, top, right, bottom = LAMP
        image[int(top * HEIGHT) : int(bottom * HEIGHT), int(left * WIDTH) : int(right * WIDTH)] = colour

    return paint


@pytest.mark.parametrize("fps", [5, 10, 25])
@pytest.mark.parametrize("dropped", [0.0, 0.5])
def test_any_frame_rate_gives_the_same_violations(fps: float, dropped: float) -> None:
    street = Street(
        [
            ACROSS,
            person((4, 80, 100), (14, 80, 350), look=1),
            person((0, 0, 120), (16, 630, 120), look=2),  # along the pavement
            person((8, 500, 345), (16, 560, 100), look=3),
        ],
        fps=fps, dropped=dropped,
    )  # fmt: skip
    found = violations(scene(ROAD, jaywalking=RULE), street, 20)
    assert len(found) == 3
    for violation, (start, end) in zip(sorted(found, key=lambda v: v.started_s or 0), SPANS, strict=True):
        assert violation.started_s == pytest.approx(start, abs=1)
        assert violation.ended_s == pytest.approx(end, abs=1)
        assert violation.zone == "road"
        assert len(violation.track_ids) == 1


SPANS = [(2.4, 7.6), (5.8, 12.2), (9.3, 14.6)]


@pytest.mark.parametrize("seed", range(6))
def test_misses_and_jitter_change_nothing(seed: int) -> None:
    street = Street([ACROSS, person((4, 80, 100), (14, 80, 350), look=1)], fps=5, missed=0.2, jitter=1.5, seed=seed)
    assert len(violations(scene(ROAD, jaywalking=RULE), street, 20)) == 2


@pytest.mark.parametrize(
    "things",
    [
        pytest.param([person((1, 100, 120), (6, 300, 150), (7, 300, 120), (12, 600, 120))], id="steps over the kerb"),
        pytest.param([person((1, 0, 142), (16, 630, 142))], id="walks along the kerb"),
        pytest.param([person((1, 300, 250), (16, 300, 250))], id="stands on the road"),
        pytest.param([person((1, 300, 140), (8, 300, 100))], id="walks away from it"),
        pytest.param(
            [
                Thing(ObjectClass.BICYCLE, (60, 36), [(1, 0, 250), (9, 640, 250)]),
                Thing(ObjectClass.PERSON, (26, 60), [(1, 0, 242), (9, 640, 242)]),
            ],
            id="rides a bicycle",
        ),
        pytest.param(
            [
                Thing(ObjectClass.E_TRICYCLE, (110, 80), [(1, 0, 250), (9, 640, 250)]),
                Thing(ObjectClass.PERSON, (26, 50), [(1, 20, 225), (9, 660, 225)]),
            ],
            id="rides an e-tricycle",
        ),
        pytest.param(
            [
                Thing(ObjectClass.CAR, (150, 80), [(1, 0, 250), (9, 640, 250)]),
                Thing(ObjectClass.PERSON, (24, 36), [(1, 0, 225), (9, 640, 225)]),
            ],
            id="sits in a car",
        ),
        pytest.param([Thing(ObjectClass.CAR, (150, 80), [(1, 0, 250), (9, 640, 250)])], id="is a car"),
        pytest.param([person((1, 300, 358), (8, 500, 358))], id="has feet below the picture"),
    ],
)
@pytest.mark.parametrize(("fps", "jitter"), [(5, 3.0), (25, 0.0)])
def test_no_jaywalker(things: list[Thing], fps: float, jitter: float) -> None:
    assert violations(scene(ROAD, jaywalking=RULE), Street(things, fps=fps, jitter=jitter), 16) == []


@pytest.mark.parametrize("seed", range(3))
def test_time_along_the_kerb_does_not_add_up(seed: int) -> None:
    stroller = person((1, 0, 143.5), (41, 630, 143.5))  # half a pixel off a road that begins at 144
    assert violations(scene(ROAD, jaywalking=RULE), Street([stroller], fps=5, jitter=3, seed=seed), 42) == []


def test_a_crosswalk_is_for_walking() -> None:
    assert violations(scene(ROAD, ZEBRA, jaywalking=RULE), Street([ACROSS]), 14) == []
    beside = person((1, 500, 100), (9, 500, 350))
    assert len(violations(scene(ROAD, ZEBRA, jaywalking=RULE), Street([beside]), 14)) == 1


def test_an_ignored_place_is_not_looked_at() -> None:
    ignored: Zone = {"name": "poster", "kind": "ignore", "polygon": ZEBRA["polygon"]}
    assert violations(scene(ROAD, ignored, jaywalking=RULE), Street([ACROSS]), 14) == []


@pytest.mark.parametrize(
    ("red", "offences"),
    [
        pytest.param((0, 60), 1, id="red all the time"),
        pytest.param((90, 99), 0, id="green"),
        pytest.param((4, 60), 0, id="turns red behind the walker"),
        pytest.param((0, 2.5), 0, id="turns green before the walker is long on it"),
    ],
)
@pytest.mark.parametrize("fps", [5, 25])
def test_lamp(red: tuple[float, float], offences: int, fps: float) -> None:
    # The lamp has been red for 3 s when the walker steps on the crosswalk.
    walker = person((1, 320, 60), (9, 320, 350))
    paint = lamp(*red)
    found = violations(scene(ROAD, SIGNALLED, jaywalking=RULE), Street([walker], paint=paint, fps=fps), 14)
    assert len(found) == offences
    assert all(v.zone == "zebra" and "闯红灯" in v.note for v in found)


def test_lamp_of_a_crosswalk_without_a_road() -> None:
    loiterer = person((1, 320, 60), (5, 262, 150), (22, 380, 320), (24, 380, 320), (31, 262, 130))
    paint = lamp(8, 60)
    found = violations(scene(SIGNALLED, jaywalking=RULE), Street([loiterer], paint=paint), 42)
    assert len(found) == 1  # started on green, but 15 s of red are enough to finish
    assert found[0].started_s == pytest.approx(23, abs=1)


@pytest.mark.parametrize("fps", [5, 10, 25])
def test_climbing_a_barrier(fps: float) -> None:
    found = violations(scene(FENCE, jaywalking=RULE), Street([ACROSS], fps=fps, jitter=1), 14)
    assert [(v.zone, "跨越护栏" in v.note) for v in found] == [("fence", True)]
    assert found[0].started_s is not None
    assert found[0].ended_s is not None
    assert found[0].started_s < 4.7 < found[0].ended_s  # 4.7 s is when the feet are on the line


def test_climbing_towards_the_road_is_one_violation() -> None:
    low: Zone = {"name": "road", "kind": "carriageway", "polygon": [[0, 0.6], [1, 0.6], [1, 0.95], [0, 0.95]]}
    high: Zone = {"name": "fence", "kind": "barrier", "line": [[0, 0.4], [1, 0.4]]}
    found = violations(scene(low, high, jaywalking=RULE), Street([ACROSS]), 14)
    assert [v.zone for v in found] == ["fence"]


def test_climbing_on_the_road_is_one_violation() -> None:
    found = violations(scene(ROAD, FENCE, jaywalking=RULE), Street([ACROSS]), 14)
    assert [v.zone for v in found] == ["fence"]


@pytest.mark.parametrize(
    "way",
    [
        pytest.param([(0, 10, 190), (14, 630, 190)], id="walks along it"),
        pytest.param([(0, 300, 100), (4, 300, 200), (8, 300, 100)], id="comes near and goes back"),
    ],
)  # fmt: skip
def test_nobody_climbs(way: list[tuple[float, float, float]]) -> None:
    assert violations(scene(FENCE, jaywalking=RULE), Street([person(*way)], jitter=1), 15) == []


@pytest.mark.parametrize(
    ("until", "head", "climbs"),
    [
        pytest.param(5.4, 185, 0, id="a box jumps for a moment"),
        pytest.param(9.0, 185, 1, id="somebody gets over"),
        pytest.param(9.0, 130, 0, id="the legs of somebody behind the fence show"),
    ],
)
@pytest.mark.parametrize("fps", [5, 25])
def test_legs_that_a_fence_hides_are_no_climb(until: float, head: float, climbs: int, fps: float) -> None:
    """The box of somebody behind the fence reaches over it for as long as the legs show."""
    rule = Jaywalking(JaywalkingSettings(), ZoneMap(scene(FENCE)))
    found = []
    for frame, _ in Street([], fps=fps).frames(0, 9):
        top, feet = (head, 245) if 5 <= frame.seconds < until else (130, 190)
        tracks = rows_of([[300, top, 324, feet]], [0], [0.8], [1])
        found += rule.update(View(frame, tracks, tracks, riders(tracks)))
    assert len(found) == climbs


def test_a_long_walk_is_reported_once_and_before_its_end() -> None:
    watcher = pipeline(scene(ROAD, jaywalking=RULE | {"report_after": 8.0}))
    street = Street([person((1, 20, 250), (60, 620, 250))])
    found = follow(watcher, street, 0, 20)
    assert len(found) == 1
    assert follow(watcher, street, 0, 1, finish=True) == []


def test_two_visits_are_two_violations() -> None:
    street = Street([person((0, 200, 100), (6, 200, 345), (10, 260, 345), (16, 260, 100))])
    assert len(violations(scene(ROAD, jaywalking=RULE), street, 20)) == 2


@pytest.mark.parametrize(
    ("numbers", "gap"),
    [
        pytest.param([(0, 7), (5, 8)], 2.5, id="another one, after a gap"),
        pytest.param([(0, 7), (5, 8), (6.6, 7)], 0.0, id="another one, and back to its own"),
    ],
)
def test_a_person_found_again_under_another_number_is_the_same_visit(
    numbers: list[tuple[float, int]], gap: float
) -> None:
    """Nothing in the detections links the parts: no picture, and numbers that are given here."""
    zones = ZoneMap(scene(ROAD))
    rule = Jaywalking(JaywalkingSettings(), zones)
    street = Street([person((0, 100, 250), (16, 500, 250))])
    found = []
    for frame, seen in street.frames(0, 16):
        number = next(n for since, n in reversed(numbers) if frame.seconds >= since)
        shown = seen[:0] if 5 < frame.seconds < 5 + gap else seen
        tracks = rows_of(shown.xyxy, shown.class_id, shown.confidence, np.full(len(shown), number))
        found += rule.update(View(frame, tracks, tracks, riders(tracks)))
    found += rule.finish()
    assert [f.track_ids for f in found] == [(7, 8)]


@pytest.mark.parametrize(
    ("until", "tracks"),
    [
        pytest.param(3.0, [(8, 7)], id="not seen since before the visit"),
        pytest.param(7.0, [(8,), (7,)], id="seen beside the visitor"),
    ],
)
def test_a_number_known_from_before_is_the_same_visit_unless_both_were_seen(
    until: float, tracks: list[tuple[int, ...]]
) -> None:
    """Number 8 walks on the road from 4 to 9 s and is lost there; number 7 was seen on the pavement before."""
    rule, found = Jaywalking(JaywalkingSettings(), ZoneMap(scene(ROAD))), []
    walker, waits = person((4, 100, 200), (16, 500, 200)), person((0, 300, 120), (until, 300, 120))
    for frame, seen in Street([waits, walker], fps=5).frames(0, 16):
        numbers = [7 if box[3] < 150 or frame.seconds > 9 else 8 for box in seen.xyxy.tolist()]
        shown = rows_of(seen.xyxy, seen.class_id, seen.confidence, np.array(numbers, np.int64))
        found += rule.update(View(frame, shown, shown, riders(shown)))
    found += rule.finish()
    assert [f.track_ids for f in found] == tracks


def test_who_comes_in_where_another_went_out_is_somebody_else() -> None:
    street = Street([person((0, 300, 250), (6, 660, 250)), person((8, 660, 252), (14, 300, 252), look=1)])
    assert len(violations(scene(ROAD, jaywalking=RULE), street, 16)) == 2


def test_two_people_one_after_another_are_two_visits() -> None:
    street = Street([person((0, 100, 100), (8, 100, 350)), person((6, 400, 100), (14, 400, 350), look=1)])
    assert len(violations(scene(ROAD, jaywalking=RULE), street, 18)) == 2


def test_distance_in_metres() -> None:
    ground = {"image": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]], "metres": [[0, 0], [20, 0], [20, 14], [0, 14]]}
    street = Street([ACROSS])  # walks 162 pixels on the road: 9 m of 14 m in 252 pixels
    assert len(violations(scene(ROAD, ground=ground, jaywalking=RULE | {"min_distance": 8}), street, 14)) == 1
    assert violations(scene(ROAD, ground=ground, jaywalking=RULE | {"min_distance": 10}), street, 14) == []


def test_evidence_shows_start_course_and_end() -> None:
    zones = ZoneMap(scene(ROAD))
    rule = Jaywalking(JaywalkingSettings(), zones)
    found = []
    for frame, seen in Street([ACROSS]).frames(0, 14):
        tracks = rows_of(seen.xyxy, seen.class_id, seen.confidence, np.full(len(seen), 1))
        found += rule.update(View(frame, tracks, tracks, riders(tracks)))
    notes = [m.note for m in found[0].moments]
    times = [m.frame.seconds for m in found[0].moments]
    assert notes == ["start", "course", "end"]
    assert times == sorted(times)


def test_memory_stays_bounded_over_many_people() -> None:
    rule = Jaywalking(JaywalkingSettings(), ZoneMap(scene(ROAD, FENCE, SIGNALLED)))
    frames = Street([], fps=5).frames(0, 200)
    for number, (frame, _) in enumerate(frames):
        y = 100 + number % 10 * 25
        tracks = rows_of(np.array([[300, y - 60, 324, y]]), [0], [0.8], [number // 10])
        rule.update(View(frame, tracks, tracks, riders(tracks)))
    barriers, crossings = rule._barriers, rule._crossings  # noqa: SLF001 - what is held can be seen in no other way
    held = [len(rule._visits), len(rule._known), len(barriers._sides), len(crossings._known)]  # noqa: SLF001
    assert max(held) < 30


@pytest.mark.parametrize(
    ("told", "offences"),
    [
        pytest.param([("red", 0, 60)], 1, id="red all the time"),
        pytest.param([("green", 0, 60)], 0, id="green"),
        pytest.param([("unknown", 0, 60)], 0, id="off"),
        pytest.param([], 0, id="never told"),
        pytest.param([("red", 0, 3)], 0, id="stale: nobody says that it is still red"),
        pytest.param([("red", 0, 60), ("green", 4, 60)], 0, id="turns green before the walker is long on it"),
        pytest.param([("green", -9, 40), ("red", -1, 60)], 1, id="red, though green would still be believed"),
        pytest.param([("green", 0, 60), ("red", 5, 60)], 0, id="turns red behind the walker"),
    ],
)
@pytest.mark.parametrize("fps", [5, 25])
def test_a_signal_whose_phase_is_told(told: list[tuple[str, float, float]], offences: int, fps: float) -> None:
    fed: Zone = SIGNALLED | {"signal": {"fed": True}}
    watcher = pipeline(scene(ROAD, fed, jaywalking=RULE))
    for state, since, until in told:
        phase = Phase(LampState(state), NOON + timedelta(seconds=since), NOON + timedelta(seconds=until))
        watcher.signals.tell("zebra", phase)
    found = follow(watcher, Street([person((1, 320, 60), (9, 320, 350))], fps=fps), 0, 14, finish=True)
    assert len(found) == offences
    assert all(v.zone == "zebra" and "闯红灯" in v.note for v in found)


@pytest.mark.parametrize(
    ("told", "red", "offences"),
    [
        pytest.param("green", (0, 60), 0, id="what is told goes before the lamp"),
        pytest.param("red", (90, 99), 1, id="the lamp is not asked while it is told"),
        pytest.param(None, (0, 60), 1, id="the lamp is read where nothing is told"),
    ],
)
def test_a_lamp_whose_phase_is_told_too(told: str | None, red: tuple[float, float], offences: int) -> None:
    both: Zone = SIGNALLED | {"signal": {"lamp": LAMP, "fed": True}}
    watcher = pipeline(scene(ROAD, both, jaywalking=RULE))
    if told is not None:
        watcher.signals.tell("zebra", Phase(LampState(told), NOON - timedelta(seconds=60), NOON + timedelta(hours=1)))
    street = Street([person((1, 320, 60), (9, 320, 350))], paint=lamp(*red), fps=5)
    assert len(follow(watcher, street, 0, 14, finish=True)) == offences


def test_a_phase_that_is_told_late_accuses_nobody_of_what_was_not_known() -> None:
    """The walker steps on at 3 s; at 4 s it becomes known that the signal has been red since 0.5 s."""
    watcher = pipeline(scene(ROAD, SIGNALLED | {"signal": {"fed": True}}, jaywalking=RULE))
    watcher.signals.tell("zebra", Phase(LampState.GREEN, NOON - timedelta(seconds=9), NOON + timedelta(hours=1)))
    found = []
    for frame, seen in Street([person((1, 320, 60), (9, 320, 350))], fps=5).frames(0, 14):
        if frame.seconds >= 4:
            late = Phase(LampState.RED, NOON + timedelta(seconds=0.5), NOON + timedelta(hours=1))
            watcher.signals.tell("zebra", late)
        found += watcher.process(frame, seen)
    assert [*found, *watcher.finish()] == []
