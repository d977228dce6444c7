import doctest
import importlib

import pytest

MODULES = (
    "detections", "drawing", "evidence", "letterbox", "model", "regions", "registry", "runtimes", "sources.clock",
    "sources.folder", "sources.photos", "sources.pushed", "sources.reconnecting", "sources.source", "sources.stream",
    "sources.video",
)  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"detector.{name}")).failed == 0
