from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.schedule import Schedule

TUESDAY = datetime(2026, 11, 24)  # noqa: DTZ001 - schedules are read in local time


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Day 0 is Monday."""
    return TUESDAY + timedelta(days=day - 1, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("text", "when", "covered"),
    [
        ("24/7", at(6, 3), True),
        ("Mo-Su 07:00-22:00", at(1, 7), True),
        ("Mo-Su 07:00-22:00", at(1, 22), False),
        ("07:00-22:00", at(6, 21, 59), True),
        ("Mo-Fr 07:00-22:00; Sa off", at(5, 12), False),
        ("Mo-Fr", at(4, 0), True),
        ("Mo-Fr", at(5, 0), False),
        ("Fr-Mo 10:00-11:00", at(0, 10), True),
        ("Fr-Mo 10:00-11:00", at(2, 10), False),
        ("Sa,Su 10:00-11:00", at(6, 10), True),
        ("Mo 07:00-11:00,13:00-22:00", at(0, 12), False),
        ("Mo 07:00-11:00, 13:00-22:00", at(0, 13), True),
        ("Mo 22:00-06:00", at(1, 5, 59), True),
        ("Mo 22:00-06:00", at(1, 6), False),
        ("Mo 22:00-06:00", at(0, 5), False),
        ("Su 22:00-06:00", at(0, 5), True),
        ("Mo-Su 07:00-22:00; We 09:00-10:00", at(2, 8), False),
        ("off", at(2, 8), False),
        ("00:00-24:00", at(2, 23, 59), True),
        ("06:00-06:00", at(2, 5, 59), True),
    ],
)
def test_covers(text: str, when: datetime, covered: bool) -> None:
    assert Schedule.parse(text).covers(when) is covered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" ; ", "empty"),
        ("mo-fr 07:00-22:00", "'mo-fr' is no weekday"),
        ("Mo- 07:00-22:00", "'Mo-' is no weekday"),
        ("Mo-Xx", "no weekday"),
        ("Mo 7-22", "no span of time"),
        ("Mo 07:60-22:00", "outside 00:00-24:00"),
        ("Mo 24:00-25:00", "outside 00:00-24:00"),
        ("Mo 07:00-22:00 08:00-09:00", "cannot read"),
        ("SH off", "no weekday"),
    ],
)
def test_errors_name_the_part(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Schedule.parse(text)


@given(st.text("Mo-SuFr,;: 0123456789/f", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        schedule = Schedule.parse(text)
    except ValueError:
        return
    assert schedule.covers(TUESDAY) in (True, False)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 7 * 1440 - 1))
def test_a_span_covers_its_length_a_day(start: int, end: int, now: int) -> None:
    text = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    inside = (now - start) % 1440 < ((end - start) % 1440 or 1440)
    assert Schedule.parse(text).covers(at(0, 0) + timedelta(minutes=now)) is inside


NATIONAL_DAY = datetime(2026, 10, 1, 12, 0)  # noqa: DTZ001 - a Thursday, in local time


@pytest.mark.parametrize(
    ("text", "when", "covered"),
    [
        pytest.param("Mo-Su 07:00-22:00; PH off", NATIONAL_DAY, False, id="closed on holidays"),
        pytest.param("Mo-Su 07:00-22:00; PH off", NATIONAL_DAY.replace(day=5), True, id="an ordinary day"),
        pytest.param("Mo-Fr 07:00-09:00; PH 10:00-18:00", NATIONAL_DAY, True, id="other hours on holidays"),
        pytest.param("Mo-Su 07:00-22:00", NATIONAL_DAY, True, id="holidays are days like others"),
        pytest.param("Mo-Su 07:00-22:00; PH", NATIONAL_DAY.replace(hour=3), True, id="all day long"),
        pytest.param("Mo-Su off; PH 22:00-06:00", NATIONAL_DAY + timedelta(hours=15), True, id="over midnight"),
    ],
)
def test_public_holidays(text: str, when: datetime, covered: bool) -> None:
    assert Schedule.parse(text).covers(when, {NATIONAL_DAY.date()}) == covered
