import threading
import time
from collections.abc import Iterator

import pytest

from detector.ahead import ahead


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
