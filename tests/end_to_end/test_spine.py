"""From frames and photos to settled cases: the real service, the real model, the real clip, a real photo."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml

from tests.end_to_end.conftest import CLIP, PHOTOS, RunningOffice
from tests.end_to_end.parcels import fill_outbox

SCENE = Path(__file__).parents[1] / "data" / "crossroad.yaml"
MakeOffice = Callable[..., RunningOffice]

needs_clip = pytest.mark.skipif(not CLIP.exists(), reason=f"{CLIP} is not there")
needs_photos = pytest.mark.skipif(not PHOTOS.exists(), reason=f"{PHOTOS} is not there")


def add_clip_camera(client: httpx.Client, source: str) -> None:
    scene = yaml.safe_load(SCENE.read_text(encoding="utf-8"))
    body = {"id": "crossroad", "name": "示范路口", "source": source, "longitude": 117.2, "latitude": 39.13}
    body["scene"] = {"zones": scene["zones"], "rules": scene["rules"]}
    client.post("/cameras", json=body).raise_for_status()


def cases(client: httpx.Client, **query: str) -> list[dict[str, object]]:
    answer = client.get("/cases", params={"limit": "200", **query})
    answer.raise_for_status()
    return list(answer.json()["items"])


@needs_clip
@needs_photos
def test_camera_and_photo_become_cases_that_an_operator_settles(office: MakeOffice) -> None:
    running = office()
    client = running.client()
    add_clip_camera(client, f"loop:{CLIP}")

    first = running.wait(lambda: cases(client, kind="jaywalking"), 60, "a jaywalking case from the clip")[0]
    detail = client.get(f"/cases/{first['id']}").json()
    roles = [evidence["role"] for evidence in detail["evidence"]]
    assert {"context", "closeup", "original"} <= set(roles)
    picture = client.get(detail["evidence"][0]["url"].removeprefix("/api/v1"))
    assert picture.status_code == 200
    assert picture.headers["content-type"] == "image/jpeg"
    running.wait(lambda: client.get("/cameras/crossroad/snapshot.jpg").status_code == 200, 20, "a live picture")

    photo = next(PHOTOS.glob("bag-*.webp"))
    upload = client.post(
        "/photos",
        files={"file": (photo.name, photo.read_bytes(), "image/webp")},
        data={"longitude": "117.21", "latitude": "39.14", "note": "路口东侧"},
    )
    assert upload.status_code == 202, upload.text
    photo_id = upload.json()["id"]

    def looked_at() -> object:
        state = client.get(f"/photos/{photo_id}").json()
        assert state["status"] != "failed", state["detail"]
        return state["status"] == "done" and state["case_ids"]

    (case_id,) = running.wait(looked_at, 60, "a case from the photo")
    garbage = client.get(f"/cases/{case_id}").json()
    assert garbage["kind"] == "garbage"
    assert garbage["longitude"] == pytest.approx(117.21)

    confirmed = client.post(f"/cases/{case_id}/confirm", json={"version": garbage["version"]})
    assert confirmed.status_code == 200, confirmed.text
    closed = client.post(f"/cases/{case_id}/close", json={"version": confirmed.json()["version"], "note": "已清理"})
    assert closed.json()["status"] == "closed"
    dismissed = client.post(
        f"/cases/{first['id']}/dismiss", json={"version": detail["version"], "reason": "authorised", "note": ""}
    )
    assert dismissed.json()["status"] == "dismissed", dismissed.text

    assert running.stop() < 6
    verified = subprocess.run(
        [sys.executable, "-m", "service.cli", "verify", "--all", "--data", str(running.data)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr


@needs_clip
def test_nothing_is_lost_when_either_side_is_killed(office: MakeOffice) -> None:
    running = office()
    client = running.client()
    add_clip_camera(client, f"loop:{CLIP}")
    before = running.wait(lambda: cases(client), 60, "a first case")

    killed = running.engine_pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    running.wait(lambda: running.engine_pid() not in (None, killed), 20, "a new engine")
    after = running.wait(lambda: len(found := cases(client)) > len(before) and found, 60, "a case after the restart")
    assert {c["id"] for c in before} <= {c["id"] for c in after}

    acknowledged = {c["id"]: c["number"] for c in cases(client)}
    running.kill()
    running.start()
    client = running.client()
    kept = {c["id"]: c["number"] for c in cases(client)}
    assert acknowledged.items() <= kept.items()
    more = running.wait(lambda: len(found := cases(client)) > len(kept) and found, 60, "a case after the power cut")
    numbers = [c["number"] for c in more]
    assert len(set(numbers)) == len(numbers)


def test_an_engine_that_gives_no_fresh_results_is_replaced(office: MakeOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREETWARDEN_ENGINE_SILENT_SECONDS", "5")
    running = office()
    client = running.client()
    running.wait(lambda: client.get("/system").json()["engine"]["state"] == "running", 40, "a heartbeat")
    stopped = running.engine_pid()
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)  # alive, but it does nothing any more
    running.wait(lambda: running.engine_pid() not in (None, stopped), 60, "another engine")
    running.wait(lambda: client.get("/system").json()["engine"]["restarts"] == 1, 40, "its heartbeat")


def test_the_outbox_survives_kills_and_makes_each_violation_one_case(office: MakeOffice, tmp_path: Path) -> None:
    running = office("--no-engine")
    client = running.client()
    client.post("/cameras", json={"id": "gate-1", "name": "北门", "source": "push:"}).raise_for_status()
    running.stop()

    waiting = fill_outbox(tmp_path / "office" / "engine" / "outbox", "gate-1", count=120)
    running.with_engine()
    for seconds in (0.4, 1.1, 0.7):
        running.start()
        client = running.client()
        running.wait(lambda client=client: cases(client), 30, "a first delivery")
        time.sleep(seconds)
        running.kill()

    running.start()
    client = running.client()
    ready = running.data / "engine" / "outbox" / "ready"
    running.wait(lambda: not any(ready.iterdir()), 60, "an empty outbox")
    found = cases(client)
    assert len(found) == len(waiting)
    violations = {client.get(f"/cases/{c['id']}").json()["violation"]["id"] for c in found}
    assert violations == {str(v) for v in waiting}
