import cv2
import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.privacy import LastSeen, bystanders, head_regions, hidden, plate_regions
from detector.violations import Box, ViolationKind
from tests.detector.streets import rows_of

JAY, PARK, GARBAGE = ViolationKind.JAYWALKING, ViolationKind.ILLEGAL_PARKING, ViolationKind.GARBAGE
WALKER: Box = (100, 50, 140, 150)


def noise(height: int = 300, width: int = 400) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 255, (height, width, 3), dtype=np.uint8)


def left_over(kind: ViolationKind, box: Box, seen: Detections, tracks: tuple[int, ...] = ()) -> list[list[float]]:
    return bystanders(seen, kind, box, tracks).xyxy.tolist()


@pytest.mark.parametrize(
    ("kind", "box", "rows", "others"),
    [
        (JAY, WALKER, [(*WALKER, 0, 0.9), (200, 50, 240, 150, 0, 0.9)], [1]),
        (JAY, WALKER, [(*WALKER, 0, 0.9), (102, 52, 141, 149, 0, 0.3)], []),  # the offender, seen twice
        (JAY, WALKER, [(*WALKER, 0, 0.9), (110, 55, 130, 100, 0, 0.9)], [1]),  # a child before the offender
        (JAY, WALKER, [(200, 50, 240, 150, 0, 0.2), (300, 50, 340, 150, 0, 0.1)], [0]),  # 0.1 is no sight
        (JAY, WALKER, [(90, 40, 150, 160, 3, 0.9), (*WALKER, 0, 0.9)], [0]),  # a car behind: a plate
        (PARK, (50, 50, 250, 200), [(50, 50, 250, 200, 6, 0.9), (60, 60, 240, 200, 0, 0.9)], [1]),
        (PARK, (50, 50, 250, 200), [(50, 50, 250, 200, 3, 0.9)], [0]),
        (GARBAGE, (100, 100, 300, 200), [(150, 100, 200, 200, 0, 0.9), (100, 100, 300, 200, 8, 0.9)], [0]),
        (GARBAGE, WALKER, [(*WALKER, 0, 0.9), (200, 50, 240, 150, 0, 0.9)], [1]),  # who left it
        (JAY, (100, 50, 240, 150), [(*WALKER, 0, 0.9), (200, 50, 240, 150, 0, 0.9), (300, 50, 340, 150, 0, 0.9)], [2]),
        (JAY, WALKER, [], []),
    ],
)
def test_who_is_part_of_the_offence(
    kind: ViolationKind, box: Box, rows: list[tuple[float, ...]], others: list[int]
) -> None:
    table = np.array(rows, np.float64).reshape(-1, 6)
    seen = rows_of(table[:, :4], table[:, 4], table[:, 5])
    assert left_over(kind, box, seen) == table[others, :4].tolist()


def test_the_offenders_track_counts_where_the_box_has_moved() -> None:
    seen = rows_of([[150, 50, 190, 150], [300, 50, 340, 150]], [0, 0], [0.9, 0.9], [7, 8])
    assert left_over(JAY, WALKER, seen, (7,)) == [[300, 50, 340, 150]]
    assert len(left_over(JAY, WALKER, seen)) == 2


def test_a_head_is_gone_and_the_rest_stays() -> None:
    image = noise()
    shown = hidden(image, rows_of([WALKER], [0], [0.9]))
    left, top, right, bottom = head_regions(np.array([WALKER], np.float32))[0].astype(int)
    head = shown[top + 1 : bottom, left + 1 : right].reshape(-1, 3)
    assert len(np.unique(head, axis=0)) <= 16  # of a thousand pixels
    assert top <= 50
    assert bottom == 75
    untouched = shown.copy()
    untouched[top - 1 : bottom + 1, left - 1 : right + 2] = image[top - 1 : bottom + 1, left - 1 : right + 2]
    assert (untouched == image).all()
    assert (noise() == image).all()


def test_what_was_there_cannot_be_told_apart() -> None:
    """Two heads that differ in nothing but features: hidden, they are nearly the same."""
    faces = []
    for eyes in (40, 55):
        image = np.full((120, 120, 3), 180, np.uint8)
        for x in (eyes, 120 - eyes):
            cv2.circle(image, (x, 30), 5, (30, 30, 30), cv2.FILLED)
        cv2.line(image, (eyes, 50), (120 - eyes, 50), (40, 40, 160), 4)
        faces.append(image)
    person = rows_of([[10, 10, 110, 120]], [0], [0.9])
    apart = np.abs(faces[0].astype(int) - faces[1]).max()
    hidden_apart = np.abs(hidden(faces[0], person).astype(int) - hidden(faces[1], person)).max()
    assert apart > 100
    assert hidden_apart < 30


def test_plates_below_and_not_of_far_vehicles() -> None:
    image = noise()
    cars = rows_of([[20, 100, 180, 200], [300, 100, 340, 130]], [3, 3], [0.9, 0.9])
    changed = (hidden(image, cars) != image).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 150
    assert columns.max() <= 180
    assert changed[150:200, 30:170].mean() > 0.9


def test_the_offender_stays_whole_before_a_car_and_behind_nobodys_head() -> None:
    image = noise()
    offender = (80.0, 100.0, 120.0, 198.0)
    car, passer_by = [20, 100, 180, 200], [110, 90, 150, 190]
    only_car = hidden(image, rows_of([car], [3], [0.9]), offender)
    assert (only_car[100:198, 80:120] == image[100:198, 80:120]).all()
    assert (only_car[160:198, 30:75] != image[160:198, 30:75]).any(axis=2).mean() > 0.9
    both = hidden(image, rows_of([car, passer_by], [3, 0], [0.9, 0.9]), offender)
    assert (both[90:110, 110:118] != image[90:110, 110:118]).any(axis=2).mean() > 0.9


@pytest.mark.parametrize(
    "box",
    [
        (-50, -50, 20, 30),
        (390, 290, 800, 900),
        (500, 500, 600, 600),
        (10, 10, 10.2, 10.4),
        (0, 0, 400, 300),
        (3, 3, 5, 6),
    ],
)
@pytest.mark.parametrize("kind", [ObjectClass.PERSON, ObjectClass.BUS])
def test_boxes_anywhere(box: Box, kind: ObjectClass) -> None:
    assert hidden(noise(), rows_of([box], [kind], [0.9])).shape == (300, 400, 3)


def test_regions_of_nobody() -> None:
    assert head_regions(np.empty((0, 4), np.float32)).shape == (0, 4)
    assert plate_regions(np.empty((0, 4), np.float32)).shape == (0, 4)


def test_who_is_behind_a_pole_is_still_there() -> None:
    last = LastSeen()
    both = rows_of([WALKER, [200, 50, 240, 150]], [0, 0], [0.9, 0.8], [7, 8])
    assert last.add(both, 1.0).tracks.tolist() == [7, 8]
    assert last.add(both[[0]], 1.5).tracks.tolist() == [7, 8]
    assert last.add(both[[0]], 1.9).xyxy[1].tolist() == [200, 50, 240, 150]
    assert last.add(both[[0]], 2.3).tracks.tolist() == [7]
    assert last.add(both, 0.5).tracks.tolist() == [7, 8]
