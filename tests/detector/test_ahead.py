import threading
import time
from collections.abc import Iterator

import pytest

from detector.ahead import ahead, side_by_side


def test_order_is_kept() -> None:
    assert list(ahead(range(500), depth=3)) == list(range(500))
    assert list(ahead([], depth=1)) == []


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the disk is gone")

    seen = []
    with pytest.raises(OSError, match="the disk is gone"):  # noqa: PT012 - the items before it count
        for item in ahead(broken(), depth=5):
            seen.append(item)  # noqa: PERF402 - a list() would lose them
    assert seen == [1, 2]


def test_it_works_ahead_but_not_further_than_told() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    stage = ahead(items(), depth=3)
    assert next(stage) == 0
    deadline = time.monotonic() + 5
    while len(made) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert len(made) == 5  # one consumed, three waiting, one in hand
    stage.close()


def test_a_consumer_that_stops_ends_the_threads_and_closes_the_source() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    before = threading.active_count()
    stage = ahead(ahead(items(), depth=2, name="inner"), depth=2, name="outer")
    assert next(stage) == 0
    assert threading.active_count() == before + 2
    stage.close()
    assert closed.wait(5)
    assert threading.active_count() == before


def test_side_by_side_keeps_the_order_of_the_items() -> None:
    def slower_at_first(number: int) -> int:
        time.sleep(0.002 * (5 - number % 5))
        return number * 10

    assert list(side_by_side(range(40), slower_at_first, lanes=3)) == [number * 10 for number in range(40)]
    assert list(side_by_side([], slower_at_first, lanes=2)) == []


def test_lanes_work_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=5)  # nobody passes alone
    assert list(side_by_side(range(4), lambda _: meeting.wait() in (0, 1), lanes=2)) == [True] * 4


def test_an_error_of_the_items_or_of_the_work_comes_after_the_results_before_it() -> None:
    def broken_items() -> Iterator[int]:
        yield from range(3)
        raise OSError("the disk is gone")

    def broken_work(number: int) -> int:
        if number == 3:
            raise ValueError("no three")
        return number

    for items, error in ((broken_items(), OSError), (iter(range(9)), ValueError)):
        seen = []
        with pytest.raises(error):  # noqa: PT012 - the results before it count
            for result in side_by_side(items, broken_work, lanes=2):
                seen.append(result)  # noqa: PERF402 - a list() would lose them
        assert seen == [0, 1, 2]


def test_a_consumer_that_stops_ends_the_lanes_and_closes_the_items() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    before = threading.active_count()
    lanes = side_by_side(items(), lambda number: number, lanes=2)
    assert next(lanes) == 0
    lanes.close()
    assert closed.is_set()
    assert threading.active_count() == before
