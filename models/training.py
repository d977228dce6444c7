"""Training: ultralytics' loop on the street classes, with weighted photos, safe checkpoints and pictures to look at."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
import yaml
from torch import nn
from torch.utils.data import DataLoader
from ultralytics.data.augment import Mosaic
from ultralytics.data.build import InfiniteDataLoader, seed_worker
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils import checks
from ultralytics.utils.torch_utils import strip_optimizer

from datasets.classes import CLASSES
from datasets.collection import photos_in
from datasets.teacher import Teacher
from models.gallery import draw_batch, draw_curves, draw_examples
from models.inspection import check_memory, free_memory, inspect, read_street
from models.photo_weights import WeightedPhotos, draw, photo_weights
from models.reviewed_round import TEACHER_CONFIDENCE, make_round
from models.schedule import Schedule, TrainingError
from models.surgery import drop_one_to_one, operate

EXAMPLES = 16
"""Validation photos that are drawn at the end of a run."""

MOSAIC_DRAWS = 4
"""Epochs whose photos mosaics choose from, so that photos with a weight below 1 are among them."""

EXTRA = "extra"
"""Folder of a run that holds its reviewed photos; it goes when the run is finished."""


@dataclass(frozen=True)
class Sampling:
    """What of a run ultralytics does not keep in its checkpoints; `sampling.yaml` keeps it for `--resume`.

    Attributes:
        weight: how often an epoch shows a photo, by its source.
        val_every: epochs from one validation to the next.
    """

    weight: dict[str, float] = field(default_factory=dict)
    val_every: int = 1

    def write(self, run: Path) -> None:
        """Keeps it in the folder of a run."""
        content = {"weight": self.weight, "val_every": self.val_every}
        (run / "sampling.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    @classmethod
    def read(cls, run: Path) -> "Sampling":
        """What the run was started with; the usual where it is from before this was kept."""
        file = run / "sampling.yaml"
        return cls(**yaml.safe_load(file.read_text(encoding="utf-8"))) if file.is_file() else cls()


class StreetTrainer(DetectionTrainer):  # type: ignore[misc]  # ultralytics counts as untyped
    """Trains the model that it is given; ultralytics would build a new one with a narrower, empty head.

    Args:
        overrides: ultralytics' settings.
        sampling: how often photos are shown and the model is validated.
    """

    last: Path

    def __init__(self, overrides: dict[str, object], sampling: Sampling) -> None:
        self._sampling, self._drawn = sampling, False
        # A machine in a district's network installs nothing by itself.
        checks.AUTOINSTALL = False
        super().__init__(overrides=overrides)
        self.add_callback("on_train_epoch_end", _choose_whether_to_validate)
        self.add_callback("on_fit_epoch_end", lambda trainer: draw_curves(trainer.save_dir))

    def get_model(self, cfg: object = None, weights: nn.Module | None = None, verbose: bool = True) -> nn.Module:
        """The model of the checkpoint as it is."""
        del cfg, verbose  # ultralytics passes them; the checkpoint knows better
        if weights is None:
            raise TrainingError(f"{self.args.model} holds no weights")
        return weights

    def setup_model(self) -> dict[str, object] | None:
        """Loads the model. On this project's CPUs a step with channels last took 1 / 1.15 to 1 / 1.3 of the time."""
        checkpoint: dict[str, object] | None = super().setup_model()
        self.model.to(memory_format=torch.channels_last)
        return checkpoint

    def preprocess_batch(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The batch on the device, 0 to 1, channels last. The first one of a run is drawn."""
        batch = super().preprocess_batch(batch)
        batch["img"] = batch["img"].contiguous(memory_format=torch.channels_last)
        if not self._drawn:
            draw_batch(batch, self.save_dir / "train-batch.jpg")
            self._drawn = True
        return batch

    def get_dataloader(
        self, dataset_path: str | list[str], batch_size: int = 16, rank: int = 0, mode: str = "train"
    ) -> DataLoader:
        """Photos for training by their weights, where there are any; others as ultralytics loads them."""
        if mode != "train" or not self._sampling.weight:
            return super().get_dataloader(dataset_path, batch_size, rank, mode)
        dataset = self.build_dataset(dataset_path, mode, batch_size)
        folders = sorted(folder for folder in (self.save_dir / EXTRA).glob("*") if folder.is_dir())
        weights = photo_weights([Path(file) for file in dataset.im_files], self._sampling.weight, folders)
        random = np.random.default_rng(self.args.seed)
        # A mosaic chooses the other three photos from `buffer`, or, where photos are cached, from all alike.
        dataset.buffer = np.concatenate([draw(weights, random) for _ in range(MOSAIC_DRAWS)]).tolist()
        for mosaic in _mosaics(dataset.transforms):
            mosaic.buffer_enabled = True
        generator = torch.Generator()
        generator.manual_seed(self.args.seed)
        workers = min(os.cpu_count() or 1, self.args.workers)
        return InfiniteDataLoader(
            dataset=dataset,
            batch_size=min(batch_size, len(dataset)),
            sampler=WeightedPhotos(weights, self.args.seed),
            num_workers=workers,
            prefetch_factor=4 if workers else None,
            pin_memory=self.device.type == "cuda",
            collate_fn=dataset.collate_fn,
            worker_init_fn=seed_worker,
            generator=generator,
        )

    def save_model(self) -> bool:
        """Writes the checkpoint beside the old one and then renames it: a run killed meanwhile loses neither."""
        last = self.last
        self.last = last.with_suffix(".unfinished")
        try:
            saved = bool(super().save_model())
            self.last.replace(last)
        finally:
            self.last = last
        return saved

    def final_eval(self) -> None:
        """Marks the run as finished. The export is measured in its place, by the product's own code."""
        for checkpoint in (self.last, self.best):
            if checkpoint.is_file():
                unfinished = checkpoint.with_suffix(".unfinished")
                strip_optimizer(checkpoint, str(unfinished))
                unfinished.replace(checkpoint)


def usable_device(wanted: str) -> str:
    """The first GPU where there is one and `auto` is wanted, else `cpu`."""
    if wanted == "auto":
        return "0" if torch.cuda.is_available() else "cpu"
    return wanted


def train(schedule: Schedule, out: Path, *, resume: bool) -> Path:
    """Trains and returns the last checkpoint. Every epoch writes one, so that a stopped run can go on.

    Raises:
        TrainingError: there is nothing to start from, nothing left to resume, the data cannot be trained on, or
            memory is too little.
        CollectionError: a data file points nowhere.
    """
    last = out / "weights" / "last.pt"
    collection = read_street(schedule.data)
    out.mkdir(parents=True, exist_ok=True)
    if resume:
        settings = _settings_to_resume(last, out, schedule.device)
        sampling = Sampling.read(out)
    else:
        sampling = Sampling(schedule.weight, schedule.val_every)
        settings = _settings(schedule, out)
        _make_rounds(schedule, out)
    photos = collection.photos("train") + photos_in(out / EXTRA)
    boxes = inspect(photos + collection.photos("val"))
    empty = [name for name in CLASSES if not boxes[name]]
    if empty:
        checks.LOGGER.warning(
            f"{schedule.data}: no box of {', '.join(empty)}: what the model knows of them fades; label some, "
            "or have the teacher do it: python -m datasets label"
        )
    if schedule.device == "cpu" and not resume:
        check_memory(schedule.model, schedule.batch, schedule.image_size, free_memory())
    sampling.write(out)
    settings["data"] = str(_data_file(schedule.data, out))
    trainer = StreetTrainer(settings, sampling)
    # ultralytics leaves one core of a CPU idle, half of a small machine.
    torch.set_num_threads(os.cpu_count() or 1)
    try:
        trainer.train()
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            raise TrainingError(
                f"too little memory for --batch {trainer.args.batch} at --imgsz {trainer.args.imgsz}; pass a smaller "
                "--batch, and --resume if an epoch was finished"
            ) from error
        raise
    draw_curves(out)
    val = collection.photos("val")
    draw_examples(last, val[:: max(1, len(val) // EXAMPLES)][:EXAMPLES], schedule.image_size, out / "examples.jpg")
    shutil.rmtree(out / EXTRA, ignore_errors=True)
    return last


def start_checkpoint(schedule: Schedule, out: Path) -> Path:
    """What a new run starts from: the given checkpoint or export, or the COCO model turned to the street classes.

    Raises:
        TrainingError: there is no such checkpoint, or it cannot be trained further.
    """
    start = out / "start.pt"
    if schedule.start is None:
        model: nn.Module = operate(schedule.weights, schedule.model).model
    else:
        model = read_model(schedule.start, schedule, "--start")
    if schedule.plain:
        drop_one_to_one(model)
    torch.save({"model": model, "epoch": -1}, start)
    return start


def read_model(file: Path, schedule: Schedule, option: str) -> nn.Module:
    """The model of a checkpoint, or of an export with the plain head, which is made trainable again.

    Args:
        file: the checkpoint, or an ONNX file.
        schedule: says of which architecture an export is, and whose photos give its normalisations.
        option: how the file was named, for errors.

    Raises:
        TrainingError: there is no such file, or it is neither.
    """
    if not file.is_file():
        raise TrainingError(f"no checkpoint at {file}; pass another {option}")
    if file.suffix == ".onnx":
        from models.restoring import restore  # noqa: PLC0415 - needs ONNX, which a bare GPU machine may lack

        restored: nn.Module = operate(schedule.weights, schedule.model).model
        restore(file, restored, read_street(schedule.data).photos("train"), schedule.image_size)
        return restored
    read_epoch(file)
    content = torch.load(file, map_location="cpu", weights_only=False)
    model: nn.Module = (content.get("ema") or content["model"]).float()
    return model


def read_epoch(checkpoint: Path) -> int:
    """The last epoch that a checkpoint has seen, counted from 0; -1 where its run is finished.

    Raises:
        TrainingError: it is no checkpoint, or cut short.
    """
    try:
        content = torch.load(checkpoint, map_location="cpu", weights_only=False)
        return int(content["epoch"])
    except (RuntimeError, EOFError, UnpicklingError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{checkpoint}: is no checkpoint of a run, or cut short; copy it again or pass another --start"
        ) from error


def _settings(schedule: Schedule, out: Path) -> dict[str, object]:
    """Settings of a new run, as ultralytics names them."""
    return {
        "model": str(start_checkpoint(schedule, out)),
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
        "amp": "bf16" if schedule.device != "cpu" else False,
        # False selects the one-to-one head in validation, which needs no suppression; None the other.
        "nms": None if schedule.plain else False,
        # Pictures are drawn here: ultralytics would look for fonts in the internet.
        "plots": False,
    }


def _settings_to_resume(last: Path, out: Path, device: str) -> dict[str, object]:
    """Settings that go on with a stopped run; everything else is in its checkpoint."""
    if not last.is_file():
        raise TrainingError(f"nothing to resume in {out}: no {last}; start the run without --resume")
    if read_epoch(last) < 0:
        raise TrainingError(f"the run in {out} is finished; train it further with --start {last}")
    return {"model": str(last), "resume": str(last), "device": device, "save_dir": str(out.resolve())}


def _make_rounds(schedule: Schedule, out: Path) -> None:
    """Puts the photos of all reviewed folders into the run."""
    shutil.rmtree(out / EXTRA, ignore_errors=True)
    names = [folder.resolve().name for folder in schedule.extra]
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise TrainingError(f"two folders of --extra are called {double[0]}; rename one of them")
    if schedule.extra:
        teacher = Teacher(schedule.weights, image_size=schedule.image_size, confidence=TEACHER_CONFIDENCE)
        for folder in schedule.extra:
            checks.LOGGER.info(str(make_round(folder, out / EXTRA, teacher)))


def _data_file(data: Path, out: Path) -> Path:
    """A data file with an absolute root and the reviewed rounds: ultralytics fills in no environment variables."""
    collection = read_street(data)
    rounds = sorted(str(folder.resolve()) for folder in (out / EXTRA).glob("*/images"))
    splits = {**collection.splits, "train": [collection.splits["train"], *rounds]} if rounds else collection.splits
    content = {"path": str(collection.root), **splits, "names": dict(enumerate(CLASSES))}
    target = out / "data.yaml"
    target.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return target


def _choose_whether_to_validate(trainer: StreetTrainer) -> None:
    trainer.args.val = (trainer.epoch + 1) % trainer._sampling.val_every == 0  # noqa: SLF001 - a callback of this class


def _mosaics(transform: object) -> Iterator[Mosaic]:
    """The mosaics among nested changes of a photo."""
    if isinstance(transform, Mosaic):
        yield transform
    for part in [*getattr(transform, "transforms", []), getattr(transform, "pre_transform", None)]:
        if part is not None:
            yield from _mosaics(part)
