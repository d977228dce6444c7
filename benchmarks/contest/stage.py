"""The stage: contestants run one after another, each in a process of its own, in turn."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from benchmarks.contest.clips import ROOT
from benchmarks.contest.outcome import Outcome

LONGEST: Final = 1200.0
"""Seconds after which a contestant is given up."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who runs on what.

    Attributes:
        name: of the contestant (``benchmarks.contest.contestant``).
        on: name of the clip; none for a photo.
    """

    name: str
    on: str = ""

    def __str__(self) -> str:
        return f"{self.name} on {self.on}" if self.on else self.name


@dataclass
class Results:
    """What came of all turns so far, or why nothing did."""

    outcomes: dict[Turn, list[Outcome]] = field(default_factory=dict)
    failures: dict[Turn, str] = field(default_factory=dict)

    def of(self, name: str, on: str = "") -> Outcome | str:
        """One contestant's outcome: of several rounds the median times; or why there is none."""
        turn = Turn(name, on)
        runs = self.outcomes.get(turn)
        if not runs:
            return self.failures.get(turn, f"{turn} was not run")
        wall, cpu = (statistics.median(times) for times in zip(*((run.wall_s, run.cpu_s) for run in runs), strict=True))
        return runs[-1].model_copy(update={"wall_s": wall, "cpu_s": cpu})

    def versions(self) -> list[str]:
        """What all contestants are made of."""
        return sorted({entry for runs in self.outcomes.values() for run in runs for entry in run.versions})


class StageError(Exception):
    """A contestant did not finish; the message says why, in one line."""


def play(turns: Sequence[Turn], rounds: int, results: Results, shared: Path, runs: Path) -> None:
    """Let contestants take turns; every other round goes backwards. One that fails is not tried again."""
    for number in range(rounds):
        for turn in in_order(turns, number):
            if turn in results.failures:
                continue
            _say(f"round {number + 1} of {rounds}: {turn}")
            try:
                results.outcomes.setdefault(turn, []).append(run(turn, shared, runs))
            except StageError as error:
                results.failures[turn] = str(error)
                _say(f"  {error}")


def in_order(turns: Sequence[Turn], number: int) -> Iterable[Turn]:
    """The turns of a round: what comes before what must not decide."""
    return turns if number % 2 == 0 else reversed(turns)


def run(turn: Turn, shared: Path, runs: Path) -> Outcome:
    """One contestant in a process of its own.

    Raises:
        StageError: it failed or took too long.
    """
    arguments = [turn.name, *([turn.on] if turn.on else []), "--shared", str(shared), "--runs", str(runs)]
    lines = process("benchmarks.contest.contestant", arguments)
    try:
        return Outcome.model_validate_json(lines[-1])
    except (IndexError, ValidationError) as error:
        raise StageError(f"{turn} says nothing that can be read") from error


def process(module: str, arguments: Sequence[str]) -> list[str]:
    """The lines that a module of ours prints, run as a process.

    Raises:
        StageError: it failed or took too long.
    """
    # A contest needs nothing from the network: ultralytics would look for updates and send figures about its use.
    quiet = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=os.environ | quiet,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StageError(f"{module} took more than {LONGEST:.0f} s") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise StageError(said[-1].strip() if said else f"{module} ended with status {done.returncode}")
    return done.stdout.splitlines()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
