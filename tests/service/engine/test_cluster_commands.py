"""``streetwarden engine --cluster`` where something is missing: one line that says what, and the right exit status."""

import socket
from importlib.util import find_spec

import pytest
from typer.testing import CliRunner

from service import cli

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra cluster: pip install 'ray[default]'")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["engine", *arguments])
    return result.exit_code, result.output


def test_questions_about_a_cluster_need_its_address() -> None:
    status, output = run("--status")
    assert status == 2
    assert "--cluster" in output


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda _: None)
    assert run("--cluster", "auto") == (1, "Ray is not installed: pip install 'street-warden[cluster]'\n")


@needs_ray
def test_a_cluster_needs_a_shared_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREETWARDEN_ENGINE_KEY", "key")
    status, output = run("--cluster", "auto")
    assert status == 2
    assert "STREETWARDEN_ENGINE_SHARED" in output


@needs_ray
@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_where_nothing_listens_is_said_at_once(scheme: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        status, output = run("--cluster", f"{scheme}127.0.0.1:{closed.getsockname()[1]}", "--status")
    assert status == 1
    assert "no Ray answers there: Connection refused" in output


@needs_ray
def test_what_is_no_address_is_said() -> None:
    status, output = run("--cluster", "head", "--stop")
    assert status == 1
    assert "HOST:6379" in output
