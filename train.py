"""Fine-tunes YOLO26 into the street model, exports it to ONNX, measures the export and registers it.

python -m datasets label ../shared/data/street ../shared/data/replay
python -m datasets prepare
python train.py --data runs/data/street.yaml --out runs/street --name street-n

Needs the extra `train` (`pip install -e '.[train]'`). Runs on a CPU or a GPU. A stopped run goes on
with --resume.
"""

import math
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import onnxruntime
import torch
import typer
import yaml
from numpy.typing import NDArray
from torch import nn
from ultralytics import YOLO
from ultralytics.data.augment import LetterBox
from ultralytics.models.yolo.detect import DetectionTrainer

from datasets.classes import CLASSES, COCO_ROWS
from datasets.collection import Collection, CollectionError
from datasets.teacher import load_coco_model
from models.registry import Entry, register, sha256

STRIDE = 32
"""The coarsest feature map's step in pixels; sides of the input are multiples of it."""

TRICYCLE_PARENTS = (2, 3, 7)
"""COCO's car, motorcycle and truck: an e-tricycle looks like something between them."""

NEW_CLASS_PRIOR = 0.0005
"""Confidence that an untrained class starts from: low, so that it does not drown those that work already."""

LEVEL = 0.3
"""Confidence that separates right from wrong best for every new class, once levelled."""

AGREEMENT_PHOTOS = 16
"""Real photos on which the export is compared with PyTorch."""

BOX_TOLERANCE = 1.0
"""Pixels by which a corner of the export may differ."""

CONFIDENCE_TOLERANCE = 0.01
"""How far the export's confidence may differ."""

LEAST_CONFIDENCE = 0.1
"""Detections below are not compared: near zero, ties may swap."""

REFERENCE = "human labels for e_tricycle, cigarette_butt and garbage; labels of the COCO teacher for the others"
"""What the figures are measured against."""

COCO_WEIGHTS = Path("../shared/weights/yolo26n-coco.safetensors")

TRAINED_ON = "street (human and teacher labels), replay, empty grounds, collages: see datasets/SOURCES.md"

app = typer.Typer(add_completion=False, help=__doc__)


class TrainingError(RuntimeError):
    """Training, export or registration cannot go on; the message says what to do."""


# Head surgery


def graft(coco: nn.Conv2d, random: torch.Generator) -> nn.Conv2d:
    """A last class convolution for the street classes, grown from the one for COCO's 80.

    People and vehicles keep their COCO rows. The e-tricycle starts as the mean of its parents with a lower
    bias; butts and garbage, which COCO does not know, start small and improbable.
    """
    street = nn.Conv2d(coco.in_channels, len(CLASSES), kernel_size=1)
    old, parents, new = len(COCO_ROWS), list(TRICYCLE_PARENTS), CLASSES.index("cigarette_butt")
    coco_bias, street_bias = coco.bias, street.bias
    if coco_bias is None or street_bias is None:
        raise TrainingError("the class convolution has no bias; this is not a YOLO26 head")
    with torch.no_grad():
        street.weight[:old] = coco.weight[list(COCO_ROWS)]
        street_bias[:old] = coco_bias[list(COCO_ROWS)]
        street.weight[old:new] = coco.weight[parents].mean(dim=0)
        street_bias[old:new] = coco_bias[parents].mean() - 1.0
        street.weight[new:] = 0.01 * torch.randn(street.weight[new:].shape, generator=random)
        street_bias[new:] = logit(NEW_CLASS_PRIOR)
    return street


def operate(weights: Path, name: str) -> YOLO:
    """The COCO model with its two heads, one-to-many and one-to-one, turned to the street classes."""
    yolo = load_coco_model(weights, name)
    model = yolo.model
    head = model.model[-1]
    random = torch.Generator().manual_seed(0)
    for branch in (head.cv3, head.one2one_cv3):
        for scale in branch:
            scale[-1] = graft(scale[-1], random)
    head.nc, head.no = len(CLASSES), len(CLASSES) + 4 * head.reg_max
    model.nc, model.names = len(CLASSES), dict(enumerate(CLASSES))
    model.yaml["nc"] = len(CLASSES)
    return yolo


class StreetTrainer(DetectionTrainer):  # type: ignore[misc]  # ultralytics counts as untyped
    """Trains the model that it is given; ultralytics would build a new one with a narrower, empty head."""

    def get_model(self, cfg: object = None, weights: nn.Module | None = None, verbose: bool = True) -> nn.Module:
        """The model of the checkpoint as it is."""
        del cfg, verbose  # ultralytics passes them; the checkpoint knows better
        if weights is None:
            raise TrainingError(f"{self.args.model} holds no weights")
        return weights


# Training


@dataclass(frozen=True)
class Schedule:
    """How to train: what the command line asks for."""

    data: Path
    weights: Path
    start: Path | None
    model: str
    image_size: int
    epochs: int
    batch: int
    rate: float
    freeze: int
    mosaic_free: int
    device: str
    seed: int


def train(schedule: Schedule, out: Path, *, resume: bool) -> Path:
    """Trains and returns the last checkpoint. Every epoch writes one, so that a stopped run can go on.

    Raises:
        TrainingError: there is nothing to start from, or nothing left to resume.
    """
    last = out / "weights" / "last.pt"
    if resume:
        if not last.is_file():
            raise TrainingError(f"nothing to resume in {out}: no {last}; start the run without --resume")
        if torch.load(last, map_location="cpu", weights_only=False)["epoch"] < 0:
            raise TrainingError(f"the run in {out} is finished; train it further with --start {last}")
        start = last
    elif schedule.start is None:
        start = out / "start.pt"
        out.mkdir(parents=True, exist_ok=True)
        torch.save({"model": operate(schedule.weights, schedule.model).model, "epoch": -1}, start)
    elif schedule.start.is_file():
        start = schedule.start
    else:
        raise TrainingError(f"no checkpoint at {schedule.start}; pass another --start")
    on_gpu = schedule.device != "cpu"
    trainer = StreetTrainer(
        overrides={
            "model": str(start),
            "resume": str(start) if resume else False,
            "data": str(data_file_for_ultralytics(schedule.data, out)),
            "project": str(out.parent.resolve()),
            "name": out.name,
            "exist_ok": True,
            "device": schedule.device,
            "seed": schedule.seed,
            "imgsz": schedule.image_size,
            "epochs": schedule.epochs,
            "batch": schedule.batch,
            # One optimiser step a batch: a short run needs steps more than it needs smooth gradients.
            "nbs": schedule.batch,
            "freeze": schedule.freeze,
            "optimizer": "AdamW",
            "lr0": schedule.rate,
            "lrf": 0.05,
            "cos_lr": True,
            "momentum": 0.9,
            "warmup_epochs": 0.5,
            # The default of 0.1 is meant for fresh heads and would wipe out the grafted one.
            "warmup_bias_lr": 0.0,
            "close_mosaic": schedule.mosaic_free,
            "scale": 0.5,
            "degrees": 3.0,
            "cache": "ram",
            "amp": "bf16" if on_gpu else False,
            # False selects the one-to-one head in validation: the one that is exported.
            "nms": False,
            "plots": False,
        }
    )
    # ultralytics leaves one core of a CPU idle, half of a small machine.
    torch.set_num_threads(os.cpu_count() or 1)
    trainer.train()
    return last


def data_file_for_ultralytics(data: Path, out: Path) -> Path:
    """A copy of the data file with an absolute root: ultralytics does not fill in environment variables."""
    collection = Collection.read(data)
    if collection.names != CLASSES:
        raise TrainingError(f"{data}: classes {', '.join(collection.names)} are not {', '.join(CLASSES)}")
    out.mkdir(parents=True, exist_ok=True)
    content = {"path": str(collection.root), **collection.splits, "names": dict(enumerate(CLASSES))}
    target = out / "data.yaml"
    target.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return target


# Blending


def blend(checkpoint: Path, coco: nn.Module, share: float, target: Path) -> None:
    """Mixes a share of the grafted COCO model back into a trained one.

    Fine-tuning on few people makes the model forget how far and unusual ones look. The mean of the weights before
    and after keeps them, and is no worse on what was learnt (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
    models", arXiv:2109.01903). The rows of new classes stay as trained: before training they mean nothing.
    """
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    model = (content.get("ema") or content["model"]).float()
    before, after = coco.float().state_dict(), model.state_dict()
    classes = {f"{name}.{part}" for name in class_convolutions(model) for part in ("weight", "bias")}
    for name, value in after.items():
        if value.is_floating_point():
            shares = torch.full_like(value, share)
            if name in classes:
                shares[len(COCO_ROWS) :] = 0.0
            after[name] = torch.lerp(value, before[name], shares)
    model.load_state_dict(after)
    torch.save({"model": model.half(), "epoch": -1}, target)


def class_convolutions(model: nn.Module) -> list[str]:
    """Names of the last class convolutions of both heads, one a scale: their outputs are the classes."""
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d) and module.out_channels == len(CLASSES) and "cv3" in name
    ]


def level(checkpoint: Path, thresholds: dict[str, float]) -> None:
    """Shifts the confidences of the new classes so that each one's best threshold becomes `LEVEL`.

    Blending makes new classes less sure than old ones; after this, one confidence means the same for all of them.
    The shift is the same for every box of a class, so that average precision stays.

    Args:
        checkpoint: blended model, changed in place.
        thresholds: best threshold by class name; new classes without one are left alone.
    """
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    modules = dict(content["model"].named_modules())
    for index, label in enumerate(CLASSES):
        if index >= len(COCO_ROWS) and 0 < thresholds.get(label, 0.0) < 1:
            for name in class_convolutions(content["model"]):
                with torch.no_grad():
                    modules[name].bias[index] += logit(LEVEL) - logit(thresholds[label])
    torch.save(content, checkpoint)


def logit(probability: float) -> float:
    """The score before the sigmoid that gives this probability."""
    return math.log(probability / (1 - probability))


# Export


def export(checkpoint: Path, target: Path) -> None:
    """Writes the one-to-one head, which needs no suppression, as ONNX with free batch, height and width."""
    written = YOLO(checkpoint).export(format="onnx", dynamic=True, nms=False, simplify=True, device="cpu")
    shutil.move(written, target)


def disagreement(checkpoint: Path, exported: Path, photos: list[Path], image_size: int) -> tuple[float, float]:
    """The greatest difference between PyTorch and the export on real photos.

    Returns:
        Pixels of the farthest corner, and the difference of confidence.
    """
    model = YOLO(checkpoint).model.eval().float()
    model.end2end = True
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    pixels = confidence = 0.0
    for photo in photos:
        image = tensor(photo, image_size)
        with torch.no_grad():
            theirs = model(torch.from_numpy(image))[0][0].numpy()
        (ours,) = session.run(None, {session.get_inputs()[0].name: image})
        for row in theirs[theirs[:, 4] >= LEAST_CONFIDENCE]:
            same_class = ours[0][ours[0][:, 5] == row[5]]
            if not len(same_class):
                return math.inf, math.inf
            distance = np.abs(same_class[:, :4] - row[:4]).max(axis=1)
            nearest = int((distance + np.abs(same_class[:, 4] - row[4])).argmin())
            pixels = max(pixels, float(distance[nearest]))
            confidence = max(confidence, float(abs(same_class[nearest, 4] - row[4])))
    return pixels, confidence


def tensor(photo: Path, image_size: int) -> NDArray[np.float32]:
    """A photo as the model takes it: RGB, 0 to 1, shape (1, 3, height, width), the long side `image_size`."""
    picture = cv2.imread(str(photo), cv2.IMREAD_COLOR)
    if picture is None:
        raise TrainingError(f"{photo} is not a readable picture; run: python -m datasets check")
    boxed = LetterBox((image_size, image_size), auto=True, stride=STRIDE)(image=picture)
    return np.ascontiguousarray(boxed[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32) / np.float32(255)


# Evaluation


@dataclass(frozen=True)
class Figures:
    """What was measured on one split, by class name."""

    ap50: dict[str, float]
    ap50_95: dict[str, float]
    precision: dict[str, float]
    recall: dict[str, float]
    thresholds: dict[str, float]
    """The confidence with the best F1."""


def evaluate(exported: Path, data: Path, split: str, image_size: int) -> Figures:
    """Measures the exported model. Precision and recall are those at each class's own best threshold."""
    measured = YOLO(exported, task="detect").val(
        data=str(data), split=split, imgsz=image_size, batch=8, device="cpu", nms=False, plots=False
    )
    box = measured.box
    present = [CLASSES[int(index)] for index in box.ap_class_index]
    best = [int(curve.argmax()) for curve in box.f1_curve]

    def by_class(values: list[float]) -> dict[str, float]:
        return {name: round(float(value), 4) for name, value in zip(present, values, strict=True)}

    return Figures(
        ap50=by_class(list(box.ap50)),
        ap50_95=by_class(list(box.ap)),
        precision=by_class([curve[index] for curve, index in zip(box.p_curve, best, strict=True)]),
        recall=by_class([curve[index] for curve, index in zip(box.r_curve, best, strict=True)]),
        thresholds=by_class([box.px[index] for index in best]),
    )


# Registration


def publish(checkpoint: Path, plan: Schedule, coco_share: float, models: Path, name: str) -> Entry:
    """Blends, levels and exports a checkpoint, checks and measures the export, and registers it.

    Raises:
        TrainingError: the export differs from PyTorch; nothing is registered then.
    """
    collection = Collection.read(plan.data)
    data = data_file_for_ultralytics(plan.data, checkpoint.parents[1])
    blended, exported = checkpoint.with_name(f"{name}.pt"), checkpoint.with_name(f"{name}.onnx")
    blend(checkpoint, operate(plan.weights, plan.model).model, coco_share, blended)
    export(blended, exported)
    level(blended, evaluate(exported, data, "val", plan.image_size).thresholds)
    export(blended, exported)
    photos = collection.photos("val")
    sample = photos[:: max(1, len(photos) // AGREEMENT_PHOTOS)]
    pixels, confidence = disagreement(blended, exported, sample, plan.image_size)
    typer.echo(f"export and PyTorch differ by {pixels:.4f} px, {confidence:.5f} in confidence", err=True)
    if not (pixels <= BOX_TOLERANCE and confidence <= CONFIDENCE_TOLERANCE):
        raise TrainingError(f"{exported} is off by {pixels:.2f} px, {confidence:.3f} in confidence; not registered")
    val = evaluate(exported, data, "val", plan.image_size)
    made = Entry(
        file=exported.name,
        sha256=sha256(exported),
        classes=list(CLASSES),
        input_size=plan.image_size,
        stride=STRIDE,
        output="end2end",
        licence="AGPL-3.0-or-later",
        trained_on=TRAINED_ON,
        created=datetime.now(UTC).date(),
        thresholds={label: round(val.thresholds.get(label, 0.25), 3) for label in CLASSES},
        figures={
            "command": " ".join(["python", *sys.argv]),
            "reference": REFERENCE,
            "size": plan.image_size,
            "export_pixels": round(pixels, 4),
            "export_confidence": round(confidence, 5),
            **{f"val_{key}": value for key, value in asdict(val).items() if key != "thresholds"},
        },
    )
    shutil.copyfile(exported, models / exported.name)
    register(models / "registry.toml", name, made)
    return made


@app.command()
def main(
    data: Annotated[Path, typer.Option(help="Data file that `python -m datasets prepare` wrote.")],
    out: Annotated[Path, typer.Option(help="Folder of the run: checkpoints, curves, export.")],
    weights: Annotated[Path, typer.Option(help="COCO weights, a safetensors file.")] = COCO_WEIGHTS,
    start: Annotated[
        Path | None, typer.Option(help="Checkpoint to train further, in place of the COCO weights.")
    ] = None,
    model: Annotated[str, typer.Option(help="Architecture of the COCO weights.")] = "yolo26n",
    imgsz: Annotated[int, typer.Option(help="Long side of the input in pixels.", min=STRIDE)] = 640,
    epochs: Annotated[
        int, typer.Option(help="Passes over the training set; 0 publishes the last checkpoint in --out.", min=0)
    ] = 20,
    batch: Annotated[int, typer.Option(help="Photos a step.", min=1)] = 16,
    rate: Annotated[float, typer.Option(help="Learning rate of AdamW at its peak.")] = 0.001,
    freeze: Annotated[int, typer.Option(help="First layers that stay as they are.", min=0)] = 10,
    mosaic_free: Annotated[int, typer.Option(help="Last epochs without mosaics.", min=0)] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu, or a GPU's number.")] = "auto",
    seed: Annotated[int, typer.Option(help="Makes the same run again.")] = 0,
    resume: Annotated[bool, typer.Option(help="Go on with the stopped run in --out.")] = False,
    coco_share: Annotated[
        float, typer.Option(help="Share of the COCO weights mixed back in at the end.", min=0.0, max=1.0)
    ] = 0.3,
    name: Annotated[str, typer.Option(help="Name to register the model under; empty: do not register.")] = "",
    models: Annotated[Path, typer.Option(help="Folder of the registry.")] = Path("models"),
) -> None:
    """Trains, exports, checks, measures and, given --name, registers the street model."""
    if device == "auto":
        device = "0" if torch.cuda.is_available() else "cpu"
    plan = Schedule(data, weights, start, model, imgsz, epochs, batch, rate, freeze, mosaic_free, device, seed)
    try:
        checkpoint = train(plan, out, resume=resume) if epochs else out / "weights" / "last.pt"
        if name:
            publish(checkpoint, plan, coco_share, models, name)
    except (TrainingError, CollectionError, FileNotFoundError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    app()
