"""A camera that misbehaves costs its own share and nothing else: the one beside it loses no frame and no offence.

Real cameras in processes of their own, the real engine, and a model that sees squares.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import cv2
import httpx
import numpy as np
import pytest
from av.video.stream import VideoStream

from detector import camera_worker
from detector.camera_status import CameraState, CameraStatus
from detector.camera_worker import CameraConfig
from detector.engine import Engine, EngineFolders
from detector.gaps import GapLog
from detector.health_event import HealthKind
from detector.scene import Scene
from tests.detector.live import http_cameras, rtsp_server
from tests.detector.squares import paint, square_model
from tests.detector.streets import ROAD

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
EVERYTHING = {"rate": None, "motion": False, "sleep": False}
"""Nothing is spared: each picture of the bad camera is looked at if there is time."""


@pytest.fixture(scope="module")
def cameras() -> Iterator[str]:
    with http_cameras() as address:
        yield address


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    model = square_model(person=0.3)
    made = Engine(model, EngineFolders(tmp_path / "outbox", tmp_path / "points"), ZoneInfo("Asia/Shanghai"))
    yield made
    made.stop()


def camera(name: str, address: str, **looking: object) -> CameraConfig:
    rules = {"jaywalking": {"min_seconds": 2.0, "min_distance": 1.5, "report_after": 3.0}}
    scene = {"camera": {"id": name}, "zones": [ROAD], "rules": rules, "looking": looking}
    return CameraConfig(Scene.model_validate(scene), address)


def wait_for(condition: Callable[[], object], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def push(engine: Engine, step: int, width: int = 320) -> datetime:
    """Hand a frame of somebody who walks over the road to the good camera."""
    y = 40 + 4 * step
    done, jpeg = cv2.imencode(".jpg", paint(width, 240, ("person", (150, y - 36, 166, y))))
    assert done
    moment = NOON + timedelta(seconds=step / 5)
    engine.push("good", jpeg.tobytes(), moment)
    return moment


def works_on(engine: Engine) -> None:
    """Let somebody walk past the good camera: each frame is followed and the walk is reported."""
    for step in range(65):  # the last frames show the empty road, up to the end of the offence's clip
        moment = push(engine, step)
        wait_for(lambda moment=moment: engine.status()["good"].last_frame_at == moment)
    wait_for(lambda: list(engine.outbox.pending()))
    (parcel,) = engine.outbox.pending()
    assert parcel.violation.camera == "good"
    assert engine.status()["good"].state is CameraState.RUNNING
    assert engine.status()["good"].dropped == 0


def gives_pictures(status: CameraStatus) -> bool:
    return status.state is CameraState.RUNNING and status.last_frame_at is not None


def is_refused(status: CameraStatus) -> bool:
    return status.state is CameraState.RECONNECTING


@pytest.mark.parametrize(
    ("name", "shows"),
    [
        ("fast.flv", gives_pictures),
        ("tiny.mjpeg", gives_pictures),
        ("zero.flv", gives_pictures),
        ("garbage.flv", is_refused),
        ("flapping.flv", is_refused),
        ("headers", lambda status: status.state is CameraState.STARTING),
    ],
)
def test_the_good_camera_goes_on(
    engine: Engine, cameras: str, name: str, shows: Callable[[CameraStatus], bool]
) -> None:
    engine.configure([camera("bad", f"{cameras}/{name}", **EVERYTHING), camera("good", "push:", **EVERYTHING)])
    wait_for(lambda: httpx.get(f"{cameras}/count/{name}").json())
    wait_for(lambda: shows(engine.status()["bad"]))
    works_on(engine)
    status = engine.status()["bad"]
    assert status.state is not CameraState.FAILED, status.message
    assert "\n" not in status.message


def clip(path: Path, seconds: int, *, walkers: bool) -> str:
    """An e-tricycle stands at the kerb; people may walk over the road, one every five seconds.

    The picture is noisy, as that of a camera, or it would count as frozen.
    """
    noise = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 384, 288, "yuv420p"
        for number in range(10 * seconds):
            things = [("e_tricycle", (30, 200, 100, 260))]
            if walkers and number % 50 < 40:
                y = 60 + 5 * (number % 50)
                things.append(("person", (200, y - 40, 220, y)))
            image = cv2.add(paint(384, 288, *things), noise.integers(0, 12, (288, 384, 3), np.uint8))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    return str(path)


def test_a_stream_that_is_dead_for_a_while(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server dies: who had just walked over the road is reported, who was parked is parked on, the gap is known."""
    monkeypatch.setattr(camera_worker, "GapLog", partial(GapLog, silent_seconds=3.0))
    kerb = {"name": "kerb", "kind": "no_parking", "polygon": [[0, 0.5], [0.4, 0.5], [0.4, 1], [0, 1]]}
    rules = {"illegal_parking": {"seconds": 8}, "jaywalking": {"min_seconds": 1.5, "min_distance": 1.5}}
    place = Scene.model_validate({"camera": {"id": "gate"}, "zones": [ROAD, kerb], "rules": rules})

    def status() -> CameraStatus:
        return engine.status()["gate"]

    def at() -> datetime:
        newest = status().last_frame_at
        assert newest is not None
        return newest

    with rtsp_server("--clip", clip(tmp_path / "before.mp4", 60, walkers=True)) as (port, _):
        engine.configure([CameraConfig(place, f"rtsp://127.0.0.1:{port}/main")])
        wait_for(lambda: status().last_frame_at)
        first = at()
        wait_for(lambda: at() - first > timedelta(seconds=5))
    died = datetime.now(UTC)
    wait_for(lambda: status().state is CameraState.RECONNECTING)
    wait_for(lambda: [gap for gap in status().gaps if gap.ended_at is None])
    (lasting,) = [gap.id for gap in status().gaps if gap.ended_at is None]
    with rtsp_server("--port", str(port), "--clip", clip(tmp_path / "after.mp4", 30, walkers=False)):
        wait_for(lambda: [gap for gap in status().gaps if gap.id == lasting and gap.ended_at is not None])
        wait_for(lambda: {parcel.violation.kind for parcel in engine.outbox.pending()} == rules.keys())
        assert status().state is CameraState.RUNNING
    (gap,) = [gap for gap in status().gaps if gap.id == lasting]
    assert gap.kind is HealthKind.NO_PICTURE
    assert gap.ended_at is not None
    assert gap.ended_at - gap.started_at > timedelta(seconds=3)
    found = [parcel.violation for parcel in engine.outbox.pending()]
    assert all(violation.ended_at <= died for violation in found if violation.kind == "jaywalking")
    (parked,) = [violation for violation in found if violation.kind == "illegal_parking"]
    assert parked.started_at < first + timedelta(seconds=1)
    assert parked.ended_at > gap.ended_at - timedelta(seconds=1)
