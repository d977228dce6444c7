"""The command line of the office: exit statuses, and one clear line where something is wrong."""

import shutil
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detector.registry import FOLDER_VARIABLE
from service.cli import app
from tests.service.office import copy_of

MODELS = Path(__file__).resolve().parents[2] / "models"
runner = CliRunner()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("registry.toml", "street-n.onnx"):
        shutil.copy(MODELS / name, folder / name)
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


def test_a_changed_model_refuses_to_start(models: Path, tmp_path: Path) -> None:
    with (models / "street-n.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"changed")
    answer = runner.invoke(app, ["serve", "--port", "0", "--data", str(tmp_path / "office")])
    assert answer.exit_code == 1
    assert "street-n.onnx: SHA-256 is" in answer.stderr
    assert not (tmp_path / "office").exists(), "nothing is set up for a service that cannot start"


def test_an_unknown_model_is_named(models: Path, tmp_path: Path) -> None:
    answer = runner.invoke(app, ["serve", "--port", "0", "--data", str(tmp_path / "office"), "--model", "nobody"])
    assert answer.exit_code == 1
    assert "no model is called 'nobody'" in answer.stderr
    assert models.exists()


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = runner.invoke(app, ["serve", "--port", str(port), "--data", str(tmp_path / "office")])
    assert answer.exit_code == 1
    assert f"port {port} is in use" in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify"],
        ["verify", "JJ-20261124-00001", "--all"],
        ["serve", "--port", "70000"],
        ["watch", "clip.avi"],
        ["watch", "clip.avi", "--scene", "nowhere.yaml"],
        ["detect"],
        ["detect", "a.jpg", "--confidence", "2"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_wrong_arguments_exit_with_2(arguments: list[str]) -> None:
    answer = runner.invoke(app, arguments)
    assert answer.exit_code == 2
    assert answer.stderr
    assert not answer.stdout


@pytest.mark.parametrize("command", ["detect", "watch", "evaluate", "serve", "demo", "engine", "verify"])
def test_every_command_has_help(command: str) -> None:
    answer = runner.invoke(app, [command, "--help"])
    assert answer.exit_code == 0
    assert "Usage" in answer.stdout


def test_verify_names_what_it_checked(prepared: tuple[Path, str], tmp_path: Path) -> None:
    data = copy_of(prepared[0], tmp_path / "office")
    answer = runner.invoke(app, ["verify", "--all", "--data", str(data)])
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "everything is as it was written" in answer.stderr
    for arguments, words in ((["JJ-0"], "there is no case JJ-0"), (["--all", "--data", "/nowhere"], "no office here")):
        answer = runner.invoke(app, ["verify", "--data", str(data), *arguments])
        assert answer.exit_code == 1
        assert words in answer.stderr
