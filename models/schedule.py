"""The schedule of a training run: what the command line asks for."""

from dataclasses import dataclass
from pathlib import Path


class TrainingError(RuntimeError):
    """Training, export or registration cannot go on; the message says what to do."""


@dataclass(frozen=True)
class Schedule:
    """How to train.

    Attributes:
        data: data file of the training set.
        weights: COCO weights, a safetensors file: the start, and the teacher of reviewed photos.
        start: checkpoint, or exported model, to train further in place of the COCO weights.
        model: architecture of the COCO weights.
        image_size: long side of the input in pixels.
        epochs: passes over the training set.
        batch: photos a step.
        rate: learning rate of AdamW at its peak.
        freeze: first layers that stay as they are.
        mosaic_free: last epochs without mosaics.
        val_every: epochs from one validation to the next; the last epoch is always validated.
        device: "cpu" or a GPU's number.
        seed: makes the same run again.
        extra: folders of reviewed photos (`streetwarden export-training`).
        weight: how often an epoch shows a photo, by its source; 1 for sources that are not named.
        plain: train the one-to-many head alone, for an export that has no other.
    """

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
    val_every: int
    device: str
    seed: int
    extra: tuple[Path, ...]
    weight: dict[str, float]
    plain: bool
