"""Photo weights: how often an epoch shows a photo, by the source that it comes from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from models.schedule import TrainingError


def source_of(photo: Path, folders: Sequence[Path] = ()) -> str:
    """The source of a photo: the reviewed folder that it lies in, else its name up to the first hyphen.

    Args:
        photo: its path.
        folders: folders of reviewed photos, whose own names are sources.
    """
    for folder in folders:
        if photo.is_relative_to(folder):
            return folder.name
    return photo.stem.split("-", 1)[0]


def parse_weights(pairs: Sequence[str]) -> dict[str, float]:
    """Weights by source from texts such as ``trike=2``.

    Raises:
        TrainingError: a text is not of that form, or a weight is negative or not finite.
    """
    weights = {}
    for pair in pairs:
        source, equals, text = pair.partition("=")
        try:
            weight = float(text)
        except ValueError:
            weight = -1.0
        if not (source and equals and 0 <= weight < np.inf):
            raise TrainingError(f"--weight {pair}: write it as SOURCE=NUMBER, such as trike=2 or butt=0.5")
        weights[source] = weight
    return weights


def photo_weights(
    photos: Sequence[Path], weights: dict[str, float], folders: Sequence[Path] = ()
) -> NDArray[np.float64]:
    """The weight of each photo, (photos,).

    Raises:
        TrainingError: a weight names a source that no photo has, or nothing is left to train on.
    """
    sources = [source_of(photo, folders) for photo in photos]
    unknown = sorted(set(weights) - set(sources))
    if unknown:
        there = ", ".join(f"{name} ({count})" for name, count in sorted(Counter(sources).items()))
        raise TrainingError(f"--weight {unknown[0]}: no photo is from {unknown[0]}; sources are {there}")
    found = np.array([weights.get(source, 1.0) for source in sources], np.float64)
    if found.sum() < 1:
        raise TrainingError("the weights leave less than one photo an epoch; raise a --weight")
    return found


def draw(weights: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.int64]:
    """Places of the photos of one epoch, in random order.

    A photo with weight 2 is drawn twice; one with 0.5 in every other epoch, on average. Systematic resampling
    (Kitagawa 1996, doi:10.1080/10618600.1996.10474692): no photo is drawn more or less often than its weight
    rounded up or down, where independent draws would leave out a third of all photos.

    Args:
        weights: (photos,) as `photo_weights` gives them.
        random: moves on with each epoch.

    Returns:
        (round(weights.sum()),) places.
    """
    shuffled = random.permutation(len(weights))
    ends = np.cumsum(weights[shuffled])
    count = round(float(ends[-1]))
    marks = (np.arange(count) + random.random()) * (ends[-1] / count)
    drawn = shuffled[np.searchsorted(ends, marks, side="right").clip(max=len(weights) - 1)]
    return np.asarray(random.permutation(drawn), np.int64)


class WeightedPhotos(Sampler[int]):  # type: ignore[misc]  # torch counts as untyped
    """Draws each epoch's photos by their weights.

    Args:
        weights: (photos,) as `photo_weights` gives them.
        seed: makes the same epochs again.
    """

    def __init__(self, weights: NDArray[np.float64], seed: int) -> None:
        self._weights = weights
        self._random = np.random.default_rng(seed)

    def __len__(self) -> int:
        return round(float(self._weights.sum()))

    def __iter__(self) -> Iterator[int]:
        return iter(draw(self._weights, self._random).tolist())
