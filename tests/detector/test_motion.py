import numpy as np
import pytest

from detector.motion import Activity, Motion
from detector.sources.frame import Luma

SIZE = (180, 320)


@pytest.fixture
def street(rng: np.random.Generator) -> Luma:
    return rng.integers(60, 180, SIZE, dtype=np.uint8)


def noisy(street: Luma, rng: np.random.Generator, levels: float = 1.5) -> Luma:
    return np.clip(street + rng.normal(0, levels, SIZE), 0, 255).astype(np.uint8)


def with_person(street: Luma, x: int, y: int = 90, width: int = 3, height: int = 8) -> Luma:
    changed = street.copy()
    changed[y : y + height, x : x + width] = np.where(changed[y : y + height, x : x + width] > 120, 40, 200)
    return changed


def watched(street: Luma, rng: np.random.Generator, seconds: float = 10.0, fps: float = 5.0) -> tuple[Motion, float]:
    """Motion that has seen an empty street, and the time."""
    motion = Motion()
    for number in range(int(seconds * fps)):
        motion.update(noisy(street, rng), number / fps)
    return motion, seconds


def test_an_empty_street_is_still_whatever_the_noise(street: Luma, rng: np.random.Generator) -> None:
    motion, now = watched(street, rng)
    assert not any(motion.update(noisy(street, rng), now + n / 5) for n in range(100))


@pytest.mark.parametrize("fps", [1.0, 5.0, 25.0])
def test_a_small_person_is_seen_at_any_rate(street: Luma, rng: np.random.Generator, fps: float) -> None:
    motion, now = watched(street, rng, fps=fps)
    seen = [motion.update(noisy(with_person(street, 20 + 8 * n), rng), now + n / fps) for n in range(20)]
    assert set(seen) == {Activity.MOVING}


def test_who_stands_still_is_new_for_half_a_minute_and_background_after_two(
    street: Luma, rng: np.random.Generator
) -> None:
    motion, now = watched(street, rng)
    standing = with_person(street, 100)
    seen = [motion.update(noisy(standing, rng), now + n / 5) for n in range(5 * 120)]
    assert seen[0] is Activity.MOVING
    assert set(seen[1 : 5 * 20]) == {Activity.NEW}
    assert not any(seen[-5 * 5 :])
    assert motion.update(noisy(street, rng), now + 121) is Activity.MOVING, "who goes is seen to go"


def test_slow_light_is_no_motion_and_a_blackout_is(street: Luma, rng: np.random.Generator) -> None:
    motion, now = watched(street, rng)
    for n in range(300):
        assert not motion.update(noisy((street * (1 - n / 1500)).astype(np.uint8), rng), now + n / 5)
    assert motion.update(np.zeros(SIZE, np.uint8), now + 61)


def test_a_crowd_does_not_become_noise(street: Luma, rng: np.random.Generator) -> None:
    """A place that many have passed for minutes still shows the next one."""
    motion, now = watched(street, rng)
    for n in range(5 * 120):
        motion.update(noisy(with_person(street, 100 + 2 * (n % 10)) if n % 20 < 10 else street, rng), now + n / 5)
    for n in range(50):
        motion.update(noisy(street, rng), now + 120 + n / 5)
    assert motion.update(noisy(with_person(street, 104), rng), now + 130.2)


def test_nothing_counts_in_ignored_outlines(street: Luma, rng: np.random.Generator) -> None:
    motion = Motion([[(0, 0), (0.5, 0), (0.5, 1), (0, 1)]])
    for n in range(50):
        motion.update(noisy(street, rng), n / 5)
    assert not motion.update(noisy(with_person(street, 60), rng), 10.2)
    assert motion.update(noisy(with_person(street, 260), rng), 10.4)


def test_asking_teaches_nothing(street: Luma, rng: np.random.Generator) -> None:
    assert Motion().is_disturbed(street)
    motion, _ = watched(street, rng)
    assert not motion.is_disturbed(noisy(street, rng))
    assert all(motion.is_disturbed(noisy(with_person(street, 100), rng)) for _ in range(50))


def test_another_size_begins_anew(street: Luma, rng: np.random.Generator) -> None:
    motion, now = watched(street, rng)
    assert motion.is_disturbed(street[::2, ::2])
    assert motion.update(street[::2, ::2].copy(), now)
    assert not motion.update(street[::2, ::2].copy(), now + 0.2)
