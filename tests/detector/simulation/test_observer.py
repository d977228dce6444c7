import numpy as np
import pytest

from detector.detections import ObjectClass
from detector.simulation.observer import Faults, Observer
from tests.detector.simulation.streets import actor, street

NONE = Faults(missed=0, jitter=0, false_alarms=0, repeated=0, flipped=0, stalls=0, clock_jumps=0, lights=0)
STANDS = actor(ObjectClass.E_TRICYCLE, (0, 1, 18.5), (300, 1, 18.5))


def test_without_faults_the_model_sees_what_is_there() -> None:
    place = street(STANDS)
    frames = list(Observer(place, NONE, 2))
    assert len(frames) == 600
    truth = place.boxes(np.zeros(1))[0, 0]
    for frame, seen in frames:
        assert seen.class_id.tolist() == [int(ObjectClass.E_TRICYCLE)]
        assert seen.xyxy[0] == pytest.approx(truth, abs=1e-3)
        assert frame.number == round(frame.seconds * 2)


def test_faults_come_as_often_as_they_are_said_to() -> None:
    faults = Faults(missed=0.2, jitter=5, false_alarms=0.02, repeated=0, flipped=0, dropped=0.5, stalls=0, lights=0)
    frames = list(Observer(street(STANDS), faults, 10))
    assert len(frames) == pytest.approx(1500, rel=0.1)
    seen = [(s.xyxy[s.class_id == int(ObjectClass.E_TRICYCLE)], len(s)) for _, s in frames]
    hits = np.concatenate([boxes for boxes, _ in seen])
    assert len(hits) / len(frames) == pytest.approx(0.8, abs=0.06)
    assert np.median(np.abs(hits[:, 3] - np.median(hits[:, 3]))) == pytest.approx(0.6745 * 5, rel=0.15)
    alarms = sum(count for _, count in seen) - len(hits)
    assert 0.005 < alarms / len(frames) < 0.05


def test_a_bus_hides_what_stands_behind_it() -> None:
    bus = actor(ObjectClass.BUS, (20, 0, 13.5), (40, 0, 13.5))
    for frame, seen in Observer(street(STANDS, bus), NONE, 1):
        hidden = 20 <= frame.seconds <= 40
        assert (int(ObjectClass.E_TRICYCLE) in seen.class_id) is not hidden


def test_the_same_seed_gives_the_same_frames() -> None:
    runs = [[s.xyxy for _, s in Observer(street(STANDS, seconds=30), Faults(), 5)] for _ in range(2)]
    assert all(np.array_equal(a, b) for a, b in zip(*runs, strict=True))


def test_a_wall_clock_that_jumps_leaves_the_stream_time_alone() -> None:
    frames = [f for f, _ in Observer(street(STANDS), Faults(clock_jumps=60), 1)]
    steps = np.diff([f.seconds for f in frames])
    assert steps.min() > 0
    wall = np.diff([f.time.timestamp() for f in frames])
    assert np.abs(wall - steps).max() > 10
