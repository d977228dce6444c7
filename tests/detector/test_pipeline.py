"""The pipeline under bad input: no crash, no false violation, nothing lost."""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import av
import cv2
import numpy as np
import pytest
import structlog
from av.video.stream import VideoStream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detector.cli import Folder
from detector.detections import Detections, ObjectClass
from detector.film import Film
from detector.health import CameraHealth
from detector.outbox import Outbox
from detector.pipeline import Checkpoint, Pipeline
from detector.scene import Scene
from detector.sources import Frame, VideoSource
from detector.violations import Violation
from tests.detector.streets import (
    HEIGHT,
    KERB,
    NOON,
    ROAD,
    THRESHOLDS,
    WIDTH,
    Street,
    follow,
    garbage,
    person,
    pipeline,
    rows_of,
    scene,
    tricycle,
)

EVERYTHING = scene(
    ROAD,
    KERB,
    {"name": "zebra", "kind": "crosswalk", "polygon": [[0.7, 0.3], [0.9, 0.3], [0.9, 0.9], [0.7, 0.9]],
     "signal": {"lamp": [0.9, 0.0, 0.95, 0.1]}},
    {"name": "fence", "kind": "barrier", "line": [[0, 0.35], [1, 0.35]]},
    {"name": "bins", "kind": "bin", "polygon": [[0, 0.9], [0.1, 0.9], [0.1, 1], [0, 1]]},
    ground={"image": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]], "metres": [[0, 0], [20, 0], [20, 14], [0, 14]]},
    jaywalking={"min_seconds": 2}, illegal_parking={"seconds": 20}, garbage={"min_seconds": 10},
    cigarette_butt={"min_seconds": 5},
)  # fmt: skip
WALKER = person((1, 300, 100), (9, 300, 350))
BUSY = [WALKER, tricycle((0, 500, 300), (60, 500, 300)), garbage(100, 250, 5, 60)]
IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


def frame(seconds: float, image: np.ndarray = IMAGE) -> Frame:
    return Frame(image, NOON + timedelta(seconds=seconds), seconds, round(seconds * 10))


def test_a_busy_street_gives_each_offence_once(tmp_path: Path) -> None:
    watcher = pipeline(EVERYTHING, tmp_path)
    found = follow(watcher, Street(BUSY, fps=5), 0, 40, finish=True)
    assert sorted(v.kind for v in found) == ["garbage", "illegal_parking", "jaywalking"]
    assert all(v.camera == "gate-1" for v in found)
    parcels = list(Outbox(tmp_path).pending())
    assert {p.violation.id for p in parcels} == {v.id for v in found}
    for parcel in parcels:
        files = {path.name for path in parcel.folder.iterdir()} - {"violation.json"}
        assert files == {e.file for e in parcel.violation.evidence}


def odd_detections() -> st.SearchStrategy[Detections]:
    number = st.floats(width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -5.0, 1e30, 300.0, 320.0])
    boxes = st.integers(0, 6).flatmap(
        lambda n: st.tuples(
            hnp.arrays(np.float32, (n, 4), elements=number),
            hnp.arrays(np.int64, (n,), elements=st.integers(-2, 12)),
            hnp.arrays(np.float32, (n,), elements=st.floats(0, 1, width=32) | st.just(np.nan)),
        )
    )
    return boxes.map(lambda parts: Detections(*parts))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.floats(-2, 3), odd_detections()), max_size=12))
def test_no_input_crashes_it(steps: list[tuple[float, Detections]]) -> None:
    watcher = pipeline(EVERYTHING)
    seconds = 0.0
    for step, seen in steps:
        seconds = seconds + step
        watcher.process(frame(seconds), seen)
    watcher.finish()
    watcher.restore(Checkpoint.model_validate_json(watcher.checkpoint().model_dump_json()))


def test_boxes_that_are_none_are_dropped_with_one_log_line() -> None:
    watcher = pipeline(EVERYTHING)
    bad = rows_of(np.full((3, 4), np.nan), [0, 6, 8], [0.9, 0.9, 0.9])
    with structlog.testing.capture_logs() as logs:
        assert [watcher.process(frame(i / 5), bad) for i in range(200)] == [[]] * 200
    assert len(logs) == 1


def test_empty_frames() -> None:
    watcher = pipeline(EVERYTHING)
    assert [v for i in range(100) for v in watcher.process(frame(i / 5), Detections())] == []


def test_time_running_backwards() -> None:
    """Everything is seen twice, the second time earlier: nothing is reported a second time."""
    watcher = pipeline(EVERYTHING)
    street = list(Street(BUSY, fps=5).frames(0, 40))
    first = [v for f, seen in street for v in watcher.process(f, seen)]
    again = [v for f, seen in street for v in watcher.process(f, seen)]
    assert len(first) == 3
    assert again == []
    backwards = pipeline(EVERYTHING)
    assert [v for f, seen in reversed(street) for v in backwards.process(f, seen)] == []


def test_a_thousand_detections_are_no_violation() -> None:
    watcher = pipeline(EVERYTHING)
    rng = np.random.default_rng(1)
    for step in range(6):
        corner = rng.uniform(0, [600, 300], (1000, 2))
        seen = rows_of(np.hstack([corner, corner + 20]), rng.integers(0, 9, 1000), np.full(1000, 0.9))
        assert watcher.process(frame(step), seen) == []


def test_the_picture_changes_its_size() -> None:
    """A walker and a parked e-tricycle, in half the size from 10 s on: the parked one stands where it stood."""
    watcher = pipeline(EVERYTHING)
    found: list[Violation] = []
    for seen_frame, seen in Street(BUSY, fps=5).frames(0, 40):
        shown, rows = seen_frame, seen
        if seen_frame.seconds > 10:
            small = np.ascontiguousarray(seen_frame.image[::2, ::2])
            shown = Frame(small, seen_frame.time, seen_frame.seconds, seen_frame.number)
            rows = rows_of(seen.xyxy / 2, seen.class_id, seen.confidence)
        found += watcher.process(shown, rows)
    found += watcher.finish()
    assert sorted(v.kind for v in found) == ["garbage", "illegal_parking", "jaywalking"]
    parked = next(v for v in found if v.kind == "illegal_parking")
    assert (parked.width, parked.height) == (WIDTH // 2, HEIGHT // 2)
    assert parked.started_s == pytest.approx(0, abs=0.5)


def test_classes_that_the_model_lacks_count_for_nothing() -> None:
    watcher = Pipeline(EVERYTHING, thresholds={ObjectClass.GARBAGE: 0.3})
    found = follow(watcher, Street(BUSY, fps=5), 0, 40, finish=True)
    assert [v.kind for v in found] == ["garbage"]


class FullDisk(Outbox):
    """An outbox on a disk that is full for a while."""

    full = True

    def commit(self, violation: Violation) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().commit(violation)


def test_a_full_disk_delays_evidence_and_loses_none(tmp_path: Path) -> None:
    shelf = FullDisk(tmp_path)
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=shelf)
    street = Street(BUSY, fps=5)
    assert follow(watcher, street, 0, 30) == []
    shown = watcher.fault or ""
    assert list((tmp_path / "writing").iterdir()) == []
    kept = watcher.checkpoint()
    assert not any(a.reported for state in kept.rules.values() for a in state.anchors)
    assert "No space left" in shown
    shelf.full = False
    found = [v for step in range(151, 200) for v in watcher.process(frame(step / 5), Detections())]
    assert sorted(v.kind for v in found) == ["garbage", "illegal_parking", "jaywalking"]
    assert watcher.fault is None
    assert len(shelf) == 3
    assert {v.ended_s and round(v.ended_s) for v in found if v.kind != "jaywalking"} == {15, 20}


def test_what_is_owed_at_the_end_is_tried_once_more(tmp_path: Path) -> None:
    shelf = FullDisk(tmp_path)
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=shelf)
    follow(watcher, Street(BUSY, fps=5), 0, 30)
    shelf.full = False
    assert len(watcher.finish()) == 3
    assert watcher.finish() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=outbox)
    (tmp_path / "writing").chmod(0o500)
    assert follow(watcher, Street(BUSY, fps=5), 0, 30) == []
    (tmp_path / "writing").chmod(0o700)
    assert len(watcher.finish()) == 3


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """The whole outbox is moved away and comes back: as unwritable, for root too."""
    outbox = Outbox(tmp_path / "outbox")
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=outbox)
    shutil.rmtree(tmp_path / "outbox")
    (tmp_path / "outbox").write_text("in the way")
    assert follow(watcher, Street(BUSY, fps=5), 0, 30) == []
    assert watcher.fault is not None
    (tmp_path / "outbox").unlink()
    Outbox(tmp_path / "outbox")
    assert len(watcher.finish()) == 3


class NoFolder(Outbox):
    """An outbox that cannot make a folder any more."""

    def stage(self, violation_id: UUID) -> Path:
        raise OSError(28, f"No space left on device for {violation_id}")


def test_too_many_owed_findings_are_logged_as_lost(tmp_path: Path) -> None:
    watcher = Pipeline(scene(ROAD, jaywalking={"min_seconds": 1, "min_distance": 0, "report_after": 1}),
                       thresholds=THRESHOLDS, shelf=NoFolder(tmp_path))  # fmt: skip
    crowd = [person((0, 20 + 11 * i, 200), (4, 20 + 11 * i, 300), look=i) for i in range(55)]
    with structlog.testing.capture_logs() as logs:
        for seen_frame, _ in Street([], fps=5).frames(0, 4):
            boxes = [t.box(seen_frame.seconds) for t in crowd]
            rows = np.array([[20 + 11 * i, b[1], 28 + 11 * i, b[3]] for i, b in enumerate(boxes) if b is not None])
            watcher.process(seen_frame, rows_of(rows, np.zeros(len(rows), np.int64), np.full(len(rows), 0.9)))
    lost = [entry for entry in logs if "violation lost" in entry["event"]]
    assert len(lost) == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"rules": []}',
        '{"rules": {"garbage": []}}',
        '{"rules": {"garbage": {"anchors": [{"id": 1}]}}}',
    ],
)
def test_damaged_checkpoints_are_value_errors(text: str) -> None:
    with pytest.raises(ValueError, match="Checkpoint"):
        Checkpoint.model_validate_json(text)


def test_a_checkpoint_of_other_rules_is_no_fault() -> None:
    place = Scene.model_validate({"camera": {"id": "gate-1"}, "rules": {"garbage": {}}})
    watcher = pipeline(place)
    watcher.restore(Checkpoint.model_validate_json('{"rules": {"smoking": {"anchors": []}}}'))
    assert watcher.checkpoint().rules.keys() == {"garbage"}


def test_one_plain_folder_as_a_shelf(tmp_path: Path) -> None:
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=Folder(tmp_path / "out"))
    found = follow(watcher, Street(BUSY, fps=5), 0, 40, finish=True)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {e.file for v in found for e in v.evidence} | {f"{v.id}.json" for v in found}
    Folder(tmp_path / "out").discard(found[0].id)
    assert not [n for n in (p.name for p in (tmp_path / "out").iterdir()) if n.startswith(str(found[0].id))]


def bumpy(second: float, x: float = 0.0, light: float = 1.0) -> np.ndarray:
    """A street full of edges with one e-tricycle at 200–310 × 200–280, moved by a share of the width."""
    blocks = np.random.default_rng(3).integers(20, 250, (18, 32, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(blocks, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST), np.uint8)
    image[200:280, 200:310] = cv2.resize(blocks[:6, :6], (110, 80), interpolation=cv2.INTER_NEAREST)[..., ::-1]
    moved = cv2.warpAffine(
        image, np.array([[1.0, 0, x * WIDTH], [0, 1, 0]]), (WIDTH, HEIGHT), borderMode=cv2.BORDER_WRAP
    )
    shown = (moved * light).astype(np.uint8)
    shown[:16] += np.random.default_rng(round(second * 10)).integers(0, 4, (16, WIDTH, 3), dtype=np.uint8)
    return shown


def seen_at(x: float) -> Detections:
    return rows_of([[200 + x * WIDTH, 200, 310 + x * WIDTH, 280]], [6], [0.9])


STAND = {"name": "stand", "kind": "no_parking", "polygon": [[0.36, 0.7], [0.425, 0.7], [0.425, 0.8], [0.36, 0.8]]}
"""Hardly larger than where the e-tricycle meets the ground: a move of 3 % leads out of it."""


def watched(x: Callable[[float], float], light: Callable[[float], float], shelf: Path | None = None) -> list[Violation]:
    place = scene(STAND, illegal_parking={"seconds": 20})
    watcher = Pipeline(
        place, thresholds=THRESHOLDS, shelf=Outbox(shelf) if shelf else None, health=CameraHealth(place)
    )  # fmt: skip
    found = []
    for step in range(120):
        second = float(step)
        shown = bumpy(second, x(second), light(second))
        seen = seen_at(x(second)) if light(second) > 0.5 else Detections()
        found += watcher.process(frame(second, shown), seen)
    return found + watcher.finish()


def test_the_clock_stands_still_while_the_camera_cannot_see() -> None:
    (parked,) = watched(lambda _: 0.0, lambda second: 0.01 if 10 <= second < 70 else 1.0)
    assert parked.started_s == pytest.approx(0, abs=1)
    assert parked.ended_s == pytest.approx(20 + 60 + 3, abs=1.5)
    assert (parked.ended_at - parked.started_at).total_seconds() == pytest.approx(parked.ended_s, abs=1)


def test_nothing_is_reported_while_the_camera_looks_elsewhere() -> None:
    place = scene({"name": "all", "kind": "no_parking", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
                  illegal_parking={"seconds": 20})  # fmt: skip
    health = CameraHealth(place)
    watcher = Pipeline(place, thresholds=THRESHOLDS, health=health)
    found = []
    for step in range(100):
        second = float(step)
        away = second >= 10
        found += watcher.process(frame(second, bumpy(second, 0.3 if away else 0.0)), seen_at(0.3 if away else 0.0))
        if second in (9, 16, 99):
            assert watcher.notice.startswith("moved: rules suspended") == away
    assert found == []
    assert watcher.checkpoint().rules["illegal_parking"].anchors  # nothing is forgotten


def test_a_small_move_keeps_zones_clocks_and_evidence(tmp_path: Path) -> None:
    (parked,) = watched(lambda second: 0.03 if second >= 10 else 0.0, lambda _: 1.0, tmp_path)
    assert parked.started_s == pytest.approx(0, abs=1)
    assert parked.ended_s == pytest.approx(20 + 3, abs=1.5)  # three seconds until the move was believed
    assert parked.box == pytest.approx((219, 200, 329, 280), abs=6)
    (parcel,) = Outbox(tmp_path).pending()
    originals = [e for e in parked.evidence if e.role == "original"]
    end = cv2.imread(str(parcel.folder / originals[-1].file))
    assert end is not None
    assert (end == bumpy(parked.ended_s or 0, 0.03)).all()


def test_the_reference_survives_a_restart() -> None:
    place = scene(STAND, illegal_parking={"seconds": 20})
    first = Pipeline(place, thresholds=THRESHOLDS, health=CameraHealth(place))
    for second in range(10):
        first.process(frame(second, bumpy(second)), seen_at(0))
    again = Pipeline(place, thresholds=THRESHOLDS, health=CameraHealth(place))
    again.restore(Checkpoint.model_validate_json(first.checkpoint().model_dump_json()))
    for second in range(6):
        again.process(frame(second, bumpy(second, 0.3)), seen_at(0.3))
    assert again.notice.startswith("moved")
    assert first.notice == ""


def test_an_offence_has_a_clip_and_waits_for_its_end(tmp_path: Path) -> None:
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=Outbox(tmp_path), film=Film())
    reported: dict[str, float] = {}
    found: list[Violation] = []
    for seen_frame, seen in Street(BUSY, fps=5).frames(0, 40):
        for violation in watcher.process(seen_frame, seen):
            reported[violation.kind] = seen_frame.seconds
            found.append(violation)
    found += watcher.finish()
    assert sorted(v.kind for v in found) == ["garbage", "illegal_parking", "jaywalking"]
    for violation in found:
        assert reported.get(violation.kind, 40.0) >= (violation.ended_s or 0) + 2 - 0.01
        (clip,) = [e for e in violation.evidence if e.role == "clip"]
        content = next(tmp_path.glob(f"ready/{violation.id}/{clip.file}")).read_bytes()
        assert clip.media_type == "video/mp4"
        assert clip.sha256 == hashlib.sha256(content).hexdigest()
        with av.open(io.BytesIO(content)) as film:
            length = sum(1 for _ in film.decode(video=0)) / 5
        assert 5 < length <= 20.2


def test_what_waits_for_its_clip_is_safe_already(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=outbox, film=Film())
    street = Street([tricycle((0, 500, 300), (60, 500, 300))], fps=5)
    assert follow(watcher, street, 0, 21) == []  # it offends at 20 s
    (anchor,) = watcher.checkpoint().rules["illegal_parking"].anchors
    assert (anchor.reported, len(outbox), list(outbox.pending())) == (True, 1, [])
    (parked,) = watcher.finish()
    assert parked.id == anchor.id
    assert [e.role for e in parked.evidence].count("clip") == 1
    assert [p.violation for p in outbox.pending()] == [parked]


KILLED = """
import sys, time
from pathlib import Path
from detector.film import Film
from detector.outbox import Outbox
from detector.pipeline import Pipeline
from tests.detector.streets import Street
from tests.detector.test_pipeline import EVERYTHING, THRESHOLDS, WALKER

watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=Outbox(Path(sys.argv[1])), film=Film())
for frame, seen in Street([WALKER], fps=5).frames(0, 40):
    assert not watcher.process(frame, seen), "reported before its clip was complete"
    if any((Path(sys.argv[1]) / "held").iterdir()):
        print("held", flush=True)
        time.sleep(60)
"""


def test_a_jaywalker_who_waits_for_the_clip_survives_a_kill(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "held\n"
        killed.kill()
    assert killed.returncode == -signal.SIGKILL
    (parcel,) = Outbox(tmp_path).pending()
    assert parcel.violation.kind == "jaywalking"
    assert [e.role for e in parcel.violation.evidence].count("original") == 3
    for entry in parcel.violation.evidence:
        assert hashlib.sha256((parcel.folder / entry.file).read_bytes()).hexdigest() == entry.sha256


class FilledUp(Outbox):
    """An outbox on a disk that is full when a violation is to be completed."""

    full = True

    def commit(self, violation: Violation) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().commit(violation)


def test_a_disk_that_fills_up_while_a_clip_is_made_loses_nothing(tmp_path: Path) -> None:
    shelf = FilledUp(tmp_path)
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=shelf, film=Film())
    street = Street([tricycle((0, 500, 300), (60, 500, 300))], fps=5)
    assert follow(watcher, street, 0, 21) == []
    assert watcher.finish() == []
    assert "No space left" in (watcher.fault or "")
    shelf.full = False
    assert [v.kind for v in watcher.finish()] == ["illegal_parking"]
    assert (watcher.fault, len(list(shelf.pending()))) == (None, 1)


def test_when_no_frame_comes_nothing_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=Outbox(tmp_path), film=Film())
    follow(watcher, Street([tricycle((0, 500, 300), (60, 500, 300))], fps=5), 0, 21)
    assert watcher.idle() == []
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 6)
    found: list[Violation] = []
    while not found:  # the clip is being made
        found = watcher.idle()
        time.sleep(0.01)
    assert [v.kind for v in found] == ["illegal_parking"]
    assert watcher.idle() == []


def test_what_the_camera_encoded_is_an_original(tmp_path: Path) -> None:
    """The street as an H.264 file: the clip is for everybody, the camera's own packets are not."""
    clip = tmp_path / "street.mp4"
    street = list(Street([tricycle((0, 500, 300), (60, 500, 300))], fps=5).frames(0, 30))
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=5, options={"preset": "ultrafast", "g": "10"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for shown, _ in street:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown.image, format="bgr24")))
        container.mux(stream.encode(None))
    watcher = Pipeline(EVERYTHING, thresholds=THRESHOLDS, shelf=Outbox(tmp_path / "outbox"), film=Film())
    found: list[Violation] = []
    with VideoSource(clip, start=NOON) as source:
        for read, (_, seen) in zip(source.frames(), street, strict=True):
            found += watcher.process(read, seen)
    (parked,) = [*found, *watcher.finish()]
    films = {e.role: e for e in parked.evidence if e.media_type == "video/mp4"}
    assert films.keys() == {"clip", "original"}
    (parcel,) = Outbox(tmp_path / "outbox").pending()
    assert len({e.file for e in parked.evidence}) == len(parked.evidence)
    with av.open(str(parcel.folder / films["original"].file)) as own:
        assert (own.streams.video[0].width, own.streams.video[0].height) == (WIDTH, HEIGHT)
        assert sum(1 for _ in own.decode(video=0)) >= 5 * 18
