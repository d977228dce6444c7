import tomllib
from datetime import date
from pathlib import Path

import pytest

from models.registry import Entry, Value, dumps, register


def entry(file: str) -> Entry:
    return Entry(
        file=file,
        sha256="00",
        classes=["person", "烟头"],
        input_size=640,
        stride=32,
        output="end2end",
        licence="AGPL-3.0-or-later",
        trained_on='photos "of" streets',
        created=date(2026, 11, 24),
        thresholds={"person": 0.25},
        figures={"val_ap50": {"person": 0.5}, "size": 640},
    )


def test_registering_keeps_other_models(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    register(registry, "street-n", entry("a.onnx"))
    register(registry, "street-s", entry("b.onnx"), default=False)
    register(registry, "street-n", entry("c.onnx"))
    content = tomllib.loads(registry.read_text(encoding="utf-8"))
    assert content["default"] == "street-n"
    assert {name: model["file"] for name, model in content["models"].items()} == {
        "street-n": "c.onnx",
        "street-s": "b.onnx",
    }
    assert content["models"]["street-n"]["created"] == date(2026, 11, 24)


@pytest.mark.parametrize(
    "table",
    [
        {"plain": 1, "nested": {"a b": {"x": 0.5}, "list": ['q"uote', "烟头"]}},
        {"only": {"nested": {"deep": "yes"}}},
        {},
    ],
)
def test_what_is_written_reads_back_the_same(table: dict[str, Value]) -> None:
    assert tomllib.loads(dumps(table)) == table
