"""What becomes of each violation: dealt like cards, so that a week of any size has something of everything."""

import random
from enum import StrEnum


class Fate(StrEnum):
    """What the script wants to become of a case."""

    SMOOTH = "confirmed, dispatched, put right, closed"
    DISMISSED = "dismissed with a reason"
    MISTAKEN = "dismissed by mistake, undone at once, then smooth"
    DOUBLE = "reported twice: merged into the first report"
    WRONGLY_MERGED = "merged into the wrong case, split off again, then smooth"
    SEEN_TWICE = "seen by two cameras: the office merges it by itself"
    BACK = "dirty again where it was put right: a relapse"
    ON_THE_SPOT = "closed by the operator without a unit"
    RETURNED = "returned by the unit, sent to it once more"
    MISDIRECTED = "returned by the unit, sent to another one"
    REWORKED = "not put right well enough: sent back once"
    LATE = "put right only when it has been escalated"
    STUCK = "accepted and never put right"
    IGNORED = "never accepted, though the supervisor urges"
    LEFT = "not reviewed by the end of the week"
    WAITING = "filed and not dispatched by the end of the week"


OF_A_HUNDRED = {
    Fate.SMOOTH: 34, Fate.DISMISSED: 12, Fate.MISTAKEN: 2, Fate.DOUBLE: 6, Fate.WRONGLY_MERGED: 2,
    Fate.SEEN_TWICE: 2, Fate.BACK: 10, Fate.ON_THE_SPOT: 4, Fate.RETURNED: 3, Fate.MISDIRECTED: 4, Fate.REWORKED: 7,
    Fate.LATE: 6, Fate.STUCK: 2, Fate.IGNORED: 2, Fate.LEFT: 2, Fate.WAITING: 2,
}  # fmt: skip


def deal(count: int, chance: random.Random) -> list[Fate]:
    """A fate for each of so many violations, in shares of a hundred, shuffled."""
    hundred = [fate for fate, share in OF_A_HUNDRED.items() for _ in range(share)]
    chance.shuffle(hundred)
    fates = [hundred[number % 100] for number in range(count)]
    chance.shuffle(fates)
    return fates
