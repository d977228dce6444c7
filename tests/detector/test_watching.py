"""Watching one source to its end, with pictures, a model that sees squares, and the real clip with the real model."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from detector.geometry import Region
from detector.model import Model
from detector.pipeline import Pipeline
from detector.registry import ModelError
from detector.scene import Carriageway, Scene
from detector.sources import Frame, Source, SourceError, open_source
from detector.violations import Violation
from detector.watching import watch
from tests.detector.squares import paint, square_model
from tests.detector.streets import ROAD, scene

CLIP = Path(__file__).parents[3] / "shared" / "video" / "crossroad.avi"
CROSSROAD = Path(__file__).parents[1] / "data" / "crossroad.yaml"
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


class Walk(Source):
    """A square person walks over the road in eight seconds; then the source ends or breaks."""

    def __init__(self, *, breaks_at: float | None = None, fps: float = 5.0) -> None:
        self._breaks_at, self._fps = breaks_at, fps
        self.closed = False

    @property
    def address(self) -> str:
        return "walk"

    @property
    def live(self) -> bool:
        return False

    def frames(self) -> Iterator[Frame]:
        for number in range(round(9 * self._fps) + 1):
            seconds = number / self._fps
            if self._breaks_at is not None and seconds >= self._breaks_at:
                raise SourceError("walk: the line is dead")
            y = 20 + 25 * seconds
            image = paint(320, 240, ("person", (150, int(y) - 40, 166, int(y)))) if y < 232 else paint(320, 240)
            yield Frame(image, NOON + timedelta(seconds=seconds), seconds, number)

    def close(self) -> None:
        self.closed = True


def pipeline_of(model: Model, place: Scene) -> Pipeline:
    return Pipeline(place, thresholds=model.thresholds, model=model.name)


PLACE = scene(ROAD, jaywalking={"min_seconds": 2.0, "min_distance": 1.5})


def test_a_source_is_watched_to_its_end() -> None:
    model = square_model(person=0.3)
    (found,) = watch(Walk(), model, pipeline_of(model, PLACE))
    assert found.kind == "jaywalking"
    assert found.model == "squares"
    assert found.started_s == pytest.approx(3, abs=0.5)
    assert found.ended_s == pytest.approx(7.4, abs=0.5)
    assert found.started_at == NOON + timedelta(seconds=found.started_s or 0)
    assert (found.width, found.height) == (320, 240)


def test_what_a_broken_source_has_shown_is_not_lost() -> None:
    model = square_model(person=0.3)
    found = []
    with pytest.raises(SourceError, match="the line is dead"):  # noqa: PT012 - what comes before it counts
        for violation in watch(Walk(breaks_at=6.6), model, pipeline_of(model, PLACE)):
            found.append(violation)  # noqa: PERF402 - a list() would lose them
    assert len(found) == 1


def test_a_watcher_that_leaves_early_ends_its_threads() -> None:
    model = square_model(person=0.3)
    watching = watch(
        Walk(fps=50), model, pipeline_of(model, scene(ROAD, jaywalking={"min_seconds": 0.5, "report_after": 1}))
    )
    assert next(watching).kind == "jaywalking"
    watching.close()
    assert next(watching, None) is None


class EverySecond(Source):
    """Every second frame of another source: the clip at 5 frames a second costs half the time."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def address(self) -> str:
        return self._source.address

    @property
    def live(self) -> bool:
        return False

    def frames(self) -> Iterator[Frame]:
        for frame in self._source.frames():
            if frame.number % 2 == 0:
                yield frame

    def close(self) -> None:
        self._source.close()


@pytest.fixture(scope="module")
def crossroad() -> list[Violation]:
    """What the real model and the rules say of the real clip."""
    if not CLIP.exists():
        pytest.skip(f"{CLIP} is missing: the shared folder holds the clip")
    try:
        model = Model.load(lanes=os.cpu_count() or 1)
    except ModelError as error:
        pytest.skip(f"no model to test with: {error}")
    watcher = pipeline_of(model, Scene.load(CROSSROAD))
    with open_source(str(CLIP)) as source:
        return list(watch(EverySecond(source), model, watcher))


def test_the_crossroad_shows_its_jaywalkers(crossroad: list[Violation]) -> None:
    assert {v.kind for v in crossroad} == {"jaywalking"}
    assert 12 <= len(crossroad) <= 40


def test_nobody_on_the_grass_jaywalks(crossroad: list[Violation]) -> None:
    road = next(z for z in Scene.load(CROSSROAD).zones if isinstance(z, Carriageway))
    feet = np.array([((v.box[0] + v.box[2]) / 2 / v.width, v.box[3] / v.height) for v in crossroad])
    assert Region(road.polygon).contains(feet).all()


def test_nobody_is_reported_twice_a_visit(crossroad: list[Violation]) -> None:
    """Two reports of one person would overlap in time under one number, or go on where the other one ended."""
    for a, b in combinations(sorted(crossroad, key=lambda v: v.started_s or 0), 2):
        assert a.ended_s is not None
        assert b.started_s is not None
        assert not (set(a.track_ids) & set(b.track_ids) and b.started_s < a.ended_s + 2)
