"""Model queue: frames of many cameras that wait for the model, and whose turn it is."""

import time
from collections import deque
from queue import Empty, SimpleQueue
from threading import Condition, Lock
from typing import Final

from detector.request import Crop, Request
from detector.shares import Shares

MOST_OPEN: Final = 4
"""Frames of one camera that the model has begun and its rules have not finished with: slow rules hold their own
camera back, nobody else."""
PATIENCE: Final = 0.01
"""Seconds after a frame was asked for in which others may join its batch, where batches gain anything at all."""


class CameraLine:
    """The frames of one camera, in order: one that waits, and those that the model has begun.

    Of a live camera the newest frame wins, of a file none is dropped: at most one waits. Made by
    :meth:`ModelQueue.join`.

    Attributes:
        camera: whose.
        dropped: frames that were replaced by newer ones before their turn came.
    """

    def __init__(self, camera: str, lock: Lock, work: Condition) -> None:
        self.camera = camera
        self.dropped = 0
        self._work = work
        self._room = Condition(lock)
        self._waiting: Request | None = None
        self._crops: deque[Crop] = deque()
        """Parts of frames that were begun, still to be seen."""
        self._open: deque[Request] = deque()
        self._begun: SimpleQueue[Request] = SimpleQueue()
        self._age = 0.0
        self._closed = False

    def put(self, request: Request, *, drop: bool) -> Request | None:
        """Let a frame wait for its turn.

        Args:
            request: the frame.
            drop: whether it replaces one that waits; otherwise this call lasts until that one's turn has come.

        Returns:
            The frame that it replaced.
        """
        with self._room:
            while self._waiting is not None and not drop and not self._closed:
                self._room.wait()
            if self._closed:
                return None
            replaced, self._waiting = self._waiting, request
            self.dropped += replaced is not None
            self._work.notify()
            return replaced

    def next(self, timeout: float) -> Request | None:
        """The next frame that the model has begun, for the rules; None where none was for ``timeout`` seconds."""
        try:
            return self._begun.get(timeout=timeout)
        except Empty:
            return None

    def finished(self, request: Request) -> None:
        """The rules are through with a frame that :meth:`next` gave."""
        with self._room:
            self._open.remove(request)
            self._age = time.monotonic() - request.asked_at
            self._work.notify()

    def close(self) -> None:
        """Take no more: a frame that waits is given up, those that were begun are still seen."""
        with self._room:
            self._closed = True
            self._waiting = None
            self._room.notify_all()

    def is_over(self, *, ended: bool) -> bool:
        """Whether nothing more will come: the line is closed or the source has ended, and nothing is left in it."""
        with self._room:
            return not self._open and (self._closed or (ended and self._waiting is None))

    def age(self, now: float) -> float:
        """How old results are, seconds: the newest one, or the oldest frame that has none yet, if that is older."""
        with self._room:
            oldest = self._open[0] if self._open else self._waiting
            return max(self._age, now - oldest.asked_at if oldest is not None else 0.0)

    def peek(self) -> Crop | None:
        """What comes next, if its result can be taken. Under the queue's lock."""
        if self._crops:
            return self._crops[0]
        waits = self._waiting is not None and len(self._open) < MOST_OPEN
        return self._waiting.crops[0] if self._waiting is not None and waits else None

    def pop(self) -> None:
        """What :meth:`peek` gave is taken. Under the queue's lock."""
        if not self._crops and self._waiting is not None:
            begun, self._waiting = self._waiting, None
            self._crops.extend(begun.crops)
            self._open.append(begun)
            self._begun.put(begun)
            self._room.notify_all()
        self._crops.popleft()


class ModelQueue:
    """Cameras take turns by what they have cost lately: see :class:`~detector.shares.Shares`.

    A camera that sends 200 frames a second, or whose frames have twelve tiles, waits for those that want little: its
    crops are taken one by one.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._work = Condition(self._lock)
        self._lines: dict[str, CameraLine] = {}
        self._shares = Shares()
        self._closed = False

    def join(self, camera: str) -> CameraLine:
        """A line for a camera; one of the same camera before it is given up."""
        line = self.make_line(camera)
        with self._lock:
            self._lines[camera] = line
        return line

    def make_line(self, camera: str) -> CameraLine:
        """A line, not joined yet: for queues that note more than this one."""
        return CameraLine(camera, self._lock, self._work)

    def leave(self, line: CameraLine) -> None:
        """A camera is gone."""
        with self._lock:
            if self._lines.get(line.camera) is line:
                del self._lines[line.camera]
                self._shares.forget(line.camera)

    def take(self, timeout: float) -> list[Crop]:
        """Crops of one shape for one model, whose turn it is; empty where there is none for ``timeout`` seconds.

        As many as the model computes in hardly more time than one. Where fewer are there, others may join until
        :data:`PATIENCE` after the first one was asked for.
        """
        with self._lock:
            first = self._work.wait_for(lambda: self._closed or self._in_turn([]), timeout)
            if self._closed or not first:
                return []
            batch: list[Crop] = []
            self._fill(batch)
            until = batch[0].request.asked_at + PATIENCE
            while len(batch) < batch[0].request.model.batch and not self._closed:
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._work.wait(left)
                self._fill(batch)
            if self._in_turn([]) is not None:
                self._work.notify()  # whoever else computes may go on with the rest
            return batch

    def charge(self, crop: Crop, seconds: float) -> None:
        """A crop that was taken has been seen, and took so much of the model's time."""
        with self._lock:
            if crop.request.camera in self._lines:
                self._shares.charge(crop.request.camera, seconds, time.monotonic())

    def close(self) -> None:
        """Nothing more is given out; whoever waits in :meth:`take` comes back."""
        with self._lock:
            self._closed = True
            self._work.notify_all()

    def _fill(self, batch: list[Crop]) -> None:
        while not batch or len(batch) < batch[0].request.model.batch:
            found = self._in_turn(batch)
            if found is None:
                return
            line, crop = found
            line.pop()
            batch.append(crop)

    def _in_turn(self, batch: list[Crop]) -> tuple[CameraLine, Crop] | None:
        """Whose crop comes next into a batch: who has the fewest in it, of those who has cost least, who has waited."""
        now = time.monotonic()
        ready = [(line, crop) for line in self._lines.values() if (crop := line.peek()) is not None]
        ready = [(line, crop) for line, crop in ready if not batch or crop.fits(batch[0])]
        inside = [crop.request.camera for crop in batch]

        def key(place: tuple[CameraLine, Crop]) -> tuple[int, float, float]:
            camera = place[0].camera
            return inside.count(camera), self._shares.cost(camera, now), place[1].request.asked_at

        return min(ready, key=key, default=None)
