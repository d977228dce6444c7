"""Engine and camera workers with real files, sockets and threads, and a model that sees squares."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import cv2
import numpy as np
import pytest

from detector.camera_status import CameraState
from detector.camera_worker import CameraConfig
from detector.detections import Detections, FloatArray
from detector.engine import Engine, EngineFolders
from detector.health_event import HealthKind
from detector.letterbox import Letterbox
from detector.model import Model
from detector.outbox import Outbox
from detector.pipeline import Checkpoint, Pipeline
from detector.registry import ModelEntry
from detector.scene import Scene
from detector.sources import Frame, FrameRefusedError, Image
from detector.violations import Violation
from tests.detector.squares import CLASSES, SquareRuntime, paint
from tests.detector.streets import ROAD

DISTRICT = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
FRAMES = 46


class SlowSquares(SquareRuntime):
    """Counts pictures, takes its time, and can be held."""

    def __init__(self) -> None:
        super().__init__("end2end")
        self.seconds = 0.0
        self.pictures = 0
        self.free = threading.Event()
        self.free.set()

    def run(self, batch: FloatArray) -> FloatArray:
        self.free.wait(20)
        time.sleep(self.seconds)
        self.pictures += len(batch)
        return super().run(batch)


class Burning(Letterbox):
    """Fails in a way that nobody foresaw."""

    def apply(self, image: Image, out: FloatArray) -> None:
        raise RuntimeError(f"{image.shape} into {out.shape}: the accelerator is on fire")


class Picky(Model):
    """A model that cannot be given pictures of one width."""

    def letterbox(self, width: int, height: int) -> Letterbox:
        fitted = super().letterbox(width, height)
        return Burning(*astuple(fitted)) if width == 200 else fitted


def place(name: str, **rules: dict[str, float]) -> Scene:
    rules = rules or {"jaywalking": {"min_seconds": 2.0, "min_distance": 1.5}}
    return Scene.model_validate({"camera": {"id": name}, "zones": [ROAD], "rules": rules})


def walking(step: int, width: int = 320) -> Image:
    y = 40 + 4 * step
    return paint(width, 240, ("person", (150, y - 36, 166, y)))


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of frames, five a second: a square person walks over the road."""
    folder = tmp_path_factory.mktemp("walk")
    for step in range(FRAMES):
        when = NOON + timedelta(seconds=step / 5)
        cv2.imwrite(str(folder / f"{when:%Y%m%dT%H%M%S}.{when.microsecond // 1000:03}Z.png"), walking(step))
    return folder


@pytest.fixture
def runtime() -> SlowSquares:
    return SlowSquares()


@pytest.fixture
def engine(tmp_path: Path, runtime: SlowSquares) -> Iterator[Engine]:
    entry = ModelEntry(
        file="squares.onnx", sha256="0" * 64, classes=CLASSES, input_size=320, output="end2end",
        thresholds={"person": 0.3},
    )  # fmt: skip
    made = Engine(Picky(entry, runtime, "squares"), EngineFolders(tmp_path / "outbox", tmp_path / "points"), DISTRICT)
    runtime.pictures = 0
    yield made
    runtime.free.set()
    made.stop()


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def state(engine: Engine, name: str) -> CameraState:
    return engine.status()[name].state


def jpeg(image: Image) -> bytes:
    done, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert done
    return content.tobytes()


def test_files_at_full_pace_lose_no_frame(engine: Engine, runtime: SlowSquares, walk: Path, tmp_path: Path) -> None:
    names = [f"gate-{n}" for n in range(3)]
    runtime.seconds = 0.01
    engine.configure([CameraConfig(place(name), str(walk), pace="max") for name in names])
    wait_for(lambda: {s.state for s in engine.status().values()} == {CameraState.FINISHED})
    assert runtime.pictures == 3 * FRAMES
    assert {s.dropped for s in engine.status().values()} == {0}
    found = [parcel.violation for parcel in Outbox(tmp_path / "outbox").pending()]
    assert sorted(v.camera or "" for v in found) == names
    assert {v.ended_s for v in found} == {found[0].ended_s}


def test_a_slow_last_frame_is_waited_for(engine: Engine, runtime: SlowSquares, walk: Path) -> None:
    """The file has ended, nothing waits, and the model still works on the last frames."""
    engine.configure([CameraConfig(place("gate-1"), str(walk), pace="max")])
    wait_for(lambda: runtime.pictures >= FRAMES - 3)
    runtime.seconds = 0.8
    wait_for(lambda: state(engine, "gate-1") is CameraState.FINISHED)
    assert runtime.pictures == FRAMES
    last = NOON + timedelta(seconds=(FRAMES - 1) / 5)
    assert engine.status()["gate-1"].last_frame_at == last


def test_of_pushed_frames_the_newest_wins(engine: Engine, runtime: SlowSquares) -> None:
    engine.configure([CameraConfig(place("gate-1"), "push:")])
    runtime.seconds = 0.15
    for step in range(20):
        engine.push("gate-1", jpeg(walking(step)), NOON + timedelta(seconds=step))
        time.sleep(0.01)
    last = NOON + timedelta(seconds=19)
    wait_for(lambda: engine.status()["gate-1"].last_frame_at == last)
    assert runtime.pictures < 15
    newest = engine.picture("gate-1", -1)
    assert newest is not None
    number, content = newest
    assert number == 19
    assert content.startswith(b"\xff\xd8")
    assert engine.picture("gate-1", number) is None


def test_frames_that_cannot_be_taken(engine: Engine, walk: Path) -> None:
    engine.configure([CameraConfig(place("gate-1"), "push:"), CameraConfig(place("gate-2"), str(walk))])
    with pytest.raises(KeyError):
        engine.push("gate-9", jpeg(walking(0)), NOON)
    with pytest.raises(KeyError):
        engine.push("gate-2", jpeg(walking(0)), NOON)
    with pytest.raises(FrameRefusedError, match="no JPEG"):
        engine.push("gate-1", b"GIF89a", NOON)


def test_one_failing_camera_leaves_the_others_running(engine: Engine, walk: Path, tmp_path: Path) -> None:
    engine.configure(
        [
            CameraConfig(place("broken"), "push:"),
            CameraConfig(place("missing"), str(tmp_path / "nowhere.mp4")),
            CameraConfig(place("good"), str(walk), pace="max"),
        ]
    )
    engine.push("broken", jpeg(walking(0, width=200)), NOON)
    wait_for(lambda: state(engine, "good") is CameraState.FINISHED)
    wait_for(lambda: state(engine, "broken") is CameraState.FAILED)
    status = engine.status()
    assert status["broken"].message.endswith("the accelerator is on fire")
    assert status["missing"].state is CameraState.RECONNECTING
    assert "no such file" in status["missing"].message
    assert len(engine.outbox) == 1
    with pytest.raises(FrameRefusedError, match="closed"):
        engine.push("broken", jpeg(walking(1)), NOON + timedelta(seconds=1))


def test_configure_restarts_only_what_changed(engine: Engine) -> None:
    names = ("kept", "changed", "removed")
    engine.configure([CameraConfig(place(name), "push:") for name in names])
    for name in names:
        engine.push(name, jpeg(walking(0)), NOON)
    wait_for(lambda: all(engine.picture(name, -1) for name in names))
    engine.configure(
        [
            CameraConfig(place("kept"), "push:"),
            CameraConfig(place("changed", garbage={"min_seconds": 5}), "push:"),
            CameraConfig(place("added"), "push:"),
        ]
    )
    assert engine.status().keys() == {"kept", "changed", "added"}
    assert engine.picture("kept", -1) is not None
    assert engine.picture("changed", -1) is None
    assert engine.picture("removed", -1) is None


def test_status_may_be_asked_while_cameras_change(engine: Engine) -> None:
    """Another thread reports while cameras come and go."""
    stop, faults = threading.Event(), list[BaseException]()

    def report() -> None:
        try:
            while not stop.is_set():
                engine.status()
        except RuntimeError as error:
            faults.append(error)

    thread = threading.Thread(target=report)
    thread.start()
    for count in (5, 1, 4, 0, 3):
        engine.configure([CameraConfig(place(f"gate-{n}"), "push:") for n in range(count)])
    stop.set()
    thread.join()
    assert faults == []


def test_stopping_takes_less_than_five_seconds(engine: Engine, walk: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never says a word
        address = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/main"
        engine.configure(
            [
                CameraConfig(place("silent"), address),
                CameraConfig(place("pushed"), "push:"),
                CameraConfig(place("real"), str(walk), pace="real"),
            ]
        )
        wait_for(lambda: engine.status()["real"].last_frame_at is not None)
        begun = time.monotonic()
        engine.stop()
        assert time.monotonic() - begun < 5
    for name in ("pushed", "real"):
        assert state(engine, name) is CameraState.STOPPED
        Checkpoint.model_validate_json((tmp_path / "points" / f"{name}.json").read_bytes())


def test_stopping_does_not_wait_for_a_stuck_model(engine: Engine, runtime: SlowSquares) -> None:
    engine.configure([CameraConfig(place("gate-1"), "push:")])
    runtime.free.clear()
    engine.push("gate-1", jpeg(walking(0)), NOON)
    time.sleep(0.3)
    begun = time.monotonic()
    engine.stop()
    assert time.monotonic() - begun < 6
    runtime.free.set()


def test_a_damaged_checkpoint_starts_anew(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "points").mkdir()
    (tmp_path / "points" / "gate-1.json").write_text('{"rules": []}')
    engine.configure([CameraConfig(place("gate-1"), "push:")])
    engine.push("gate-1", jpeg(walking(0)), NOON)
    wait_for(lambda: engine.picture("gate-1", -1))
    assert state(engine, "gate-1") is CameraState.RUNNING


def test_a_parked_one_survives_a_restart_of_its_camera(engine: Engine) -> None:
    zone = {"name": "kerb", "kind": "no_parking", "polygon": ROAD["polygon"]}

    def config(seconds: float) -> CameraConfig:
        rules = {"illegal_parking": {"seconds": seconds}}
        scene = {"camera": {"id": "gate-1"}, "zones": [zone], "rules": rules}
        return CameraConfig(Scene.model_validate(scene), "push:")

    parked = jpeg(paint(320, 240, ("e_tricycle", (100, 100, 180, 160))))

    def followed(when: datetime) -> bool:
        return engine.status()["gate-1"].last_frame_at == when

    def push(first: int, last: int) -> None:
        for step in range(first, last):
            when = NOON + timedelta(seconds=step)
            engine.push("gate-1", parked, when)
            wait_for(partial(followed, when))

    engine.configure([config(20)])
    push(0, 12)
    engine.configure([config(21)])
    push(14, 40)
    wait_for(lambda: list(engine.outbox.pending()))  # its clip is being made
    (parcel,) = engine.outbox.pending()
    assert parcel.violation.started_at == NOON
    # Nothing moves: the look that completes the time comes up to two seconds later.
    assert timedelta(seconds=35) <= parcel.violation.ended_at - NOON <= timedelta(seconds=37)


def test_the_model_thread_shows_that_it_lives(engine: Engine) -> None:
    before = engine.last_turn
    wait_for(lambda: engine.last_turn > before, 3)


def test_pictures_are_small_enough_for_a_console(engine: Engine) -> None:
    engine.configure([CameraConfig(place("gate-1"), "push:")])
    engine.push("gate-1", jpeg(paint(1920, 1080, ("person", (800, 500, 900, 700)))), NOON)
    wait_for(lambda: engine.picture("gate-1", -1))
    newest = engine.picture("gate-1", -1)
    assert newest is not None
    image = cv2.imdecode(np.frombuffer(newest[1], np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (540, 960, 3)


def test_small_things_far_away_are_looked_at_closely(engine: Engine, runtime: SlowSquares) -> None:
    """A speck that vanishes in the model's input of 320 pixels is drawn on the camera's picture."""
    zone = {"name": "pavement", "kind": "parking_bay", "polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], "tiles": True}
    marked = Scene.model_validate(
        {"camera": {"id": "gate-1"}, "zones": [zone], "rules": {"garbage": {"min_seconds": 3}}}
    )
    engine.configure([CameraConfig(marked, "push:")])

    def is_followed(when: datetime) -> bool:
        return engine.status()["gate-1"].last_frame_at == when

    for step in range(13):
        image = paint(1280, 960, *([("garbage", (702, 802, 706, 806))] if step > 4 else []))
        engine.push("gate-1", jpeg(image), NOON + timedelta(seconds=step))
        wait_for(partial(is_followed, NOON + timedelta(seconds=step)))
    wait_for(lambda: list(engine.outbox.pending()))  # its clip is being made
    (parcel,) = engine.outbox.pending()
    assert parcel.violation.kind == "garbage"
    assert parcel.violation.box == pytest.approx((702, 802, 706, 806), abs=2)
    assert (320, 320) in {call[2:] for call in runtime.calls}


SOON = {"jaywalking": {"min_seconds": 2.0, "min_distance": 1.5, "report_after": 3.0}}
"""Reported while the walk goes on."""


def test_a_new_model_takes_over_between_frames(engine: Engine, runtime: SlowSquares) -> None:
    """The walk begins under one model and ends under another one with a larger input; it is one offence."""
    entry = ModelEntry(
        file="new.onnx", sha256="1" * 64, classes=CLASSES, input_size=640, output="end2end", thresholds={"person": 0.3}
    )
    successor = SlowSquares()
    new = Model(entry, successor, "new")
    successor.calls.clear()
    runtime.calls.clear()
    engine.configure([CameraConfig(place(f"gate-{n}", **SOON), "push:") for n in range(2)])

    def is_followed(when: datetime) -> bool:
        return all(status.last_frame_at == when for status in engine.status().values())

    for step in range(FRAMES):
        when = NOON + timedelta(seconds=step / 5)
        if step == FRAMES // 3:
            # One frame waits, prepared for the old model, while the new one takes over.
            runtime.free.clear()
        for number in range(2):
            engine.push(f"gate-{number}", jpeg(walking(step)), when)
        if step == FRAMES // 3:
            time.sleep(0.2)
            engine.use_model(new)
            runtime.free.set()
        wait_for(partial(is_followed, when))
    wait_for(lambda: len(list(engine.outbox.pending())) == 2)  # clips are being made
    found = [parcel.violation for parcel in engine.outbox.pending()]
    assert sorted(v.camera or "" for v in found) == ["gate-0", "gate-1"]
    assert {v.model for v in found} == {"new"}
    assert {len(v.track_ids) for v in found} == {1}
    # Of most frames a part is looked at; each model is given whole ones in its own size.
    assert max(call[1:] for call in runtime.calls) == (3, 256, 320)
    assert max(call[1:] for call in successor.calls) == (3, 480, 640)
    assert sum(call[0] for call in [*runtime.calls, *successor.calls]) == 2 * FRAMES


def test_new_thresholds_count_from_the_next_frame(engine: Engine) -> None:
    strict = ModelEntry(
        file="new.onnx", sha256="1" * 64, classes=CLASSES, input_size=320, output="end2end", thresholds={"person": 0.95}
    )
    engine.configure([CameraConfig(place("gate-1", **SOON), "push:")])
    for step in range(-1, FRAMES):
        when = NOON + timedelta(seconds=step / 5)
        engine.push("gate-1", jpeg(paint(320, 240) if step < 0 else walking(step)), when)
        wait_for(partial(lambda moment: engine.status()["gate-1"].last_frame_at == moment, when))
        if step < 0:
            engine.use_model(Model(strict, SlowSquares(), "strict"))
    assert len(engine.outbox) == 0


def test_the_status_of_a_camera_that_was_turned_away_says_so(engine: Engine, crossroad: Path) -> None:
    with av.open(str(crossroad)) as clip:
        pictures = [f.to_ndarray(format="bgr24") for n, f in enumerate(clip.decode(video=0)) if n % 10 == 0 and n < 160]
    engine.configure([CameraConfig(place("gate-1"), "push:")])
    said = []
    for second, picture in enumerate(pictures):
        captured = NOON + timedelta(seconds=second)
        turned = np.roll(picture, 230, axis=1) if second >= 8 else picture
        engine.push("gate-1", jpeg(np.asarray(turned, np.uint8)), captured)
        wait_for(partial(lambda at: engine.status()["gate-1"].last_frame_at == at, captured))
        said.append((engine.status()["gate-1"].state, engine.status()["gate-1"].message))
    assert set(said[:10]) == {(CameraState.RUNNING, "")}
    assert said[-1][0] is CameraState.RUNNING
    assert said[-1][1].startswith("moved: rules suspended")
    (gap,) = engine.status()["gate-1"].gaps
    assert (gap.kind, gap.started_at, gap.ended_at) == (HealthKind.MOVED, NOON + timedelta(seconds=8), None)


def test_a_camera_whose_rules_hang_is_started_anew_and_no_other(
    engine: Engine, walk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, hung = threading.Event(), threading.Event()
    process = Pipeline.process

    def hang_once(pipeline: Pipeline, frame: Frame, detections: Detections) -> list[Violation]:
        if pipeline.scene.camera.id == "bad" and frame.number == 30 and not hung.is_set():
            hung.set()
            free.wait(60)
        return process(pipeline, frame, detections)

    monkeypatch.setattr(Pipeline, "process", hang_once)
    monkeypatch.setattr("detector.engine._STUCK_SECONDS", 1.0)
    cameras = [CameraConfig(place(name), str(walk), pace="max") for name in ("bad", "good")]
    engine.configure(cameras)
    hung.wait(20)
    wait_for(lambda: state(engine, "good") is CameraState.FINISHED)
    looks = engine.status()["good"].looks

    def goes_on() -> bool:
        engine.configure(cameras)  # as often as the office is asked
        return state(engine, "bad") is CameraState.FINISHED

    wait_for(goes_on)
    assert engine.status()["good"].looks == looks == FRAMES
    free.set()  # the first life comes back, and must change nothing
    wait_for(lambda: not any(thread.name == "rules bad" for thread in threading.enumerate()))
    assert sorted(parcel.violation.camera or "" for parcel in engine.outbox.pending()) == ["bad", "good"]
