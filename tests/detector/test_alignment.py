import cv2
import numpy as np
import pytest

from detector.alignment import AlignedFrame, Alignment
from detector.sources import Frame
from tests.detector.streets import NOON, rows_of

WIDTH, HEIGHT = 400, 200


def similarity(x: float, y: float, degrees: float = 0.0, scale: float = 1.0) -> Alignment:
    """A move by fractions, then a turn and a scale about the centre, as pixels of the picture see it."""
    pixels = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, scale)
    pixels[:, 2] += [x * WIDTH, y * HEIGHT]
    size = np.array([WIDTH, HEIGHT])
    return Alignment(np.column_stack([pixels[:, :2] / size[:, None] * size[None, :], pixels[:, 2] / size]))


@pytest.mark.parametrize("moved", [similarity(0.03, -0.02), similarity(0, 0, 5), similarity(0.01, 0, -3, 1.05)])
def test_there_and_back(moved: Alignment) -> None:
    box = (100.0, 50.0, 140.0, 150.0)
    there = moved.box(box, WIDTH, HEIGHT)
    assert there != pytest.approx(box, abs=1)
    assert moved.inverse().box(there, WIDTH, HEIGHT) == pytest.approx(box)
    assert moved.after(moved.inverse()).matrix == pytest.approx(np.eye(2, 3))


def test_the_ground_point_goes_where_the_ground_goes() -> None:
    moved = similarity(0.1, 0.05, 4, 1.1)
    pixels = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 4, 1.1)
    pixels[:, 2] += [0.1 * WIDTH, 0.05 * HEIGHT]
    left, top, right, bottom = moved.box((100, 50, 140, 150), WIDTH, HEIGHT)
    assert ((left + right) / 2, bottom) == pytest.approx(tuple(pixels @ [120, 150, 1]))
    assert (right - left, bottom - top) == pytest.approx((44, 110))


def test_detections_keep_what_they_are() -> None:
    seen = rows_of([[40, 20, 60, 80]], [6], [0.7], [3])
    back = similarity(0.1, 0).detections(seen, WIDTH, HEIGHT)
    assert back.xyxy.tolist() == [[0, 20, 20, 80]]
    assert (back.class_id.tolist(), back.tracks.tolist()) == ([6], [3])
    assert len(similarity(0.1, 0).detections(rows_of(np.empty((0, 4)), [], []), WIDTH, HEIGHT)) == 0


def test_the_aligned_frame_shows_what_the_reference_showed() -> None:
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (10, 20, 3), dtype=np.uint8)
    reference = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    bumped = np.asarray(cv2.warpAffine(reference, np.array([[1.0, 0, 12], [0, 1, 6]]), (WIDTH, HEIGHT)), np.uint8)
    frame = Frame(bumped, NOON, 4.0, 40)
    aligned = AlignedFrame.of(frame, similarity(0.03, 0.03), (WIDTH, HEIGHT))
    assert (aligned.time, aligned.seconds, aligned.number, aligned.untouched) == (NOON, 4.0, 40, frame)
    assert np.abs(aligned.image[:180, :380].astype(int) - reference[:180, :380]).mean() < 1
    assert not aligned.image.flags.writeable


def test_displacement_is_the_farthest_corners() -> None:
    assert Alignment.none().displacement == 0
    assert similarity(0.03, -0.3).displacement == pytest.approx(0.3)
    assert similarity(0, 0, 90).displacement > 0.5


def test_a_frame_of_another_size_is_seen_in_the_old_one_and_found_again() -> None:
    image = np.zeros((2 * HEIGHT, 2 * WIDTH, 3), np.uint8)
    image[200:300, 100:200] = 255
    frame = Frame(image, NOON, 4.0, 40)
    shown = AlignedFrame.of(frame, None, (WIDTH, HEIGHT))
    assert (shown.width, shown.height, shown.untouched) == (WIDTH, HEIGHT, frame)
    detections = rows_of([[100, 200, 200, 300]], [8], [0.9], [3])
    seen = shown.seen(detections)
    assert seen.xyxy.tolist() == [[50, 100, 100, 150]]
    assert shown.image[105:145, 55:95].min() == 255
    assert shown.came(seen).xyxy.tolist() == detections.xyxy.tolist()
    assert shown.box((50, 100, 100, 150)) == (100, 200, 200, 300)
    assert shown.seen(detections).tracks.tolist() == [3]
