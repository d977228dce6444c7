"""What all tests share: each finds and leaves the process's log and Pillow as they are in the product."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from PIL import Image

from detector.runtimes import RUNTIME_VARIABLE

PILLOW_OPEN = Image.open

# Every test sees the same boxes on every machine, and none waits for a measurement: set before any model is loaded.
os.environ[RUNTIME_VARIABLE] = "onnxruntime"


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """Commands that run in the test's own process set up its log, on streams that are closed after them."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    # pytest puts its own handlers in before each phase of a test: only what the test added goes.
    for handler in [h for h in root.handlers if h not in handlers and type(h) is logging.StreamHandler]:
        root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(autouse=True)
def pillow_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing ultralytics replaces ``Image.open`` by one that runs pip when a file is no image.

    Serving never imports ultralytics; only the tests of training do, in the same process.
    """
    monkeypatch.setattr(Image, "open", PILLOW_OPEN)
