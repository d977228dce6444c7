"""Many cameras of one engine: what one of them sends costs its own share, and what each costs is counted."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

import av
import cv2
import pytest
from av.video.stream import VideoStream

from detector.camera_status import CameraState
from detector.camera_worker import CameraConfig
from detector.detections import FloatArray
from detector.engine import Engine, EngineFolders
from detector.model import Model
from detector.scene import Scene
from detector.sources import FrameRefusedError, Image
from tests.detector.squares import SquareRuntime, paint, square_model
from tests.detector.streets import ROAD

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
CAMERAS = 20
SMALL, LARGE = (320, 240), (1120, 840)
EVERYTHING = {"rate": None, "motion": False, "sleep": False}


class Patient(SquareRuntime):
    """Takes its time without using the processor."""

    def __init__(self) -> None:
        super().__init__("end2end")
        self.seconds = 0.0

    def run(self, batch: FloatArray) -> FloatArray:
        time.sleep(self.seconds)
        return super().run(batch)


@pytest.fixture
def runtime() -> Patient:
    return Patient()


@pytest.fixture
def engine(tmp_path: Path, runtime: Patient) -> Iterator[Engine]:
    model = Model(square_model().entry, runtime, "squares")
    made = Engine(model, EngineFolders(tmp_path / "outbox", tmp_path / "points"), ZoneInfo("UTC"))
    runtime.calls.clear()
    yield made
    made.stop()


def scene(name: str, *, tiles: bool = False) -> Scene:
    zone = {"name": "all", "kind": "parking_bay", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "tiles": tiles}
    rules = {"jaywalking": {"min_seconds": 2.0, "min_distance": 1.5}}
    return Scene.model_validate({"camera": {"id": name}, "zones": [ROAD, zone], "rules": rules, "looking": EVERYTHING})


def jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", image)[1].tobytes()


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_flood_of_frames_with_tiles_holds_nobody_up(engine: Engine, runtime: Patient) -> None:
    """The slow camera's frame goes into the model after the crop that is under way, not after twelve tiles."""
    runtime.seconds = 0.005
    engine.configure([CameraConfig(scene("fast", tiles=True), "push:"), CameraConfig(scene("slow"), "push:")])
    large, small, enough = jpeg(paint(*LARGE)), jpeg(paint(320, 160)), Event()

    def flood() -> None:
        step = 0
        while not enough.wait(0.005):
            step += 1
            try:
                engine.push("fast", large, NOON + timedelta(seconds=2 * step))
            except FrameRefusedError:
                return

    def followed(when: datetime) -> bool:
        return engine.status()["slow"].last_frame_at == when

    flooding = Thread(target=flood)
    flooding.start()
    wait_for(lambda: engine.status()["fast"].dropped > 3)
    before = []
    for step in range(8):
        when, already = NOON + timedelta(seconds=step), len(runtime.calls)
        engine.push("slow", small, when)
        wait_for(partial(followed, when))
        calls = [call[2:] for call in runtime.calls[already:]]
        before.append(calls.index((160, 320)))  # the flood's tiles are 320 × 320, its frames 256 × 320
    enough.set()
    flooding.join()
    tiles = sum(call[2:] == (320, 320) for call in runtime.calls)
    assert tiles >= 12
    assert sorted(before)[len(before) // 2] <= 2
    assert engine.status()["slow"].dropped == 0


def test_what_a_camera_costs_is_processor_time_by_part(engine: Engine, runtime: Patient) -> None:
    runtime.seconds = 0.1
    engine.configure([CameraConfig(scene(name), "push:") for name in ("busy", "idle")])
    for step in range(6):
        when = NOON + timedelta(seconds=step)
        engine.push("busy", jpeg(paint(*SMALL, ("person", (150, 100, 166, 136)))), when)
        wait_for(partial(lambda moment: engine.status()["busy"].last_frame_at == moment, when))
    wait_for(lambda: engine.status()["busy"].looks == 6)
    cost, idle = engine.status()["busy"].cost, engine.status()["idle"].cost
    assert min(cost.total.decode, cost.total.model, cost.total.rules) > 0
    assert cost.total.model < 6 * runtime.seconds  # waiting is not counted
    assert cost.queue_age >= runtime.seconds
    assert 0 < cost.lately.all <= cost.total.all
    assert (idle.total.model, idle.total.rules, idle.queue_age) == (0, 0, 0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of H.264, five pictures a second, a key frame every second."""
    path = tmp_path_factory.mktemp("clip") / "walk.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = SMALL
        stream.pix_fmt, stream.codec_context.gop_size = "yuv420p", 5
        for step in range(20):
            y = 40 + 8 * step
            frame = av.VideoFrame.from_ndarray(paint(*SMALL, ("person", (150, y - 36, 166, y))), format="bgr24")
            frame.pts, frame.time_base = step, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_many_cameras_start_together_and_stop_within_five_seconds(engine: Engine, clip: Path, tmp_path: Path) -> None:
    names = [f"gate-{number}" for number in range(CAMERAS)]
    engine.configure([CameraConfig(scene(name), str(clip), loop=True) for name in names])
    wait_for(lambda: all(status.looks > 1 for status in engine.status().values()))
    begun = time.monotonic()
    engine.stop()
    assert time.monotonic() - begun < 5.5  # four for cameras, one for the model
    assert {status.state for status in engine.status().values()} == {CameraState.STOPPED}
    assert sorted(path.stem for path in (tmp_path / "points").glob("*.json")) == sorted(names)
