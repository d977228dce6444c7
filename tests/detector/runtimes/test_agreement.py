"""Every runtime gives the same boxes: what an offence is must not hang on what computed it."""

from pathlib import Path

import numpy as np
import pytest

from detector.detections import Detections
from detector.model import Model
from detector.runtimes import RuntimeName, installed
from detector.sources import read_photo

PIXELS, CONFIDENCE = 1.0, 0.01
OTHERS = [name for name in installed() if name != "onnxruntime"]


def unmatched(found: Detections, wanted: Detections, least: float) -> list[int]:
    """Rows of ``wanted`` surer than ``least`` that ``found`` does not hold, within a pixel and a hundredth."""
    missing = []
    for row in np.flatnonzero(wanted.confidence >= least).tolist():
        near = (np.abs(found.xyxy - wanted.xyxy[row]) <= PIXELS).all(axis=1)
        near &= np.abs(found.confidence - wanted.confidence[row]) <= CONFIDENCE
        near &= found.class_id == wanted.class_id[row]
        if near.sum() != 1:
            missing.append(row)
    return missing


@pytest.mark.skipif(not OTHERS, reason="needs another runtime than onnxruntime: pip install '.[openvino]'")
@pytest.mark.parametrize("other", OTHERS)
def test_other_runtimes_see_the_same_in_real_photos(other: RuntimeName, street_photos: list[Path]) -> None:
    reference, model = Model.load(runtime="onnxruntime"), Model.load(runtime=other)
    assert model.runtime.name == other
    compared = 0
    for file in street_photos[::27]:
        image = read_photo(file).image
        wanted, found = (m.detect([image], confidence=0.1)[0] for m in (reference, model))
        # What is just above the limit in one may be just below it in the other.
        assert not unmatched(found, wanted, 0.1 + CONFIDENCE), file.name
        assert not unmatched(wanted, found, 0.1 + CONFIDENCE), file.name
        compared += len(wanted)
    assert compared > 20


@pytest.mark.skipif(not OTHERS, reason="needs another runtime than onnxruntime: pip install '.[openvino]'")
@pytest.mark.parametrize("other", OTHERS)
def test_lanes_of_another_runtime_give_what_one_call_gives(other: RuntimeName) -> None:
    noise = np.random.default_rng(1).random((2, 3, 128, 160), np.float32)
    one, side_by_side = (Model.load(runtime=other, threads=1, lanes=lanes).infer(noise) for lanes in (1, 2))
    assert np.abs(one - side_by_side).max() <= 0.1
