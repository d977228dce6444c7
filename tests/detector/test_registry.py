import hashlib
from pathlib import Path

import pytest

from detector.model import Model
from detector.registry import FOLDER_VARIABLE, ModelError, Registry
from detector.runtimes import open_runtime

CONTENT = b"not really a model"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
TEXT = f"""
default = "street-n"

[models.street-n]
file = "street-n.onnx"
sha256 = "{SHA256}"
classes = ["person", "bicycle", "motorcycle", "car", "bus", "truck", "e_tricycle", "cigarette_butt", "garbage"]
input_size = 640
stride = 32
output = "end2end"
licence = "AGPL-3.0-or-later"
trained_on = "street"
created = 2026-11-24
[models.street-n.thresholds]
garbage = 0.3
[models.street-n.figures]
"AP50 garbage" = 0.8
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "registry.toml").write_text(TEXT)
    (tmp_path / "street-n.onnx").write_bytes(CONTENT)
    return tmp_path


def test_load_and_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    for registry in (Registry.load(), Registry.load(folder), Registry.load(folder / "registry.toml")):
        entry = registry.entry()
        assert entry == registry.entry("street-n")
        assert entry.read() == CONTENT
        assert entry.path == folder / "street-n.onnx"
        assert [c.label for c in entry.object_classes] == list(entry.classes)
        assert entry.thresholds == {"garbage": 0.3}


@pytest.mark.parametrize("change", [CONTENT + b"!", CONTENT[:-1], b""])
def test_a_file_that_is_not_the_registered_one_is_refused(folder: Path, change: bytes) -> None:
    (folder / "street-n.onnx").write_bytes(change)
    with pytest.raises(ModelError, match=rf"street-n\.onnx: SHA-256 is .*the registry says {SHA256[:12]}") as caught:
        Model.load(registry=folder)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "street-n.onnx").unlink()
    with pytest.raises(ModelError, match=r"street-n\.onnx: the model cannot be read: No such file"):
        Model.load(registry=folder)


def test_a_file_that_is_no_model_is_refused_in_one_line(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"street-n\.onnx: onnxruntime cannot load the model") as caught:
        Model.load(registry=folder, runtime="onnxruntime")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('default = "street-n"', 'default = "street-x"', "no model is called 'street-x'"),
        ('"garbage"]', '"litter"]', "models.street-n.classes: unknown classes litter"),
        ('"garbage"]', '"person"]', "named twice"),
        ("garbage = 0.3", "garbage = 1.3", "models.street-n.thresholds.garbage"),
        ("garbage = 0.3", "litter = 0.3", "does not have: litter"),
        ('"end2end"', '"both"', "models.street-n.output"),
        (SHA256, "abc", "models.street-n.sha256"),
        ('file = "street-n.onnx"', 'file = "../street-n.onnx"', "models.street-n.file"),
        ("stride = 32", "strides = 32", "models.street-n.strides"),
        ("default =", "default", "is not TOML"),
    ],
)
def test_faults_of_the_registry_are_named(folder: Path, old: str, new: str, fault: str) -> None:
    (folder / "registry.toml").write_text(TEXT.replace(old, new))
    with pytest.raises(ModelError) as caught:
        Registry.load(folder)
    assert fault in str(caught.value)
    assert str(folder / "registry.toml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_registry_says_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=rf"registry\.toml: the model registry cannot be read.*{FOLDER_VARIABLE}"):
        Registry.load(tmp_path)


def test_a_model_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match="no model is called 'x'; there are street-n"):
        Registry.load(folder).entry("x")


def test_openvino_is_optional() -> None:
    try:
        import openvino  # noqa: F401, PLC0415
    except ImportError:
        with pytest.raises(ModelError, match=r"pip install 'street-warden\[openvino\]'"):
            open_runtime(CONTENT, "openvino")
    else:
        with pytest.raises(ModelError, match="OpenVINO cannot load the model"):
            open_runtime(CONTENT, "openvino")
