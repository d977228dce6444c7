"""The engine's registered models through the API: figures, the choice of another one, and what is refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.registry import FOLDER_VARIABLE, Registry
from service.security import Role
from tests.service.errands import errands_at
from tests.service.office import Desk, assert_problem

MODELS = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture
def registry(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An engine whose registry holds the real model twice, the second one with a damaged file."""
    entry = Registry.load(MODELS).entry()
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(entry.path, folder / "one.onnx")
    (folder / "bad.onnx").write_bytes(b"no model")
    classes = ", ".join(f'"{name}"' for name in entry.classes)
    text = ['default = "one"']
    for name, file in (("one", "one.onnx"), ("two", "one.onnx"), ("bad", "bad.onnx")):
        text += [f"[models.{name}]", f'file = "{file}"', f'sha256 = "{entry.sha256}"', f"classes = [{classes}]"]
        text += [f'output = "{entry.output}"', f"[models.{name}.figures.val_ap50]", "garbage = 0.81"]
    (folder / "registry.toml").write_text("\n".join(text), encoding="utf-8")
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    with errands_at(desk.office.settings.engine_socket, tmp_path):
        yield folder


async def test_another_model_is_chosen_and_a_bad_one_refused(desk: Desk, registry: Path) -> None:
    admin = await desk.administrator()
    listed = (await admin.get("/models")).json()
    assert (listed["default"], [m["name"] for m in listed["models"]]) == ("one", ["bad", "one", "two"])
    bad, one, _ = listed["models"]
    assert "SHA-256" in bad["fault"]
    assert one["fault"] == ""
    (garbage,) = [c for c in one["classes"] if c["code"] == "garbage"]
    assert (garbage["ap50"], garbage["recall"]) == (0.81, None)

    chosen = await admin.put("/models/default", json={"name": "two"})
    assert chosen.json()["default"] == "two"
    assert Registry.load(registry).default == "two"
    (row,) = (await admin.get("/audit", params={"action": "use_model"})).json()["items"]
    assert row["subject_id"] == "two"

    assert_problem(await admin.put("/models/default", json={"name": "bad"}), 409, "SHA-256")
    assert_problem(await admin.put("/models/default", json={"name": "three"}), 409, "no model")
    assert Registry.load(registry).default == "two"
    auditor = await desk.person(Role.AUDITOR)
    assert (await auditor.get("/models")).status_code == 200
    assert_problem(await auditor.put("/models/default", json={"name": "one"}), 403)
