"""A model server asked from several sides gives each its own answer."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from detector.cluster.model_server import ModelServer, to_input, to_pixels
from detector.cluster.shipped_model import ShippedModel
from detector.letterbox import PAD_VALUE
from detector.model import Model
from detector.registry import ModelEntry
from detector.runtimes import RUNTIME_VARIABLE, open_runtime
from detector.runtimes.onnx import OnnxRuntime
from tests.detector.squares import paint

FILE = Path(__file__).parents[2] / "cluster" / "squares.onnx"


@pytest.fixture(scope="module")
def shipped() -> ShippedModel:
    content = FILE.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    entry = ModelEntry(file=FILE.name, sha256=digest, classes=("e_tricycle",), input_size=320, output="end2end")
    return ShippedModel("squares", entry, content)


def test_pictures_travel_as_bytes_and_arrive_as_they_were() -> None:
    values = np.arange(256, dtype=np.uint8) * np.float32(1 / 255)
    assert np.array_equal(to_input(to_pixels(values)), values)
    pad = np.float32(PAD_VALUE / 255)
    assert to_input(to_pixels(np.array([pad]))) == pytest.approx(pad, abs=1e-7)


@pytest.mark.parametrize("batch", [1, 4])
def test_each_asker_gets_its_own_answer(shipped: ShippedModel, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of pictures of two shapes; also where several go into one call, as on a GPU."""
    model = shipped.unpack(open_runtime(shipped.content, "onnxruntime", 1))
    pictures = [_picture(model, number) for number in range(40)]
    alone = [model.infer(picture) for picture in pictures]
    monkeypatch.setenv(RUNTIME_VARIABLE, "onnxruntime")
    monkeypatch.setattr(OnnxRuntime, "batch", batch)
    server = ModelServer(shipped, lanes=2)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda picture: server.run(to_pixels(picture)), pictures))
    for expected, (raw, seconds) in zip(alone, answers, strict=True):
        assert np.allclose(raw, expected, atol=1e-4)
        assert seconds > 0


def test_a_picture_that_cannot_be_computed_is_its_askers_fault_alone(shipped: ShippedModel) -> None:
    server = ModelServer(shipped)
    with pytest.raises(RuntimeError):
        server.run(np.zeros((1, 4, 64, 64), np.uint8))
    assert server.run(np.zeros((1, 3, 64, 64), np.uint8))[0].shape == (1, 4, 6)


def _picture(model: Model, number: int) -> np.ndarray:
    height = 240 if number % 2 else 180
    left = 32 * (number % 9)
    return model.prepare(paint(320, height, ("e_tricycle", (left, 56, left + 32, 88))))[0][None]
