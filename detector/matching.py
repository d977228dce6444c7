"""Matching: which of this frame's detections carries on which track, by what each pair costs."""

from typing import Final

import lap
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NO_MATCH: Final = 1e6
"""What a pair costs that cannot be."""


def assign(row_of: IntArray, cost: Array, rows: BoolArray, columns: BoolArray, limit: float) -> None:
    """Match detections ``rows`` with tracks ``columns``, least total cost, none above ``limit``.

    Who has only one possible partner, who has none other either, needs no solver: on most streets that is everybody.

    Args:
        row_of: (N,) row of the track that each detection carries on, -1 where there is none yet; written to.
        cost: (N, K) of each detection with each track.
        rows: (N,) detections that may be matched.
        columns: (K,) tracks that may be.
        limit: what no pair may cost.
    """
    columns = columns & untaken(row_of, cost.shape[1])
    possible = (cost < limit) & (rows & (row_of < 0))[:, None] & columns
    i, j = possible.nonzero()
    if not len(i):
        return
    alone = (np.bincount(i, minlength=len(row_of))[i] == 1) & (np.bincount(j, minlength=cost.shape[1])[j] == 1)
    row_of[i[alone]] = j[alone]
    if alone.all():
        return
    i, j = np.unique(i[~alone]), np.unique(j[~alone])
    part = np.where(possible, cost, NO_MATCH)[np.ix_(i, j)]
    _, chosen, _ = lap.lapjv(part, extend_cost=True, cost_limit=limit)
    matched = chosen >= 0
    row_of[i[matched]] = j[chosen[matched]]


def untaken(row_of: IntArray, count: int) -> BoolArray:
    """(count,) the tracks that no detection has been matched with."""
    free = np.ones(count, np.bool_)
    free[row_of[row_of >= 0]] = False
    return free
