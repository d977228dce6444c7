from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets.cutouts import Cutout, cutouts
from datasets.labels import Labels, concatenate
from datasets.pasting import Look, blur_of, muted, noise_of, paste, shaped
from tests.datasets.conftest import box
from tests.datasets.test_composition import close_up

LOOK = Look(blur=0.4, noise=0.0, sun=(0.1, 0.1), shade=0.4, follow=0.5)


def bar(width: int = 60, height: int = 20) -> Cutout:
    """A white bar that fills its pixels."""
    pixels = np.full((height, width, 3), 230, np.float32)
    return Cutout(7, pixels, np.ones((height, width), np.float32), np.full(3, 110, np.float32), Path("a.png"))


def test_a_cutout_is_the_object_without_its_ground() -> None:
    (found,) = cutouts(close_up(1), box(7, 0.37, 0.43, 0.63, 0.57), Path("a.png"))
    assert found.pixels[found.mask > 0.9].mean() > 225
    assert found.ground.mean() == pytest.approx(90, abs=5)
    assert found.mask.shape[1] / found.mask.shape[0] == pytest.approx(76 / 24, rel=0.25)


@pytest.mark.parametrize(
    "labels",
    [
        concatenate([box(7, 0.37, 0.42, 0.63, 0.58), box(8, 0.3, 0.4, 0.6, 0.6)]),
        box(7, 0.37, 0.42, 0.4, 0.58),
        box(7, 0.0, 0.0, 1.0, 1.0),
        box(3, 0.37, 0.42, 0.63, 0.58),
        box(7, 0.02, 0.05, 0.3, 0.35),
        Labels.empty(),
    ],
    ids=["overlaps", "tiny", "whole photo", "another class", "nothing to see", "none"],
)
def test_what_cannot_be_cut_out_well_is_left(labels: Labels) -> None:
    assert list(cutouts(close_up(1), labels, Path("a.png"))) == []


@pytest.mark.parametrize("sigma", [0.7, 1.2, 2.0])
def test_blur_is_measured(sigma: float) -> None:
    step = np.zeros((120, 160, 3), np.uint8)
    step[:, 80:] = 200
    assert blur_of(cv2.GaussianBlur(step, (0, 0), sigma).astype(np.uint8)) == pytest.approx(sigma, abs=0.2)


@pytest.mark.parametrize("sigma", [1.0, 4.0])
def test_noise_is_measured(sigma: float) -> None:
    noisy = 120 + np.random.default_rng(1).normal(0, sigma, (200, 200, 1)).repeat(3, axis=2)
    assert noise_of(noisy.round().astype(np.uint8)) == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize(("turn", "size"), [(0.0, 12.0), (90.0, 12.0), (45.0, 20.0), (0.0, 200.0)])
def test_the_longer_side_is_as_asked(turn: float, size: float) -> None:
    made = shaped(bar(), size, turn, 0.8, mirrored=True)
    assert max(made.mask.shape) == pytest.approx(size, abs=1.0)
    assert made.pixels[made.mask > 0.5].mean() == pytest.approx(230, abs=2), "colours do not bleed out"


def test_the_box_is_where_the_object_was_pasted() -> None:
    canvas = np.full((100, 140, 3), 110, np.float32)
    found = paste(canvas, shaped(bar(), 30, 0, 1.0, mirrored=False), 40, 60, LOOK, np.random.default_rng(1))
    assert found is not None
    assert found.tolist() == pytest.approx([40, 60, 70, 70], abs=1)
    assert canvas[63:67, 45:65].min() > 200
    assert canvas[:50].tolist() == np.full((50, 140, 3), 110).tolist(), "elsewhere nothing changes"
    assert canvas[71:74, 45:65].mean() < 105, "its shadow falls to the right and down"


@pytest.mark.parametrize(("left", "top", "expected"), [(-15, 60, [0, 60, 15, 70]), (500, 60, None)])
def test_what_reaches_outside_is_cut(left: int, top: int, expected: list[int] | None) -> None:
    canvas = np.full((100, 140, 3), 110, np.float32)
    found = paste(canvas, shaped(bar(), 30, 0, 1.0, mirrored=False), left, top, LOOK, np.random.default_rng(1))
    assert (
        (found is None)
        if expected is None
        else (found is not None and found.tolist() == pytest.approx(expected, abs=1))
    )


def test_at_night_an_object_takes_on_the_dark() -> None:
    brightness = []
    for follow in (0.5, 0.9):
        canvas = np.full((60, 60, 3), 20, np.float32)
        look = Look(0.4, 0.0, (0.1, 0.1), 0.3, follow)
        paste(canvas, shaped(bar(), 30, 0, 1.0, mirrored=False), 15, 25, look, np.random.default_rng(1))
        brightness.append(float(canvas.max()))
    assert brightness[1] < 0.6 * brightness[0]


def test_muting_keeps_the_mean() -> None:
    striped = bar()
    striped.pixels[:, ::2] = (20, 60, 200)
    soft = muted(striped, 0.5, 0.0)
    assert soft.pixels.mean() == pytest.approx(striped.pixels.mean(), abs=1)
    assert soft.pixels.std() < 0.6 * striped.pixels.std()
    assert np.ptp(soft.pixels, axis=2).max() == pytest.approx(0, abs=1e-3)
