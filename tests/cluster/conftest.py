"""An office of the end-to-end tests, and a folder of models for a cluster."""

import hashlib
from pathlib import Path

import pytest

from tests.end_to_end.conftest import office

__all__ = ["office"]

HERE = Path(__file__).parent


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder of models: one that sees green squares."""
    folder = tmp_path / "models"
    folder.mkdir()
    content = (HERE / "squares.onnx").read_bytes()
    (folder / "squares.onnx").write_bytes(content)
    write_registry(folder, "squares")
    return folder


def write_registry(folder: Path, name: str, file: str = "squares.onnx") -> None:
    """Make a model the only one and the default."""
    digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    text = (
        f"default = '{name}'\n[models.{name}]\nfile = '{file}'\nsha256 = '{digest}'\nclasses = ['e_tricycle']\n"
        "input_size = 320\noutput = 'end2end'\nthresholds = {e_tricycle = 0.5}\n"
    )
    unfinished = folder / "registry.tmp"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / "registry.toml")
