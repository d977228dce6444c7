"""Looking for case numbers: worked out, they are those that a look at every number finds."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cases import lists
from service.cases.lists import CaseFilter, list_cases
from service.cases.models import CaseNumberRow
from service.cases.numbers import NAMED, SPANNED, Day, find, number_of
from service.security import Principal, Role
from tests.service.office import Desk
from tests.service.test_cases import case_row

DAYS: list[Day] = [("20251231", 40), ("20260101", 3), ("20260102", 1200), ("20260601", 12), ("20261124", 421)]
NUMBERS = [number_of(day, count) for day, last in DAYS for count in range(1, last + 1)]
PIECES = st.sampled_from(["J", "JJ-", "-", "2026", "0", "1", "2", "00042", "0601", "1124-", "-000", "X", "%", "_"])
OPERATOR = Principal(id=uuid4(), name="operator", grants=frozenset({Role.OPERATOR}), user_id=uuid4())


def parts_of_numbers() -> st.SearchStrategy[str]:
    """Any part of a number that was given."""
    number = st.sampled_from(NUMBERS)
    return st.builds(lambda text, a, b: text[min(a, b) : max(a, b) + 1], number, st.integers(0, 16), st.integers(0, 16))


@given(text=parts_of_numbers() | st.lists(PIECES, min_size=1, max_size=4).map("".join))
def test_worked_out_are_the_numbers_that_hold_a_text(text: str) -> None:
    expected = [number for number in NUMBERS if text in number]
    found = find(text, DAYS)
    assert found.count == len(expected)
    if found.numbers is not None:
        spans, single = found.numbers.spans, set(found.numbers.single)
        assert [n for n in NUMBERS if n in single or any(first <= n < end for first, end in spans)] == expected


@pytest.mark.parametrize("text", ["0", "-0", "2026010"])
def test_what_too_many_numbers_hold_is_not_spelt_out(text: str) -> None:
    many = [(f"202601{day:02d}", NAMED + SPANNED) for day in range(1, 10)]
    assert find(text, many).numbers is None


def test_an_office_with_very_many_cases_a_day_looks_at_its_numbers() -> None:
    assert find("00042", [("20260101", 10**6)]).count is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("-00002", [2]), ("jj-2026", [6, 5, 4, 3, 2, 1]), ("0000", [6, 5, 4, 3, 2, 1]), ("24-00006", [6]), ("7", [])],
)
@pytest.mark.parametrize("spelt_out", [True, False])
async def test_a_list_shows_the_cases_with_these_numbers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str, expected: list[int], spelt_out: bool
) -> None:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    rows = [case_row(number, start + timedelta(hours=number)) for number in range(1, 7)]
    async with desk.office.database.transaction() as session:
        session.add(CaseNumberRow(day="20261124", last=6))
        session.add_all([violation for violation, _ in rows])
        await session.flush()
        session.add_all([row for _, row in rows])
    if not spelt_out:
        monkeypatch.setattr("service.cases.numbers.SPANNED", 0)
        monkeypatch.setattr("service.cases.numbers.NAMED", 0)
    assert len(rows) < lists.COUNTED
    shown, cursor = [], None
    for _ in range(len(rows) + 1):
        async with desk.office.database.reading() as session:
            page = await list_cases(session, OPERATOR, CaseFilter(number=text), 2, cursor)
        assert page.total == len(expected)
        shown += [int(item.number[-5:]) for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert shown == expected
    async with desk.office.database.reading() as session:
        filed = await list_cases(session, OPERATOR, CaseFilter(number=text, camera_id="gate-9"), 2, None)
    assert (filed.total, filed.items) == (0, [])
