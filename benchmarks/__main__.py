"""Print the benchmarks: ``python -m benchmarks``."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.speed import report, steps
from detector.registry import ModelError
from detector.scene import SceneError
from detector.sources import SourceError

ROOT = Path(__file__).resolve().parents[1]


def main(
    clip: Annotated[Path, typer.Option(help="The clip.")] = ROOT.parent / "shared" / "video" / "crossroad.avi",
    scene: Annotated[Path, typer.Option(help="Its scene.")] = ROOT / "tests" / "data" / "crossroad.yaml",
    frames: Annotated[int, typer.Option(min=1, help="Frames of each round.")] = 300,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 3,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the model; all CPUs if left out.")] = None,
) -> None:
    """Measure the pipeline against the bare model and against ultralytics on this machine."""
    try:
        typer.echo(report(clip, scene, frames=frames, rounds=rounds, threads=threads))
        typer.echo("\n" + steps(clip))
    except (ModelError, SceneError, SourceError) as error:
        typer.echo(f"benchmarks: {error}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
