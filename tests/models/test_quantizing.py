from pathlib import Path

import onnx
import pytest

from tests.datasets.conftest import Photos, box, photos
from tests.models.training import MARKS, torch

from models.exporting import export  # isort: skip
from models.measuring import open_export  # isort: skip
from models.quantizing import Int8, last_convolutions, quantize, race  # isort: skip
from models.surgery import operate  # isort: skip

__all__ = ["photos"]
pytestmark = MARKS


def test_an_int8_build_runs_and_keeps_the_ends_of_the_head(coco_weights: Path, photos: Photos, tmp_path: Path) -> None:
    torch.save({"model": operate(coco_weights, "yolo26n").model, "epoch": -1}, tmp_path / "last.pt")
    exported, int8 = tmp_path / "model.onnx", tmp_path / "model-int8.onnx"
    export(tmp_path / "last.pt", exported, "plain")
    files = [photos.add("train", f"bag-{number}", number, box(8, 0.1, 0.1, 0.5, 0.5)) for number in range(2)]
    quantize(exported, int8, files, 160)
    assert int8.stat().st_size < exported.stat().st_size / 2
    model = onnx.load(int8)
    kept = last_convolutions(model)
    assert len(kept) == 6, "distances and classes of three scales"
    by_output = {output: node for node in model.graph.node for output in node.output}
    for node in model.graph.node:
        if node.op_type == "Conv":
            from_int8 = by_output.get(node.input[1])
            assert (from_int8 is not None and from_int8.op_type == "DequantizeLinear") == (node.name not in kept)
    fp32_ms, int8_ms = race(open_export(exported, "plain", 160), open_export(int8, "plain", 160))
    assert fp32_ms > 0
    assert int8_ms > 0


@pytest.mark.parametrize(
    ("int8_ms", "int8_ap50", "worst", "kept"),
    [
        (40.0, 0.895, 0.008, True),
        (45.0, 0.895, 0.008, False),
        (40.0, 0.880, 0.008, False),
        (40.0, 0.895, 0.030, False),
    ],
    ids=["fast and good", "too slow", "sees too little", "one class sees too little"],
)
def test_only_a_fast_and_good_build_is_kept(int8_ms: float, int8_ap50: float, worst: float, kept: bool) -> None:
    made = Int8(Path("a.onnx"), "onnxruntime", 50.0, int8_ms, 0.9, int8_ap50, ("garbage", worst))
    assert made.worth_it is kept
    assert ("not kept" in str(made)) is not kept
    for figure in (f"{int8_ms:.1f} ms", "fp32 50.0 ms", "0.9000", f"{int8_ap50:.4f}"):
        assert figure in str(made), "both figures are stated either way"
