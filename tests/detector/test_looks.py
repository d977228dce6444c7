import numpy as np
import pytest

from detector.anchors import AnchorSettings
from detector.looks import look_likeness, patch_look
from tests.detector.streets import Image

BOX = np.array([0.25, 0.25, 0.75, 0.75])
SCENE = np.random.default_rng(5).integers(20, 200, (12, 16, 3), dtype=np.uint8).repeat(10, axis=0).repeat(10, axis=1)
OTHER = np.random.default_rng(6).integers(20, 200, (12, 16, 3), dtype=np.uint8).repeat(10, axis=0).repeat(10, axis=1)


def lit(image: Image, gain: float, offset: float) -> Image:
    return np.asarray(np.clip(image * gain + offset, 0, 255), np.uint8)


@pytest.mark.parametrize(("gain", "offset"), [(1, 0), (0.3, 0), (1.2, 10), (0.6, 90), (0.15, 5)])
def test_light_changes_little(gain: float, offset: float) -> None:
    assert look_likeness(patch_look(SCENE, BOX), patch_look(lit(SCENE, gain, offset), BOX)) > 0.9


def test_another_thing_looks_different() -> None:
    assert look_likeness(patch_look(SCENE, BOX), patch_look(OTHER, BOX)) < AnchorSettings().same_look


def test_a_plain_place_is_like_nothing() -> None:
    plain = np.full((120, 160, 3), 90, np.uint8)
    assert look_likeness(patch_look(plain, BOX), patch_look(plain, BOX)) == 0


@pytest.mark.parametrize(
    "box", [[0, 0, 0, 0], [1, 1, 1, 1], [-1, -1, 2, 2], [0.999, 0.999, 1, 1], [0.5, 0.5, 0.4, 0.4]]
)
def test_boxes_at_and_over_the_edge(box: list[float]) -> None:
    look = patch_look(SCENE, np.array(box))
    assert look.shape == (2, 24, 24)
    assert np.isfinite(look).all()
