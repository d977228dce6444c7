"""Rules tried on stored tracks, and addresses tried out: through the API, the engine's socket and its own process."""

import base64
import io
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from detector.violations import ViolationKind
from service.engine.errands import ErrandError, Errands
from service.security import Role
from tests.service.errands import PLACE, errands_at, stored
from tests.service.office import Desk, assert_problem

BODY = {"scene": PLACE.settings.model_dump(mode="json")}


@pytest.fixture
def engine(desk: Desk, tmp_path: Path) -> Iterator[Path]:
    """An engine's errands behind its socket; answers the folder of its tracks."""
    with errands_at(desk.office.settings.engine_socket, tmp_path / "tracks"):
        yield tmp_path / "tracks"


async def test_edited_rules_are_compared_with_what_was_reported(desk: Desk, engine: Path) -> None:
    await desk.camera(scene=BODY["scene"])
    reported = stored(engine, datetime.now(UTC) - timedelta(minutes=20))
    assert sorted(v.kind for v in reported) == ["illegal_parking", "jaywalking"]
    program = await desk.engine()
    number = {}
    for violation in reported:
        answer = await program.post("/violations", files={"violation": (None, violation.json_line())})
        assert answer.status_code == 201, answer.text
        number[violation.kind] = answer.json()["case_number"]
    admin = await desk.administrator()

    same = (await admin.post("/cameras/gate-1/rehearsal", json=BODY)).json()
    assert {(f["kind"], f["case"]["number"]) for f in same["found"]} == set(number.items())
    assert same["dropped"] == []
    assert same["watched_seconds"] == pytest.approx(60, abs=2)

    patient = json.loads(json.dumps(BODY))
    patient["scene"]["rules"] = {"jaywalking": {"min_seconds": 2}}
    other = (await admin.post("/cameras/gate-1/rehearsal", json=patient)).json()
    assert [(f["kind"], f["case"]["number"]) for f in other["found"]] == [("jaywalking", number["jaywalking"])]
    assert [(f["kind"], f["case"]["number"]) for f in other["dropped"]] == [
        ("illegal_parking", number[ViolationKind.ILLEGAL_PARKING])
    ]
    counts = {k["kind"]: (k["would"], k["did"]) for k in other["kinds"]}
    assert (counts["jaywalking"], counts["illegal_parking"]) == ((1, 1), (0, 1))
    saved = (await admin.get("/cameras/gate-1")).json()["scene"]["rules"]
    assert saved["illegal_parking"] is not None, "nothing is saved"

    assert_problem(await admin.post("/cameras/gate-1/rehearsal", json=BODY | {"minutes": 999}), 422, "minutes")
    assert_problem(await admin.post("/cameras/gate-9/rehearsal", json=BODY), 404)


async def test_without_an_engine_there_is_one_clear_line(desk: Desk) -> None:
    await desk.camera()
    admin = await desk.administrator()
    assert_problem(await admin.post("/cameras/gate-1/rehearsal", json=BODY), 503, "engine does not run")
    assert_problem(await admin.post("/cameras/probe", json={"source": "rtsp://192.0.2.1/a"}), 503, "engine")


async def test_a_file_gives_a_picture_and_its_look_is_audited(desk: Desk, engine: Path, tmp_path: Path) -> None:
    del engine
    folder = tmp_path / "frames"
    folder.mkdir()
    Image.new("RGB", (1600, 900), (90, 120, 90)).save(folder / "1.jpg")
    admin = await desk.administrator()
    probe = (await admin.post("/cameras/probe", json={"source": str(folder)})).json()
    assert (probe["fault"], probe["width"], probe["height"]) == (None, 1600, 900)
    assert Image.open(io.BytesIO(base64.b64decode(probe["picture"]))).size == (1280, 720)
    (row,) = (await admin.get("/audit", params={"action": "probe"})).json()["items"]
    assert json.loads(row["details"]) == {"source": str(folder)}
    assert_problem(await admin.post("/cameras/probe", json={"source": "push:"}), 422, "pushed")
    operator = await desk.person(Role.OPERATOR)
    assert_problem(await operator.post("/cameras/probe", json={"source": str(folder)}), 403)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("/no/such/clip.mp4", "missing"),
        ("ftp://192.0.2.1/a", "address"),
        ("rtsp:///a", "address"),
        ("http://169.254.169.254/latest/meta-data", "forbidden"),
        ("http://localhost/admin", "forbidden"),
        ("rtsp://no-such-host.invalid/a", "unknown_host"),
    ],
)
async def test_what_gives_no_picture_says_why(desk: Desk, engine: Path, source: str, fault: str) -> None:
    del engine
    admin = await desk.administrator()
    probe = (await admin.post("/cameras/probe", json={"source": source})).json()
    assert (probe["fault"], probe["picture"]) == (fault, None)
    assert probe["detail"] != ""


async def test_a_refused_stream_tells_nobody_the_password(desk: Desk, engine: Path) -> None:
    del engine
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    admin = await desk.administrator()
    probe = await admin.post("/cameras/probe", json={"source": f"rtsp://root:geheim@127.0.0.1:{port}/a?token=abc"})
    assert probe.json()["fault"] == "refused"
    (row,) = (await admin.get("/audit", params={"action": "probe"})).json()["items"]
    for text in (probe.text, row["details"]):
        assert "geheim" not in text
        assert "abc" not in text


def test_one_errand_at_a_time(tmp_path: Path) -> None:
    errands = Errands(tmp_path, "Asia/Shanghai")
    with pytest.raises(ErrandError, match="no errand"):
        errands.run("format", {})
    faults = []

    def look() -> None:
        try:
            errands.run("probe", {"source": "/no/such/file", "loop": False})
        except ErrandError as error:
            faults.append(str(error))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == ["busy: another errand is under way"]
