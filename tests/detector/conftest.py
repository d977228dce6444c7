from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261124)


@pytest.fixture(scope="session")
def crossroad() -> Path:
    clip = SHARED / "video" / "crossroad.avi"
    if not clip.exists():
        pytest.skip(f"needs the real clip {clip}")
    return clip


@pytest.fixture
def street_photos() -> list[Path]:
    folder = SHARED / "data" / "street" / "images" / "val"
    photos = sorted(folder.glob("*.webp"))
    if not photos:
        pytest.skip(f"needs the real photos in {folder}")
    return photos
