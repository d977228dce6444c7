"""What holds for every request: errors, headers, the console's files, health and figures."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from service import console
from service.app import create_app
from service.security import Role
from service.settings import Settings
from service.system.monitor import ENGINE_SILENT, FolderInUseError, look
from service.system.workflow import MODEL_REFUSED
from tests.service.office import Desk, assert_problem, delivered_case, open_desk, settings_for


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v2/cases", 404),
        ("PUT", "/api/v1/cases", 405),
        ("GET", "/api/v1/photos/claim", 401),
        ("DELETE", "/api/v1/system", 405),
        ("POST", "/healthz", 405),
        ("GET", "/missing.js", 404),
    ],
)
async def test_what_is_not_there_is_a_problem(desk: Desk, method: str, path: str, status: int) -> None:
    assert_problem(await desk.client().request(method, f"http://office.test{path}"), status)


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 422),
        (b"[" * 100_000, {"Content-Type": "application/json"}, 400),
        (b'{"username": "a", "password": "' + b"x" * 3_000_000 + b'"}', {"Content-Type": "application/json"}, 413),
        (b"username=a", {"Content-Type": "application/x-www-form-urlencoded"}, 422),
        (b"\xff\xfe", {"Content-Type": "application/json"}, 422),
    ],
)
async def test_a_body_at_fault_is_a_problem(desk: Desk, content: bytes, headers: dict[str, str], status: int) -> None:
    answer = await desk.client().post("/session", content=content, headers=headers)
    assert_problem(answer, status)


async def test_what_nobody_caught_is_a_problem_that_names_the_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours, with a secret")

    monkeypatch.setattr("service.system.workflow.get_system", broken)
    admin = await desk.administrator()
    answer = await admin.get("/system", headers={"X-Request-ID": "given-by-proxy-1"})
    problem = assert_problem(answer, 500, "given-by-proxy-1")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] == problem["request_id"] == "given-by-proxy-1"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/catalogue", "/api/v1/nowhere", "/", "/healthz"])
async def test_every_answer_carries_the_security_headers(desk: Desk, path: str) -> None:
    answer = await desk.client().get(f"http://office.test{path}", headers={"X-Request-ID": "bad id\t"})
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) == 16


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A console as Vite leaves it."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>console</title>" + " " * 2000)
    (dist / "favicon.svg").write_text("<svg/>")
    (dist / "assets" / "index-abc123.js").write_text("console.log(1)\n" * 500)
    (tmp_path / "secret.txt").write_text("not for you")
    return dist


def pages_of(dist: Path) -> httpx.AsyncClient:
    app = FastAPI()
    console.install(app, dist)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://office.test")


@pytest.mark.parametrize(
    ("path", "status", "words", "caching"),
    [
        ("/", 200, "console", "no-cache"),
        ("/cases/01a20f5f", 200, "console", "no-cache"),
        ("/favicon.svg", 200, "<svg/>", "no-cache"),
        ("/assets/index-abc123.js", 200, "console.log", console.IMMUTABLE),
        ("/assets/gone-abc.js", 404, "", ""),
        ("/robots.txt", 404, "", ""),
        ("/../secret.txt", 404, "", ""),
        ("/%2e%2e/secret.txt", 404, "", ""),
        ("/assets/..%2f..%2fsecret.txt", 404, "", ""),
    ],
)
async def test_the_consoles_files(built: Path, path: str, status: int, words: str, caching: str) -> None:
    async with pages_of(built) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers.get("cache-control", "") == caching
    assert "not for you" not in answer.text


async def test_a_console_that_was_not_built_says_how(tmp_path: Path) -> None:
    async with pages_of(tmp_path / "nothing") as client:
        answer = await client.get("/cases")
    assert answer.status_code == 503
    assert "make console" in answer.text


async def test_the_api_has_pages_that_need_no_internet(desk: Desk) -> None:
    client = desk.client()
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "").replace("HTTP", "")
    for name in ("files/swagger-ui.css", "files/swagger-ui-bundle.js", "start.js"):
        assert f"/api/v1/docs/{name}" in page.text
        assert (await client.get(f"/docs/{name}")).status_code == 200
    assert_problem(await client.get("/docs/files/__init__.pyc"), 404)


async def test_text_is_compressed_and_what_holds_the_csrf_token_is_not(desk: Desk) -> None:
    admin = await desk.administrator()
    assert (await admin.get("/openapi.json")).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in (await admin.get("/session")).headers


async def test_health_and_readiness(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    client = desk.client()
    assert (await client.get("http://office.test/healthz")).json() == {"status": "ok", "checks": {}}
    ready = await client.get("http://office.test/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "storage": "ok"})

    async def away() -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(desk.office.files, "check", away)
    ready = await client.get("http://office.test/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"status": "failed", "checks": {"database": "ok", "storage": "does not answer"}}


async def test_figures_count_what_happened(desk: Desk) -> None:
    await desk.camera()
    engine = await desk.engine()
    await delivered_case(engine)
    cost = {"decode": 6.0, "model": 15.0, "rules": 5.0, "queue_age": 0.25}
    assert (await engine.put("/cameras/gate-1/status", json={"state": "running", "cost": cost})).status_code == 200
    text = (await desk.client().get("http://office.test/metrics")).text
    samples = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["streetwarden_cases", (("kind", "jaywalking"), ("status", "pending"))] == 1
    assert samples["streetwarden_violations_total", (("outcome", "new"),)] == 1
    assert samples["streetwarden_ingest_seconds_count", ()] == 1
    assert samples["streetwarden_camera_cpu_ratio", (("camera", "gate-1"), ("part", "model"))] == 0.015
    assert samples["streetwarden_camera_queue_age_seconds", (("camera", "gate-1"),)] == 0.25
    labels = (("method", "POST"), ("route", "/api/v1/violations"), ("status", "201"))
    assert samples["streetwarden_request_seconds_count", labels] == 1


async def test_the_engines_heartbeat_is_shown_and_its_silence_raises_an_alert(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> None:
    async with open_desk(make_settings(engine_silent_seconds=0.2), prepared[1]) as desk:
        engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
        assert (await operator.get("/system")).json()["engine"]["state"] == "absent"
        beat = {"state": "running", "outbox": 3, "model": "street-1", "cameras": ["gate-1"], "restarts": 1}
        assert (await engine.put("/system/engine", json=beat)).json()["state"] == "running"
        system = (await operator.get("/system")).json()
        assert (system["model"], system["engine"]["outbox"], system["engine"]["restarts"]) == ("street-1", 3, 1)
        while (await operator.get("/system")).json()["engine"]["state"] != "silent":
            pass
        await look(desk.office)
        assert [a["code"] for a in (await operator.get("/system")).json()["alerts"]] == [ENGINE_SILENT]
        await engine.put("/system/engine", json=beat | {"state": "stopped"})
        await look(desk.office)
        assert (await operator.get("/system")).json()["alerts"] == []
        assert_problem(await engine.put("/system/engine", json=beat | {"outbox": -1}), 422, "outbox")


async def test_a_refused_model_is_an_alert_until_it_is_put_right(desk: Desk) -> None:
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    beat = {"state": "running", "outbox": 0, "model": "street-1"}
    reason = "models/street-2.onnx: the file was changed or is incomplete"
    for _ in range(2):
        await engine.put("/system/engine", json=beat | {"model_refused": reason})
    (alert,) = (await operator.get("/system")).json()["alerts"]
    assert (alert["code"], alert["severity"]) == (MODEL_REFUSED, "warning")
    assert reason in alert["message"]
    await engine.put("/system/engine", json=beat)
    assert (await operator.get("/system")).json()["alerts"] == []


async def test_a_second_service_in_the_same_folder_refuses_to_start(desk: Desk) -> None:
    second = create_app(desk.settings)
    with pytest.raises(FolderInUseError, match="another Street Warden"):
        async with second.router.lifespan_context(second):
            pass


def test_the_description_can_be_made_without_a_database(tmp_path: Path) -> None:
    document = create_app(settings_for(tmp_path / "data")).openapi()
    text = str(document)
    assert "HTTPValidationError" not in text
    kept = Path(__file__).parents[2] / "service" / "web" / "openapi.json"
    assert json.loads(kept.read_text()) == document, "run: python -m service.openapi > service/web/openapi.json"
    assert "application/problem+json" in text
