"""The registry of models, `registry.toml`: each exported model with hash, classes, thresholds and figures.

`detector/model.py` reads it; this module writes it.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

Value = str | int | float | date | list[str] | Mapping[str, "Value"]

HEADER = "# Written by train.py. Change nothing by hand: the service refuses a model whose hash differs.\n"


@dataclass(frozen=True)
class Entry:
    """What the registry says of one model.

    Attributes:
        file: name of the exported model, beside the registry.
        sha256: its hash, in hexadecimal.
        classes: class names in the order of the model's class ids.
        input_size: long side of the input in pixels; pictures are letterboxed to multiples of `stride`.
        output: "end2end" for (N, 300, 6) corners, confidence, class; "plain" for (N, 4 + classes, anchors).
        thresholds: confidence from which a detection counts, by class.
        figures: what was measured, with the command that measures it again.
    """

    file: str
    sha256: str
    classes: list[str]
    input_size: int
    stride: int
    output: str
    licence: str
    trained_on: str
    created: date
    thresholds: dict[str, float]
    figures: dict[str, Value]


def register(registry: Path, name: str, entry: Entry, *, default: bool = True) -> None:
    """Adds a model to the registry, or replaces the one of that name. Other models stay as they are."""
    content = tomllib.loads(registry.read_text(encoding="utf-8")) if registry.is_file() else {}
    models = {**content.get("models", {}), name: asdict(entry)}
    chosen = name if default else content.get("default", name)
    text = HEADER + dumps({"default": chosen, "models": models})
    # A reader never sees half a registry.
    unfinished = registry.with_suffix(".tmp")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(registry)


def sha256(file: Path) -> str:
    """The hash of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def dumps(table: Mapping[str, Value], prefix: tuple[str, ...] = ()) -> str:
    """TOML of nested tables of texts, numbers, dates and lists of texts."""
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    nested = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    lines = [f"\n[{'.'.join(map(_key, prefix))}]"] if prefix and plain else []
    lines += [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    text = "".join(f"{line}\n" for line in lines)
    return text + "".join(dumps(value, (*prefix, key)) for key, value in nested.items())


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    # JSON writes texts, numbers and lists of them as TOML does.
    return json.dumps(value, ensure_ascii=False)
