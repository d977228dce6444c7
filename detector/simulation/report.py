"""Report: many random streets, and how well the rules did on them."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Final, Self

from detector.simulation.street import random_street
from detector.simulation.trial import Faults, Trial, run_trial
from detector.violations import Violation, ViolationKind

STREET_SECONDS: Final = 600.0
"""How long each random street lives."""

_Key = tuple[ViolationKind, tuple[int, ...], float]
"""An offence: its kind, who commits it, and when it begins."""

_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""

_SAME_SECONDS: Final = 1.0
_SAME_PLACE: Final = 0.1
"""Two reports are about the same when their boxes' feet are less than a tenth of the picture's width apart."""

_RATES: Final = ((5.0, 0.0), (10.0, 0.0), (25.0, 0.0), (25.0, 0.5), (10.0, 0.5))
"""Frames a second and the share of them that is dropped; the others are compared with the first."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a number of trials, and how sure it is.

    Examples:
        >>> str(Share(98, 100)), str(Share(0, 0))
        ('0.980 (0.930–0.994)', '–')
    """

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share; not a number where nothing was tried."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies at 95 % (Wilson, JASA 1927)."""
        if not self.of:
            return 0.0, 1.0
        middle = (self.value + _Z**2 / (2 * self.of)) / (1 + _Z**2 / self.of)
        spread = math.sqrt(self.value * (1 - self.value) / self.of + _Z**2 / (4 * self.of**2)) / (1 + _Z**2 / self.of)
        return max(0.0, middle - _Z * spread), min(1.0, middle + _Z * spread)

    def __str__(self) -> str:
        """The share with its interval."""
        low, high = self.interval
        return f"{self.value:.3f} ({low:.3f}–{high:.3f})" if self.of else "–"


@dataclass(slots=True)
class Tally:
    """How one rule did.

    Attributes:
        found: true offences that were reported; ``missed`` were not.
        false: reports of nothing; ``repeated`` are second reports of one offence; ``excused`` lie in a tolerance band.
    """

    found: int = 0
    missed: int = 0
    false: int = 0
    repeated: int = 0
    excused: int = 0

    @property
    def precision(self) -> Share:
        """Share of reports that are about an offence."""
        return Share(self.found, self.found + self.false)

    @property
    def recall(self) -> Share:
        """Share of offences that were reported."""
        return Share(self.found, self.found + self.missed)

    @property
    def duplicates(self) -> Share:
        """Second reports, of all reports about an offence."""
        return Share(self.repeated, self.found + self.repeated)

    def add(self, other: "Tally") -> None:
        """Count what another tally has counted."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class Outcome:
    """What one street gave, in numbers.

    Attributes:
        rules: a tally for each kind.
        seconds: simulated.
        frames: that the pipeline took.
        cost: processor seconds for all of them, the simulated street itself included.
    """

    rules: dict[str, Tally]
    seconds: float
    frames: int
    cost: float

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Count what a trial gave."""
        rules = {kind.value: Tally() for kind in ViolationKind}
        for offence, _ in trial.found:
            rules[offence.kind].found += 1
        for offence in trial.missed:
            rules[offence.kind].missed += 1
        for name, reports in (("false", trial.false), ("repeated", trial.repeated), ("excused", trial.excused)):
            for report in reports:
                setattr(rules[report.kind], name, getattr(rules[report.kind], name) + 1)
        return cls(rules, trial.seconds, trial.frames, trial.cost)


@dataclass(slots=True)
class Report:
    """What a simulation gave.

    Attributes:
        fps, seed: as asked for.
        streets, hours: simulated.
        rules: a tally for each kind.
        frames: that the pipeline took; ``cost`` is the processor time for all, the simulated streets included.
        agreement: for each frame rate, how many offences are reported as at the lowest rate: see :func:`agreement`.
    """

    fps: float
    seed: int
    streets: int = 0
    hours: float = 0.0
    rules: dict[str, Tally] = field(default_factory=lambda: {k.value: Tally() for k in ViolationKind})
    frames: int = 0
    cost: float = 0.0
    agreement: dict[str, dict[str, Share]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count one street."""
        for kind, tally in outcome.rules.items():
            self.rules[kind].add(tally)
        self.streets += 1
        self.hours += outcome.seconds / 3600
        self.frames += outcome.frames
        self.cost += outcome.cost

    @property
    def cost_ms(self) -> float:
        """Processor time for one frame, milliseconds."""
        return 1000 * self.cost / max(1, self.frames)

    def as_json(self) -> dict[str, object]:
        """Plain data."""
        shares = ("precision", "recall", "duplicates")
        rules = {
            kind: asdict(tally)
            | {name: _plain(getattr(tally, name).value) for name in shares}
            | {f"{name}_95": getattr(tally, name).interval for name in shares}
            for kind, tally in self.rules.items()
        }
        agreement = {
            rate: {kind: {"share": _plain(share.value), "offences": share.of} for kind, share in kinds.items()}
            for rate, kinds in self.agreement.items()
        }
        return {
            "hours": round(self.hours, 3), "streets": self.streets, "fps": self.fps, "seed": self.seed, "rules": rules,
            "frames": self.frames, "ms_per_frame": round(self.cost_ms, 3), "agreement": agreement,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The report as a table for people; shares with their 95 % intervals."""
        yield f"{self.hours:.1f} simulated hours ({self.streets} streets) at {self.fps:g} frames/s, seed {self.seed}"
        yield _row("rule", ("precision", "recall", "duplicates"), ("found", "missed", "false", "twice", "band"))
        for kind, t in self.rules.items():
            shares = tuple(str(share) for share in (t.precision, t.recall, t.duplicates))
            yield _row(kind, shares, tuple(str(n) for n in (t.found, t.missed, t.false, t.repeated, t.excused)))
        yield f"street and pipeline: {self.cost_ms:.2f} ms of processor time a frame over {self.frames} frames"
        for rate, kinds in self.agreement.items():
            each = ", ".join(f"{kind} {share}" for kind, share in kinds.items())
            yield f"same offences at {rate} as at {_name(*_RATES[0])}: {each}"


def _row(name: str, shares: Sequence[str], counts: Sequence[str]) -> str:
    return f"{name:<16}" + "".join(f"{s:>22}" for s in shares) + "".join(f"{c:>8}" for c in counts)


def _plain(value: float) -> float | None:
    """JSON knows no number that is none."""
    return None if math.isnan(value) else value


def trials(
    numbers: Sequence[int],
    *,
    seed: int,
    fps: float,
    faults: Faults,
    seconds: float = STREET_SECONDS,
    workers: int = 1,
) -> Iterator[tuple[int, Trial]]:
    """Run the random streets of these numbers, ``seconds`` each; gives each number with what came of it.

    The streets depend on the seed alone: each is made from ``seed`` and its own number.
    """
    jobs = [(street_seed(seed, number), seconds, faults, fps) for number in numbers]
    if workers == 1:
        yield from zip(numbers, map(_trial, jobs), strict=True)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from zip(numbers, pool.map(_trial, jobs), strict=True)


def street_seed(seed: int, number: int) -> int:
    """What the street of a number is made from; two simulations' streets never meet."""
    return seed * 1_000_003 + number


def agreement(
    numbers: Sequence[int], *, seed: int, faults: Faults, seconds: float = STREET_SECONDS
) -> dict[str, dict[str, Share]]:
    """How far frame rates agree about the offences that are no matter of tolerance.

    Each street is watched at each rate, with misses and jitter of their own. An offence counts where the lowest rate
    or the other one reports it; it is the same where both do, at one place, and neither its beginning nor its end
    differs by more than a second.

    Returns:
        For each rate and kind, the share of offences that are the same.
    """
    same: dict[str, dict[str, list[bool]]] = {_name(*rate): {k.value: [] for k in ViolationKind} for rate in _RATES[1:]}
    for number in numbers:
        street = random_street(street_seed(seed, number), seconds)
        first: dict[_Key, Violation] = {}
        for fps, dropped in _RATES:
            trial = run_trial(street, replace(faults, dropped=dropped), fps)
            found: dict[_Key, Violation] = {(o.kind, o.actors, o.started): report for o, report in trial.found}
            if (fps, dropped) == _RATES[0]:
                first = found
                continue
            for offence in first.keys() | found.keys():
                both = offence in first and offence in found
                hit = both and _same(first[offence], found[offence])
                same[_name(fps, dropped)][offence[0].value].append(hit)
    return {rate: {kind: Share(sum(hits), len(hits)) for kind, hits in kinds.items()} for rate, kinds in same.items()}


def _trial(job: tuple[int, float, Faults, float]) -> Trial:
    seed, seconds, faults, fps = job
    return run_trial(random_street(seed, seconds), faults, fps)


def _same(a: Violation, b: Violation) -> bool:
    if a.kind is not b.kind or a.started_s is None or b.started_s is None or a.ended_s is None or b.ended_s is None:
        return False
    feet = [((v.box[0] + v.box[2]) / 2 / v.width, v.box[3] / v.width) for v in (a, b)]
    near = abs(feet[0][0] - feet[1][0]) < _SAME_PLACE and abs(feet[0][1] - feet[1][1]) < _SAME_PLACE
    return near and abs(a.started_s - b.started_s) <= _SAME_SECONDS and abs(a.ended_s - b.ended_s) <= _SAME_SECONDS


def _name(fps: float, dropped: float) -> str:
    return f"{fps:g} frames/s" + (f", {dropped:.0%} dropped" if dropped else "")
