"""Restoring: an exported model made trainable again, so that whoever has only the shipped file can train it further."""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import nn
from ultralytics.nn.modules import Conv

from models.exporting import tensor
from models.schedule import TrainingError
from models.surgery import unused_normalisation

LOOKS = 64
"""Photos by which the spread of each channel is measured: a channel sees hundreds of places in each."""


def restore(exported: Path, model: nn.Module, photos: list[Path], image_size: int) -> None:
    """Puts the weights of an export with the one-to-many head back into a model of its architecture.

    An export has each batch normalisation folded into the convolution before it. Here it gets one again that does
    nothing while the model looks, and in training has the statistics that real photos give, so that the first step
    does not upset what was learnt: with mean m and variance v of the convolution's output, gain sqrt(v + eps) and
    offset b + m leave the output as the export computes it. The one-to-one head, which the export lacks, starts as
    a copy of the other.

    Args:
        exported: ONNX file that `models.exporting.export` wrote, head `plain`.
        model: turned to the street classes (`models.surgery.operate`); changed in place.
        photos: real photos, of which `LOOKS` are looked at.
        image_size: long side of the input in pixels.

    Raises:
        TrainingError: the file is no such export, or of another architecture.
    """
    weights = _weights(exported)
    head = model.get_submodule("model")[-1]
    for name, module in model.named_modules():
        if "one2one" in name:
            continue
        if isinstance(module, Conv):
            _copy(weights, exported, f"{name}.conv.weight", module.conv.weight)
            _copy(weights, exported, f"{name}.conv.bias", module.bn.bias)
            with torch.no_grad():
                unused_normalisation(module.bn)
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            _copy(weights, exported, f"{name}.weight", module.weight)
            _copy(weights, exported, f"{name}.bias", module.bias)
    step = max(1, len(photos) // LOOKS)
    _normalise(model, [tensor(photo, image_size) for photo in photos[::step][:LOOKS]])
    head.one2one_cv2.load_state_dict(head.cv2.state_dict())
    head.one2one_cv3.load_state_dict(head.cv3.state_dict())


def _weights(exported: Path) -> dict[str, NDArray[np.float32]]:
    try:
        graph = onnx.load(str(exported)).graph
    except Exception as error:  # protobuf's own error has no class that can be imported from a stable place
        raise TrainingError(f"{exported}: is no ONNX model; pass another --start") from error
    return {each.name: numpy_helper.to_array(each) for each in graph.initializer if each.name.startswith("model.")}


def _copy(weights: dict[str, NDArray[np.float32]], exported: Path, name: str, target: torch.Tensor) -> None:
    value = weights.get(name)
    if value is None or value.shape != tuple(target.shape):
        held = "no" if value is None else f"{value.shape} in place of {tuple(target.shape)} for"
        raise TrainingError(
            f"{exported}: holds {held} {name}; only an fp32 export with the plain head, of the same --model, can be "
            "trained further"
        )
    with torch.no_grad():
        target.copy_(torch.from_numpy(value.copy()))


def _normalise(model: nn.Module, images: list[NDArray[np.float32]]) -> None:
    """Gives each batch normalisation the statistics of its input, with gain and offset that undo them."""
    sums: dict[nn.Module, list[torch.Tensor]] = {}

    def add(module: nn.Module, _: object, output: torch.Tensor) -> None:
        values = output.double().transpose(0, 1).flatten(1)
        sums.setdefault(module, []).append(torch.stack([values.mean(dim=1), values.square().mean(dim=1)]))

    convolutions = [module for module in model.modules() if isinstance(module, Conv)]
    hooks = [each.conv.register_forward_hook(add) for each in convolutions]
    try:
        model.eval()
        with torch.no_grad():
            for image in images:
                model(torch.from_numpy(image))
    finally:
        for hook in hooks:
            hook.remove()
    with torch.no_grad():
        for each in convolutions:
            if each.conv in sums:
                _undo(each.bn, *torch.stack(sums[each.conv]).mean(dim=0))


def _undo(normalisation: nn.BatchNorm2d, mean: torch.Tensor, square: torch.Tensor) -> None:
    variance = (square - mean.square()).clamp(min=0.0)
    normalisation.running_mean.copy_(mean)
    normalisation.running_var.copy_(variance)
    normalisation.weight.copy_((variance + normalisation.eps).sqrt())
    normalisation.bias.add_(mean.to(normalisation.bias.dtype))
