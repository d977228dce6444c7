import sys
from pathlib import Path

import onnxruntime
import pytest

from detector.model import Model
from detector.registry import ModelError, Registry
from detector.runtimes import RUNTIME_VARIABLE, installed, open_runtime, versioned
from detector.runtimes.choice import CACHE_VARIABLE
from detector.runtimes.onnx import CUDA_PROVIDER


def test_a_forced_runtime_that_is_missing_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match=r"^OpenVINO is not installed: pip install 'street-warden\[openvino\]'$"):
        open_runtime(b"", "openvino")


@pytest.mark.skipif(CUDA_PROVIDER in onnxruntime.get_available_providers(), reason="CUDA is installed here")
def test_cuda_that_is_missing_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"^CUDA is not installed: pip uninstall onnxruntime"):
        open_runtime(b"", "cuda")
    # onnxruntime's CUDA build on a machine without a GPU falls back to the CPU; here, where it is not even built in.
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA_PROVIDER])
    with (
        pytest.warns(UserWarning, match="not in available provider names"),
        pytest.raises(ModelError, match=r"^CUDA cannot be used"),
    ):
        open_runtime(Registry.load().entry().read(), "cuda")


def test_the_environment_says_what_auto_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUNTIME_VARIABLE, "tensorrt")
    with pytest.raises(
        ModelError, match="STREETWARDEN_RUNTIME is 'tensorrt'; known are auto, onnxruntime, openvino, cuda"
    ):
        Model.load()
    monkeypatch.setenv(RUNTIME_VARIABLE, "onnxruntime")
    assert Model.load().runtime.name == "onnxruntime"
    assert Model.load(runtime="onnxruntime").runtime.name == "onnxruntime"


def test_auto_chooses_among_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RUNTIME_VARIABLE)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    names = installed()
    assert names[0] == "onnxruntime"
    assert Model.load().runtime.name in names
    # With one runtime there is nothing to measure.
    assert (tmp_path / "runtimes.json").is_file() == (len(names) > 1)
    monkeypatch.setattr("detector.runtimes.opening.find_spec", lambda _: None)
    assert "openvino" not in installed()


def test_a_runtime_is_named_with_its_version() -> None:
    assert versioned("onnxruntime").split()[0] == "onnxruntime"
    assert versioned("onnxruntime").split()[1][0].isdigit()
