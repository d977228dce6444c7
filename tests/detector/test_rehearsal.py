"""Rules tried on stored tracks: the same rules on the same street find the same, without a picture."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from detector.detections import ObjectClass
from detector.pipeline import Pipeline
from detector.rehearsal import Rehearsal, rehearse
from detector.scene import Scene
from detector.sources.photos import DISTRICT_ZONE
from detector.track_segment import Segment, SegmentError
from detector.track_store import prune, segment_files
from detector.violations import Violation
from tests.detector.streets import (
    KERB,
    NOON,
    ROAD,
    THRESHOLDS,
    Image,
    Street,
    Thing,
    follow,
    garbage,
    person,
    scene,
    tricycle,
)

RULES = {"jaywalking": {"min_seconds": 2}, "illegal_parking": {"seconds": 20}, "garbage": {"min_seconds": 10}}
PLACE = scene(ROAD, KERB, **RULES)
ZEBRA = {
    "name": "zebra", "kind": "crosswalk", "polygon": [[0.2, 0.1], [0.8, 0.1], [0.8, 0.95], [0.2, 0.95]],
    "signal": {"lamp": [0.9, 0.0, 0.98, 0.1]},
}  # fmt: skip
BUSY = [person((1, 300, 100), (9, 300, 350)), tricycle((0, 500, 300), (90, 500, 300)), garbage(100, 250, 5, 90)]


def watched(folder: Path, place: Scene, street: Street, start: float, end: float) -> list[Violation]:
    """What a pipeline reports that keeps its tracks."""
    return follow(Pipeline(place, thresholds=THRESHOLDS, tracks=folder), street, start, end, finish=True)


def rehearsed(folder: Path, place: Scene, start: float = -10, end: float = 3600) -> Rehearsal:
    """The whole of a store, or a part of it."""
    return rehearse(folder, place, NOON + timedelta(seconds=start), NOON + timedelta(seconds=end), DISTRICT_ZONE)


@pytest.mark.parametrize("fps", [5.0, 10.0])
def test_the_same_rules_find_the_same(tmp_path: Path, fps: float) -> None:
    reported = watched(tmp_path, PLACE, Street(BUSY, fps=fps, missed=0.2, jitter=2.0), 0, 90)
    tried = rehearsed(tmp_path, PLACE)
    assert sorted(v.kind for v in reported) == ["garbage", "illegal_parking", "jaywalking"]
    assert {f.kind for f in tried.findings} == {v.kind for v in reported}
    for found in tried.findings:
        (same,) = [v for v in reported if v.kind is found.kind]
        assert abs((found.ended_at - same.ended_at).total_seconds()) < 2
        assert abs(found.box[0] * same.width - same.box[0]) < 20
        assert found.zone == same.zone
    assert tried.watched_seconds == pytest.approx(90, abs=2)
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_other_zones_and_settings_find_something_else(tmp_path: Path) -> None:
    watched(tmp_path, scene(), Street(BUSY), 0, 60)
    kinds = sorted(f.kind for f in rehearsed(tmp_path, PLACE).findings)
    assert kinds == ["garbage", "illegal_parking", "jaywalking"], "a camera without rules stores its tracks too"
    patient = scene(ROAD, KERB, **(RULES | {"illegal_parking": {"seconds": 120}, "jaywalking": {"min_seconds": 60}}))
    assert [f.kind for f in rehearsed(tmp_path, patient).findings] == ["garbage"]
    assert rehearsed(tmp_path, scene()).findings == []


def test_what_the_model_overlooks_but_still_stands_there_counts(tmp_path: Path) -> None:
    parked = Thing(ObjectClass.E_TRICYCLE, (110, 80), [(0, 500, 300), (90, 500, 300)], unseen=[(8, 32)])
    (reported,) = watched(tmp_path, PLACE, Street([parked]), 0, 60)
    (found,) = rehearsed(tmp_path, PLACE).findings
    assert (found.kind, reported.kind) == ("illegal_parking", "illegal_parking")
    assert abs((found.ended_at - reported.ended_at).total_seconds()) < 2


def test_what_was_reported_before_the_span_is_not_found_in_it(tmp_path: Path) -> None:
    watcher = Pipeline(PLACE, thresholds=THRESHOLDS, tracks=tmp_path)
    (before,) = follow(watcher, Street([tricycle((0, 500, 300), (300, 500, 300))]), 0, 60, finish=True)
    again = Pipeline(PLACE, thresholds=THRESHOLDS, tracks=tmp_path)
    again.restore(watcher.checkpoint())
    assert follow(again, Street([tricycle((0, 500, 300), (300, 500, 300))]), 61, 150, finish=True) == []
    assert before.kind == "illegal_parking"
    assert rehearsed(tmp_path, PLACE, start=100).findings == []
    assert len(rehearsed(tmp_path, PLACE).findings) == 1


def test_a_lamp_is_remembered_without_its_picture(tmp_path: Path) -> None:
    def red(image: Image, now: float) -> None:
        del now
        height, width = image.shape[:2]
        image[: int(0.1 * height), int(0.9 * width) : int(0.98 * width)] = (0, 0, 255)

    crossing = person((20, 200, 100), (30, 400, 300))
    rules = {"jaywalking": {"min_seconds": 1, "min_distance": 0.5}}
    reported = watched(tmp_path / "lit", scene(ROAD, ZEBRA, **rules), Street([crossing], paint=red), 0, 40)
    tried = rehearsed(tmp_path / "lit", scene(ROAD, ZEBRA, **rules))
    assert len(reported) == len(tried.findings) == 1
    assert tried.findings[0].note == reported[0].note != ""
    assert tried.unknown_signals == []

    watched(tmp_path / "plain", scene(ROAD, **rules), Street([crossing], paint=red), 0, 40)
    unknown = rehearsed(tmp_path / "plain", scene(ROAD, ZEBRA, **rules))
    assert (unknown.findings, unknown.unknown_signals) == ([], ["zebra"])


def test_only_the_last_hours_are_kept_and_a_damaged_file_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched(tmp_path / "other", PLACE, Street([]), 0, 1)
    (path,) = segment_files(tmp_path / "other", NOON, NOON + timedelta(hours=1))
    segment = Segment.read(path)
    for minutes in (0, 60, 119):
        later = timedelta(minutes=minutes)
        moved = Segment(segment.head, [replace(sight, time=sight.time + later) for sight in segment.sights])
        moved.write(tmp_path / f"{round((NOON + later).timestamp() * 1000):013d}.npz")
    prune(tmp_path, NOON + timedelta(minutes=150))
    first, second = segment_files(tmp_path, NOON, NOON + timedelta(hours=3))
    first.write_bytes(b"no segment")
    with pytest.raises(SegmentError, match="cannot be read"):
        Segment.read(first)
    assert rehearsed(tmp_path, PLACE, end=10_000).sights == len(Segment.read(second).sights)
    monkeypatch.setattr("detector.track_store._MOST_BYTES", 10)
    prune(tmp_path, NOON + timedelta(minutes=150))
    assert segment_files(tmp_path, NOON, NOON + timedelta(hours=3)) == []


def test_a_full_disk_costs_tracks_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.track_store._LEAST_FREE", 1 << 62)
    reported = watched(tmp_path, PLACE, Street(BUSY), 0, 70)
    assert len(reported) == 3
    assert segment_files(tmp_path, NOON, NOON + timedelta(hours=1)) == []
