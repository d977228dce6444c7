import time

import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.tracking import Tracker
from tests.detector.streets import HEIGHT, WIDTH, Image, Street, Thing, person, rows_of

PLAIN = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)


def numbers(street: Street, end: float, *, images: bool = True) -> dict[int, list[float]]:
    """For each track the seconds at which it was seen."""
    tracker, seen = Tracker(), dict[int, list[float]]()
    for frame, detections in street.frames(0, end):
        for _, _, _, track in tracker.update(detections, frame.seconds, frame.image if images else None):
            seen.setdefault(track, []).append(frame.seconds)
    return seen


@pytest.mark.parametrize("fps", [5, 10, 25])
@pytest.mark.parametrize("dropped", [0.0, 0.5])
def test_one_walker_is_one_track(fps: float, dropped: float) -> None:
    walker = person((0, 20, 200), (15, 620, 330))
    tracks = numbers(Street([walker], fps=fps, dropped=dropped, jitter=1), 15)
    assert len(tracks) == 1
    (times,) = tracks.values()
    assert times[0] < 2


@pytest.mark.parametrize("fps", [5, 25])
def test_people_who_pass_each_other_keep_their_numbers(fps: float) -> None:
    east, west = person((0, 50, 220), (10, 600, 220)), person((0, 600, 250), (10, 50, 250), look=1)
    tracker = Tracker()
    ends = dict[int, list[tuple[float, float]]]()
    for frame, seen in Street([east, west], fps=fps, missed=0.1).frames(0, 10):
        for box, _, _, track in tracker.update(seen, frame.seconds, frame.image):
            ends.setdefault(track, []).append((float(box[0]), float(box[3])))
    assert len(ends) == 2
    for points in ends.values():
        feet = [y for _, y in points]
        assert max(feet) - min(feet) < 5  # each stays on its own line


def test_a_walker_hidden_for_three_seconds_is_known_again_by_colours() -> None:
    walker = person((0, 20, 250), (15, 620, 250))
    pillar = Thing(ObjectClass.GARBAGE, (90, 120), [(0, 300, 260), (15, 300, 260)], unseen=[(0, 15)])
    assert len(numbers(Street([walker, pillar]), 15)) == 1


def test_another_person_who_appears_there_is_another_track() -> None:
    first = person((0, 300, 250), (5, 330, 250), look=1)
    second = person((7, 335, 250), (12, 360, 250), look=2)
    assert len(numbers(Street([first, second]), 12)) == 2


def test_a_gap_longer_than_patience_ends_a_track() -> None:
    walker = person((0, 20, 250), (20, 620, 250))
    walker.unseen = [(5, 12)]
    assert len(numbers(Street([walker]), 20)) == 2


def test_unsure_detections_carry_on_but_never_start() -> None:
    tracker = Tracker()
    faint = rows_of(np.array([[100, 100, 130, 180]]), [0], [0.15])
    for step in range(20):
        assert len(tracker.update(faint, step / 10, PLAIN)) == 0
    sure = rows_of(faint.xyxy, [0], [0.8])
    for step in range(20, 25):
        tracker.update(sure, step / 10, PLAIN)
    carried = [len(tracker.update(faint, step / 10, PLAIN)) for step in range(25, 40)]
    assert carried == [1] * 15


def test_a_class_has_its_own_start() -> None:
    litter = rows_of(np.array([[100, 100, 130, 130]]), [int(ObjectClass.GARBAGE)], [0.2])
    for starts, believed in ((None, 0), ({int(ObjectClass.GARBAGE): 0.15}, 1)):
        tracker = Tracker(start_confidences=starts)
        seen = [len(tracker.update(litter, step / 10, PLAIN)) for step in range(10)]
        assert seen[-1] == believed


def test_a_wavering_class_is_voted_on() -> None:
    tracker = Tracker()
    box = np.array([[100, 100, 220, 180]])
    kinds = [ObjectClass.E_TRICYCLE, ObjectClass.E_TRICYCLE, ObjectClass.TRUCK] * 8
    seen = [tracker.update(rows_of(box, [int(k)], [0.6]), i / 10, PLAIN) for i, k in enumerate(kinds)]
    assert {int(t) for s in seen for t in s.tracks} == {1}
    assert seen[-1].class_id.tolist() == [int(ObjectClass.E_TRICYCLE)]


def test_a_person_before_a_car_is_no_car() -> None:
    both = rows_of(np.array([[100, 100, 140, 200], [100, 100, 140, 200]]), [0, 3], [0.8, 0.7])
    tracker = Tracker()
    seen = [tracker.update(both, step / 10, PLAIN) for step in range(6)]
    assert sorted(seen[-1].class_id.tolist()) == [0, 3]


def test_time_must_go_on() -> None:
    tracker = Tracker()
    walker = rows_of(np.array([[100, 100, 130, 180]]), [0], [0.8])
    for seconds in (0.0, 0.2, 0.4, 0.6):
        tracker.update(walker, seconds, PLAIN)
    assert len(tracker.update(walker, 0.6, PLAIN)) == 0
    assert len(tracker.update(walker, 0.1, PLAIN)) == 0
    assert tracker.update(walker, 0.8, PLAIN).tracks.tolist() == [1]


def test_numbers_are_not_used_again_after_a_restart() -> None:
    tracker = Tracker()
    walker = rows_of(np.array([[100, 100, 130, 180]]), [0], [0.8])
    first = [tracker.update(walker, step / 10, PLAIN) for step in range(6)][-1]
    tracker.restart()
    again = [tracker.update(walker, step / 10, PLAIN) for step in range(6)][-1]
    assert first.tracks.tolist() != again.tracks.tolist()


@pytest.mark.parametrize(
    "box",
    [
        [np.nan] * 4,
        [0, 0, np.inf, 10],
        [50, 50, 50, 50],
        [50, 50, 40, 40],
        [-500, -500, -400, -400],
        [0, 0, 1, 1],
        [1e9, 1e9, 2e9, 2e9],
    ],
)
def test_boxes_that_are_none(box: list[float]) -> None:
    tracker = Tracker()
    mixed = rows_of(np.array([box, [100, 100, 130, 180]]), [0, 0], [0.8, 0.8])
    seen = [tracker.update(mixed, step / 10, PLAIN) for step in range(8)]
    assert 1 <= len(seen[-1]) <= 2
    assert np.isfinite(seen[-1].xyxy).all()


def test_empty_frames() -> None:
    tracker = Tracker()
    for step in range(20):
        assert len(tracker.update(Detections(), step / 10, PLAIN)) == 0


def crowd(count: int, step: int) -> Detections:
    place = np.arange(count)
    x, y = place % 40 * 16.0, place // 40 * 14.0 + 10
    boxes = np.stack([x, y, x + 10, y + 12], axis=1) + step
    return rows_of(boxes, np.zeros(count, np.int64), np.full(count, 0.8))


def test_a_thousand_people() -> None:
    tracker = Tracker()
    image: Image = PLAIN
    for step in range(5):
        seen = tracker.update(crowd(1000, step), step / 10, image)
    assert len(seen) == 1000
    assert len(set(seen.tracks.tolist())) == 1000


def test_thirty_people_cost_little() -> None:
    tracker = Tracker()
    spent = []
    for step in range(60):
        begun = time.thread_time()
        tracker.update(crowd(30, step), step / 25, PLAIN)
        spent.append(time.thread_time() - begun)
    assert sorted(spent)[30] < 0.02  # about 2 ms; the bound only tells an accident from a busy machine


def test_who_comes_in_where_somebody_left_is_another_track() -> None:
    leaves = person((0, 500, 250), (3, 660, 250), look=1)
    comes = person((5, 660, 260), (10, 420, 260), look=1)  # dressed alike
    assert len(numbers(Street([leaves, comes]), 10)) == 2


def test_who_turns_round_in_another_light_keeps_the_number() -> None:
    """Boxes hardly agree and colours do not, but nobody else is there."""

    def headlights(image: Image, seconds: float) -> None:
        if 4.9 < seconds < 7:
            image[:] = image // 4 + 190

    walker = person((0, 100, 250), (5, 175, 250), (10, 100, 250))
    assert len(numbers(Street([walker], paint=headlights, fps=5, jitter=2), 10)) == 1


def test_people_who_meet_do_not_take_each_other_along() -> None:
    """One is overlooked just where the other one comes out from behind: neither boxes nor colours agree."""
    east = person((0, 100, 250), (10, 500, 250), look=1)
    west = person((5.2, 330, 250), (12, 60, 250), look=4)
    east.unseen = [(5.15, 6.0)]
    tracker, last = Tracker(), dict[int, list[float]]()
    for frame, seen in Street([west, east], fps=5).frames(0, 10):
        for box, _, _, track in tracker.update(seen, frame.seconds, frame.image):
            last.setdefault(track, []).append(float(box[0]))
    assert len(last) == 2
    for xs in last.values():
        assert np.all(np.diff(xs) > 0) or np.all(np.diff(xs) < 0)


@pytest.mark.parametrize("seed", [0, 3, 5, 7])
def test_who_passes_before_somebody_does_not_take_the_number_along(seed: int) -> None:
    """Somebody comes from behind one who stands, is hidden by that one, and hides that one then."""
    stands, walks = person((0, 320, 250), (12, 320, 250), look=5), person((3, 320, 190), (9, 320, 320), look=2)
    behind, before = (
        Street(things, fps=5, jitter=2, missed=0.2, seed=seed) for things in ([walks, stands], [stands, walks])
    )
    tracker, seen_as = Tracker(), dict[float, set[int]]()
    for far, near in zip(behind.frames(0, 12), before.frames(0, 12), strict=True):
        walker = walks.box(far[0].seconds)
        frame, seen = near if walker is not None and walker[3] > 250 else far
        for box, _, _, track in tracker.update(seen, frame.seconds, frame.image):
            if abs(float(box[3]) - 250) < 8 and not 3 < frame.seconds < 8:
                seen_as.setdefault(frame.seconds, set()).add(track)
    alone = {track for seconds, tracks in seen_as.items() for track in tracks if seconds < 3}
    afterwards = {track for seconds, tracks in seen_as.items() for track in tracks if seconds > 8}
    assert afterwards == alone
