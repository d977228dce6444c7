import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.geometry import GroundPlane, Line, Region, areas, intersections, ious, overlaps

coordinate = st.floats(-1e4, 1e4, allow_nan=False)
box = st.tuples(coordinate, coordinate, coordinate, coordinate)


@pytest.mark.parametrize(
    ("a", "b", "iou", "overlap"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1, 1),
        ((0, 0, 2, 2), (1, 0, 3, 2), 1 / 3, 0.5),
        ((0, 0, 2, 2), (2, 0, 4, 2), 0, 0),
        ((0, 0, 1, 1), (0, 0, 2, 2), 0.25, 1),
        ((2, 2, 0, 0), (0, 0, 2, 2), 0, 0),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0, 0),
    ],
)
def test_boxes(a: tuple[float, ...], b: tuple[float, ...], iou: float, overlap: float) -> None:
    assert ious([a], [b])[0, 0] == pytest.approx(iou)
    assert overlaps([a], [b])[0, 0] == pytest.approx(overlap)


@given(st.lists(box, max_size=5), st.lists(box, max_size=5))
def test_shared_areas_are_fair(a: list[tuple[float, ...]], b: list[tuple[float, ...]]) -> None:
    values = ious(a, b)
    assert values.shape == (len(a), len(b))
    assert ((values >= 0) & (values <= 1 + 1e-9)).all()
    assert np.allclose(values, ious(b, a).T)
    shared = intersections(a, b)
    assert (shared <= np.minimum.outer(areas(a), areas(b)) * (1 + 1e-9)).all()


def test_region_counts_its_outline_and_no_nan() -> None:
    region = Region([(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)])
    points = np.array([[0.5, 0.5], [0.2, 0.5], [0.1, 0.5], [0.9, 0.9], [np.nan, 0.5]])
    assert region.contains(points).tolist() == [True, True, False, False, False]


def test_region_with_a_dent() -> None:
    region = Region([(0, 0), (1, 0), (1, 1), (0.5, 0.2), (0, 1)])
    assert region.contains(np.array([[0.5, 0.1], [0.5, 0.5]])).tolist() == [True, False]


def test_line_is_crossed_between_its_ends() -> None:
    line = Line([(0.2, 0.5), (0.5, 0.5), (0.8, 0.6)])
    starts = np.array([[0.3, 0.4], [0.1, 0.4], [0.3, 0.4], [0.7, 0.5]])
    ends = np.array([[0.3, 0.6], [0.1, 0.6], [0.4, 0.4], [0.7, 0.7]])
    assert line.crossed(starts, ends).tolist() == [True, False, False, True]
    assert line.crossed(np.empty((0, 2)), np.empty((0, 2))).tolist() == []
    assert line.distances(np.array([[0.3, 0.4], [0.1, 0.5]])) == pytest.approx([0.1, 0.1])


@given(st.floats(0, 1), st.floats(0, 1))
def test_ground_plane_is_exact_without_perspective(x: float, y: float) -> None:
    plane = GroundPlane([(0, 0), (1, 0), (1, 1), (0, 1)], [(0, 0), (10, 0), (10, 20), (0, 20)])
    assert plane.metres(np.array([[x, y]]))[0] == pytest.approx([10 * x, 20 * y], abs=1e-4)


def test_ground_plane_ends_at_the_horizon() -> None:
    # A road that narrows to a quarter; its sides meet at y = 0.2.
    plane = GroundPlane([(0.4, 0.4), (0.6, 0.4), (0.9, 1), (0.1, 1)], [(0, 30), (8, 30), (8, 0), (0, 0)])
    points = np.array([[0.4, 0.4], [0.9, 1.0], [0.5, 0.21], [0.5, 0.2], [0.5, 0.1]])
    metres = plane.metres(points)
    assert metres[0] == pytest.approx([0, 30], abs=1e-3)
    assert metres[1] == pytest.approx([8, 0], abs=1e-3)
    assert metres[2, 1] > 200
    assert np.isnan(metres[3, 1]) or abs(metres[3, 1]) > 1e5  # as good as infinitely far
    assert np.isnan(metres[4]).all()
