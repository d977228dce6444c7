from datetime import timedelta

import cv2
import numpy as np
import pytest

from detector.detections import Detections
from detector.film import AFTER, BEFORE, LONGEST, Film
from detector.sources import Frame
from tests.detector.streets import NOON, rows_of


def frame(second: float, width: int = 320, height: int = 240) -> Frame:
    coarse = np.random.default_rng(abs(int(second * 10))).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (width, height)), np.uint8)
    return Frame(image, NOON + timedelta(seconds=second), second, round(second * 10))


def filled(seconds: float, fps: float = 10.0, film: Film | None = None) -> Film:
    film = Film() if film is None else film
    for step in range(round(seconds * fps)):
        film.add(frame(step / fps), Detections())
    return film


@pytest.mark.parametrize("fps", [2, 5, 10, 25])
def test_old_pictures_go_at_any_rate(fps: float) -> None:
    film = filled(60, fps)
    pictures = film.between(NOON + timedelta(seconds=58), NOON + timedelta(seconds=58))
    assert len(film) <= 28 / 0.16 + 1
    assert len(film) >= 28 * min(fps, 5) - 1
    assert (pictures[-1].time - NOON).total_seconds() == pytest.approx(60, abs=0.6)


def test_bytes_have_a_limit() -> None:
    film = filled(60, film=Film(most_bytes=60_000))
    assert 50_000 < film.size <= 60_000
    end = NOON + timedelta(seconds=60)
    assert film.size == sum(len(p.jpeg) for p in film.between(end - timedelta(seconds=30), end))


@pytest.mark.parametrize(
    ("started", "ended", "first", "last"),
    [(30, 35, 30 - BEFORE, 35 + AFTER), (0, 45, 45 + AFTER - LONGEST, 45 + AFTER), (49, 50, 49 - BEFORE, 50)],
)
def test_from_before_to_after(started: float, ended: float, first: float, last: float) -> None:
    film = filled(50)
    found = film.between(NOON + timedelta(seconds=started), NOON + timedelta(seconds=ended))
    times = [(p.time - NOON).total_seconds() for p in found]
    assert times[0] == pytest.approx(first, abs=0.3)
    assert times[-1] == pytest.approx(last, abs=0.3)
    assert times == sorted(times)


def test_nothing_of_what_was_forgotten_or_never_seen() -> None:
    assert filled(50).between(NOON, NOON + timedelta(seconds=5)) == []
    assert Film().between(NOON, NOON) == []


@pytest.mark.parametrize(
    ("size", "factor"),
    [((320, 180), 1), ((768, 576), 1.2), ((1920, 1080), 2.25), ((3840, 2160), 4.5), ((1000, 100), 1000 / 854)],
)
def test_large_frames_are_made_smaller(size: tuple[int, int], factor: float) -> None:
    film = Film()
    film.add(frame(0, *size), rows_of([[10, 10, 20, 30]], [0], [0.9], [4]))
    (picture,) = film.between(NOON, NOON)
    shown = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert picture.factor == pytest.approx(factor)
    assert shown.shape[:2] == (round(size[1] / factor), round(size[0] / factor))
    assert picture.seen.tracks.tolist() == [4]


def test_a_wall_clock_that_is_set_back_begins_anew() -> None:
    film = filled(10)
    film.add(frame(-3600), Detections())
    assert len(film) == 1
    assert film.size == len(film.between(NOON - timedelta(hours=1), NOON - timedelta(hours=1))[0].jpeg)
