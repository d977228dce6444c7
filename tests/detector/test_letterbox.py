import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detector.letterbox import PAD_VALUE, Letterbox

sizes = st.integers(1, 12_000)


@pytest.mark.parametrize(
    ("width", "height", "shape", "margins"),
    [
        (768, 576, (480, 640), (0, 0)),
        (1920, 1080, (384, 640), (0, 12)),
        (1080, 1920, (640, 384), (12, 0)),
        (320, 240, (480, 640), (0, 0)),  # smaller pictures are enlarged
        (640, 640, (640, 640), (0, 0)),
        (4000, 100, (128, 640), (0, 56)),  # never lower than 128
        (1, 1, (640, 640), (0, 0)),
    ],
)
def test_fit(width: int, height: int, shape: tuple[int, int], margins: tuple[int, int]) -> None:
    box = Letterbox.fit(width, height, long_side=640, stride=32)
    assert box.shape == (3, *shape)
    assert (box.left, box.top) == margins


@given(sizes, sizes, st.sampled_from([320, 640, 960]))
def test_sides_are_multiples_and_the_picture_fits(width: int, height: int, side: int) -> None:
    box = Letterbox.fit(width, height, long_side=side, stride=32)
    assert box.input_width % 32 == 0
    assert box.input_height % 32 == 0
    assert max(box.input_width, box.input_height) == side
    assert min(box.left, box.top) >= 0


@given(
    sizes,
    sizes,
    arrays(np.float32, (5, 2), elements=st.floats(0, 1, width=32)),
    arrays(np.float32, (5, 2), elements=st.floats(0, 1, width=32)),
)
def test_boxes_survive_the_way_there_and_back(width: int, height: int, a: np.ndarray, b: np.ndarray) -> None:
    size = np.array([width, height], np.float32)
    boxes = np.concatenate([np.minimum(a, b) * size, np.maximum(a, b) * size], axis=1)
    box = Letterbox.fit(width, height, long_side=640, stride=32)
    tolerance = max(1e-3, 1e-4 * max(width, height))
    np.testing.assert_allclose(box.to_picture(box.to_input(boxes)), boxes, atol=tolerance)


def test_boxes_are_cut_off_at_the_picture() -> None:
    box = Letterbox.fit(640, 480, long_side=640, stride=32)
    boxes = np.array([[-20, -5, 700, 900]], np.float32)
    assert box.to_picture(boxes).tolist() == [[0, 0, 640, 480]]


@given(st.integers(2, 900), st.integers(2, 900))
def test_apply_fills_the_whole_input(width: int, height: int) -> None:
    box = Letterbox.fit(width, height, long_side=320, stride=32)
    out = np.full(box.shape, np.nan, np.float32)
    box.apply(np.full((height, width, 3), (10, 20, 30), np.uint8), out)
    assert np.isfinite(out).all()
    corner = out[:, box.top, box.left]
    np.testing.assert_allclose(corner * 255, [30, 20, 10], atol=1e-3)
    grey = np.isclose(out, PAD_VALUE / 255).all(axis=0).sum()
    inner = max(1, round(width * box.scale)) * max(1, round(height * box.scale))
    assert grey == box.input_width * box.input_height - inner


def test_apply_agrees_with_opencv(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    box = Letterbox.fit(640, 480, long_side=640, stride=32)
    out = np.empty(box.shape, np.float32)
    box.apply(image, out)
    expected = cv2.dnn.blobFromImage(image, 1 / 255, swapRB=True)[0]
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_a_thin_thing_survives_a_strong_reduction() -> None:
    # Bilinear sampling would step over most lines of 2 pixels at a sixth of the size.
    image = np.zeros((1080, 3840, 3), np.uint8)
    image[:, 1001:1003] = 255
    box = Letterbox.fit(3840, 1080, long_side=640, stride=32)
    out = np.empty(box.shape, np.float32)
    box.apply(image, out)
    assert out[0, box.input_height // 2].sum() > 0.25 * 1


def test_an_empty_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="0 × 5 pixels"):
        Letterbox.fit(0, 5, long_side=640, stride=32)
