"""Doing together what many requests ask for at the same time.

A transaction costs a wait for the disk, and the audit's chain lets only one writer in at a time. So whatever arrives
while one transaction is on its way goes into the next one together: the more arrives, the less each costs. What waits
here is held by requests that nobody has answered yet, so no state is lost with the process.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST = 64
"""Items of one turn: more would keep those who work on single cases waiting for the audit's head too long."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]]


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item, Result]):
    key: Hashable
    item: Item
    result: asyncio.Future[Result]


class Together(Generic[Item, Result]):
    """One turn after the other, each for all that waits when it begins."""

    def __init__(self) -> None:
        """Nothing runs while nobody asks."""
        self._waiting: list[_Waiting[Item, Result]] = []
        self._worker: asyncio.Task[None] | None = None

    async def do(self, work: Work[Item, Result], key: Hashable, item: Item) -> Result:
        """What ``work`` answers for an item; two items of one key never share a turn.

        Args:
            work: does a list of items and answers a result or an error for each, in their order. Where it raises, it
                must have done nothing: it is asked again for each item alone. It is the same for all calls.
            key: what the item is about.
            item: what is to be done.

        Raises:
            Exception: what ``work`` answers or raises for this item.
        """
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(key, item, result)
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._turns(work), name="together")
        return await result

    async def _turns(self, work: Work[Item, Result]) -> None:
        while self._waiting:
            turn, self._waiting = _next_turn(self._waiting)
            try:
                await self._settle(work, turn)
            except asyncio.CancelledError:
                for one in (*turn, *self._waiting):
                    one.result.cancel()
                raise

    async def _settle(self, work: Work[Item, Result], turn: list[_Waiting[Item, Result]]) -> None:
        results: Sequence[Result | Exception]
        try:
            results = await work([one.item for one in turn])
        except Exception as error:  # noqa: BLE001 (whoever waits gets it, and says or logs what it is)
            if len(turn) > 1:
                # One of them is at fault, and should not take the others with it.
                for one in turn:
                    await self._settle(work, [one])
                return
            results = [error]
        for one, result in zip(turn, results, strict=True):
            if one.result.cancelled():
                continue
            if isinstance(result, Exception):
                one.result.set_exception(result)
            else:
                one.result.set_result(result)


def _next_turn(
    waiting: list[_Waiting[Item, Result]],
) -> tuple[list[_Waiting[Item, Result]], list[_Waiting[Item, Result]]]:
    """Who has the next turn and who waits on: of two with one key the second one does."""
    turn: list[_Waiting[Item, Result]] = []
    later: list[_Waiting[Item, Result]] = []
    keys: set[Hashable] = set()
    for one in waiting:
        if one.result.cancelled():
            continue
        if len(turn) < MOST and one.key not in keys:
            keys.add(one.key)
            turn.append(one)
        else:
            later.append(one)
    return turn, later
