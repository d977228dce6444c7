"""Fine-tunes YOLO26 into the street model, exports it to ONNX, measures the export and registers it.

python -m datasets label ../shared/data/street ../shared/data/replay
python -m datasets prepare
python train.py --data runs/data/street.yaml --out runs/street --name street-n

Needs the extra `train` (`pip install -e '.[train]'`). Runs on a CPU or a GPU. A stopped run goes on with --resume; a
finished one is published with --epochs 0. Training alone (no --name) needs of the detector's packages only numpy,
OpenCV, PyYAML, pydantic and typer, so that it runs on a bare GPU machine; publish where the product is installed.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from datasets.collection import CollectionError
from datasets.labels import LabelError
from datasets.teacher import TrainingExtraMissingError
from models.schedule import Schedule, TrainingError

COCO_WEIGHTS = Path("../shared/weights/yolo26n-coco.safetensors")

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def main(
    data: Annotated[Path, typer.Option(help="Data file that `python -m datasets prepare` wrote.")],
    out: Annotated[Path, typer.Option(help="Folder of the run: checkpoints, curves, pictures, export.")],
    weights: Annotated[Path, typer.Option(help="COCO weights, a safetensors file.")] = COCO_WEIGHTS,
    start: Annotated[
        Path | None,
        typer.Option(
            help="Checkpoint to train further, in place of the COCO weights; or a model exported with the plain head, "
            "such as models/street-n.onnx."
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="Architecture of the COCO weights: yolo26n or yolo26s.")] = "yolo26n",
    imgsz: Annotated[int, typer.Option(help="Long side of the input in pixels.", min=32)] = 640,
    epochs: Annotated[
        int, typer.Option(help="Passes over the training set; 0 publishes the last checkpoint in --out.", min=0)
    ] = 20,
    batch: Annotated[int, typer.Option(help="Photos a step.", min=1)] = 16,
    rate: Annotated[float, typer.Option(help="Learning rate of AdamW at its peak.")] = 0.001,
    freeze: Annotated[int, typer.Option(help="First layers that stay as they are.", min=0)] = 10,
    mosaic_free: Annotated[int, typer.Option(help="Last epochs without mosaics.", min=0)] = 1,
    val_every: Annotated[int, typer.Option(help="Validate every so many epochs, and after the last.", min=1)] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu, or a GPU's number.")] = "auto",
    seed: Annotated[int, typer.Option(help="Makes the same run again.")] = 0,
    resume: Annotated[bool, typer.Option(help="Go on with the stopped run in --out, as it was started.")] = False,
    extra: Annotated[
        list[Path] | None,
        typer.Option(help="Folder that `streetwarden export-training` wrote, trained on too; may repeat."),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            help="SOURCE=NUMBER: show photos of a source so often in an epoch, such as trike=2 or butt=0.5. A source "
            "is the first part of a photo's name, or the name of an --extra folder; may repeat."
        ),
    ] = None,
    coco_share: Annotated[
        str, typer.Option(help="Share of the COCO weights mixed back in at the end, 0 to 1; auto tries three.")
    ] = "0.3",
    earlier: Annotated[
        Path | None,
        typer.Option(
            help="Checkpoint or plain export of an earlier street model, mixed in so that less of it is lost."
        ),
    ] = None,
    earlier_share: Annotated[float, typer.Option(help="Its share.", min=0.0, max=1.0)] = 0.5,
    head: Annotated[
        Literal["auto", "plain", "end2end"],
        typer.Option(
            help="Output to export: with suppression in the product, without it, or the better of both. With plain, "
            "that head alone is trained: an epoch takes less time, and its loss keeps its weight to the end."
        ),
    ] = "auto",
    clip: Annotated[
        Path | None, typer.Option(help="Clip on which people are counted against the teacher, for auto and the card.")
    ] = None,
    int8: Annotated[bool, typer.Option(help="Try an int8 build, kept where it is faster and sees as well.")] = True,
    force: Annotated[bool, typer.Option(help="Register also a model that is worse than the registered one.")] = False,
    name: Annotated[str, typer.Option(help="Name to register the model under; empty: do not register.")] = "",
    models: Annotated[Path, typer.Option(help="Folder of the registry.")] = Path("models"),
) -> None:
    """Trains, exports, checks, measures and, given --name, registers the street model."""
    try:
        # Only now: --help and faults in the arguments need no torch.
        from models.photo_weights import parse_weights  # noqa: PLC0415
        from models.training import train, usable_device  # noqa: PLC0415
    except ImportError as error:
        typer.echo(f"error: {error}; run: pip install 'street-warden[train]'", err=True)
        raise typer.Exit(1) from error
    try:
        schedule = Schedule(
            data, weights, start, model, imgsz, epochs, batch, rate, freeze, mosaic_free, val_every,
            usable_device(device), seed, tuple(extra or ()), parse_weights(weight or ()), head == "plain",
        )  # fmt: skip
        share = parse_share(coco_share)
        checkpoint = train(schedule, out, resume=resume) if epochs else out / "weights" / "last.pt"
        if name:
            from models.publishing import Plan, Publisher  # noqa: PLC0415 - needs what a GPU machine may lack

            mixed = (earlier, earlier_share) if earlier else None
            Publisher(Plan(schedule, share, mixed, head, clip, int8, force, models, name), checkpoint).publish()
    except (TrainingError, CollectionError, LabelError, TrainingExtraMissingError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def parse_share(text: str) -> float | Literal["auto"]:
    """A share of the COCO weights.

    Raises:
        TrainingError: it is neither "auto" nor a number from 0 to 1.
    """
    if text == "auto":
        return "auto"
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise TrainingError(f"--coco-share {text}: give a number from 0 to 1, or auto")
    return share


if __name__ == "__main__":
    app()
