"""Models as the engine's registry tells of them, and the choice of another one.

Only the registry's ``default`` is written here; the engine sees that within two seconds and swaps without stopping.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from detector.model import Model
from detector.registry import ModelEntry, ModelError, Registry, registry_path

_DEFAULT: Final = re.compile(r"(?m)^default\s*=.*$")
_FIGURES: Final = ("ap50", "ap50_95", "precision", "recall", "labels")


def models(pinned: str | None) -> dict[str, Any]:
    """All registered models with their figures by class.

    Args:
        pinned: the model that the engine was told to use whatever the registry says.

    Raises:
        ModelError: the registry cannot be read.
    """
    registry = Registry.load()
    listed = [_shown(name, entry) for name, entry in sorted(registry.models.items())]
    return {"default": registry.default, "pinned": pinned, "models": listed}


def use_model(name: str, pinned: str | None) -> dict[str, Any]:
    """Make a model the default one after it has been loaded and run here, in this process.

    Raises:
        ModelError: it is refused, and the registry is as it was.
    """
    if pinned is not None:
        raise ModelError(f"the engine was started with --model {pinned}: start it without, to choose here")
    registry = Registry.load()
    entry = registry.entry(name)
    lost = sorted(set(registry.entry().classes) - set(entry.classes))
    if lost:
        raise ModelError(f"{entry.path}: does not see {', '.join(lost)}, which the model in use sees")
    Model.load(name, registry=registry, threads=1).warm(640, 480, 1)
    _write_default(registry_path(), name)
    return models(pinned)


def _write_default(path: Path, name: str) -> None:
    try:
        text = path.read_text(encoding="utf-8")
        changed, count = _DEFAULT.subn(lambda _: f'default = "{name}"', text, count=1)
        if count != 1 or tomllib.loads(changed).get("default") != name:
            raise ModelError(f"{path}: no line begins with default = ; edit the file by hand")
        temporary = path.with_suffix(".tmp")
        temporary.write_text(changed, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be written: {error.strerror or error}") from error


def _shown(name: str, entry: ModelEntry) -> dict[str, Any]:
    try:
        entry.read()
        fault = ""
    except ModelError as error:
        fault = str(error)
    return {
        "name": name,
        "file": entry.file,
        "sha256": entry.sha256,
        "created": str(entry.created or ""),
        "licence": entry.licence,
        "input_size": entry.input_size,
        "photos": _number(entry.figures.get("val_photos")),
        "fault": fault,
        "classes": [
            {"code": code, "threshold": entry.thresholds.get(code)}
            | {figure: _of(entry, f"val_{figure}", code) for figure in _FIGURES}
            for code in entry.classes
        ],
    }


def _of(entry: ModelEntry, table: str, code: str) -> float | None:
    values = entry.figures.get(table)
    return _number(values.get(code)) if isinstance(values, dict) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
