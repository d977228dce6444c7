"""How the rules must behave: each sentence of the design, and the tests that hold it.

The table names tests of this folder and its neighbours; a test that is renamed or removed breaks the table.
"""

import re
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from detector.sources import Frame
from detector.violations import Violation
from tests.detector.streets import KERB, NOON, Street, Zone, follow, pipeline, rows_of, scene, tricycle

HERE = Path(__file__).parent
DESIGN = Path(__file__).resolve().parents[4] / "shared" / "DESIGN.md"

HELD: dict[str, list[str]] = {
    "Time is wall-clock or stream time from timestamps, never a count of frames": [
        "rules/test_jaywalking.py::test_any_frame_rate_gives_the_same_violations",
        "rules/test_parking.py::test_any_frame_rate_gives_the_same_violation",
        "rules/test_parking.py::test_a_wall_clock_that_is_set_proves_nothing",
    ],
    "dropped frames, 5 fps and 25 fps give the same answer": [
        "simulation/test_report.py::test_any_frame_rate_and_half_of_the_frames_give_the_same_violations",
        "rules/test_visit.py::test_a_box_that_jitters_at_the_kerb_makes_a_stay_no_longer",
    ],
    "A violation's identity is a place and a look, not a track number": [
        "rules/test_parking.py::test_hidden_by_a_bus_for_a_minute",
        "rules/test_parking.py::test_overlooked_in_plain_view",
        "rules/test_parking.py::test_headlights_and_dusk",
        "rules/test_parking.py::test_a_crash_after_the_report_gives_the_same_identity",
        "rules/test_parking.py::test_a_restart_goes_on_with_the_clock_and_waits_for_its_own_pictures",
        "test_anchors.py::test_passers_by_do_not_keep_alive_what_has_left",
    ],
    "One real-world offence, one violation": [
        "test_pipeline.py::test_a_busy_street_gives_each_offence_once",
        "test_anchors.py::test_of_what_first_a_sliver_was_seen_is_one_thing",
        "rules/test_butts.py::test_a_patch_that_is_hidden_when_a_butt_joins_it_stays_the_reported_one",
        "rules/test_jaywalking.py::test_a_person_found_again_under_another_number_is_the_same_visit",
        "rules/test_jaywalking.py::test_climbing_on_the_road_is_one_violation",
        "simulation/test_report.py::test_on_random_streets_every_report_is_right",
        "test_crossroad.py::test_each_visit_to_the_road_is_reported_once",
    ],
    "One place that is dirty again after it was settled: a new violation": [
        "rules/test_butts.py::test_dirty_again_after_sweeping_is_a_new_violation",
        "rules/test_parking.py::test_another_one_at_the_same_place_is_another_violation",
    ],
    "that names the old one": [
        "../service/cases/test_relapse.py::test_the_detector_that_knows_the_place_again_names_the_old_violation",
    ],
    "jaywalking: a walking person (not a rider, not someone in a vehicle)": [
        "rules/test_jaywalking.py::test_no_jaywalker",
        "rules/test_jaywalking.py::test_a_crosswalk_is_for_walking",
    ],
    "outside every crosswalk for `min_seconds` and has moved `min_distance`": [
        "rules/test_jaywalking.py::test_no_jaywalker",
        "rules/test_jaywalking.py::test_distance_in_metres",
        "rules/test_jaywalking.py::test_a_long_walk_is_reported_once_and_before_its_end",
    ],
    "or crosses a barrier line": [
        "rules/test_jaywalking.py::test_climbing_a_barrier",
        "rules/test_jaywalking.py::test_legs_that_a_fence_hides_are_no_climb",
    ],
    "or is on a crosswalk while its pedestrian lamp is red": ["rules/test_jaywalking.py::test_lamp"],
    "Crossing the edge for a moment, or the jitter of a box, is none": [
        "rules/test_jaywalking.py::test_time_along_the_kerb_does_not_add_up",
        "rules/test_jaywalking.py::test_misses_and_jitter_change_nothing",
    ],
    "illegal_parking: an e-tricycle standing in a no_parking zone (outside parking bays) for `seconds`": [
        "rules/test_parking.py::test_a_bay_is_for_parking",
        "rules/test_parking.py::test_the_zone_says_how_long",
        "rules/test_parking.py::test_no_violation",
    ],
    "Evidence: at least two pictures that far apart": [
        "rules/test_parking.py::test_two_pictures_lie_the_seconds_apart"
    ],
    "a close one and one that shows the place": [
        "test_evidence.py::test_files_names_and_digests",
        "test_evidence.py::test_the_object_is_in_its_closeup",
        "test_evidence.py::test_the_context_is_a_captioned_copy",
    ],
    "garbage: a still object of class garbage that was not there before": [
        "rules/test_garbage.py::test_what_was_there_from_the_start_is_part_of_the_place",
        "test_anchors.py::test_what_something_hidden_cuts_off_does_not_shrink",
        "rules/test_garbage.py::test_a_carried_bag_is_no_stray_garbage",
        "rules/test_garbage.py::test_taken_away_in_time",
        "rules/test_garbage.py::test_bins_and_ignored_places_do_not_count",
    ],
    "lasting `min_seconds`, outside bins": [
        "rules/test_garbage.py::test_a_new_piece_is_reported_once",
        "rules/test_garbage.py::test_taken_away_in_time",
        "rules/test_garbage.py::test_bins_and_ignored_places_do_not_count",
    ],
    "If the frames before show who left it, keep them as evidence": [
        "rules/test_sizes.py::test_who_was_nearest_before_it_appeared_is_shown",
    ],
    "cigarette_butt: one a photo or a small patch of ground, with a count": [
        "rules/test_butts.py::test_patches_and_their_counts",
        "rules/test_butts.py::test_a_butt_that_joins_a_reported_patch_belongs_to_it",
        "rules/test_photo.py::test_findings",
    ],
    "(and butts per 100 m² where the ground plane is known)": [
        "rules/test_butts.py::test_density_where_the_ground_is_measured"
    ],
    "An uploaded photo has no time axis": ["rules/test_photo.py::test_findings"],
    "an e-tricycle or a person gives a *suspected* violation that says what the photo cannot prove": [
        "rules/test_photo.py::test_findings"
    ],
    "It never says who somebody is: no face recognition, no plate look-up": [
        "rules/test_contract.py::test_nobody_is_named",
        "test_privacy.py::test_a_head_is_gone_and_the_rest_stays",
    ],
    "A case about a person holds pictures, and people decide": [
        "../service/test_violations.py::test_a_violation_becomes_a_pending_case_with_its_evidence",
    ],
}

BAD_INPUT: dict[str, list[str]] = {
    "Time running backwards": [
        "test_pipeline.py::test_time_running_backwards",
        "test_anchors.py::test_frames_that_are_not_newer_are_passed_over",
    ],
    "a zone edited while a clock runs": ["rules/test_contract.py::test_a_zone_edited_while_a_clock_runs"],
    "a schedule that no hour matches": ["rules/test_parking.py::test_no_hour_matches"],
    "empty frames": ["test_pipeline.py::test_empty_frames"],
    "NaN boxes": ["test_pipeline.py::test_boxes_that_are_none_are_dropped_with_one_log_line"],
    "a thousand detections": [
        "test_pipeline.py::test_a_thousand_detections_are_no_violation",
        "test_anchors.py::test_a_thousand_detections_in_every_frame",
        "rules/test_contract.py::test_a_thousand_detections_cost_no_second",
    ],
}
"""What a camera or a model may give, and the tests that it does no harm."""


@pytest.mark.parametrize("sentence", [*HELD, *BAD_INPUT])
def test_the_tests_that_hold_a_sentence_exist(sentence: str) -> None:
    for name in (HELD | BAD_INPUT)[sentence]:
        file, _, test = name.partition("::")
        text = (HERE.parent / file).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {test}\(", text, re.MULTILINE), f"{name} is gone: who holds {sentence!r}?"


def test_the_sentences_are_the_designs() -> None:
    if not DESIGN.exists():
        pytest.skip(f"needs {DESIGN}")
    design = " ".join(DESIGN.read_text(encoding="utf-8").split())
    assert [sentence for sentence in HELD if sentence not in design] == []


def test_each_point_of_the_design_is_held() -> None:
    if not DESIGN.exists():
        pytest.skip(f"needs {DESIGN}")
    text = DESIGN.read_text(encoding="utf-8")
    section = text[text.index("## How the rules must behave") : text.index("## How cases move")]
    points = [" ".join(point.split()) for point in section.split("\n- ")[1:]]
    assert len(points) > 8
    assert [point for point in points if not any(sentence in point for sentence in HELD)] == []


def test_nobody_is_named() -> None:
    """A violation about a person holds places, times and pictures, and nothing that could say who it is."""
    telling = re.compile("face|plate|person|identity|owner|embedding|licen[cs]e|gender|age$")
    assert [field for field in Violation.model_fields if telling.search(field)] == []


def test_a_thousand_detections_cost_no_second() -> None:
    watcher = pipeline(scene(KERB, illegal_parking={}, garbage={}, jaywalking={}, cigarette_butt={}))
    rng = np.random.default_rng(2)
    spent = []
    for step in range(6):
        corner = rng.uniform(0, [600, 300], (1000, 2))
        unsure = rows_of(np.hstack([corner, corner + 20]), rng.integers(0, 9, 1000), np.full(1000, 0.2))
        frame = Frame(np.full((360, 640, 3), 90, np.uint8), NOON + timedelta(seconds=step), step, step)
        begun = time.thread_time()
        assert watcher.process(frame, unsure) == []
        spent.append(time.thread_time() - begun)
    assert sorted(spent)[3] < 1.0  # some 50 ms; the bound only tells an accident from a busy machine


@pytest.mark.parametrize(
    ("edge", "reports"), [pytest.param(0.9, 1, id="still inside"), pytest.param(0.45, 0, id="outside now")]
)
def test_a_zone_edited_while_a_clock_runs(edge: float, reports: int) -> None:
    """The clock goes on if the object is still inside."""
    zone: Zone = KERB | {"seconds": 60}
    edited: Zone = zone | {"polygon": [[0, 0.3], [1, 0.3], [1, edge], [0, edge]]}
    street = Street([tricycle((0, 320, 260), (200, 320, 260))], fps=2)
    first = pipeline(scene(zone, illegal_parking={}))
    assert follow(first, street, 0, 40) == []
    second = pipeline(scene(edited, illegal_parking={}))
    second.restore(first.checkpoint())
    found = follow(second, street, 41, 110)
    assert len(found) == reports
    assert all(v.started_at.timestamp() < follow_start(street) + 5 for v in found)


def follow_start(street: Street) -> float:
    """When the street's life begins, seconds since 1970."""
    frame, _ = next(street.frames(0, 1))
    return frame.time.timestamp()
