"""Camera health, on real frames: shifted, darkened, blurred, covered, frozen — and left alone."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import structlog
from numpy.typing import NDArray

from detector.health import CameraHealth, HealthState
from detector.health_event import HealthEvent, HealthKind
from detector.sources import Frame
from tests.detector.streets import NOON, ROAD, scene

Image = NDArray[np.uint8]
Change = Callable[[Image, int], Image]

PLACE = scene(ROAD, jaywalking={})
_CACHE: dict[Path, list[Image]] = {}


@pytest.fixture
def street(crossroad: Path) -> list[Image]:
    """One real frame a second, 79 of them."""
    if crossroad not in _CACHE:
        with av.open(str(crossroad)) as clip:
            frames = enumerate(clip.decode(video=0))
            _CACHE[crossroad] = [f.to_ndarray(format="bgr24") for n, f in frames if n % 10 == 0]
    return _CACHE[crossroad]


def as_frame(image: Image, second: float) -> Frame:
    return Frame(image, NOON + timedelta(seconds=second), second, round(second * 10))


def shifted(x: float, y: float = 0.0, degrees: float = 0.0) -> Change:
    def change(image: Image, _: int) -> Image:
        height, width = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        matrix[:, 2] += [x * width, y * height]
        return np.asarray(
            cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8
        )  # fmt: skip

    return change


def scaled(factor: float) -> Change:
    return lambda image, _: (image * factor).astype(np.uint8)


def blurred(image: Image, _: int) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 5), np.uint8)


def cloth(image: Image, _: int) -> Image:
    covered = image.copy()
    covered[:, : image.shape[1] * 4 // 5] = 70
    return covered


def snow(image: Image, second: int) -> Image:
    rng = np.random.default_rng(second)
    flakes = image.copy()
    for x, y, size in zip(
        rng.integers(0, 768, 2000), rng.integers(0, 576, 2000), rng.integers(2, 6, 2000), strict=True
    ):
        cv2.circle(flakes, (int(x), int(y)), int(size), (245, 245, 245), cv2.FILLED)
    return flakes


def rain(image: Image, second: int) -> Image:
    rng = np.random.default_rng(second)
    streaks = image.copy()
    for x, y in rng.integers(0, [768, 576], (2500, 2)):
        cv2.line(streaks, (int(x), int(y)), (int(x) + 5, int(y) + 26), (225, 225, 225), 1)
    return streaks


def run(
    street: list[Image], change: Change, span: tuple[int, int]
) -> tuple[CameraHealth, list[tuple[float, HealthEvent]]]:
    """What is told, and when, of the clip with a change from one second to another."""
    health = CameraHealth(PLACE)
    told = []
    for second, image in enumerate(street):
        shown = change(image, second) if span[0] <= second < span[1] else image
        told += [(second, event) for event in health.update(as_frame(shown, second))]
    return health, told


FAULTS = [
    ("black", scaled(0.03), HealthKind.BLACK),
    ("dark", scaled(0.13), HealthKind.DARK),
    ("blurred", blurred, HealthKind.BLURRED),
    ("covered", cloth, HealthKind.COVERED),
    ("snow", snow, HealthKind.WEATHER),
    ("rain", rain, HealthKind.WEATHER),
    ("30 % right", shifted(0.3), HealthKind.MOVED),
    ("30 % left", shifted(-0.3), HealthKind.MOVED),
    ("30 % up", shifted(0, -0.3), HealthKind.MOVED),
    ("15 % and turned", shifted(0.15, 0.05, 8), HealthKind.MOVED),
    ("3 % right", shifted(0.03), HealthKind.SHIFTED),
    ("3 % left and up", shifted(-0.03, -0.03), HealthKind.SHIFTED),
    ("turned by 2°", shifted(0, 0, 2), HealthKind.SHIFTED),
]


@pytest.mark.parametrize(("name", "change", "kind"), FAULTS, ids=[name for name, *_ in FAULTS])
def test_faults_of_real_frames(street: list[Image], name: str, change: Change, kind: HealthKind) -> None:
    health, told = run(street, change, (20, 50))
    assert [event.kind for _, event in told] == [kind, kind], name
    (begun, start), (over, end) = told
    assert begun <= 25
    assert 50 <= over <= 55
    assert abs((start.started_at - NOON).total_seconds() - 20) <= 1
    assert start.ended_at is None
    assert end.started_at == start.started_at
    assert end.ended_at is not None
    assert abs((end.ended_at - NOON).total_seconds() - 50) <= 1
    assert health.event is None
    assert not health.suspended


@pytest.mark.parametrize("shift", [0.1, 0.2, 0.3, 0.5])
def test_a_large_move_suspends_at_the_next_check(street: list[Image], shift: float) -> None:
    health = CameraHealth(PLACE)
    for second, image in enumerate(street[:22]):
        health.update(as_frame(shifted(shift, 0.02)(image, second) if second >= 20 else image, second))
        assert health.suspended == (second >= 20)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("left alone", lambda image, _: image),
        ("dusk", lambda image, second: scaled(1 - second / 120)(image, second)),
        ("a cloud", lambda image, second: scaled(0.55)(image, second) if 20 <= second < 40 else image),
        ("a flash", lambda image, second: np.full_like(image, 255) if second == 30 else image),
        ("a bus for two seconds", lambda image, second: cloth(image, second) if second in (30, 31) else image),
        ("a camera on a swaying pole", lambda image, second: shifted(0.002 * (-1) ** second)(image, second)),
    ],
)
def test_no_event(street: list[Image], name: str, change: Change) -> None:
    health, told = run(street, change, (0, 1000))
    assert told == [], name
    assert not health.suspended


def test_dusk_brings_no_wait(street: list[Image]) -> None:
    health = CameraHealth(PLACE)
    for second, image in enumerate(street):
        health.update(as_frame(scaled(1 - second / 120)(image, second), second))
        assert not health.suspended


def test_every_frame_of_the_clip_is_well(crossroad: Path) -> None:
    health = CameraHealth(PLACE)
    with av.open(str(crossroad)) as clip:
        for number, picture in enumerate(clip.decode(video=0)):
            if number % 3 == 0:
                assert health.update(as_frame(picture.to_ndarray(format="bgr24"), number / 10)) == []
                assert not health.suspended


def test_frozen_pictures(street: list[Image]) -> None:
    health = CameraHealth(PLACE)
    told: list[tuple[float, HealthEvent]] = []
    for step in range(200):  # 5 frames a second, the picture stands still from 10 to 30 s
        second = step / 5
        index = int(second) if not 10 <= second < 30 else 10
        told += [(second, e) for e in health.update(as_frame(street[index], second))]
        assert health.suspended == any(e.ended_at is None for _, e in told[-1:])
    assert [(e.kind, e.ended_at is None) for _, e in told] == [(HealthKind.FROZEN, True), (HealthKind.FROZEN, False)]
    assert told[0][0] == pytest.approx(20, abs=1.5)
    assert (told[0][1].started_at - NOON).total_seconds() == pytest.approx(10, abs=1)
    assert told[1][0] == pytest.approx(33, abs=1.5)


def test_a_small_move_is_measured(street: list[Image]) -> None:
    health, _ = run(street[:40], shifted(0.03, -0.02), (20, 100))
    assert health.alignment.matrix == pytest.approx(np.array([[1, 0, 0.03], [0, 1, -0.02]]), abs=0.006)
    assert not health.suspended


def test_a_move_while_nobody_watched_is_found_out(street: list[Image]) -> None:
    before, _ = run(street[:10], shifted(0), (0, 0))
    state = before.state()
    assert state is not None
    after = CameraHealth(PLACE)
    after.restore(HealthState.model_validate_json(state.model_dump_json()))
    told = [e for s, i in enumerate(street[10:20]) for e in after.update(as_frame(shifted(0.3)(i, s), s))]
    assert [event.kind for event in told] == [HealthKind.MOVED]
    redrawn = CameraHealth(scene(ROAD, {"name": "bins", "kind": "bin", "polygon": [[0, 0], [1, 0], [1, 1]]}))
    redrawn.restore(state)
    assert [e for s, i in enumerate(street[10:30]) for e in redrawn.update(as_frame(shifted(0.3)(i, s), s))] == []


def test_a_reference_can_be_given(street: list[Image]) -> None:
    health = CameraHealth(PLACE, reference=street[0])
    told = [e for s, i in enumerate(street[1:8]) for e in health.update(as_frame(shifted(0.3)(i, s), s))]
    assert [event.kind for event in told] == [HealthKind.MOVED]


@pytest.mark.parametrize("damaged", ["", "AAAA", "not base64!"])
def test_a_damaged_reference_is_a_value_error(street: list[Image], damaged: str) -> None:
    health, _ = run(street[:10], shifted(0), (0, 0))
    state = health.state()
    assert state is not None
    with pytest.raises(ValueError, match=r"damaged|base64|padding"):
        CameraHealth(PLACE).restore(state.model_copy(update={"reference": damaged}))


def sizes() -> Iterator[Image]:
    for width, height in ((768, 576), (384, 288), (64, 48), (8, 8), (1, 1), (300, 2), (2, 300)):
        yield np.random.default_rng(width).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_pictures_of_any_size_and_times_that_jump() -> None:
    health = CameraHealth(PLACE)
    for second, image in enumerate(i for i in sizes() for _ in range(8)):
        health.update(as_frame(image, second % 13))
    health.finish(NOON)
    assert health.event is None


def test_events_are_log_lines_and_callbacks(street: list[Image]) -> None:
    heard: list[HealthEvent] = []
    health = CameraHealth(PLACE, on_event=heard.append)
    with structlog.testing.capture_logs() as logs:
        for second, image in enumerate(street[:30]):
            health.update(as_frame(scaled(0.02)(image, second) if second > 10 else image, second))
        health.finish(NOON + timedelta(seconds=30))
    assert [entry["event"] for entry in logs] == ["camera health", "camera health restored"]
    assert logs[0]["message"] == "black picture: rules suspended"
    assert [event.ended_at is None for event in heard] == [True, False]
    assert (heard[1].ended_at or NOON) == NOON + timedelta(seconds=30)


def test_a_check_is_cheap(street: list[Image]) -> None:
    """The least of many: other work on the machine is not this code's."""
    health = CameraHealth(PLACE)
    times = []
    for second, image in enumerate(street):
        started = time.thread_time()
        health.update(as_frame(image, second))
        times.append(time.thread_time() - started)
    assert np.median(times) < 0.004  # 1.5 ms on an idle core
