"""Blending: COCO weights mixed back into a trained model, so that people and vehicles do not fade.

Weights are mixed with their normalisations folded in: one model can be written with many weights and normalisations,
and the mean of two ways to write it computes something else. What comes out is for looking, not for further training.
"""

import copy
from pathlib import Path

import torch
from torch import nn

from datasets.classes import CLASSES, COCO_ROWS
from models.schedule import TrainingError
from models.surgery import class_convolutions, fold, logit

LEVEL = 0.3
"""Confidence that separates right from wrong best for every new class, once levelled."""


def blend(checkpoint: Path, coco: nn.Module, share: float, target: Path) -> None:
    """Mixes a share of the grafted COCO model back into a trained one.

    Fine-tuning on few people makes the model forget how far and unusual ones look. The mean of the weights before
    and after keeps them, and is no worse on what was learnt (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
    models", arXiv:2109.01903). The rows of new classes stay as trained: before training they mean nothing.

    Args:
        checkpoint: the trained model.
        coco: the model before training, see `models.surgery.operate`; not changed.
        share: 0 leaves the trained model as it is, 1 gives the one before training.
        target: the mixed model's file.
    """
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    model = fold((content.get("ema") or content["model"]).float())
    before, after = fold(copy.deepcopy(coco).float()).state_dict(), model.state_dict()
    classes = {f"{name}.{part}" for name in class_convolutions(model) for part in ("weight", "bias")}
    for name, value in after.items():
        if value.is_floating_point():
            shares = torch.full_like(value, share)
            if name in classes:
                shares[len(COCO_ROWS) :] = 0.0
            after[name] = torch.lerp(value, before[name], shares)
    model.load_state_dict(after)
    torch.save({"model": model.half(), "epoch": -1}, target)


def mix(checkpoint: Path, earlier: nn.Module, share: float) -> None:
    """Mixes a share of an earlier street model into a checkpoint, in place, all classes alike.

    The mean of two models fine-tuned from the same start often beats both, and loses less of what only one of them
    knows (Wortsman et al. 2022, "Model soups", arXiv:2203.05482).

    Raises:
        TrainingError: the earlier model has not the heads that the checkpoint has.
    """
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    old = fold(copy.deepcopy(earlier).float()).state_dict()
    model = fold(content["model"].float())
    mixed = model.state_dict()
    if not mixed.keys() <= old.keys():
        raise TrainingError("the model of --earlier has no one-to-one head; train with --head plain, or pass another")
    for name, value in mixed.items():
        if value.is_floating_point():
            mixed[name] = torch.lerp(value, old[name], share)
    model.load_state_dict(mixed)
    torch.save({**content, "model": model.half()}, checkpoint)


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
