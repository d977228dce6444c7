import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from datasets.fingerprints import SAME_BITS, Memory, fingerprint
from tests.datasets.conftest import picture


def recompressed(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    coded = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR).astype(np.uint8, copy=False)


@pytest.mark.parametrize(
    "copy",
    [
        recompressed(picture(1, 640, 480)),
        picture(1, 320, 240),
        cv2.convertScaleAbs(picture(1, 640, 480), alpha=0.8, beta=20).astype(np.uint8),
    ],
    ids=["recompressed", "smaller", "brighter"],
)
def test_a_copy_is_recognised(copy: NDArray[np.uint8]) -> None:
    memory = Memory()
    assert memory.add(picture(1, 640, 480))
    assert not memory.add(copy)


def test_different_pictures_differ_in_many_bits() -> None:
    hashes = [fingerprint(picture(seed)) for seed in range(12)]
    distances = [int((first != second).sum()) for i, first in enumerate(hashes) for second in hashes[:i]]
    assert min(distances) > 2 * SAME_BITS
