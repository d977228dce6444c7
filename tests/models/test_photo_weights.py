from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.models.training import MARKS

from models.photo_weights import WeightedPhotos, draw, parse_weights, photo_weights, source_of  # isort: skip
from models.schedule import TrainingError  # isort: skip

pytestmark = MARKS
PHOTOS = [Path(f"/d/images/train/{name}.jpg") for name in ("trike-1", "trike-2", "butt-1", "butt-2", "bag-1")]
REVIEWED = Path("/run/extra/gate-reviewed")


@pytest.mark.parametrize(
    ("photo", "source"),
    [
        ("/d/images/trike-0001.jpg", "trike"),
        ("/d/images/ground-001-vehicles-12.jpg", "ground"),
        ("/d/images/IMG_2001.jpg", "IMG_2001"),
        ("/run/extra/gate-reviewed/images/reviewed-JJ-20261124-00042.png", "gate-reviewed"),
    ],
)
def test_a_photo_has_a_source(photo: str, source: str) -> None:
    assert source_of(Path(photo), [REVIEWED]) == source


@pytest.mark.parametrize("pair", ["trike", "trike=", "=2", "trike=often", "trike=-1", "trike=nan", "trike=inf"])
def test_a_weight_that_is_none_is_named(pair: str) -> None:
    with pytest.raises(TrainingError, match="write it as SOURCE=NUMBER"):
        parse_weights([pair])


def test_weights_of_sources_that_are_not_there_are_named() -> None:
    with pytest.raises(TrainingError, match=r"no photo is from tryke; sources are bag \(1\), butt \(2\), trike \(2\)"):
        photo_weights(PHOTOS, {"tryke": 2.0})
    with pytest.raises(TrainingError, match="less than one photo"):
        photo_weights(PHOTOS, {"trike": 0, "butt": 0, "bag": 0})


def test_photos_are_shown_as_often_as_they_weigh() -> None:
    weights = photo_weights(PHOTOS, parse_weights(["trike=2", "butt=0.5", "bag=3.25"]))
    assert weights.tolist() == [2, 2, 0.5, 0.5, 3.25]
    sampler = WeightedPhotos(weights, seed=1)
    epochs = [Counter(sampler) for _ in range(800)]
    assert all(sum(epoch.values()) == len(sampler) == 8 for epoch in epochs)
    exact = weights * 8 / weights.sum()  # an epoch has whole photos: all weights shrink or grow alike
    for place, weight in enumerate(exact):
        counts = [epoch[place] for epoch in epochs]
        assert set(counts) <= {int(weight), int(weight) + 1}, "never more or less often than its weight, rounded"
        assert np.mean(counts) == pytest.approx(weight, abs=0.06)


def test_the_same_seed_draws_the_same_epochs() -> None:
    weights = np.array([0.5, 1.5, 2.0])
    first, second = (draw(weights, np.random.default_rng(7)) for _ in range(2))
    assert first.tolist() == second.tolist()
