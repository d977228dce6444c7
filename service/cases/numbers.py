"""Case numbers: how they read, and which of them hold a text.

A number is a day of the district's zone and a count within that day: ``JJ-20261124-00042``. The last count of each day
is kept, so which numbers hold a text is worked out, where looking would read the numbers of all cases.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.cases.models import CaseNumberRow, CaseRow

NAMED: Final = 1000
"""Numbers that are asked for one by one; where more hold a text, a list by time meets some soon."""
SPANNED: Final = 5000
"""Cases of whole days that are read and then sorted."""
_SPANS: Final = 8
_WORKED_OUT: Final = 50_000
"""Cases of a day up to which counts are worked out; an office with more looks at its numbers."""

Day = tuple[str, int]
"""A day as ``YYYYMMDD``, and its last count."""


def number_of(day: str, count: int) -> str:
    """The number of the case that was the ``count``-th of a day (``YYYYMMDD``)."""
    return f"{_start(day)}{count:05d}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that hold a text: those of whole days, from the first up to before the last, and single ones."""

    spans: Sequence[tuple[str, str]] = ()
    single: Sequence[str] = ()

    def condition(self) -> ColumnElement[bool]:
        """Whether a `CaseRow` has one of the numbers."""
        parts = [and_(CaseRow.number >= first, CaseRow.number < end) for first, end in self.spans]
        return or_(false(), *parts, *([CaseRow.number.in_(self.single)] if self.single else []))


@dataclass(frozen=True, slots=True)
class Found:
    """Which numbers hold a text: how many, and which, where those are few enough to be asked for.

    ``count`` is None where it was not worked out.
    """

    count: int | None
    numbers: Numbers | None


async def numbers_with(session: AsyncSession, text: str) -> Found:
    """Which of the numbers that were given hold a text, in capital letters."""
    query = select(CaseNumberRow.day, CaseNumberRow.last).order_by(CaseNumberRow.day)
    return find(text, [(row.day, row.last) for row in await session.execute(query)])


def find(text: str, days: Sequence[Day]) -> Found:
    """Which numbers of some days, in their order, hold a text."""
    most = max((last for _, last in days), default=0)
    if most > _WORKED_OUT:
        return Found(None, None)
    before, dash, after = text.rpartition("-")
    runs = [(whole, list(run)) for whole, run in groupby(days, lambda day: text in _start(day[0]))]
    spans = [(_start(run[0][0]), f"JJ-{run[-1][0]}.") for whole, run in runs if whole]  # the dot comes after the dash
    spanned = sum(last for whole, run in runs if whole for _, last in run)
    parts = [day for whole, run in runs if not whole for day in run if _start(day[0]).endswith(before + dash)]
    written = [f"{count:05d}" for count in range(1, most + 1)] if parts and after.isdigit() else []
    counts = [n for n, digits in enumerate(written, 1) if (digits.startswith(after) if dash else after in digits)]
    within = [(day, bisect_right(counts, last)) for day, last in parts]
    named = sum(number for _, number in within)
    total = spanned + named
    if len(spans) > _SPANS or spanned > SPANNED or named > NAMED:
        return Found(total, None)
    return Found(total, Numbers(spans, [number_of(day, n) for day, number in within for n in counts[:number]]))


def _start(day: str) -> str:
    return f"JJ-{day}-"
