import numpy as np
import pytest

from datasets.labels import Labels
from datasets.roads import HORIZON, Perspective, paint_dashes, painted_marks, road_mask
from tests.datasets.conftest import box
from tests.datasets.test_composition import road

CAR = 3


def test_the_scale_comes_from_what_stands_in_the_photo() -> None:
    # A car of 1.5 m, 60 px high, its wheels 90 px below the horizon: 40 px a metre there.
    bottom = HORIZON + 0.3
    view = Perspective.of(box(CAR, 0.4, bottom - 0.2, 0.6, bottom), 400, 300)
    assert view.pixels(1.5, bottom * 300) == pytest.approx(60)
    assert view.pixels(1.5, (bottom + 0.3) * 300) == pytest.approx(120), "twice as far below it, twice as large"
    assert view.pixels(1.5, 0) == 0


@pytest.mark.parametrize("labels", [Labels.empty(), box(7, 0.4, 0.5, 0.6, 0.8), box(CAR, 0.4, 0.5, 0.6, 1.0)])
def test_nothing_tells_the_scale_where_nothing_of_known_height_is_seen_whole(labels: Labels) -> None:
    assert Perspective.of(labels, 400, 300).pixels(1.5, 200) is None


def test_nearness_grows_from_the_horizon_to_the_lower_edge() -> None:
    view = Perspective(100, 300, None)
    assert [view.nearness(row) for row in (50, 100, 200, 300)] == [0, 0, 0.5, 1]


def test_the_road_is_grey_even_and_free() -> None:
    found = road_mask(road(1), box(CAR, 0.5, 0.5, 0.8, 0.8))
    assert found[280:, 50:200].mean() > 0.95
    assert not found[:120].any(), "the green above is no road"
    assert not found[165:250, 245:380].any(), "where something stands nothing may lie"


def test_dashes_are_painted_on_the_road_only_and_counted() -> None:
    picture = road(1)
    mask = road_mask(picture, Labels.empty())
    canvas = picture.astype(np.float32)
    painted = paint_dashes(canvas, mask, Perspective.of(Labels.empty(), 480, 320), 0.6, np.random.default_rng(2))
    assert painted >= 3
    changed = np.abs(canvas - picture).max(axis=2) > 40
    assert changed.any()
    assert not changed[:110].any()
    assert painted_marks(picture, mask) == 0
    assert painted_marks(canvas.astype(np.uint8), mask) > 0
