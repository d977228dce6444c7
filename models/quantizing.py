"""Quantizing: an int8 build of an exported model, kept only where it is faster and sees as well."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from detector.letterbox import Letterbox
from detector.model import Model
from detector.sources import read_photo
from models.exporting import STRIDE

CALIBRATION_PHOTOS = 100
"""Training photos from which the ranges of activations are taken: about as many as ranges still change with."""

HEAD_KEPT_FROM = ".2"
"""In each branch of the head, the last convolution stays fp32: its outputs are confidences and distances, which 256
steps are too coarse for."""

LEAST_SPEEDUP = 1.2
"""An int8 build is kept only where it is this many times as fast as fp32 on the same runtime and CPU."""

MOST_LOST = 0.01
"""… and where AP50, averaged over the classes, falls by less."""

ROUNDS = 30
"""Pictures that each of the two models is timed on, in turn."""


@dataclass(frozen=True)
class Int8:
    """Both builds side by side.

    Attributes:
        file: the int8 build.
        runtime: what computed both.
        fp32_ms, int8_ms: time of a picture, the median of `ROUNDS`.
        fp32_ap50, int8_ap50: mean AP50 of the trained classes.
        worst: the class that loses most, and how much.
    """

    file: Path
    runtime: str
    fp32_ms: float
    int8_ms: float
    fp32_ap50: float
    int8_ap50: float
    worst: tuple[str, float]

    @property
    def speedup(self) -> float:
        """How many times as fast as fp32."""
        return self.fp32_ms / self.int8_ms

    @property
    def lost(self) -> float:
        """What mean AP50 falls by."""
        return self.fp32_ap50 - self.int8_ap50

    @property
    def worth_it(self) -> bool:
        """Whether the int8 build is to be kept."""
        return self.speedup >= LEAST_SPEEDUP and self.lost < MOST_LOST and self.worst[1] < MOST_LOST

    def __str__(self) -> str:
        verdict = "kept" if self.worth_it else "not kept"
        return (
            f"int8 on {self.runtime}: {self.int8_ms:.1f} ms a picture, fp32 {self.fp32_ms:.1f} ms: {self.speedup:.2f} "
            f"times as fast (wanted {LEAST_SPEEDUP}); mean AP50 {self.int8_ap50:.4f}, fp32 {self.fp32_ap50:.4f}: "
            f"{self.lost:.4f} less (wanted < {MOST_LOST}); most for {self.worst[0]}, {self.worst[1]:.4f}: {verdict}"
        )


class Pictures(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime counts as untyped
    """Training photos as the product letterboxes them, one a batch."""

    def __init__(self, photos: list[Path], name: str, image_size: int) -> None:
        self._tensors: Iterator[dict[str, NDArray[np.float32]]] = (
            {name: _letterboxed(photo, image_size)} for photo in photos
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next photo by the name of the input; None after the last."""
        return next(self._tensors, None)


def quantize(exported: Path, target: Path, photos: list[Path], image_size: int) -> None:
    """Writes an int8 build of an fp32 model: weights by channel, activations by ranges seen on training photos.

    Convolutions only, in QDQ form, which onnxruntime and OpenVINO both run; decoding and the last convolutions of the
    head stay fp32.

    Args:
        exported: the fp32 model.
        target: the int8 file.
        photos: training photos; evenly spread ones are taken.
        image_size: long side of the input.
    """
    sample = photos[:: max(1, len(photos) // CALIBRATION_PHOTOS)][:CALIBRATION_PHOTOS]
    logging.getLogger().setLevel(logging.ERROR)  # onnxruntime warns at length about what is done on the next line
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(exported), str(prepared), skip_symbolic_shape=True)
        model = onnx.load(prepared)
        quantize_static(
            str(prepared),
            str(target),
            Pictures(sample, model.graph.input[0].name, image_size),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=last_convolutions(model),
            per_channel=True,
            # Without VNNI, AVX2 adds pairs of 8-bit products in 16 bits, which overflow unless weights have 7 bits.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
    # Metadata (class names, stride) is checked when a model is loaded.
    quantized = onnx.load(target)
    del quantized.metadata_props[:]
    quantized.metadata_props.extend(onnx.load(exported).metadata_props)
    onnx.save(quantized, target)


def last_convolutions(model: onnx.ModelProto) -> list[str]:
    """Names of the convolutions whose outputs are a head's distances and class scores."""
    names = [node.name for node in model.graph.node if node.op_type == "Conv"]
    return [name for name in names if "cv" in name and name.rsplit("/", 2)[-2].endswith(HEAD_KEPT_FROM)]


def race(fp32: Model, int8: Model) -> tuple[float, float]:
    """Milliseconds a picture takes, in turn, so that what else the machine does slows both.

    Returns:
        The median for fp32 and for int8.
    """
    side = fp32.entry.input_size
    noise = np.random.default_rng(0).random((1, 3, side, side), np.float32)
    taken: dict[str, list[float]] = {"fp32": [], "int8": []}
    for number in range(ROUNDS + 2):
        for name, model in (("fp32", fp32), ("int8", int8)):
            begin = time.perf_counter()
            model.infer(noise)
            if number >= 2:  # the first ones warm up
                taken[name].append((time.perf_counter() - begin) * 1000)
    return float(np.median(taken["fp32"])), float(np.median(taken["int8"]))


def _letterboxed(photo: Path, image_size: int) -> NDArray[np.float32]:
    image = read_photo(photo).image
    letterbox = Letterbox.fit(image.shape[1], image.shape[0], long_side=image_size, stride=STRIDE)
    tensor = np.empty(letterbox.shape, np.float32)
    letterbox.apply(image, tensor)
    return tensor[None]
