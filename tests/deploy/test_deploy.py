"""What deploy/ names exists: commands, options, settings, routes, files; and readers of its files take them."""

import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose
from typer.main import get_group

from detector.registry import FOLDER_VARIABLE
from detector.runtimes import RUNTIME_VARIABLE
from detector.runtimes.choice import CACHE_VARIABLE
from service.app import create_app
from service.cli import app
from service.engine.settings import EngineSettings
from service.settings import Settings
from tests.service.office import settings_for

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.suffix in (".service", ".timer"))
BINARY = "/opt/streetwarden/bin/streetwarden"
OTHER_VARIABLES = {FOLDER_VARIABLE, RUNTIME_VARIABLE, CACHE_VARIABLE, "STREETWARDEN_ENGINE_CLUSTER"}
FILLED_IN = {
    "SERVER_NAME": "city.example", "TLS_FOLDER": "/tls", "POSTGRES_PASSWORD": "0c5c", "S3_ACCESS_KEY": "office",
    "S3_SECRET_KEY": "5ec2e7", "ENGINE_KEY": "swk_1",
}  # fmt: skip
KUBERNETES = "1.34"


def compose() -> dict[str, Any]:
    """The compose file as it is read with a filled-in environment."""
    text = (DEPLOY / "compose.yaml").read_text()

    def value(match: re.Match[str]) -> str:
        name, _, default = match[1].partition(":")
        return FILLED_IN[name] if name in FILLED_IN else default.removeprefix("-")

    whole: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{([^}]+)\}", value, text))
    return whole


def manifests() -> Iterator[dict[str, Any]]:
    kustomization = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    for name in kustomization["resources"]:
        yield from yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text())


def pods() -> Iterator[dict[str, Any]]:
    """The pod specification of everything that makes pods."""
    for manifest in manifests():
        spec = manifest.get("spec", {})
        match manifest["kind"]:
            case "StatefulSet":
                yield spec["template"]["spec"]
            case "CronJob":
                yield spec["jobTemplate"]["spec"]["template"]["spec"]
            case "RayCluster":
                yield from (group["template"]["spec"] for group in [spec["headGroupSpec"], *spec["workerGroupSpecs"]])


def commands() -> Iterator[list[str]]:
    """Every call of ``streetwarden`` in deploy/ and in the pages about running it."""
    for service in compose()["services"].values():
        if service["image"].startswith("street-warden"):
            yield service["command"]
    for pod in pods():
        yield from (container["args"] for container in pod["containers"] if "args" in container)
    yield yaml.safe_load(re.findall(r"(?m)^CMD (.*)$", (DEPLOY / "Dockerfile").read_text())[0])
    for unit in UNITS:
        for line in re.findall(r"(?m)^ExecStart=(.*)$", unit.read_text()):
            for call in re.findall(rf"{BINARY} ([^&']+)", line):
                yield shlex.split(call)
    for page in (DEPLOY / "README.md", ROOT / "docs" / "operations.md"):
        for call in re.findall(r"`streetwarden ([a-z-]+[^`…]*)`", page.read_text()):
            yield [__file__ if word == "FILE" else word for word in shlex.split(call)]


def environments() -> Iterator[Mapping[str, str]]:
    for service in compose()["services"].values():
        yield service.get("environment", {})
    files = [*(DEPLOY / "kubernetes").glob("*.env"), *(DEPLOY / "systemd").glob("*.env.example")]
    for file in files:
        lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
        yield dict(line.split("=", 1) for line in lines)
    for unit in UNITS:
        for line in re.findall(r"(?m)^Environment=(.*)$", unit.read_text()):
            yield dict(pair.split("=", 1) for pair in line.split())
    yield dict(re.findall(r"(STREETWARDEN_[A-Z_]+)=(\S+)", (DEPLOY / "Dockerfile").read_text()))


def test_every_command_and_option_exists() -> None:
    called = set()
    group = get_group(app)
    for arguments in commands():
        with group.make_context("streetwarden", list(arguments)) as context:
            name, command, rest = group.resolve_command(context, arguments)
            assert command is not None
            command.make_context(name, rest, parent=context).close()
            called.add(name)
    assert {"serve", "engine", "retention", "verify", "backup"} <= called


def test_every_setting_exists_and_takes_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STREETWARDEN_TEST_DATABASE", raising=False)
    checked = 0
    for environment in environments():
        own = {n: v for n, v in environment.items() if n.startswith("STREETWARDEN_") and n not in OTHER_VARIABLES}
        engine = {n.removeprefix("STREETWARDEN_ENGINE_").lower(): v for n, v in own.items() if "_ENGINE_" in n}
        office = {n.removeprefix("STREETWARDEN_").lower(): v for n, v in own.items() if "_ENGINE_" not in n}
        # The engine's settings pass over names that they do not know, so those are looked at here.
        assert engine.keys() <= EngineSettings.model_fields.keys()
        EngineSettings.model_validate({"key": "swk_1"} | engine)
        Settings.model_validate(office)
        checked += len(own)
    assert checked > 20


def test_compose_and_kubernetes_files_pass_their_schemas() -> None:
    whole = compose()
    PyCompose.from_yaml(yaml.safe_dump(whole))
    for service in whole["services"].values():
        assert set(service.get("depends_on", {})) <= set(whole["services"])
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in whole["volumes"] or source == FILLED_IN["TLS_FOLDER"] or (DEPLOY / source).exists()
    for manifest in manifests():
        if manifest["kind"] != "RayCluster":  # its schema comes with KubeRay's operator, which no registry here has
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    for pod in pods():
        whole_pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": pod}
        kubernetes_validate.validate(whole_pod, KUBERNETES, strict=True)
        assert pod["securityContext"]["runAsNonRoot"]
        volumes = {volume["name"] for volume in pod["volumes"]} | {"data"}
        assert {m["name"] for c in pod["containers"] for m in c["volumeMounts"]} <= volumes


def test_health_checks_and_the_proxy_ask_for_routes_that_exist(tmp_path: Path) -> None:
    paths = create_app(settings_for(tmp_path)).openapi()["paths"]
    assert isinstance(paths, dict)
    asked = re.findall(r"127\.0\.0\.1:8000(/[a-z]+)", (DEPLOY / "Dockerfile").read_text())
    for pod in pods():
        for container in pod["containers"]:
            asked += [container[probe]["httpGet"]["path"] for probe in container if probe.endswith("Probe")]
    assert len(asked) == 4
    assert set(asked) <= paths.keys()
    # What only an engine can answer goes to the office beside it: routes that say 503, and signals.
    beside = [
        re.compile(p) for p in re.findall(r'(?m)^\s+"~(\S+)" beside_engine;', (DEPLOY / "nginx.conf").read_text())
    ]
    needs_engine = {
        path
        for path, operations in paths.items()
        if path.startswith(("/api/v1/cameras", "/api/v1/models"))
        and any("503" in operation["responses"] for operation in operations.values())
    }
    needs_engine.add("/api/v1/cameras/{camera_id}/signal")
    assert {path for path in paths if any(pattern.search(path) for pattern in beside)} == needs_engine


def test_the_image_holds_what_the_project_is_made_of() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    sources = [line.split()[1:-1] for line in re.findall(r"(?m)^COPY (?!--from).*$", dockerfile)]
    named = {name for line in sources for name in line}
    assert [name for name in named if not (ROOT / name).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= named
    kept = {line.removeprefix("!") for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()}
    assert {name.split("/")[0] for name in named} <= kept
    version = project["project"]["version"]
    assert f"street-warden:{version}" in (DEPLOY / "compose.yaml").read_text()
    assert f"newTag: {version}" in (DEPLOY / "kubernetes" / "kustomization.yaml").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not there")
def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(BINARY, "/bin/true"))
    units = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
