"""Whose turn it is: many cameras, one model. Counted in calls of the model, not in seconds."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detector import model_queue
from detector.close_look import CloseLook
from detector.detections import Detections
from detector.model import Model
from detector.model_queue import MOST_OPEN, CameraLine, ModelQueue
from detector.request import Crop, Request
from detector.scene import Scene
from detector.sources import Frame
from tests.detector.squares import SquareRuntime, paint, square_model

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
CALL = 0.02
"""Seconds that a call of the model is charged with."""


class Wide(SquareRuntime):
    """Computes four pictures in hardly more time than one."""

    @property
    def batch(self) -> int:
        return 4


@pytest.fixture
def model() -> Model:
    return square_model()


@pytest.fixture
def wide(model: Model) -> Model:
    return Model(model.entry, Wide("end2end"), "wide")


def request(
    camera: str, model: Model, number: int = 0, *, size: tuple[int, int] = (320, 240), tiles: int = 0
) -> Request:
    frame = Frame(paint(*size), NOON + timedelta(seconds=number), float(number), number)
    if not tiles:
        return Request(camera, frame, model)
    zone = {"name": "all", "kind": "parking_bay", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "tiles": True}
    wanted = CloseLook(Scene.model_validate({"camera": {"id": camera}, "zones": [zone]})).tiles(frame, 320)
    assert wanted is not None
    assert len(wanted.images) == tiles
    return Request(camera, frame, model, wanted)


def finish(queue: ModelQueue, batch: list[Crop], lines: dict[str, CameraLine]) -> None:
    """The model has seen a batch, and rules follow what is complete."""
    for crop in batch:
        queue.charge(crop, CALL)
        crop.request.give(crop.place, Detections(), CALL)
        line = lines[crop.request.camera]
        if crop is crop.request.crops[-1]:
            begun = line.next(1)
            assert begun is crop.request
            line.finished(begun)


def test_a_slow_camera_waits_for_one_call_at_most(model: Model) -> None:
    """Beside one that always has a frame, and one whose every frame has twelve tiles."""
    queue = ModelQueue()
    lines = {name: queue.join(name) for name in ("slow", "fast", "tiled")}
    waited = []
    for number in range(200):
        lines["fast"].put(request("fast", model, number), drop=True)
        if number % 10 == 0:
            lines["tiled"].put(request("tiled", model, number, size=(1120, 840), tiles=12), drop=True)
        if number % 20 == 19:
            lines["slow"].put(request("slow", model, number), drop=True)
            asked: list[str] = []
            while "slow" not in asked:
                batch = queue.take(0)
                finish(queue, batch, lines)
                asked.append(batch[0].request.camera)
            waited.append(len(asked))
        finish(queue, queue.take(0), lines)
    assert len(waited) == 10
    assert max(waited) == 1
    assert lines["slow"].dropped == 0


def test_greedy_cameras_get_equal_parts_of_the_model(model: Model) -> None:
    """However many frames a second each has, and however many tiles."""
    queue = ModelQueue()
    lines = {name: queue.join(name) for name in ("one", "other", "tiled")}
    calls: Counter[str] = Counter()
    for number in range(300):
        for name in ("one", "other", "other", "other"):
            lines[name].put(request(name, model, number), drop=True)
        lines["tiled"].put(request("tiled", model, number, size=(1120, 840), tiles=12), drop=True)
        batch = queue.take(0)
        finish(queue, batch, lines)
        calls[batch[0].request.camera] += 1
    assert all(abs(count - 100) <= 1 for count in calls.values()), calls


def test_the_newest_frame_wins(model: Model) -> None:
    queue = ModelQueue()
    line = queue.join("gate-1")
    assert line.put(old := request("gate-1", model, 1), drop=True) is None
    assert line.put(request("gate-1", model, 2), drop=True) is old
    assert line.put(newest := request("gate-1", model, 3), drop=True) is not None
    assert [crop.request for crop in queue.take(0)] == [newest]
    assert queue.take(0) == []
    assert line.dropped == 2


def test_of_a_file_nothing_is_dropped(model: Model) -> None:
    queue = ModelQueue()
    lines = {"file": queue.join("file")}
    sent = [request("file", model, number) for number in range(20)]

    def read() -> None:
        for frame in sent:
            lines["file"].put(frame, drop=False)

    reader = threading.Thread(target=read)
    reader.start()
    seen: list[Request] = []
    while len(seen) < len(sent):
        batch = queue.take(10)
        seen += [crop.request for crop in batch]
        finish(queue, batch, lines)
    reader.join()
    assert seen == sent
    assert lines["file"].dropped == 0


def test_slow_rules_hold_back_their_own_camera(model: Model) -> None:
    queue = ModelQueue()
    lines = {name: queue.join(name) for name in ("slow", "other")}
    for number in range(MOST_OPEN):
        lines["slow"].put(request("slow", model, number), drop=True)
        assert len(queue.take(0)) == 1
    lines["slow"].put(waiting := request("slow", model, MOST_OPEN), drop=True)
    assert queue.take(0) == []
    lines["other"].put(request("other", model), drop=True)
    assert [crop.request.camera for crop in queue.take(0)] == ["other"]
    first = lines["slow"].next(0)
    assert first is not None
    lines["slow"].finished(first)
    assert [crop.request for crop in queue.take(0)] == [waiting]


def test_results_come_in_the_order_of_the_frames(model: Model) -> None:
    """Though two threads compute, and the later frame is seen first."""
    queue = ModelQueue()
    line = queue.join("gate-1")
    crops = []
    for number in range(2):
        line.put(request("gate-1", model, number), drop=True)
        crops += queue.take(0)
    crops[1].request.give(0, Detections(), CALL)
    first = line.next(0)
    assert first is crops[0].request
    with pytest.raises(TimeoutError):
        first.result(timeout=0.01)


def test_a_batch_holds_one_shape_and_each_camera_before_a_second_crop_of_one(wide: Model) -> None:
    queue = ModelQueue()
    lines = {name: queue.join(name) for name in ("tiled", "tall", "one", "other")}
    lines["tiled"].put(request("tiled", wide, size=(1120, 840), tiles=12), drop=True)
    whole = queue.take(0)
    assert [(crop.request.camera, crop.place) for crop in whole] == [("tiled", 0)]
    finish(queue, whole, lines)
    for name, size in (("tall", (240, 320)), ("one", (320, 320)), ("other", (400, 400))):
        lines[name].put(request(name, wide, size=size), drop=True)
    batches = [queue.take(0) for _ in range(2)]
    shapes = [{crop.letterbox.shape for crop in batch} for batch in batches]
    assert shapes == [{(3, 320, 256)}, {(3, 320, 320)}]
    assert Counter(crop.request.camera for crop in batches[1]) == {"one": 1, "other": 1, "tiled": 2}


def test_a_batch_waits_for_others_but_not_for_long(wide: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = ModelQueue()
    lines = [queue.join(f"gate-{number}") for number in range(4)]
    monkeypatch.setattr(model_queue, "PATIENCE", 60.0)
    lines[0].put(request("gate-0", wide), drop=True)

    def join() -> None:
        for number in range(1, 4):
            lines[number].put(request(f"gate-{number}", wide), drop=True)

    late = threading.Timer(0.05, join)
    late.start()
    assert len(queue.take(0)) == 4  # the others were waited for, and the full batch was not
    old = request("gate-0", wide)
    old.asked_at = time.monotonic() - 60.0
    lines[0].put(old, drop=True)
    assert [crop.request for crop in queue.take(0)] == [old]


def test_what_is_seen_in_tiles_is_put_together(model: Model) -> None:
    """The frame and its tiles are computed one by one, in any order."""
    speck = ("garbage", (702, 802, 706, 806))
    zone = {"name": "all", "kind": "parking_bay", "polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], "tiles": True}
    frame = Frame(paint(1280, 960, speck), NOON, 0.0, 0)
    place = Scene.model_validate({"camera": {"id": "gate-1"}, "zones": [zone]})
    asked = Request("gate-1", frame, model, CloseLook(place).tiles(frame, 320))
    assert len(asked.crops) > 2
    for crop in reversed(asked.crops):
        tensor = np.empty((1, *crop.letterbox.shape), np.float32)
        crop.letterbox.apply(asked.image(crop.place), tensor[0])
        (seen,) = model.decode(model.infer(tensor), [crop.letterbox], 0.1)
        asked.give(crop.place, seen, 0.01)
    shown, found = asked.result(0)
    assert shown is frame
    assert len(found) == 1
    assert found.xyxy[0] == pytest.approx(speck[1], abs=2)
    assert asked.cpu == pytest.approx(0.01 * len(asked.crops))
