"""Streams that change the size of their frames while somebody is there, and cameras slower than a frame a second."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.detections import Detections
from detector.film import Film
from detector.outbox import Outbox
from detector.pipeline import Pipeline
from detector.scene import Scene
from detector.sources import Frame
from detector.violations import Violation
from tests.detector.streets import (
    HEIGHT,
    KERB,
    ROAD,
    THRESHOLDS,
    WIDTH,
    Street,
    Thing,
    garbage,
    person,
    pipeline,
    scene,
    tricycle,
    violations,
)

JAYWALKING = scene(ROAD, jaywalking={"min_seconds": 2.0, "min_distance": 1.5})
PARKING = scene(KERB, illegal_parking={"seconds": 60})
LITTER = scene(garbage={"min_seconds": 60})
ACROSS = person((1, 300, 100), (9, 300, 350))


def resized(street: Street, end: float, change: float, factor: float) -> Iterator[tuple[Frame, Detections]]:
    """The street, in frames of another size from a second on."""
    for frame, seen in street.frames(0, end):
        if frame.seconds < change:
            yield frame, seen
            continue
        size = (round(WIDTH * factor), round(HEIGHT * factor))
        image = np.asarray(cv2.resize(frame.image, size), np.uint8)
        boxes = seen.xyxy * np.float32(factor)
        yield replace(frame, picture=image), Detections(boxes, seen.class_id, seen.confidence, seen.tracks)


def found_in(place: Scene, frames: Iterator[tuple[Frame, Detections]], outbox: Path | None = None) -> list[Violation]:
    watcher = Pipeline(
        place, thresholds=THRESHOLDS, shelf=Outbox(outbox) if outbox else None, film=Film() if outbox else None
    )
    found = [v for frame, seen in frames for v in watcher.process(frame, seen)]
    return [*found, *watcher.finish()]


@pytest.mark.parametrize("factor", [0.5, 2.0, 3.0])
def test_a_visit_goes_on_when_frames_change_their_size(factor: float, tmp_path: Path) -> None:
    (violation,) = found_in(JAYWALKING, resized(Street([ACROSS], fps=5), 14, 5, factor), tmp_path)
    assert (violation.started_s, violation.ended_s) == (pytest.approx(2.4, abs=0.5), pytest.approx(7.6, abs=0.5))
    assert violation.zone == "road"
    assert (violation.width, violation.height) == (WIDTH * factor, HEIGHT * factor)
    left, _, right, bottom = violation.box
    assert (left + right) / 2 / violation.width == pytest.approx(300 / WIDTH, abs=0.02)
    assert bottom / violation.height == pytest.approx(0.85, abs=0.05)
    sizes = []
    for entry in violation.evidence:
        if entry.role == "original":
            image = cv2.imread(str(tmp_path / "ready" / str(violation.id) / entry.file))
            assert image is not None
            sizes.append(image.shape[:2])
    assert set(sizes) == {(HEIGHT, WIDTH), (HEIGHT * factor, WIDTH * factor)}
    assert [e.role for e in violation.evidence].count("clip") == 1


def test_who_stands_does_not_walk_when_frames_change_their_size() -> None:
    waiting = person((1, 300, 250), (20, 300, 250))
    assert found_in(JAYWALKING, resized(Street([waiting], fps=5), 22, 8, 2.0)) == []


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_dwell_clock_goes_on_when_frames_change_their_size(factor: float) -> None:
    parked = tricycle((2, 320, 260), (200, 320, 260))
    (violation,) = found_in(PARKING, resized(Street([parked], fps=2), 100, 40, factor))
    assert (violation.started_s, violation.ended_s) == (pytest.approx(2, abs=1), pytest.approx(62, abs=2))


def test_the_new_size_is_taken_over_when_nobody_is_there() -> None:
    watcher = pipeline(JAYWALKING)
    late = person((40, 300, 100), (48, 300, 350))
    frames = list(resized(Street([ACROSS, late], fps=5), 60, 5, 2.0))
    found = [v for frame, seen in frames for v in watcher.process(frame, seen)]
    assert len(found) == 2
    # Sizes cannot be asked for; a view at its own size is the frame itself, which evidence then keeps.
    assert watcher._as_rules_see(*frames[-1])[0] is frames[-1][0]  # noqa: SLF001


@pytest.mark.parametrize("fps", [0.2, 0.5, 0.9])
@pytest.mark.parametrize(
    ("place", "thing"),
    [
        pytest.param(PARKING, tricycle((12, 320, 260), (300, 320, 260)), id="parking"),
        pytest.param(LITTER, garbage(300, 250, 12, 300), id="garbage"),
    ],
)
def test_dwell_clocks_run_at_less_than_a_frame_a_second(fps: float, place: Scene, thing: Thing) -> None:
    (violation,) = violations(place, Street([thing], fps=fps), 200)
    assert violation.started_s == pytest.approx(12, abs=1 / fps + 0.1)
    assert violation.ended_s == pytest.approx(72, abs=2 / fps + 0.1)


@pytest.mark.parametrize("fps", [0.2, 0.33, 0.5, 0.8])
def test_a_slow_camera_accuses_nobody_of_walking(fps: float) -> None:
    strollers = [person((1, 60, 250), (60, 600, 250)), person((3, 500, 300), (40, 40, 200), look=1)]
    assert violations(JAYWALKING, Street(strollers, fps=fps), 70) == []


def test_a_frame_a_second_is_enough() -> None:
    assert len(violations(JAYWALKING, Street([ACROSS], fps=1.0), 14)) == 1
