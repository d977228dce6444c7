import numpy as np
import pytest

from datasets.grounds import SMALLEST_SIDE, empty_ground, has_texture
from datasets.labels import Labels
from tests.datasets.conftest import box, picture


def test_a_crop_keeps_clear_of_every_box() -> None:
    photo = np.zeros((480, 640, 3), np.uint8)
    photo[:, 320:] = 255
    labels = box(3, 0.5, 0.0, 1.0, 1.0, confidence=0.1)
    for seed in range(20):
        crop = empty_ground(photo, labels, np.random.default_rng(seed))
        if crop is not None:
            assert crop.shape[0] == crop.shape[1] >= SMALLEST_SIDE
            assert not crop.any(), "white pixels belong to the labelled half"


@pytest.mark.parametrize(
    ("size", "labels"),
    [((480, 640), box(3, 0.0, 0.0, 1.0, 1.0)), ((100, 120), Labels.empty())],
    ids=["full", "too small"],
)
def test_no_room_gives_none(size: tuple[int, int], labels: Labels) -> None:
    assert empty_ground(np.zeros((*size, 3), np.uint8), labels, np.random.default_rng(0)) is None


def test_plain_surfaces_have_no_texture() -> None:
    assert has_texture(picture(1))
    assert not has_texture(np.full((50, 50, 3), 90, np.uint8))
