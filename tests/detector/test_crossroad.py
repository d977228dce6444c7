"""The real clip: each person who walks on the carriageway gives one violation a visit.

The model's detections are kept beside the test (yolo26n at 640, every frame), so that it tests the rules and not the
model; the tracker sees the clip's own colours.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import yaml

from detector.detections import Detections
from detector.riders import riders
from detector.rules import Finding, View, rules_of
from detector.scene import Scene
from detector.sources import Frame
from detector.sources.photos import DISTRICT_ZONE
from detector.tracking import Tracker
from tests.detector.streets import NOON

DATA = Path(__file__).resolve().parents[1] / "data"
NEAR = 45.0
"""Pixels: half of a person's height on this clip."""


@dataclass
class Visit:
    """One person's stay on the road, as somebody has seen it who watched the clip."""

    who: str
    start: float
    end: float
    path: np.ndarray[tuple[int, ...], np.dtype[np.float64]]

    def shows(self, finding: Finding) -> bool:
        """Whether a report's pictures lie in this visit and one of them shows this person."""
        if finding.started_s < self.start - 1.5 or finding.ended_s > self.end + 1.5:
            return False
        return any(self._is_at(m.frame.seconds, m.box) for m in finding.moments)

    def _is_at(self, seconds: float, box: tuple[float, float, float, float]) -> bool:
        times, xs, ys = self.path.T
        x, y = np.interp(seconds, times, xs), np.interp(seconds, times, ys)
        return bool(np.hypot((box[0] + box[2]) / 2 - x, box[3] - y) < NEAR)


@cache
def visits() -> list[Visit]:
    """What the file says."""
    listed = yaml.safe_load((DATA / "crossroad_visits.yaml").read_text(encoding="utf-8"))["visits"]
    return [Visit(v["who"], v["from"], v["to"], np.array(v["path"], np.float64)) for v in listed]


def reports(clip: Path, step: int) -> list[Finding]:
    """What the rules report of every ``step``-th frame."""
    scene = Scene.load(DATA / "crossroad.yaml")
    kept = np.load(DATA / "crossroad_detections.npz")
    tracker, rules, found = Tracker(), rules_of(scene, DISTRICT_ZONE), list[Finding]()
    with av.open(str(clip)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number % step:
                continue
            seconds = float(kept["seconds"][number])
            rows = kept["rows"][kept["rows"][:, 0] == number]
            seen = Detections(rows[:, 1:5], rows[:, 6].astype(np.int64), rows[:, 5])
            image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
            frame = Frame(image, NOON + timedelta(seconds=seconds), seconds, number)
            tracks = tracker.update(seen, seconds, image)
            view = View(frame, tracks, seen[seen.confidence > 0.3], riders(tracks))
            found += [finding for rule in rules for finding in rule.update(view)]
    return found + [finding for rule in rules for finding in rule.finish()]


def matched(found: list[Finding]) -> dict[int, int]:
    """Reports to visits, one to one, as many as can be (augmenting paths)."""
    owner: dict[int, int] = {}

    def place(report: int, tried: set[int]) -> bool:
        for visit, true in enumerate(visits()):
            if visit in tried or not true.shows(found[report]):
                continue
            tried.add(visit)
            if visit not in owner or place(owner[visit], tried):
                owner[visit] = report
                return True
        return False

    for report in range(len(found)):
        place(report, set())
    return owner


@pytest.fixture(scope="module")
def every_frame(crossroad: Path) -> list[Finding]:
    """What the rules report of the whole clip; it is watched once for all tests."""
    return reports(crossroad, 1)


def test_each_visit_to_the_road_is_reported_once(every_frame: list[Finding]) -> None:
    are_reported_once(every_frame)


def test_each_visit_to_the_road_is_reported_once_in_every_second_frame(crossroad: Path) -> None:
    are_reported_once(reports(crossroad, 2))


def are_reported_once(found: list[Finding]) -> None:
    owner = matched(found)
    missed = [v.who for i, v in enumerate(visits()) if i not in owner]
    assert missed == []
    assert len(found) - len(owner) <= 2, "at most two extra"


def test_nobody_on_the_grass_is_reported(every_frame: list[Finding]) -> None:
    """Two people walk on the grass below from 51 to 60 s, one passes behind the house from 8 to 17 s."""
    for finding in every_frame:
        for moment in finding.moments:
            left, _, right, feet = moment.box
            x, y, seconds = (left + right) / 2, feet, moment.frame.seconds
            on_grass = 50 < seconds < 60 and y > 430 and x < 700
            behind = 8 < seconds < 17.5 and y < 150 and x < 290
            assert not on_grass
            assert not behind
