"""From counts to a score from 0 to 100.

A score is the weighted mean of five parts, each between 0 and 1:

* found: cases, divided by the most that one of the compared has;
* settled: settled ÷ due; on time: settled on time ÷ due, where due are the settled and those that are late by now, so
  that a case whose time still runs counts neither for nor against anybody;
* sent back: 1 - sent back ÷ found; relapse: 1 - relapses ÷ found, not below 0.

Where nothing is due there is no score. The parts are those that Chinese districts rank units by (处置率、按期处置率、
返工率、反弹率); how much each weighs, the administrator says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.figures.schemas import Counts, Weights


@dataclass(frozen=True, slots=True)
class Sums:
    """What the database counted for one unit, kind or area."""

    found: int = 0
    due: int = 0
    settled: int = 0
    on_time: int = 0
    late: int = 0
    sent_back: int = 0
    returned: int = 0
    relapses: int = 0


def scored(sums: Sums, most: int, weights: Weights) -> Counts:
    """Counts with their score; ``most`` is the highest number of cases among those that are compared."""
    total = sum(weights.model_dump().values())
    score = None
    # Nothing was due yet: how many cases somebody has says nothing about how well they are put right.
    if sums.due > 0 and total > 0:
        parts = (
            weights.found * sums.found / most,
            weights.settled * sums.settled / sums.due,
            weights.on_time * sums.on_time / sums.due,
            weights.sent_back * (1 - sums.sent_back / sums.found),
            weights.relapse * max(0.0, 1 - sums.relapses / sums.found),
        )
        score = round(100 * sum(parts) / total, 2)
    values = {name: getattr(sums, name) for name in Sums.__dataclass_fields__}
    return Counts(**values, score=score)


def most_found(all_sums: Iterable[Sums]) -> int:
    """The highest number of cases."""
    return max((sums.found for sums in all_sums), default=0)


def ranks(scores: Sequence[float | None]) -> list[int | None]:
    """The rank of each score, 1 for the highest; equal scores share one, and the next after them is skipped."""
    known = sorted((score for score in scores if score is not None), reverse=True)
    return [None if score is None else known.index(score) + 1 for score in scores]
