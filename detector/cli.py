"""The commands that need no office: detect, watch, evaluate, simulate, discover."""

import os
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from detector.detect import detect_photos
from detector.detections import CLASS_NAMES, ObjectClass
from detector.evaluate import evaluate_model
from detector.film import Film
from detector.health import CameraHealth
from detector.model import Model
from detector.pipeline import Pipeline
from detector.regions import Tiling
from detector.registry import ModelError
from detector.scene import Scene, SceneError
from detector.simulate import simulate_streets
from detector.sources import SourceError, open_source
from detector.sources.onvif_device import Credentials
from detector.violations import KINDS, Violation
from detector.watching import watch as watch_source

app = typer.Typer(no_args_is_help=True, add_completion=False)

ModelName = Annotated[
    str | None, typer.Option("--model", help="Name in models/registry.toml; the default one if left out.")
]
Tiles = Annotated[str, typer.Option(help="auto: large photos tile by tile for small things; off: only whole.")]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON each, on standard output.")]


@app.command()
def detect(
    paths: Annotated[list[Path], typer.Argument(help="Photos and folders of photos: JPEG, PNG, WebP, HEIC.")],
    model: ModelName = None,
    confidence: Annotated[float, typer.Option(min=0.01, max=1, help="Least confidence.")] = 0.25,
    tiles: Tiles = "auto",
    json: Json = False,
    save: Annotated[Path | None, typer.Option(help="Folder for pictures with boxes.")] = None,
) -> None:
    """Find butts, garbage, e-tricycles, people and vehicles in photos."""
    way = _tiling(tiles)
    raise typer.Exit(
        detect_photos(paths, model_name=model, confidence=confidence, tiles=way, json_output=json, save=save)
    )


@app.command()
def evaluate(
    data: Annotated[Path, typer.Argument(help="A data file as ultralytics takes it: path, train, val, names.")],
    split: Annotated[str, typer.Option(help="Which photos: train, val or test.")] = "val",
    model: ModelName = None,
    tiles: Tiles = "auto",
    limit: Annotated[int | None, typer.Option(min=1, help="So many photos at most, evenly spread.")] = None,
    classes: Annotated[
        str, typer.Option(help="Names, with commas between; the classes that occur in the labels if left out.")
    ] = "",
    json: Json = False,
) -> None:
    """Measure a model on labelled photos: AP50, AP50-95, precision and recall by class and by object size."""
    names = [name.strip() for name in classes.split(",") if name.strip()]
    if unknown := [name for name in names if name not in CLASS_NAMES]:
        raise typer.BadParameter(
            f"unknown {', '.join(unknown)}; known are {', '.join(CLASS_NAMES)}", param_hint="--classes"
        )
    raise typer.Exit(
        evaluate_model(
            data,
            split=split,
            model_name=model,
            tiles=_tiling(tiles),
            limit=limit,
            classes=[ObjectClass(CLASS_NAMES.index(name)) for name in names],
            json_output=json,
        )
    )


@app.command()
def watch(
    source: Annotated[str, typer.Argument(help="A video file, an rtsp:// address, or a folder of frames.")],
    scene: Annotated[Path, typer.Option(help="The scene file (YAML).")],
    json: Json = False,
    save: Annotated[Path | None, typer.Option(help="Folder for the evidence; without it none is written.")] = None,
    pace: Annotated[str, typer.Option(help="max: as fast as it can be read; real: as it was recorded.")] = "max",
    model: ModelName = None,
    start: Annotated[
        datetime | None, typer.Option(help="Capture time of a file's first frame, UTC unless said.")
    ] = None,
    substream: Annotated[
        str | None, typer.Option(help="A small stream of the same camera: it is looked at, the other gives key frames.")
    ] = None,
) -> None:
    """Run one camera over a file or a stream and report each violation."""
    if pace not in ("max", "real"):
        raise typer.BadParameter(f"{pace!r} is neither max nor real", param_hint="--pace")
    try:
        checked = Scene.load(scene)
    except SceneError as error:
        raise typer.BadParameter(str(error), param_hint="--scene") from error
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo("UTC"))
    try:
        with open_source(source, pace=cast("Literal['max', 'real']", pace), start=start, substream=substream) as opened:
            hurried = pace == "max" and not opened.live
            loaded = Model.load(model, lanes=len(os.sched_getaffinity(0)) if hurried else 1)
            pipeline = Pipeline(
                checked,
                thresholds=loaded.thresholds,
                shelf=Folder(save) if save else None,
                film=Film() if save else None,
                health=CameraHealth(checked),  # its events are log lines, on standard error
                model=loaded.name,
            )
            for violation in watch_source(opened, loaded, pipeline):
                typer.echo(violation.json_line() if json else _line(violation))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (ModelError, SourceError, OSError) as error:
        typer.echo(f"watch: {error}", err=True)
        raise typer.Exit(1) from error
    if pipeline.fault:
        typer.echo(f"watch: {pipeline.fault}", err=True)
        raise typer.Exit(1)


@app.command()
def simulate(
    report: Annotated[bool, typer.Option("--report", help="One table at the end instead of a line a street.")] = False,
    hours: Annotated[float, typer.Option(min=0.01, max=100_000, help="Simulated time.")] = 200.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same streets.")] = 0,
    fps: Annotated[float, typer.Option(min=1, max=60, help="Frames a second.")] = 5.0,
    workers: Annotated[
        int, typer.Option("--jobs", "--workers", min=1, max=256, help="Processes that share the work.")
    ] = 1,
    results: Annotated[
        Path | None, typer.Option(help="File that keeps each street's outcome; what is in it is not run again.")
    ] = None,
    length: Annotated[float, typer.Option(min=30, max=86_400, help="Seconds that each street lives.")] = 600.0,
    compared: Annotated[
        int, typer.Option(min=0, help="So many streets are also watched at 10 and 25 frames a second, and with drops.")
    ] = 12,
    json: Json = False,
) -> None:
    """Try the rules on random streets with known offences, seen through a detector that errs."""
    raise typer.Exit(
        simulate_streets(
            hours=hours,
            seed=seed,
            fps=fps,
            workers=workers,
            compared=compared,
            report=report,
            json_output=json,
            length=length,
            results=results,
        )
    )


@app.command()
def discover(
    device: Annotated[
        list[str] | None,
        typer.Option(help="Ask this one: host, host:port or URL. Repeat it; without it, all networks."),
    ] = None,
    user: Annotated[str | None, typer.Option(help="User name of the devices; the password is asked for.")] = None,
    password: Annotated[
        str | None,
        typer.Option(envvar="STREETWARDEN_CAMERA_PASSWORD", help="Better from the environment: others see commands."),
    ] = None,
    interface: Annotated[
        list[str] | None, typer.Option(help="This machine's IPv4 address in the network to ask. Repeat it.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="So long answers of a network are waited for.")] = 3.0,
    json: Json = False,
) -> None:
    """List ONVIF cameras and recorders with the addresses of their streams."""
    if user is not None and password is None:
        password = typer.prompt("Password", hide_input=True, err=True)
    if user is None and password is not None:
        raise typer.BadParameter("a password needs a user name", param_hint="--user")
    if find_spec("onvif") is None or find_spec("ifaddr") is None:
        typer.echo("discover: needs the extra 'onvif': pip install 'street-warden[onvif]'", err=True)
        raise typer.Exit(1)
    # Imported only now: the library takes a second, which no other command should wait for.
    discovering = import_module("detector.discover")
    raise typer.Exit(
        discovering.discover_devices(
            device or [],
            interfaces=interface or [],
            seconds=seconds,
            credentials=Credentials(user, password) if user is not None and password is not None else None,
            json_output=json,
        )
    )


class Folder:
    """An evidence shelf that is one plain folder.

    Args:
        path: made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path

    def stage(self, violation_id: UUID) -> Path:
        """Evidence goes straight into the folder: its names start with the violation's id."""
        del violation_id
        return self._path

    def hold(self, violation: Violation) -> Path:
        """Keep the violation beside its pictures; films go there too."""
        self.commit(violation)
        return self._path

    def commit(self, violation: Violation) -> None:
        """Keep the violation beside its evidence."""
        document = self._path / f"{violation.id}.json"
        document.write_text(violation.json_line() + "\n", encoding="utf-8")

    def discard(self, violation_id: UUID) -> None:
        """Remove what was written of it."""
        for file in self._path.glob(f"{violation_id}*"):
            file.unlink()


def _tiling(text: str) -> Tiling:
    if text not in ("auto", "off"):
        raise typer.BadParameter(f"{text!r} is neither auto nor off", param_hint="--tiles")
    return cast("Tiling", text)


def _line(violation: Violation) -> str:
    span = f"{violation.started_s:.1f}–{violation.ended_s:.1f} s" if violation.started_s is not None else ""
    return (
        f"{span}  {KINDS[violation.kind].english}  confidence {violation.confidence:.2f}"
        f"  zone {violation.zone or '-'}  track {', '.join(map(str, violation.track_ids)) or '-'}"
    )


if __name__ == "__main__":
    app()
