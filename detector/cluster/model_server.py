"""Model server: an actor that holds a model and computes frames of many cameras together."""

import os
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread

import numpy as np
from numpy.typing import NDArray

from detector.cluster.shipped_model import ShippedModel
from detector.detections import FloatArray
from detector.letterbox import Letterbox
from detector.runtimes import Runtime, RuntimeName, open_runtime

Pixels = NDArray[np.uint8]
"""(N, 3, height, width) prepared pictures as bytes: a quarter of what the model computes with travels."""


@dataclass(slots=True, eq=False)
class _Asked:
    pixels: Pixels
    answer: "Future[tuple[FloatArray, float]]" = field(default_factory=Future)


class ModelServer:
    """Computes what camera hosts send; those that wait at the same time share a call of the runtime.

    Only frames that a camera wants looked at now are sent: newer ones wait at the camera, where they replace each
    other, and not here.

    Args:
        shipped: the model.
        lanes: calls side by side, of one thread each.
        gpu: number of the GPU of this machine that computes; None: its CPUs do.
    """

    def __init__(self, shipped: ShippedModel, lanes: int = 1, *, gpu: int | None = None) -> None:
        if gpu is not None:
            os.environ["CUDA_VISIBLE_DEVICES"] = str(gpu)  # read when the first session is opened
        entry = shipped.entry
        shape = 1, *Letterbox.fit(16, 9, long_side=entry.input_size, stride=entry.stride).shape
        runtime: RuntimeName = "auto" if gpu is None else "cuda"
        self._runtime: Runtime = open_runtime(shipped.content, runtime, 1, lanes, shape=shape)
        shipped.unpack(self._runtime)  # runs it once: a model that cannot be computed here is found out now
        self._waiting: deque[_Asked] = deque()
        self._changed = Condition()
        for number in range(1, lanes + 1):
            Thread(target=self._work, name=f"model {number}", daemon=True).start()

    def ready(self) -> bool:
        """Answers once the model is loaded."""
        return True

    def run(self, pixels: Pixels) -> tuple[FloatArray, float]:
        """The model's raw output for prepared pictures, and the CPU seconds that computing them took.

        Raises:
            RuntimeError: the runtime cannot compute them.
        """
        asked = _Asked(pixels)
        with self._changed:
            self._waiting.append(asked)
            self._changed.notify()
        return asked.answer.result()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                batch = self._next()
            self._answer(batch)

    def _next(self) -> list[_Asked]:
        """Those that came first and fit into one call: of one shape, as many as are computed in hardly more time."""
        batch = [self._waiting.popleft()]
        count = len(batch[0].pixels)
        for asked in list(self._waiting):
            if asked.pixels.shape[1:] == batch[0].pixels.shape[1:] and count + len(asked.pixels) <= self._runtime.batch:
                self._waiting.remove(asked)
                batch.append(asked)
                count += len(asked.pixels)
        return batch

    def _answer(self, batch: list[_Asked]) -> None:
        started = time.thread_time()
        try:
            pixels = np.concatenate([asked.pixels for asked in batch]) if len(batch) > 1 else batch[0].pixels
            raw = self._runtime.run(to_input(pixels))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who asked are told, and the next are served
            for asked in batch:
                asked.answer.set_exception(RuntimeError(f"{type(error).__name__}: {error}"))
            return
        seconds = (time.thread_time() - started) / len(raw)
        parts = np.split(raw, np.cumsum([len(asked.pixels) for asked in batch])[:-1])
        for asked, part in zip(batch, parts, strict=True):
            asked.answer.set_result((part, seconds * len(part)))


def to_pixels(batch: FloatArray) -> Pixels:
    """Prepared pictures as bytes; exact for those that :class:`~detector.letterbox.Letterbox` has made of bytes."""
    pixels: Pixels = np.rint(batch * np.float32(255)).astype(np.uint8)
    return pixels


def to_input(pixels: Pixels) -> FloatArray:
    """(N, 3, height, width) float32, as the letterbox made it."""
    return np.multiply(pixels, np.float32(1 / 255), dtype=np.float32)
