"""Surgery: the COCO model's two heads turned to the street classes, without losing what they know."""

import math
from pathlib import Path

import torch
from torch import nn
from ultralytics import YOLO
from ultralytics.nn.modules import Conv

from datasets.classes import CLASSES, COCO_ROWS
from datasets.teacher import load_coco_model
from models.schedule import TrainingError

TRICYCLE_PARENTS = (2, 3, 7)
"""COCO's car, motorcycle and truck: an e-tricycle looks like something between them."""

NEW_CLASS_PRIOR = 0.0005
"""Confidence that an untrained class starts from: low, so that it does not drown those that work already."""


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


def drop_one_to_one(model: nn.Module) -> None:
    """Takes the one-to-one head away: ultralytics trains the one-to-many head alone then.

    With both, its loss lowers the one-to-many head's weight from 0.8 to 0.1 in the course of a run.
    """
    head = model.get_submodule("model")[-1]
    head.one2one_cv2 = head.one2one_cv3 = None


def fold(model: nn.Module) -> nn.Module:
    """Moves each batch normalisation into the convolution before it, in place, and leaves one that changes nothing.

    The model computes what it did, as a fused one does, and two models that compute the same then have the same
    weights. It is for looking: a training step would normalise by its batch.
    """
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, Conv):
                bn = module.bn
                gain = bn.weight / (bn.running_var + bn.eps).sqrt()
                module.conv.weight.mul_(gain.reshape(-1, 1, 1, 1))
                bn.bias.sub_(bn.running_mean * gain)
                unused_normalisation(bn)
    return model


def unused_normalisation(bn: nn.BatchNorm2d) -> None:
    """Makes a batch normalisation add its offset and do nothing else; call it without gradients."""
    bn.running_mean.zero_()
    bn.running_var.fill_(1.0)
    bn.weight.fill_(math.sqrt(1.0 + bn.eps))


def class_convolutions(model: nn.Module) -> list[str]:
    """Names of the last class convolutions of both heads, one a scale: their outputs are the classes."""
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d) and module.out_channels == len(CLASSES) and "cv3" in name
    ]


def logit(probability: float) -> float:
    """The score before the sigmoid that gives this probability."""
    return math.log(probability / (1 - probability))
