"""Sight: what one small grey picture tells about how well a camera sees."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.alignment import Alignment
from detector.sources.frame import Image

WIDTH: Final = 256
"""Width of the small picture in pixels; enough to measure a move of 0.2 % of the width."""
BLOCKS: Final = 8
"""Texture is measured in so many blocks along each side."""

_FEATURES: Final = 300
_LEAST_INLIERS: Final = 12
_LEAST_SHARE: Final = 0.2
"""Matches that agree on one similarity: fewer, by number or as a share, agree by chance."""
_SCALES: Final = (0.8, 1.25)
_REPROJECTION: Final = 2.0
"""Pixels of the small picture by which a match may miss the similarity (RANSAC)."""
_STRONG_EDGE: Final = 120.0
"""Edges stronger than this count no more: one lamp post must not outvote the street."""

Grey = NDArray[np.uint8]
Array = NDArray[np.float32]


def small_grey(image: Image) -> Grey:
    """The picture as a grey one of :data:`WIDTH` pixels width.

    Large pictures are thinned out first: averaging all pixels of a full HD frame would take 10 ms.
    """
    height, width = image.shape[:2]
    size = (WIDTH, max(BLOCKS, round(height * WIDTH / width)))
    thin = cv2.resize(image, (2 * size[0], 2 * size[1]), interpolation=cv2.INTER_NEAREST)
    grey = cv2.cvtColor(thin, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(eq=False)
class Sight:
    """Measures of one small grey picture, each made when it is first asked for.

    Attributes:
        grey: (height, :data:`WIDTH`) uint8.
    """

    grey: Grey

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """(256,) share of pixels that are as bright as each level or darker."""
        counts = cv2.calcHist([self.grey], [0], None, [256], [0, 256]).ravel().cumsum()
        return np.asarray(counts / counts[-1], np.float64)

    def brightness(self, share: float) -> int:
        """The grey level that a share of the picture, 0 to 1, does not exceed."""
        return int(np.searchsorted(self.levels, share))

    @cached_property
    def details(self) -> Array:
        """(height, width) the picture's Laplacian: what is left when all that is smooth is taken away."""
        return np.asarray(cv2.Laplacian(self.grey, cv2.CV_32F), np.float32)

    @cached_property
    def sharpness(self) -> float:
        """Energy of fine detail over the energy of all: falls with blur, stays when the light changes."""
        _, deviation = cv2.meanStdDev(self.grey)
        _, details = cv2.meanStdDev(self.details)
        return float(details[0, 0] ** 2 / (deviation[0, 0] ** 2 + 1.0))

    @cached_property
    def texture(self) -> Array:
        """(:data:`BLOCKS`, :data:`BLOCKS`) standard deviation of the grey levels in each block."""
        values = self.grey.astype(np.float32)
        mean = cv2.resize(values, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
        square = cv2.resize(values * values, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
        variance = np.asarray(square, np.float32) - np.asarray(mean, np.float32) ** 2
        texture: Array = np.sqrt(np.maximum(variance, 0))
        return texture

    @cached_property
    def edges(self) -> Array:
        """(height, width) strength of edges, a little smeared, with mean 0 and length 1."""
        smooth = cv2.GaussianBlur(self.grey, (3, 3), 0)
        strength = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
        edges = np.asarray(cv2.GaussianBlur(np.minimum(strength, _STRONG_EDGE), (3, 3), 0), np.float32)
        return _normalised(edges)

    @cached_property
    def points(self) -> "_Points":
        """Corners of the picture and how they look."""
        orb = cv2.ORB.create(_FEATURES, scaleFactor=1.3, nlevels=4, edgeThreshold=15, patchSize=21, fastThreshold=10)
        corners, looks = orb.detectAndCompute(self.grey, None)
        where = np.array([corner.pt for corner in corners], np.float32).reshape(-1, 2)
        return _Points(where, np.asarray(looks, np.uint8) if corners else None)

    def likeness(self, other: "Sight") -> float:
        """Correlation of the edges of two pictures of one size: near 1 for the same view, near 0 for another."""
        if self.grey.shape != other.grey.shape:
            return 0.0
        return float((self.edges * other.edges).sum())

    def shared_details(self, other: "Sight") -> float:
        """Correlation of the fine details of two pictures of one size, -1 to 1."""
        if self.grey.shape != other.grey.shape:
            return 0.0
        return float((_normalised(self.details) * _normalised(other.details)).sum())

    def seen_from(self, reference: "Sight") -> Alignment | None:
        """Where this picture's camera looks, measured from another picture of the same place.

        ORB corners (Rublee et al., 2011) are matched and a similarity is fitted with RANSAC.

        Returns:
            From the reference to this picture; None where too few corners agree.
        """
        mine, its = self.points, reference.points
        if mine.looks is None or its.looks is None or self.grey.shape != reference.grey.shape:
            return None
        matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(its.looks, mine.looks)
        if len(matches) < _LEAST_INLIERS:
            return None
        source = its.where[[m.queryIdx for m in matches]]
        target = mine.where[[m.trainIdx for m in matches]]
        matrix, agreeing = cv2.estimateAffinePartial2D(
            source, target, method=cv2.RANSAC, ransacReprojThreshold=_REPROJECTION
        )
        if not len(agreeing) or agreeing.sum() < max(_LEAST_INLIERS, _LEAST_SHARE * len(matches)):
            return None
        scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
        if not _SCALES[0] <= scale <= _SCALES[1]:
            return None
        size = np.array([self.grey.shape[1], self.grey.shape[0]], np.float64)
        linear = matrix[:, :2] / size[:, None] * size[None, :]
        return Alignment(np.column_stack([linear, matrix[:, 2] / size]))


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    where: Array
    looks: NDArray[np.uint8] | None


def _normalised(values: Array) -> Array:
    centred = values - values.mean()
    length = float(np.sqrt((centred * centred).sum()))
    normalised: Array = centred / length if length > 0 else centred
    return normalised
