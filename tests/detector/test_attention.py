from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import ValidationError

from detector.attention import Attention
from detector.looking import Looking
from detector.scene import Camera, JaywalkingSettings, ParkingSettings, Rules, Scene
from detector.sources import Frame

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 24, 12, tzinfo=ZONE)
NOTHING = np.empty((0, 4))
STREET = np.random.default_rng(3).integers(60, 180, (90, 160, 3), dtype=np.uint8)


def scene(rules: Rules | None = None, **looking: object) -> Scene:
    return Scene(
        camera=Camera(id="gate"),
        rules=rules or Rules(jaywalking=JaywalkingSettings()),
        looking=Looking.model_validate(looking),
    )


def frame(seconds: float, person: int | None = None, at: datetime = NOON) -> Frame:
    image = STREET
    if person is not None:
        image = STREET.copy()
        image[40:60, person : person + 8] = 255 - image[40:60, person : person + 8]
    return Frame(image, at + timedelta(seconds=seconds), seconds, round(seconds * 25))


def looks(attention: Attention, start: float, end: float, *, fps: float = 25, moving: bool = False) -> list[float]:
    """When frames from one time to another are looked at."""
    times = [start + n / fps for n in range(round((end - start) * fps))]
    return [t for t in times if attention.wants(frame(t, round(t * 20) % 150 if moving else None))]


@pytest.mark.parametrize("fps", [5, 12, 25, 60])
def test_what_moves_is_looked_at_five_times_a_second(fps: int) -> None:
    found = looks(Attention(scene(), ZONE), 0, 10, fps=fps, moving=True)
    assert 38 <= len(found) <= 56


def test_a_still_scene_is_looked_at_on_a_clock() -> None:
    attention = Attention(scene(recheck=2.0, sleep=False), ZONE)
    looks(attention, 0, 10)
    found = looks(attention, 10, 70)
    assert 29 <= len(found) <= 34
    assert max(b - a for a, b in pairwise(found)) <= 2.1


def test_who_comes_is_looked_at_at_once_and_until_a_second_after() -> None:
    attention = Attention(scene(), ZONE)
    looks(attention, 0, 10)
    seen = looks(attention, 10, 13, moving=True)
    assert seen[0] - 10 <= 0.21
    assert len(seen) >= 14
    after = looks(attention, 13, 20)
    assert [t for t in after if 13 <= t < 14]
    assert len([t for t in after if t > 14.3]) <= 4


@pytest.mark.parametrize(("parts", "person", "longest"), [(True, True, 0.7), (True, False, 2.1), (False, False, 0.7)])
def test_who_stands_on_the_road_is_seen_twice_a_second_and_what_stands_every_two(
    parts: bool, person: bool, longest: float
) -> None:
    attention = Attention(scene(parts=parts, recheck=10), ZONE)
    looks(attention, 0, 10)
    followed = np.array([[0.35, 0.4, 0.45, 0.7]])
    attention.follow(followed if person else NOTHING, NOTHING if person else followed)
    times = [10 + n / 25 for n in range(25 * 10)]
    found = [t for t in times if attention.wants(frame(t, 60))]
    assert max(b - a for a, b in pairwise(found)) <= longest
    assert len(found) <= 30


def test_only_the_part_in_which_somebody_moves_is_looked_at_and_all_of_it_on_its_clock() -> None:
    attention = Attention(scene(recheck=4.0), ZONE)
    looks(attention, 0, 10)
    whole, parts = [], []
    for number in range(25 * 12):
        seconds = 10 + number / 25
        person = 20 + number % 40
        wanted = attention.wants(frame(seconds, person))
        if wanted is None:
            continue
        if wanted.part is None:
            whole.append(seconds)
            continue
        parts.append(seconds)
        assert wanted.part.holds(np.array([[person / 160, 40 / 90, (person + 8) / 160, 60 / 90]])).all()
    assert max(b - a for a, b in pairwise(whole)) == pytest.approx(4.0, abs=0.3)
    assert len(parts) > 10 * len(whole)


def test_somebody_followed_and_a_thing_that_waits_lie_in_the_part_that_is_looked_at() -> None:
    attention = Attention(scene(recheck=20.0), ZONE)
    looks(attention, 0, 10)
    person, thing = np.array([[0.2, 0.35, 0.25, 0.5]]), np.array([[0.45, 0.5, 0.5, 0.6]])
    attention.follow(person, thing)
    seen = [attention.wants(frame(10 + n / 25, 20 + n % 20)) for n in range(25 * 6)]
    parts = [wanted.part for wanted in seen if wanted is not None and wanted.part is not None]
    assert all(part.holds(person).all() for part in parts)
    assert 2 <= sum(bool(part.holds(thing).all()) for part in parts) <= 4


def test_what_moves_all_over_the_picture_is_looked_at_whole() -> None:
    attention = Attention(scene(recheck=20.0), ZONE)
    looks(attention, 0, 10)
    for number in range(25 * 3):
        image = STREET.copy()
        for left in (number % 30, 120 + number % 30):
            image[10:80, left : left + 8] = 255 - image[10:80, left : left + 8]
        wanted = attention.wants(Frame(image, NOON, 10 + number / 25, number))
        assert wanted is None or wanted.part is None or number < 10


def test_everything_is_looked_at_where_nothing_is_to_be_spared() -> None:
    attention = Attention(scene(**Looking.everything().model_dump()), ZONE)
    assert len(looks(attention, 0, 4)) == 100
    assert not attention.may_sleep()


def test_what_only_stands_needs_two_looks_a_second() -> None:
    parking = Rules(illegal_parking=ParkingSettings())
    assert len(looks(Attention(scene(parking), ZONE), 0, 10, moving=True)) <= 23
    assert len(looks(Attention(scene(parking, rate=None), ZONE), 0, 4, moving=True)) == 100


def test_quiet_hours_have_a_rate_of_their_own() -> None:
    attention = Attention(scene(quiet_hours="Mo-Su 23:00-05:00", quiet_rate=1.0), ZONE)
    night = NOON.replace(hour=1)
    count = sum(attention.wants(frame(n / 25, (n * 2) % 150, night)) is not None for n in range(250))
    assert 9 <= count <= 12


def test_a_camera_sleeps_when_nothing_has_moved_for_long_and_wakes_by_motion() -> None:
    attention = Attention(scene(sleep_after=20, sleep_recheck=8), ZONE)
    looks(attention, 0, 15)
    assert not attention.may_sleep()
    looks(attention, 15, 30)
    assert attention.may_sleep()
    assert len(looks(attention, 30, 70)) <= 6
    assert attention.is_disturbed(frame(70, 50).luma())
    assert not attention.is_disturbed(frame(70).luma())
    assert looks(attention, 70, 71, moving=True)
    assert not attention.may_sleep()


def test_a_clock_that_begins_anew_is_looked_at_at_once() -> None:
    attention = Attention(scene(), ZONE)
    looks(attention, 100, 120)
    assert attention.wants(frame(0))


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"recheck": 0}, {"quiet_hours": "at night"}, {"sleeps": True}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Looking.model_validate(wrong)
