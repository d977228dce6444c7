"""Model lane: a thread that computes what waits in the model queue, one batch after another."""

import math
import time
from threading import Event, Thread

import numpy as np

from detector.detections import FloatArray
from detector.model_queue import ModelQueue
from detector.pipeline import TRACKING_CONFIDENCE
from detector.request import Crop


class ModelLane:
    """Works from its making until :meth:`stop`.

    Args:
        queue: where crops come from.
        name: of the thread.

    Attributes:
        last_turn: when it last went round, monotonic seconds: once a second even with nothing to do.
    """

    def __init__(self, queue: ModelQueue, name: str) -> None:
        self.last_turn = time.monotonic()
        self._queue = queue
        self._stopped = Event()
        self._memory: FloatArray = np.empty(0, np.float32)
        """Kept from call to call, or the system would be asked for some megabytes each time and given them back."""
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more batches; :meth:`join` waits for the one under way."""
        self._stopped.set()

    def join(self, timeout: float) -> None:
        """Wait for the end, some seconds at most: a model that hangs never ends."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.last_turn = time.monotonic()
            batch = self._queue.take(timeout=1.0)
            if batch:
                self._see(batch)

    def _see(self, batch: list[Crop]) -> None:
        begun, used = time.perf_counter(), time.thread_time()
        model = batch[0].request.model
        crops, tensor = self._prepared(batch)
        if not crops:
            return
        raw = model.infer(tensor)
        found = model.decode(raw, [crop.letterbox for crop in crops], TRACKING_CONFIDENCE)
        seconds, cpu = (time.perf_counter() - begun) / len(crops), (time.thread_time() - used) / len(crops)
        for crop, seen in zip(crops, found, strict=True):
            self._queue.charge(crop, seconds)
            crop.request.give(crop.place, seen, cpu)

    def _prepared(self, batch: list[Crop]) -> tuple[list[Crop], FloatArray]:
        """The crops that can be prepared, and the (N, 3, height, width) input for them."""
        shape = len(batch), *batch[0].letterbox.shape
        if self._memory.size < math.prod(shape):
            self._memory = np.empty(math.prod(shape), np.float32)
        tensor = self._memory[: math.prod(shape)].reshape(shape)
        crops: list[Crop] = []
        for crop in batch:
            request = crop.request
            try:
                crop.letterbox.apply(request.image(crop.place), tensor[len(crops)])
            except Exception as error:  # noqa: BLE001 - handed to its camera, which stops; no other one must
                request.fail(error)
            else:
                crops.append(crop)
        return crops, tensor[: len(crops)]
