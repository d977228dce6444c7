"""The contest's rows and table, from outcomes made here; contestants themselves are in test_contestants."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.contest import neighbours
from benchmarks.contest.clips import Clip
from benchmarks.contest.events import Event, Truth
from benchmarks.contest.outcome import Box, Outcome
from benchmarks.contest.rows import bare_row, every_frame_row, frigate_row, looking_row, slices_row, still_row
from benchmarks.contest.slices import agreement
from benchmarks.contest.stage import Results, StageError, Turn, in_order, process
from benchmarks.contest.table import BEGIN, END, Row, render, written_into
from benchmarks.visits import Visit
from detector.scene import Scene
from detector.violations import ViolationKind

WALK = Visit("somebody", 0.0, 10.0, np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]]))
SEEN = Event(kind=ViolationKind.JAYWALKING, started_s=1, ended_s=3, course=((3, 0, 0),))


@pytest.fixture
def road(tmp_path: Path) -> Clip:
    """Ten grey pictures, a second, with one true walk."""
    file = tmp_path / "road.avi"
    film = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for _ in range(10):
        film.write(np.full((48, 64, 3), 90, np.uint8))
    film.release()
    scene = Scene.model_validate({"camera": {"id": "a"}})
    return Clip("crossroad", file, scene, (Truth(ViolationKind.JAYWALKING, 0, 10, path=WALK),))


def outcome(wall: float, cpu: float, *events: Event, versions: tuple[str, ...] = ("onnxruntime 1",)) -> Outcome:
    return Outcome(contestant="x", frames=100, wall_s=wall, cpu_s=cpu, events=events, versions=versions, note="5 looks")


def results(**outcomes: Outcome) -> Results:
    return Results({Turn(name.replace("_", "-"), "crossroad"): [made] for name, made in outcomes.items()})


def test_the_quicker_bare_model_counts(road: Clip) -> None:
    row = bare_row(results(ours_every=outcome(10, 19, SEEN), bare_one=outcome(12, 18), bare_lanes=outcome(9, 18)), road)
    assert row.measured == pytest.approx(0.9)
    assert (row.reached, row.recall) == ("no", "1/1 (+0) / –")


def test_the_quicker_of_our_runtimes_counts_and_less_recall_reaches_nothing(road: Clip) -> None:
    runs = {"ours_every": outcome(10, 19), "ours_best": outcome(8, 15), "ultralytics": outcome(16, 30, SEEN)}
    row = every_frame_row(results(**runs), road)
    assert (row.measured, row.reached, row.recall) == (2.0, "no: finds less or too late", "0/1 (+0) / 1/1 (+0)")
    runs["ours_best"] = outcome(8, 15, SEEN)
    assert every_frame_row(results(**runs), road).reached == "**yes**"


def test_camera_seconds_are_counted_by_processor_time(road: Clip) -> None:
    runs = results(
        ours_looking=outcome(99, 2, SEEN), ultralytics=outcome(1, 12, SEEN), ours_every=outcome(9, 9, SEEN),
        decoding=outcome(1, 1),
    )  # fmt: skip
    assert looking_row(runs, road, "ultralytics", 5).measured == 6
    assert still_row(runs, road).measured == 0.5
    missing = looking_row(runs, road, "supervision", 5)
    assert (missing.measured, missing.reached) == (None, "not measured")
    assert missing.how == "supervision on crossroad was not run"


def test_rounds_give_their_median_and_a_failure_its_reason() -> None:
    turn = Turn("bare-one", "crossroad")
    made = Results({turn: [outcome(3, 9), outcome(1, 2), outcome(2, 7)]}, {Turn("sahi"): "No module named 'sahi'"})
    found = made.of("bare-one", "crossroad")
    assert isinstance(found, Outcome)
    assert (found.wall_s, found.cpu_s) == (2, 7)
    assert made.of("sahi") == "No module named 'sahi'"
    assert made.versions() == ["onnxruntime 1"]
    assert list(in_order([turn, Turn("sahi")], 1)) == [Turn("sahi"), turn]


def test_boxes_agree_by_class_and_overlap() -> None:
    mine = [box(0, 0.9, 0), box(1, 0.9, 100)]
    theirs = [box(0, 0.8, 1), box(0, 0.8, 100), box(0, 0.3, 500)]
    assert agreement(theirs, mine, 0.5) == (2, 1)
    assert agreement(theirs, mine, 0.95) == (2, 0)
    assert agreement(theirs, [], 0.5) == (2, 0)
    tiles = outcome(1, 1).model_copy(update={"boxes": tuple(mine)})
    slices = outcome(2, 3).model_copy(update={"boxes": tuple(theirs)})
    row = slices_row(Results({Turn("ours-tiles"): [tiles], Turn("sahi"): [slices]}))
    assert (row.measured, row.reached, row.recall) == (2.0, "no: finds less or too late", "0.500 / 0.500")


def box(kind: int, confidence: float, left: float) -> Box:
    return Box(class_id=kind, confidence=confidence, xyxy=(left, 0, left + 20, 20))


def test_every_row_is_filled_or_explained_and_the_page_keeps_the_rest() -> None:
    row = Row("memory", 25, 26.54, "one more | camera", unit="MB", at_most=True)
    assert row.line() == "| memory | ≤ 25 MB | 26.5 MB | no | – | one more / camera |"
    answer = render("today", [row, frigate_row()], "a note")
    assert answer.splitlines()[2].startswith("| measure | wanted")
    assert "| ≥ 1.2 × | – | not measured | – | left out: Frigate" in answer
    page = f"# Results\n{BEGIN}\nold\n{END}\n## More\n"
    assert written_into(page, answer) == f"# Results\n{BEGIN}\n{answer}\n{END}\n## More\n"
    with pytest.raises(ValueError, match="needs the lines"):
        written_into("# Results\n", answer)


def test_a_contestant_that_fails_says_why_in_a_line() -> None:
    with pytest.raises(StageError, match="nobody: no such contestant on crossroad"):
        process("benchmarks.contest.contestant", ["nobody", "crossroad"])


def test_what_neighbours_say_becomes_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "benchmarks.many_cameras": '{"cameras": 40, "median_age_ms": 612.5, "further_camera_mb": 19.5, "found": 7, '
        '"planted": 8, "cores": 1.6}',
        "benchmarks.cluster": '{"ratio": 1.85, "by_cpu": 1.9, "recall": 0.95, "looks": 1592, "cores_got": 0.99}',
    }
    monkeypatch.setattr(neighbours, "process", lambda module, _: ["a table for people", said[module]])
    cameras, memory = neighbours.many_cameras_rows()
    assert (cameras.measured, cameras.reached) == (40, "no: finds less or too late")
    assert (memory.measured, memory.reached, memory.recall) == (19.5, "**yes**", "7/8 / –")
    assert neighbours.two_nodes_row().reached == "**yes**"
    left_out = neighbours.two_nodes_row("left out by --quick")
    assert (left_out.reached, left_out.how) == ("not measured", "left out by --quick")
