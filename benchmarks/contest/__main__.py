"""Print the contest's table: ``python -m benchmarks.contest [--quick] [--write]``, or ``make bench``."""

import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from benchmarks.contest.clips import ROOT, clip, prepare
from benchmarks.contest.neighbours import many_cameras_rows, two_nodes_row
from benchmarks.contest.rows import bare_row, every_frame_row, frigate_row, looking_row, slices_row, still_row
from benchmarks.contest.stage import Results, Turn, play
from benchmarks.contest.table import Row, render, written_into
from benchmarks.model_report.timing import machine
from detector.registry import ModelError
from detector.scene import SceneError
from detector.sources import SourceError

PAGE: Final = ROOT / "benchmarks" / "RESULTS.md"

THROUGHPUT: Final = tuple(
    Turn(name, "crossroad") for name in ("bare-one", "ours-every", "ultralytics", "bare-lanes", "ours-best")
)
EVENTS: Final = (Turn("ours-looking", "crossroad"), Turn("supervision", "crossroad"))
STILL: Final = tuple(
    Turn(name, "still") for name in ("decoding", "ours-looking", "ultralytics", "ours-every", "supervision")
)
LEFT_OUT: Final = "left out by --quick"
PHOTO: Final = (Turn("ours-tiles"), Turn("sahi"))


def main(
    shared: Annotated[Path, typer.Option(help="Folder with video and data.")] = ROOT.parent / "shared",
    runs: Annotated[Path, typer.Option(help="Folder for the clips that are made.")] = ROOT / "runs",
    quick: Annotated[bool, typer.Option("--quick", help="Below 4 minutes: one round, fewer rows.")] = False,
    write: Annotated[bool, typer.Option("--write", help=f"Also put the table into {PAGE.name}.")] = False,
) -> None:
    """Let Street Warden and the tools that people know take turns on the same clips and the same model."""
    begun = datetime.now(UTC)
    shared, runs = shared.resolve(), runs.resolve()
    try:
        prepare(shared, runs)
        rows, versions = contest(shared, runs, quick=quick)
    except (ModelError, SceneError, SourceError, OSError) as error:
        typer.echo(f"benchmarks.contest: {error}", err=True)
        raise typer.Exit(1) from error
    minutes = (datetime.now(UTC) - begun).total_seconds() / 60
    how = f"`make bench`{' with `--quick`' if quick else ''}, {begun:%Y-%m-%d %H:%M} UTC, {minutes:.1f} minutes"
    answer = render(f"{how}, on {machine()}, Python {platform.python_version()}, {', '.join(versions)}.", rows, NOTE)
    typer.echo(answer)
    if write:
        try:
            PAGE.write_text(written_into(PAGE.read_text(encoding="utf-8"), answer), encoding="utf-8")
        except (OSError, ValueError) as error:
            typer.echo(f"{PAGE}: {error}", err=True)
            raise typer.Exit(1) from error


NOTE: Final = (
    "Recall is found/true (+ reports that are about nothing or about something a second time). An event is matched with"
    " the truth by kind, time (1.5 s) and place (half a body height), the same for all; of a tool that times tracks in"
    " zones an event is a track whose time in the zone reaches what the rule asks for. Every contestant runs in a"
    " process of its own, in turn; loading is not measured. Processor time counts all threads, waiting ones that spin"
    " included."
)


def contest(shared: Path, runs: Path, *, quick: bool) -> tuple[list[Row], list[str]]:
    """All rows, and what the contestants are made of."""
    results = Results()
    rounds = 1 if quick else 2
    play(THROUGHPUT, rounds, results, shared, runs)
    play(EVENTS, 1, results, shared, runs)
    play(PHOTO, rounds, results, shared, runs)
    if quick:
        results.failures.update({turn: LEFT_OUT for turn in STILL if turn.name in ("ultralytics", "supervision")})
    play(STILL, 1, results, shared, runs)
    road, still = clip("crossroad", shared, runs), clip("still", shared, runs)
    rows = [bare_row(results, road), every_frame_row(results, road)]
    for name in ("ultralytics", "supervision"):
        rows += [looking_row(results, on, name, 5.0) for on in (still, road)]
    rows += [frigate_row(), still_row(results, still)]
    cameras, memory = many_cameras_rows(LEFT_OUT if quick else None)
    return [*rows, cameras, memory, slices_row(results), two_nodes_row(LEFT_OUT if quick else None)], results.versions()


if __name__ == "__main__":
    typer.run(main)
