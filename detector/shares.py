"""Shares: who has cost least lately comes first."""

import math
from typing import Final

LATELY: Final = 5.0
"""Time constant with which what somebody has cost is forgotten, seconds: a camera that was still for so long and then
wakes is served at once, and one that never rests cannot save up."""


class Shares:
    """What each has cost lately.

    Serving whoever has cost least gives everybody who wants less than an equal share all that they want, and shares
    what is left equally among the others (max-min fairness; Bertsekas and Gallager, Data Networks, section 6.5.2).

    Examples:
        >>> shares = Shares()
        >>> shares.charge("gate-1", 0.4, now=10.0)
        >>> round(shares.cost("gate-1", now=10.0), 3), round(shares.cost("gate-1", now=15.0), 3)
        (0.4, 0.147)
    """

    def __init__(self) -> None:
        self._costs: dict[str, tuple[float, float]] = {}
        """What each had cost, and when that was worked out."""

    def charge(self, name: str, seconds: float, now: float) -> None:
        """Add what somebody has cost.

        Args:
            name: who.
            seconds: of what is shared.
            now: monotonic seconds.
        """
        self._costs[name] = (self.cost(name, now) + seconds, now)

    def cost(self, name: str, now: float) -> float:
        """What somebody has cost lately, seconds."""
        cost, at = self._costs.get(name, (0.0, now))
        return cost * math.exp(-max(0.0, now - at) / LATELY)

    def forget(self, name: str) -> None:
        """Somebody has left."""
        self._costs.pop(name, None)
