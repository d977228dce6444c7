"""Stages that work ahead: an iterator that runs in a thread of its own, or work on several of its items at once."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _End:
    """The last item of a stage: why it ended."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[T], depth: int, name: str = "stage") -> Generator[T, None, None]:
    """The same items, made in a thread up to ``depth`` items ahead, in order.

    An error in the thread is raised where the items are consumed, after the items that came before it. A consumer
    that stops early stops the thread at its next item.

    Examples:
        >>> list(ahead(range(3), depth=2))
        [0, 1, 2]
    """
    queue: Queue[T | _End] = Queue(maxsize=depth)
    stop = Event()

    def put(item: T | _End) -> bool:
        while not stop.is_set():
            try:
                queue.put(item, timeout=0.2)
            except Full:
                continue
            return True
        return False

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                if not put(item):
                    break
        except BaseException as caught:  # noqa: BLE001 - handed to the consumer, which raises it
            error = caught
        finally:
            if isinstance(items, Generator):
                items.close()
            put(_End(error))

    thread = Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stop.set()
        thread.join(timeout=10)


def side_by_side(
    items: Iterable[T], work: Callable[[T], R], lanes: int, name: str = "lane"
) -> Generator[R, None, None]:
    """``work`` done on each item, on ``lanes`` of them at the same time, the results in the order of the items.

    An error of ``items`` or of ``work`` is raised after the results of the items before it.

    Examples:
        >>> list(side_by_side([1, 2, 3], lambda number: number * number, lanes=2))
        [1, 4, 9]
    """
    running: deque[Future[R]] = deque()
    with ThreadPoolExecutor(lanes, thread_name_prefix=name) as pool:
        try:
            incoming = iter(items)
            error: BaseException | None = None
            while error is None:
                try:
                    running.append(pool.submit(work, next(incoming)))
                except BaseException as caught:  # noqa: BLE001 - raised below, after the results before it
                    error = caught
                # One more than there are lanes waits, so that none stands idle while a result is consumed.
                while running and (error is not None or len(running) > lanes):
                    yield running.popleft().result()
            if not isinstance(error, StopIteration):
                raise error
        finally:
            for future in running:
                future.cancel()
            if isinstance(items, Generator):
                items.close()
