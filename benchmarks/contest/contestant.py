"""One contestant on one clip, in this process: ``python -m benchmarks.contest.contestant NAME CLIP``.

The last line of standard output is its outcome, as JSON.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, get_args

import typer

from benchmarks.contest import bare, decoding, ours, slices, supervision_zone, ultralytics_track
from benchmarks.contest.clips import Clip, ClipName, clip
from benchmarks.contest.outcome import Outcome
from detector.registry import ModelError
from detector.scene import SceneError
from detector.sources import SourceError

CONTESTANTS: Final[Mapping[str, Callable[[Clip], Outcome]]] = {
    "bare-one": lambda on: bare.run("one", on),
    "bare-lanes": lambda on: bare.run("lanes", on),
    "ours-every": lambda on: ours.run("every", on),
    "ours-best": lambda on: ours.run("best", on),
    "ours-looking": lambda on: ours.run("looking", on),
    "decoding": decoding.run,
    "ultralytics": ultralytics_track.run,
    "supervision": supervision_zone.run,
}
"""What runs on a clip; what looks at one photo is in ``slices``."""


def main(
    name: Annotated[str, typer.Argument(help=f"{', '.join((*CONTESTANTS, *slices.CONTESTANTS))}.")],
    on: Annotated[str, typer.Argument(help=f"Clip: {' or '.join(get_args(ClipName))}; a photo needs none.")] = "",
    shared: Annotated[Path, typer.Option(help="Folder with video and data.")] = Path("../shared"),
    runs: Annotated[Path, typer.Option(help="Folder with the still street.")] = Path("runs"),
) -> None:
    """Run a contestant and print what came of it."""
    # A contest needs nothing from the network: ultralytics would look for updates and send figures about its use.
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    try:
        if name in slices.CONTESTANTS:
            outcome = slices.CONTESTANTS[name](shared)
        elif name in CONTESTANTS and on in get_args(ClipName):
            outcome = CONTESTANTS[name](clip("still" if on == "still" else "crossroad", shared, runs))
        else:
            typer.echo(f"{name}: no such contestant{f' on {on}' if on else ''}; see --help", err=True)
            raise typer.Exit(2)
    except (ImportError, ModelError, SceneError, SourceError) as error:
        typer.echo(f"{name}: {error}", err=True)
        raise typer.Exit(1) from error
    sys.stdout.flush()
    typer.echo(outcome.model_dump_json())


if __name__ == "__main__":
    typer.run(main)
