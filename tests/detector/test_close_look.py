"""Close looks at 1080p frames, with a model that sees coloured rectangles."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detector.close_look import MAX_TILES, SECONDS, CloseLook
from detector.detections import Detections
from detector.model import MAX_BATCH, Model
from detector.pipeline import TRACKING_CONFIDENCE, Pipeline
from detector.scene import Scene
from detector.sources import Frame
from tests.detector.squares import SquareRuntime, paint, square_model

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
WIDTH, HEIGHT = 1920, 1080
SIDE = 640
LOWER = [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]
SPECK = ("garbage", (902, 803, 904, 805))
"""Lies between the pixels that the model's input takes."""


def scene(*outlines: list[list[float]], kind: str = "carriageway", tiles: bool = True) -> Scene:
    zones = [{"name": f"z{n}", "kind": kind, "polygon": o, "tiles": tiles} for n, o in enumerate(outlines)]
    return Scene.model_validate({"camera": {"id": "gate-1"}, "zones": zones})


def frame(
    seconds: float, *things: tuple[str, tuple[int, int, int, int]], size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Frame:
    return Frame(paint(*size, *things), NOON + timedelta(seconds=seconds), seconds, round(seconds * 10))


def look(closely: CloseLook, model: Model, seen: Frame) -> Detections:
    """What the model sees in the frame, closely where it is time."""
    (whole,) = model.detect([seen.image], confidence=TRACKING_CONFIDENCE)
    return closely.add(seen, whole, model, TRACKING_CONFIDENCE)


def calls(model: Model) -> list[tuple[int, ...]]:
    """Shapes of the model's calls since the last time, without whole frames."""
    runtime = model.runtime
    assert isinstance(runtime, SquareRuntime)
    made = [call for call in runtime.calls if call[2] == call[3] == SIDE]
    runtime.calls.clear()
    return made


@pytest.fixture
def model() -> Model:
    return square_model(input_size=SIDE)


def boxes(detections: Detections) -> list[tuple[str, list[int]]]:
    return sorted((kind.label, [round(float(v)) for v in box]) for box, kind, _, _ in detections)


def test_small_things_are_found_with_exact_boxes(model: Model) -> None:
    """A speck, and a thing that several tiles cut."""
    long = ("garbage", (500, 900, 1400, 950))
    seen = look(CloseLook(scene(LOWER)), model, frame(0, SPECK, long))
    assert len(seen) == 2
    for name, box in (SPECK, long):
        assert any(kind == name and np.abs(np.array(found) - box).max() <= 2 for kind, found in boxes(seen))
    (whole,) = model.detect([frame(0, SPECK).image], confidence=TRACKING_CONFIDENCE)
    assert not agrees(whole, SPECK[1])


def agrees(detections: Detections, box: tuple[int, int, int, int]) -> bool:
    return any(float(np.abs(found - np.array(box)).max()) <= 2 for found in detections.xyxy)


def test_only_marked_zones_are_looked_at(model: Model) -> None:
    left = [[0, 0.5], [0.2, 0.5], [0.2, 1], [0, 1]]
    assert not agrees(look(CloseLook(scene(left)), model, frame(0, SPECK)), SPECK[1])
    for place in (scene(LOWER, tiles=False), scene(LOWER, kind="ignore"), scene()):
        calls(model)
        look(CloseLook(place), model, frame(0, SPECK))
        assert calls(model) == []


def test_what_moves_is_left_to_whole_frames(model: Model) -> None:
    """A person who is too far off for whole frames must not be seen every two seconds: the track would limp."""
    near, far = ("person", (300, 600, 400, 900)), ("person", SPECK[1])
    closely = look(CloseLook(scene(LOWER)), model, frame(0, near, far))
    (whole,) = model.detect([frame(0, near, far).image], confidence=TRACKING_CONFIDENCE)
    assert boxes(closely) == boxes(whole)


def test_looks_keep_their_time(model: Model) -> None:
    closely = CloseLook(scene(LOWER))
    looked = []
    for seconds in np.arange(0, 6, 0.2).round(1):
        calls(model)
        look(closely, model, frame(float(seconds)))
        if calls(model):
            looked.append(float(seconds))
    assert looked == [0, SECONDS, 2 * SECONDS]


def test_a_clock_that_begins_anew_is_no_reason_to_wait(model: Model) -> None:
    closely = CloseLook(scene(LOWER))
    look(closely, model, frame(1000))
    calls(model)
    look(closely, model, frame(0))
    assert calls(model)


TILES = {
    "the lower half": ([LOWER], 4),
    "everything": ([[[0, 0], [1, 0], [1, 1], [0, 1]]], 8),
    "a spot": ([[[0.4, 0.5], [0.5, 0.5], [0.5, 0.6], [0.4, 0.6]]], 1),
    "a spot in a corner": ([[[0.95, 0.95], [1, 0.95], [1, 1], [0.95, 1]]], 1),
    "two corners": (
        [[[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1]], [[0.95, 0.95], [1, 0.95], [1, 1], [0.95, 1]]],
        2,
    ),
}


@pytest.mark.parametrize("case", TILES)
def test_as_few_tiles_as_it_takes_in_one_batch(model: Model, case: str) -> None:
    outlines, count = TILES[case]
    calls(model)
    look(CloseLook(scene(*outlines)), model, frame(0))
    made = calls(model)
    assert sum(call[0] for call in made) == count
    assert len(made) == -(-count // MAX_BATCH)


def test_a_small_frame_is_seen_large_enough_as_it_is(model: Model) -> None:
    calls(model)
    look(CloseLook(scene(LOWER)), model, frame(0, size=(768, 576)))
    assert calls(model) == []


@pytest.mark.parametrize("size", [(3840, 2160), (7680, 4320), (4320, 7680)])
def test_a_large_frame_costs_no_more(model: Model, size: tuple[int, int]) -> None:
    thing = ("garbage", (size[0] // 2, size[1] * 3 // 4, size[0] // 2 + 40, size[1] * 3 // 4 + 40))
    calls(model)
    seen = look(CloseLook(scene(LOWER)), model, frame(0, thing, size=size))
    assert 1 <= sum(call[0] for call in calls(model)) <= MAX_TILES
    assert any(float(np.abs(found - np.array(thing[1])).max()) <= 6 for found in seen.xyxy)


def test_frames_may_change_their_size(model: Model) -> None:
    closely = CloseLook(scene(LOWER), seconds=0.1)
    assert agrees(look(closely, model, frame(0, SPECK)), SPECK[1])
    assert look(closely, model, frame(1, size=(640, 360))) is not None
    moved = ("garbage", (1000, 700, 1006, 706))
    assert agrees(look(closely, model, frame(2, moved, size=(1280, 720))), moved[1])


def test_a_speck_far_away_becomes_one_violation() -> None:
    """From source to violation: it is dropped at second 5 and must lie for 10 seconds."""
    model = square_model(input_size=SIDE)
    place = Scene.model_validate(
        {
            "camera": {"id": "gate-1"},
            "zones": [{"name": "pavement", "kind": "parking_bay", "polygon": LOWER, "tiles": True}],
            "rules": {"garbage": {"min_seconds": 10}},
        }
    )
    watcher = Pipeline(place, thresholds=model.thresholds)
    closely = CloseLook(place)
    found = []
    for step in range(26):
        seconds = float(step)
        seen = frame(seconds, *([SPECK] if seconds >= 5 else []))
        (whole,) = model.detect([seen.image], confidence=TRACKING_CONFIDENCE)
        found += watcher.process(seen, closely.add(seen, whole, model, TRACKING_CONFIDENCE))
    (violation,) = found
    assert violation.kind == "garbage"
    assert violation.started_s == pytest.approx(6, abs=0.1)
    assert violation.ended_s == pytest.approx(16, abs=SECONDS)
