"""Cameras, their scenes, pushed frames and live pictures."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from detector.scene import SceneSettings
from service.cameras.schemas import Camera
from service.cameras.workflow import masked
from service.engine.process import camera_config
from service.security import Role, Scope
from tests.service.office import Desk, assert_problem, delivered_case, jpeg

SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
JPEG = {"Content-Type": "image/jpeg"}


async def test_a_camera_is_made_changed_and_removed(desk: Desk) -> None:
    admin = await desk.administrator()
    scene = {"zones": [{"name": "road", "kind": "carriageway", "polygon": SQUARE}], "rules": {"jaywalking": {}}}
    made = await admin.post("/cameras", json={"id": "gate-1", "source": "rtsp://10.0.0.9/a", "scene": scene})
    assert made.status_code == 201
    assert made.json()["scene"]["zones"][0]["polygon"] == SQUARE
    assert made.json()["scene"]["rules"]["jaywalking"]["min_seconds"] == 2.0
    assert made.json()["status"] is None
    changed = await admin.patch("/cameras/gate-1", json={"name": "北门", "latitude": 39.1, "longitude": 117.2})
    assert changed.json()["source"] == "rtsp://10.0.0.9/a"
    moved = await admin.patch("/cameras/gate-1", json={"latitude": None, "longitude": None})
    assert (moved.json()["latitude"], moved.json()["name"]) == (None, "北门")
    small = await admin.patch("/cameras/gate-1", json={"substream": "rtsp://10.0.0.9/small"})
    assert small.json()["substream"] == "rtsp://10.0.0.9/small"
    assert (await admin.patch("/cameras/gate-1", json={"substream": None})).json()["substream"] is None
    assert_problem(await admin.patch("/cameras/gate-1", json={"source": None}), 422, "source")
    assert_problem(await admin.post("/cameras", json={"id": "gate-1", "source": "push:"}), 409, "gate-1")
    assert [camera["id"] for camera in (await admin.get("/cameras")).json()["items"]] == ["gate-1"]
    assert (await admin.delete("/cameras/gate-1")).status_code == 204
    assert_problem(await admin.get("/cameras/gate-1"), 404)


async def test_cases_outlive_their_camera(desk: Desk) -> None:
    await desk.camera()
    case = await delivered_case(await desk.engine())
    admin = await desk.administrator()
    await admin.delete("/cameras/gate-1")
    kept = (await admin.get(f"/cases/{case['case_id']}")).json()
    assert (kept["camera_id"], kept["camera_name"]) == ("gate-1", "北门路口")


async def test_cameras_come_page_by_page(desk: Desk) -> None:
    for number in range(5):
        await desk.camera(f"gate-{number}")
    admin = await desk.administrator()
    seen: list[str] = []
    cursor = None
    while True:
        page = (await admin.get("/cameras", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [camera["id"] for camera in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"gate-{number}" for number in range(5)]


@pytest.mark.parametrize("camera_id", ["", "Gate", "-gate", "a/b", "..", "a" * 64])
async def test_an_id_that_a_scene_file_would_refuse_is_refused(desk: Desk, camera_id: str) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.post("/cameras", json={"id": camera_id, "source": "push:"}), 422, "id")


@pytest.mark.parametrize(
    ("scene", "field", "words"),
    [
        (
            {"zones": [{"name": "a", "kind": "carriageway", "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}]},
            "zones.0.carriageway.polygon",
            "cross itself",
        ),
        (
            {"zones": [{"name": "a", "kind": "bin", "polygon": [[0, 0], [1.2, 1], [1, 0]]}]},
            "zones.0.bin.polygon.1.0",
            "less than or equal to 1",
        ),
        ({"zones": [{"name": "a", "kind": "lake", "polygon": SQUARE}]}, "zones.0", "carriageway"),
        ({"zones": [{"name": "a", "kind": "bin", "polygon": SQUARE}] * 2}, "body", "twice: a"),
        ({"rules": {"jaywalking": {"min_seconds": -1}}}, "rules.jaywalking.min_seconds", "greater"),
        ({"rules": {"singing": {}}}, "rules.singing", "not permitted"),
        ({"zones": [{"name": "a", "kind": "no_parking", "polygon": SQUARE, "schedule": "sometimes"}]}, "zones.0", ""),
    ],
)
async def test_a_scene_at_fault_is_refused_and_the_old_one_stays(
    desk: Desk, scene: dict[str, Any], field: str, words: str
) -> None:
    await desk.camera()
    admin = await desk.administrator()
    good = {"zones": [{"name": "road", "kind": "carriageway", "polygon": SQUARE}]}
    assert (await admin.put("/cameras/gate-1/scene", json=good)).status_code == 200
    problem = assert_problem(await admin.put("/cameras/gate-1/scene", json=scene), 422, words)
    assert problem["errors"][0]["field"].startswith(field)
    assert (await admin.get("/cameras/gate-1")).json()["scene"]["zones"][0]["name"] == "road"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://user:pa%40ss@10.0.0.9/live", "rtsp://***@10.0.0.9/live"),
        ("rtsp://10.0.0.9/live", "rtsp://10.0.0.9/live"),
        ("http://cam/video?user=a&password=b&ch=1", "http://cam/video?user=***&password=***&ch=1"),
        ("/videos/a@b.avi", "/videos/a@b.avi"),
    ],
)
def test_credentials_are_masked(source: str, shown: str) -> None:
    assert masked(source) == shown


@pytest.mark.parametrize("address", ["source", "substream"])
async def test_only_administrators_and_engines_see_credentials(desk: Desk, address: str) -> None:
    await desk.camera(**{"source": "rtsp://10.0.0.9/live", address: "rtsp://user:secret@10.0.0.9/live"})
    assert "secret" not in (await (await desk.administrator()).get("/audit")).text
    for client, sees in (
        (await desk.administrator(), True),
        (await desk.engine(), True),
        (await desk.person(Role.OPERATOR), False),
        (await desk.person(Role.INSPECTOR), False),
    ):
        assert ("secret" in (await client.get("/cameras")).text) is sees
        assert ("secret" in (await client.get("/cameras/gate-1")).text) is sees


class FrameReader:
    """The engine's end of the socket, by the protocol that `service.cameras.frame_relay` describes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.frames: list[tuple[dict[str, Any], bytes]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        header = json.loads(await reader.readline())
        self.frames.append((header, await reader.readexactly(header.get("length", 0))))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


async def test_a_pushed_frame_reaches_the_engine(desk: Desk) -> None:
    await desk.camera()
    client = await desk.program(Scope.FRAMES_WRITE, camera="gate-1")
    reader = FrameReader(b"ok\n")
    async with await asyncio.start_unix_server(reader, desk.settings.engine_socket):
        headers = JPEG | {"X-Captured-At": "2026-11-24T16:30:00+08:00"}
        answer = await client.post("/cameras/gate-1/frames", content=jpeg(), headers=headers)
        assert answer.status_code == 202, answer.text
        assert (await client.post("/cameras/gate-1/frames", content=jpeg(), headers=JPEG)).status_code == 202
    assert answer.json() == {"camera_id": "gate-1", "captured_at": "2026-11-24T08:30:00Z"}
    assert reader.frames[0] == (
        {"camera": "gate-1", "captured_at": "2026-11-24T08:30:00Z", "length": len(jpeg())},
        jpeg(),
    )


async def test_a_frame_that_no_engine_takes_is_said_so(desk: Desk) -> None:
    await desk.camera()
    client = await desk.program(Scope.FRAMES_WRITE, camera="gate-1")
    answer = await client.post("/cameras/gate-1/frames", content=jpeg(), headers=JPEG)
    assert_problem(answer, 503, "engine")
    assert answer.headers["retry-after"] == "5"
    async with await asyncio.start_unix_server(FrameReader(b"error no such camera\n"), desk.settings.engine_socket):
        answer = await client.post("/cameras/gate-1/frames", content=jpeg(), headers=JPEG)
    assert_problem(answer, 503, "no such camera")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (jpeg(), {"Content-Type": "image/png"}, 415),
        (jpeg(), {}, 415),
        (b"not a picture", JPEG, 422),
        (b"", JPEG, 422),
        (jpeg(8, 8), JPEG, 422),
        (jpeg() + b"\0" * 20_971_520, JPEG, 413),
        (jpeg(), JPEG | {"X-Captured-At": "yesterday"}, 422),
        (jpeg(), JPEG | {"X-Captured-At": "2026-11-24T16:30:00"}, 422),
    ],
)
async def test_a_frame_at_fault_is_refused(desk: Desk, content: bytes, headers: dict[str, str], status: int) -> None:
    await desk.camera()
    client = await desk.program(Scope.FRAMES_WRITE, camera="gate-1")
    assert_problem(await client.post("/cameras/gate-1/frames", content=content, headers=headers), status)


@pytest.mark.parametrize(
    ("camera_id", "fields", "status"),
    [
        ("gate-2", {}, 403),
        ("gate-1", {"source": "rtsp://10.0.0.9/live"}, 409),
        ("gate-1", {"enabled": False}, 409),
    ],
)
async def test_frames_are_for_ones_own_camera_that_takes_them(
    desk: Desk, camera_id: str, fields: dict[str, Any], status: int
) -> None:
    await desk.camera("gate-1", **fields)
    await desk.camera("gate-2")
    client = await desk.program(Scope.FRAMES_WRITE, camera="gate-1")
    assert_problem(await client.post(f"/cameras/{camera_id}/frames", content=jpeg(), headers=JPEG), status)


async def test_the_newest_picture_is_kept(desk: Desk) -> None:
    await desk.camera()
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    assert_problem(await operator.get("/cameras/gate-1/snapshot.jpg"), 404, "yet")
    for colour in ((0, 0, 200), (200, 0, 0)):
        answer = await engine.put("/cameras/gate-1/snapshot", content=jpeg(colour=colour), headers=JPEG)
        assert answer.status_code == 200
    shown = await operator.get("/cameras/gate-1/snapshot.jpg")
    assert shown.content == jpeg(colour=(200, 0, 0))
    assert shown.headers["content-type"] == "image/jpeg"
    assert_problem(await engine.put("/cameras/nowhere/snapshot", content=jpeg(), headers=JPEG), 404)
    assert_problem(await engine.put("/cameras/gate-1/snapshot", content=b"x", headers=JPEG), 422)


async def test_the_engine_is_told_whether_somebody_watches(desk: Desk) -> None:
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    for camera in ("gate-1", "gate-2"):
        await desk.camera(camera)
        stored = await engine.put(f"/cameras/{camera}/snapshot", content=jpeg(), headers=JPEG)
        assert stored.json() == {"watched": False}
    await operator.get("/cameras/gate-1/snapshot.jpg")
    for camera, watched in (("gate-1", True), ("gate-2", False)):
        stored = await engine.put(f"/cameras/{camera}/snapshot", content=jpeg(), headers=JPEG)
        assert stored.json() == {"watched": watched}


@pytest.mark.parametrize("camera_id", ["..%2f..%2fstreetwarden", "%2e%2e", "..%5c", "gate-1%00"])
async def test_a_camera_that_is_a_path_leads_nowhere(desk: Desk, camera_id: str) -> None:
    await desk.camera()
    engine = await desk.engine()
    files = sorted(desk.settings.data.rglob("*"))
    answer = await engine.put(f"/cameras/{camera_id}/snapshot", content=jpeg(), headers=JPEG)
    assert answer.status_code in (404, 405, 422)
    assert sorted(path for path in desk.settings.data.rglob("*") if path.suffix == ".jpg") == [
        path for path in files if path.suffix == ".jpg"
    ]


async def test_the_state_of_a_camera_is_shown(desk: Desk) -> None:
    await desk.camera()
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    body = {"state": "running", "fps": 4.8, "width": 768, "height": 576, "last_frame_at": "2026-11-24T08:30:00Z"}
    assert (await engine.put("/cameras/gate-1/status", json=body)).status_code == 200
    cost = {"decode": 6.1, "model": 14.7, "rules": 5.2, "queue_age": 0.112}
    assert (await engine.put("/cameras/gate-1/status", json=body | {"cost": cost})).json()["cost"] == cost
    assert (await operator.get("/cameras/gate-1")).json()["status"]["cost"] == cost
    assert_problem(await engine.put("/cameras/gate-1/status", json=body | {"cost": cost | {"model": -1}}), 422, "model")
    body = {"state": "reconnecting", "message": "no answer from 10.0.0.9"}
    assert (await engine.put("/cameras/gate-1/status", json=body)).status_code == 200
    status = (await operator.get("/cameras/gate-1")).json()["status"]
    assert (status["state"], status["message"], status["fps"]) == ("reconnecting", "no answer from 10.0.0.9", None)
    assert_problem(await engine.put("/cameras/gate-1/status", json={"state": "asleep"}), 422, "state")
    assert_problem(await engine.put("/cameras/nowhere/status", json=body), 404)


def test_the_socket_lies_in_the_data_folder(desk: Desk) -> None:
    assert desk.settings.engine_socket.parent == Path(desk.settings.data) / "run"


EVERY_KEY: dict[str, Any] = {
    "zones": [
        {"name": "road", "kind": "carriageway", "polygon": SQUARE, "tiles": True},
        {
            "name": "zebra", "kind": "crosswalk", "polygon": SQUARE, "tiles": True,
            "signal": {"lamp": [0.1, 0.1, 0.2, 0.2], "fed": True},
        },
        {
            "name": "kerb", "kind": "no_parking", "polygon": SQUARE, "tiles": True,
            "seconds": 90.0, "schedule": "Mo-Fr 07:00-22:00; PH off", "loading": 600.0,
        },
        {"name": "stand", "kind": "parking_bay", "polygon": SQUARE, "tiles": True},
        {"name": "fence", "kind": "barrier", "line": [[0.1, 0.5], [0.9, 0.5]]},
        {"name": "bins", "kind": "bin", "polygon": SQUARE, "tiles": True, "body": SQUARE, "overflow": 300.0},
        {"name": "tree", "kind": "ignore", "polygon": SQUARE, "tiles": True},
    ],
    "ground": {"image": SQUARE, "metres": [[0, 0], [10, 0], [10, 20], [0, 20]], "frame": "北门"},
    "rules": {
        "jaywalking": {"min_seconds": 3.0, "min_distance": 2.5, "report_after": 9.0},
        "illegal_parking": {"seconds": 120.0},
        "garbage": {"min_seconds": 45.0},
        "cigarette_butt": {"min_seconds": 11.0, "min_count": 3, "patch": 0.2},
    },
    "holidays": ["2026-10-01", "2027-02-17"],
    "overlaps": [{"camera": "gate-2", "here": SQUARE, "there": SQUARE}],
    "looking": {
        "rate": 8.0, "motion": False, "parts": False, "recheck": 3.0,
        "quiet_hours": "Mo-Su 23:00-05:00", "quiet_rate": 1.0, "sleep": False,
        "sleep_after": 20.0, "sleep_recheck": 5.0,
    },
}  # fmt: skip


def _unused(model: BaseModel) -> list[str]:
    """Fields below a model that nobody has set, by name."""
    unused = [f"{type(model).__name__}.{name}" for name in type(model).model_fields.keys() - model.model_fields_set]
    for name in model.model_fields_set:
        value = getattr(model, name)
        for part in value if isinstance(value, list) else [value]:
            unused += _unused(part) if isinstance(part, BaseModel) else []
    return unused


async def test_a_scene_that_uses_every_key_comes_back_whole_and_reaches_the_engine(desk: Desk) -> None:
    sent = SceneSettings.model_validate(EVERY_KEY)
    assert _unused(sent) == []
    await desk.camera()
    admin = await desk.administrator()
    answer = await admin.put("/cameras/gate-1/scene", json=EVERY_KEY)
    assert answer.status_code == 200, answer.text
    shown = (await (await desk.engine()).get("/cameras/gate-1")).json()
    assert shown["scene"] == answer.json()["scene"] == sent.model_dump(mode="json")
    # What a console has read it may send back as it is.
    assert (await admin.put("/cameras/gate-1/scene", json=shown["scene"])).json()["scene"] == shown["scene"]
    config = camera_config(Camera.model_validate(shown))
    assert config is not None
    assert config.scene.settings == sent
