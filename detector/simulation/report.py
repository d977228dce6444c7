"""Report: many random streets, and how well the rules did on them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Final

from detector.simulation.street import random_street
from detector.simulation.trial import Faults, Trial, observe, run_trial
from detector.violations import Violation, ViolationKind

STREET_SECONDS: Final = 600.0
"""How long each random street lives."""

_SAME_SECONDS: Final = 1.0
_SAME_PLACE: Final = 0.1
"""Two reports are about the same when their boxes' feet are less than a tenth of the picture's width apart."""

_RATES: Final = ((5.0, 0.0), (10.0, 0.0), (25.0, 0.0), (25.0, 0.5), (10.0, 0.5))
"""Frames a second and the share of them that is dropped; the others are compared with the first."""


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
    def precision(self) -> float:
        """Share of reports that are about an offence."""
        return self.found / max(1, self.found + self.false)

    @property
    def recall(self) -> float:
        """Share of offences that were reported."""
        return self.found / max(1, self.found + self.missed)

    @property
    def duplicates(self) -> float:
        """Second reports for each offence that was reported."""
        return self.repeated / max(1, self.found)


@dataclass(slots=True)
class Report:
    """What a simulation gave.

    Attributes:
        hours: simulated; ``fps`` and ``seed`` as asked for.
        rules: a tally for each kind.
        frames: frames that the pipeline took; ``cost_ms`` is its time for one of them, tracking included.
        agreement: for each frame rate, the share of reports that the lowest rate gives too (kind, place, time within
            1 s), and how many were compared.
    """

    hours: float
    fps: float
    seed: int
    rules: dict[str, Tally] = field(default_factory=lambda: {k.value: Tally() for k in ViolationKind})
    frames: int = 0
    cost_ms: float = 0.0
    agreement: dict[str, tuple[float, int]] = field(default_factory=dict)

    def add(self, trial: Trial) -> None:
        """Count one street."""
        for offence, _ in trial.found:
            self.rules[offence.kind].found += 1
        for offence in trial.missed:
            self.rules[offence.kind].missed += 1
        for name, reports in (("false", trial.false), ("repeated", trial.repeated), ("excused", trial.excused)):
            for report in reports:
                tally = self.rules[report.kind]
                setattr(tally, name, getattr(tally, name) + 1)
        self.cost_ms += (trial.cost * 1000 - self.cost_ms * trial.frames) / max(1, self.frames + trial.frames)
        self.frames += trial.frames
        self.hours += trial.seconds / 3600

    def as_json(self) -> dict[str, object]:
        """Plain data."""
        rules = {
            kind: asdict(tally) | {"precision": tally.precision, "recall": tally.recall, "duplicates": tally.duplicates}
            for kind, tally in self.rules.items()
        }
        return {
            "hours": round(self.hours, 3), "fps": self.fps, "seed": self.seed, "rules": rules,
            "frames": self.frames, "pipeline_ms_per_frame": round(self.cost_ms, 3),
            "agreement": {rate: {"share": share, "reports": count} for rate, (share, count) in self.agreement.items()},
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The report as a table for people."""
        yield f"{self.hours:.1f} simulated hours at {self.fps:g} frames/s, seed {self.seed}"
        heads = ("rule", "precision", "recall", "duplicates", "found", "missed", "false", "twice", "band")
        widths = (-16, 10, 9, 12, 7, 8, 7, 7, 6)
        yield "".join(f"{h:>{w}}" if w > 0 else f"{h:<{-w}}" for h, w in zip(heads, widths, strict=True))
        for kind, t in self.rules.items():
            yield (
                f"{kind:<16}{t.precision:>10.3f}{t.recall:>9.3f}{t.duplicates:>12.3f}"
                f"{t.found:>7}{t.missed:>8}{t.false:>7}{t.repeated:>7}{t.excused:>6}"
            )
        yield f"pipeline: {self.cost_ms:.2f} ms a frame over {self.frames} frames"
        for rate, (share, count) in self.agreement.items():
            yield f"same reports at {rate} as at {_name(*_RATES[0])}: {share:.3f} of {count}"


def trials(hours: float, *, seed: int, fps: float, faults: Faults, workers: int = 1) -> Iterator[Trial]:
    """Run random streets of ten minutes, one after another.

    The streets depend on the seed alone: each is made from ``seed`` and its own number.
    """
    count = max(1, round(hours * 3600 / STREET_SECONDS))
    jobs = [(street_seed(seed, number), faults, fps) for number in range(count)]
    if workers == 1:
        yield from map(_trial, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_trial, jobs)


def street_seed(seed: int, number: int) -> int:
    """What the street of a number is made from; two simulations' streets never meet."""
    return seed * 1_000_003 + number


def agreement(streets: int, *, seed: int, faults: Faults) -> dict[str, tuple[float, int]]:
    """How far frame rates agree: see :attr:`Report.agreement`."""
    same: dict[str, list[int]] = {_name(*rate): [0, 0] for rate in _RATES[1:]}
    for number in range(streets):
        street = random_street(street_seed(seed, number), STREET_SECONDS)
        first: list[Violation] = []
        for fps, dropped in _RATES:
            given = {**asdict(faults), "dropped": dropped}
            reports, _, _ = observe(street, Faults(**given), fps)
            if (fps, dropped) == _RATES[0]:
                first = reports
                continue
            common = _common(first, reports)
            same[_name(fps, dropped)][0] += common
            same[_name(fps, dropped)][1] += max(len(first), len(reports))
    return {rate: (hits / max(1, total), total) for rate, (hits, total) in same.items()}


def _trial(job: tuple[int, Faults, float]) -> Trial:
    seed, faults, fps = job
    return run_trial(random_street(seed, STREET_SECONDS), faults, fps)


def _common(a: Sequence[Violation], b: Sequence[Violation]) -> int:
    """How many reports two lists share, one to one."""
    left, common = list(b), 0
    for one in a:
        match = next((other for other in left if _same(one, other)), None)
        if match is not None:
            left.remove(match)
            common += 1
    return common


def _same(a: Violation, b: Violation) -> bool:
    if a.kind is not b.kind or a.started_s is None or b.started_s is None or a.ended_s is None or b.ended_s is None:
        return False
    feet = [((v.box[0] + v.box[2]) / 2 / v.width, v.box[3] / v.width) for v in (a, b)]
    near = abs(feet[0][0] - feet[1][0]) < _SAME_PLACE and abs(feet[0][1] - feet[1][1]) < _SAME_PLACE
    return near and abs(a.started_s - b.started_s) <= _SAME_SECONDS and abs(a.ended_s - b.ended_s) <= _SAME_SECONDS


def _name(fps: float, dropped: float) -> str:
    return f"{fps:g} frames/s" + (f", {dropped:.0%} dropped" if dropped else "")
