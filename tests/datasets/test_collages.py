import numpy as np
import pytest

from datasets.collages import collage
from datasets.labels import Labels
from tests.datasets.conftest import box


def test_boxes_land_on_what_they_label() -> None:
    photo = np.zeros((400, 400, 3), np.uint8)
    photo[100:200, 200:300] = 255
    labels = box(7, 0.5, 0.25, 0.75, 0.5)
    picture, placed = collage([(photo, labels), (photo, Labels.empty())] * 2, columns=2, side=640)
    assert picture.shape == (640, 640, 3)
    assert placed.class_id.tolist() == [7, 7]
    for left, top, right, bottom in (placed.corners * 640).round().astype(int):
        assert picture[top:bottom, left:right].mean() > 240
        assert (right - left, bottom - top) == (80, 80)


def test_a_grid_must_be_filled() -> None:
    with pytest.raises(ValueError, match="3 photos do not fill a grid of 2 x 2"):
        collage([(np.zeros((8, 8, 3), np.uint8), Labels.empty())] * 3, columns=2)
