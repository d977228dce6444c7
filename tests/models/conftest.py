from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def coco_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.models.training import random_weights  # noqa: PLC0415 - only tests that train need torch

    return random_weights(tmp_path_factory.mktemp("weights"))
