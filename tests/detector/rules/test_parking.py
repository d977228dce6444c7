"""Parked e-tricycles: one violation each, whatever hides them, lights them up or restarts the program."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.detections import ObjectClass
from detector.pipeline import Checkpoint, Pipeline
from detector.scene import Scene
from detector.violations import Violation
from tests.detector.streets import (
    KERB,
    NOON,
    Street,
    Thing,
    Zone,
    follow,
    person,
    pipeline,
    scene,
    tricycle,
    violations,
)

PLACE = scene(KERB, illegal_parking={"seconds": 60})
PARKED = tricycle((2, -60, 260), (6, 320, 260), (400, 320, 260))
BUS = Thing(ObjectClass.BUS, (400, 250), [(20, -200, 330), (22, 320, 330), (82, 320, 330), (84, 900, 330)])


def started(found: list[Violation]) -> list[float]:
    return [round((v.started_at - NOON).total_seconds()) for v in found]


@pytest.mark.parametrize("fps", [2, 5, 10])
@pytest.mark.parametrize("dropped", [0.0, 0.5])
def test_any_frame_rate_gives_the_same_violation(fps: float, dropped: float) -> None:
    found = violations(PLACE, Street([PARKED], fps=fps, dropped=dropped, jitter=2, missed=0.2), 75)
    assert len(found) == 1
    assert found[0].started_s == pytest.approx(6, abs=1)
    assert found[0].ended_s == pytest.approx(66, abs=3)
    assert found[0].zone == "kerb"


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(tricycle((2, -60, 260), (6, 320, 260), (60, 320, 260), (64, 700, 260)), id="leaves in time"),
        pytest.param(tricycle((2, -60, 120), (6, 320, 120), (200, 320, 120)), id="stands outside the zone"),
        pytest.param(tricycle((0, 60, 260), (200, 580, 260)), id="creeps on"),
        pytest.param(Thing(ObjectClass.CAR, (150, 90), [(0, 300, 260), (200, 300, 260)]), id="is a car"),
    ],
)
def test_no_violation(thing: Thing) -> None:
    assert violations(PLACE, Street([thing], fps=2, jitter=1), 130) == []


def test_a_bay_is_for_parking() -> None:
    bay: Zone = {"name": "stand", "kind": "parking_bay", "polygon": [[0.4, 0.5], [0.6, 0.5], [0.6, 0.9], [0.4, 0.9]]}
    place = scene(KERB, bay, illegal_parking={"seconds": 60})
    assert violations(place, Street([PARKED], fps=2), 90) == []


def test_the_zone_says_how_long() -> None:
    place = scene(KERB | {"seconds": 30}, illegal_parking={"seconds": 600})
    (found,) = violations(place, Street([PARKED], fps=2), 60)
    assert found.ended_s == pytest.approx(36, abs=1)


def test_hidden_by_a_bus_for_a_minute() -> None:
    found = violations(PLACE, Street([PARKED, BUS], fps=2), 200)
    assert started(found) == [6]
    assert found[0].ended_s == pytest.approx(83, abs=2)  # when it is seen again: the clock went on


def test_half_hidden_for_minutes_is_no_second_one() -> None:
    van = Thing(ObjectClass.TRUCK, (60, 100), [(90, 350, 262), (400, 350, 262)])
    half = Thing(ObjectClass.E_TRICYCLE, (44, 80), [(90, 287, 260), (400, 287, 260)], look=5)
    whole = Thing(ObjectClass.E_TRICYCLE, (110, 80), PARKED.way, unseen=[(90, 400)])
    assert len(violations(PLACE, Street([whole, half, van], fps=2), 250)) == 1


@pytest.mark.parametrize("unseen", [(30, 55), (70, 170)])
def test_overlooked_in_plain_view(unseen: tuple[float, float]) -> None:
    overlooked = Thing(PARKED.kind, PARKED.size, PARKED.way, unseen=[unseen])
    assert started(violations(PLACE, Street([overlooked], fps=2), 220)) == [6]


def test_headlights_and_dusk() -> None:
    def paint(image: NDArray[np.uint8], seconds: float) -> None:
        if seconds > 100:
            image[:] = (image * 0.35).astype(np.uint8)
        if 30 < seconds < 40:
            image[:] = np.minimum(image.astype(np.uint16) + 90, 255).astype(np.uint8)

    flicker = Thing(PARKED.kind, PARKED.size, PARKED.way, unseen=[(30, 40), (100, 112), (150, 160)])
    assert started(violations(PLACE, Street([flicker], paint=paint, fps=2), 240)) == [6]


def restarted(watcher: Pipeline, place: Scene = PLACE) -> Pipeline:
    """A new pipeline that goes on from the old one's checkpoint, as it comes back from the disk."""
    again = pipeline(place)
    again.restore(Checkpoint.model_validate(json.loads(watcher.checkpoint().model_dump_json())))
    return again


def test_a_restart_goes_on_with_the_clock_and_waits_for_its_own_pictures() -> None:
    street = Street([PARKED], fps=2)
    first = pipeline(PLACE)
    assert follow(first, street, 0, 40) == []
    second = restarted(first)
    found = follow(second, street, 45, 130)
    assert started(found) == [6]
    assert (found[0].ended_at - NOON).total_seconds() == pytest.approx(105, abs=1)
    assert found[0].started_s == pytest.approx(-39, abs=1)
    assert follow(restarted(second), street, 135, 220) == []


def test_a_crash_after_the_report_gives_the_same_identity() -> None:
    street = Street([PARKED], fps=2)
    watcher = pipeline(PLACE)
    follow(watcher, street, 0, 60)
    again = restarted(watcher)  # the checkpoint before the report
    reported = follow(watcher, street, 60.2, 70)
    # The stream goes on in the first process; the second one comes too late and sees the same again.
    repeated = follow(again, street, 75, 140)
    assert len(reported) <= 1
    assert [v.kind for v in repeated] == ["illegal_parking"]
    assert {v.id for v in reported} <= {v.id for v in repeated}


def test_a_long_stop_of_the_program_forgets() -> None:
    watcher = pipeline(PLACE)
    follow(watcher, Street([PARKED], fps=2), 0, 40)
    tomorrow = Street([tricycle((86_400, 320, 260), (86_500, 320, 260))], fps=2)
    (found,) = follow(restarted(watcher), tomorrow, 86_400, 86_480)
    assert started([found]) == [86_400]


def test_a_wall_clock_that_is_set_proves_nothing() -> None:
    """One hour forwards or back while the stream goes on: not an hour of parking, and no stop for an hour."""
    for hours in (1, -1):
        watcher = pipeline(PLACE)
        found = []
        for frame, seen in Street([PARKED], fps=2).frames(0, 150):
            shift = timedelta(hours=hours if frame.seconds > 20 else 0)
            moved = type(frame)(frame.image, frame.time + shift, frame.seconds, frame.number)
            found += watcher.process(moved, seen)
        assert len(found) == 1
        assert found[0].ended_s is not None
        assert found[0].ended_s >= 66 - 1e-6


def test_the_schedule_starts_the_clock() -> None:
    place = scene(KERB | {"schedule": "Mo-Su 12:01-22:00"}, illegal_parking={"seconds": 60})
    street = Street([PARKED], fps=2)
    assert started(violations(place, street, 150)) == [60]
    early = pipeline(place)
    follow(early, street, 0, 30)
    late = follow(restarted(early, place), street, 31, 150)
    assert started(late) == [60]
    assert (late[0].ended_at - NOON).total_seconds() == pytest.approx(120, abs=1)


def test_hours_that_are_free_stop_the_clock() -> None:
    place = scene(KERB | {"schedule": "12:00-12:01,12:02-22:00"}, illegal_parking={"seconds": 60})
    assert started(violations(place, Street([PARKED], fps=2), 190)) == [120]


def test_no_hour_matches() -> None:
    place = scene(KERB | {"schedule": "Sa 12:01-22:00"}, illegal_parking={"seconds": 60})
    assert violations(place, Street([PARKED], fps=2), 120) == []


def test_two_pictures_lie_the_seconds_apart(tmp_path: Path) -> None:
    (found,) = follow(pipeline(PLACE, tmp_path), Street([PARKED], fps=2), 0, 90)
    contexts = [e for e in found.evidence if e.role == "context"]
    assert [e.note for e in contexts] == ["start", "end"]
    first, last = (e.taken_at for e in contexts)
    assert first is not None
    assert last is not None
    assert (last - first).total_seconds() >= 60
    assert sorted(e.role for e in found.evidence) == ["closeup", "context", "context", "original", "original"]


def test_another_one_at_the_same_place_is_another_violation() -> None:
    first = tricycle((2, -60, 260), (6, 320, 260), (80, 320, 260), (82, 700, 260))
    second = tricycle((100, -60, 260), (104, 320, 260), (200, 320, 260), look=9)
    found = violations(PLACE, Street([first, second], fps=2), 190)
    assert started(found) == [6, 104]


def test_neighbours_are_told_apart() -> None:
    row = [tricycle((i, -60, 260), (i + 4, 150 + 90 * i, 260), (200, 150 + 90 * i, 260), look=i) for i in range(4)]
    found = violations(PLACE, Street(row, fps=2, jitter=1), 100)
    assert len(found) == 4
    assert len({v.id for v in found}) == 4


def test_the_same_box_twice_is_one_object() -> None:
    twin = Thing(PARKED.kind, (108, 78), PARKED.way)
    twice = Street([PARKED, twin], fps=2)
    watcher = pipeline(PLACE)
    found = []
    for frame, seen in twice.frames(0, 90):
        seen.confidence[1:] = 0.58
        found += watcher.process(frame, seen)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("loading", "helper", "reported_s"),
    [
        pytest.param(None, True, 31, id="no grace"),
        pytest.param(60.0, True, 51, id="somebody loads for 20 s"),
        pytest.param(10.0, True, 41, id="the grace is used up"),
        pytest.param(60.0, False, 31, id="nobody is there"),
    ],
)
def test_people_who_load_extend_the_time(loading: float | None, helper: bool, reported_s: float) -> None:
    things = [tricycle((0, 320, 260), (90, 320, 260))]
    if helper:
        things.append(person((5, 395, 262), (25, 395, 262), look=3))
    zone = KERB | {"seconds": 30, "loading": loading}
    (found,) = violations(scene(zone, illegal_parking={}), Street(things, fps=5), 85)
    assert found.ended_s == pytest.approx(reported_s, abs=2)


def test_holidays_have_hours_of_their_own() -> None:
    zone = KERB | {"seconds": 10, "schedule": "Mo-Su 00:00-24:00; PH off"}
    street = Street([tricycle((0, 320, 260), (30, 320, 260))], fps=5)
    open_day = scene(zone, illegal_parking={})
    holiday = open_day.model_copy(update={"holidays": [NOON.date()]})
    assert len(violations(open_day, street, 25)) == 1
    assert violations(holiday, street, 25) == []
