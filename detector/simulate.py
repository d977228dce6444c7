"""The command ``simulate``: random streets, and how well the rules did on them."""

import json
import logging
import sys
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import track

from detector.simulation import STREET_SECONDS, Faults, Outcome, Report, Results, Trial, agreement, trials


def simulate_streets(
    *,
    hours: float,
    seed: int,
    fps: float,
    workers: int,
    compared: int,
    report: bool,
    json_output: bool,
    length: float = STREET_SECONDS,
    results: Path | None = None,
) -> int:
    """Run the simulation and print what came of it.

    Args:
        hours: simulated time.
        seed: of the streets; the same seed gives the same streets and the same faults.
        fps: frames a second.
        workers: processes that share the work.
        compared: how many streets to watch at other frame rates too.
        report: print one table at the end instead of a line a street.
        json_output: print JSON.
        length: of each street, seconds; many short ones show more kinds of streets.
        results: a file that keeps each street's outcome; streets that are in it are not run again.

    Returns:
        0; 1 where the file cannot be written.
    """
    # A clock that jumps and a detector with faults give thousands of warnings, all of them wanted here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    console = Console(stderr=True)
    numbers = range(max(1, round(hours * 3600 / length)))
    try:
        kept = Results(results, seed, fps, length) if results is not None else None
        if kept is not None and kept.others:
            console.print(f"{results}: {kept.others} lines of another simulation or other code are left out")
        outcomes = dict(kept.done) if kept is not None else {}
        left = [number for number in numbers if number not in outcomes]
        runs = trials(left, seed=seed, fps=fps, faults=Faults(), seconds=length, workers=workers)
        steps = track(runs, "simulating", total=len(left), console=console, disable=not console.is_terminal)
        for number, trial in steps:
            outcomes[number] = Outcome.of(trial)
            if kept is not None:
                kept.add(number, outcomes[number])
            if not report:
                _say(json.dumps(_street(number, trial)) if json_output else _line(number, trial))
    except OSError as error:
        console.print(f"simulate: {results}: {error.strerror or error}")
        return 1
    if not report:
        return 0
    total = Report(fps, seed)
    for number in numbers:
        total.add(outcomes[number])
    if compared:
        total.agreement = agreement(range(compared), seed=seed, faults=Faults(), seconds=length)
    _say(json.dumps(total.as_json()) if json_output else "\n".join(total.lines()))
    return 0


def _street(number: int, trial: Trial) -> dict[str, object]:
    """One street as plain data: what was found, what was not, what was wrong."""
    return {
        "street": number,
        "found": len(trial.found),
        "missed": [
            {"kind": o.kind, "started_s": round(o.started, 1), "ended_s": round(o.ended, 1)} for o in trial.missed
        ],
        "false": [json.loads(v.json_line()) for v in trial.false],
        "repeated": [json.loads(v.json_line()) for v in trial.repeated],
    }


def _line(number: int, trial: Trial) -> str:
    wrong = [f"missed {o.kind} {o.started:.0f}–{o.ended:.0f} s" for o in trial.missed]
    wrong += [f"false {v.kind} {v.started_s:.0f}–{v.ended_s:.0f} s" for v in trial.false]
    wrong += [f"twice {v.kind} {v.started_s:.0f}–{v.ended_s:.0f} s" for v in trial.repeated]
    return f"street {number}: {len(trial.found)} found" + "".join(f"; {part}" for part in wrong)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
