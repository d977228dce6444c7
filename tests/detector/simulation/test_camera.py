import numpy as np
import pytest

from detector.simulation.camera import HEIGHT, WIDTH, StreetCamera

LEVEL = StreetCamera(height=6.0, pitch=0.0, focal=1000.0)


def test_a_level_camera_sees_by_similar_triangles() -> None:
    u, v = LEVEL.project(np.array([2.0]), np.array([20.0]))
    assert u[0] == pytest.approx(WIDTH / 2 + 1000 * 2 / 20)
    assert v[0] == pytest.approx(HEIGHT / 2 + 1000 * 6 / 20)


def test_what_the_camera_looks_at_is_in_the_middle() -> None:
    camera = StreetCamera(7.0, float(np.arctan2(7.0, 16.0)), 1100.0)
    u, v = camera.project(np.array([0.0]), np.array([16.0]))
    assert (u[0], v[0]) == (pytest.approx(WIDTH / 2), pytest.approx(HEIGHT / 2))


def test_boxes_stand_on_the_ground_and_shrink_with_distance() -> None:
    near, far = LEVEL.boxes(np.zeros(2), np.array([10.0, 20.0]), np.array([1.0, 1.0]), np.array([1.7, 1.7]))
    assert near[3] - near[1] == pytest.approx(170)
    assert far[3] - far[1] == pytest.approx(85)
    assert far[2] - far[0] == pytest.approx(50)
    assert far[3] == pytest.approx(HEIGHT / 2 + 300)


def test_a_step_in_depth_is_seen_as_the_camera_says() -> None:
    camera = StreetCamera(7.0, 0.4, 1100.0)
    y = np.array([15.0])
    _, here = camera.project(np.zeros(1), y)
    _, there = camera.project(np.zeros(1), y + 0.01)
    assert camera.metres_per_pixel_in_depth(y)[0] == pytest.approx(0.01 / (here[0] - there[0]), rel=0.01)
