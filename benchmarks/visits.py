"""Visits: who walks on the carriageway of the crossroad clip, and when, as somebody has seen it who watched it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import yaml

NEAR: Final = 45.0
"""Pixels: half of a person's height on this clip."""

_FILE: Final = Path(__file__).resolve().parents[1] / "tests" / "data" / "crossroad_visits.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """One person's stay on the road.

    Attributes:
        who: what tells the person apart.
        start: seconds of the clip; ``end`` likewise.
        path: (N, 3) seconds, and the lower middle of the person's box in pixels.
    """

    who: str
    start: float
    end: float
    path: np.ndarray[tuple[int, ...], np.dtype[np.float64]]

    def place(self, seconds: float) -> tuple[float, float]:
        """Where the person's feet are, pixels."""
        times, xs, ys = self.path.T
        return float(np.interp(seconds, times, xs)), float(np.interp(seconds, times, ys))

    def is_at(self, seconds: float, x: float, y: float) -> bool:
        """Whether feet at a place are this person's."""
        here = self.place(seconds)
        return bool(np.hypot(here[0] - x, here[1] - y) < NEAR)


@cache
def visits() -> list[Visit]:
    """All visits of the clip."""
    listed = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["visits"]
    return [Visit(v["who"], v["from"], v["to"], np.array(v["path"], np.float64)) for v in listed]


def one_to_one(reports: int, truths: int, fits: Callable[[int, int], bool]) -> dict[int, int]:
    """True events to reports, one to one, as many as can be (augmenting paths).

    Args:
        reports: how many were reported.
        truths: how many there are.
        fits: whether a report, by its number, may be about an event.
    """
    owner: dict[int, int] = {}

    def place(report: int, tried: set[int]) -> bool:
        for truth in range(truths):
            if truth in tried or not fits(report, truth):
                continue
            tried.add(truth)
            if truth not in owner or place(owner[truth], tried):
                owner[truth] = report
                return True
        return False

    for report in range(reports):
        place(report, set())
    return owner
