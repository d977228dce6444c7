"""Request: a frame that a camera wants seen by the model, whole and, where it is time, in tiles."""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock

from detector.close_look import CloseLook, Tiles
from detector.detections import Detections
from detector.letterbox import Letterbox
from detector.model import Model
from detector.regions import without_cut
from detector.sources import Frame, Image


class Request:
    """Its crops are seen in any order and by any thread; the result is there when all of them have been.

    Args:
        camera: who asks.
        frame: the frame.
        model: what it is to be seen by.
        tiles: what is to be looked at closely in it.

    Attributes:
        crops: the frame as a whole, then each tile.
        asked_at: when it was made, monotonic seconds.
    """

    def __init__(self, camera: str, frame: Frame, model: Model, tiles: Tiles | None = None) -> None:
        self.camera = camera
        self.frame = frame
        self.model = model
        self.tiles = tiles
        self.asked_at = time.monotonic()
        images: Sequence[Image] = tiles.images if tiles is not None else ()
        whole = model.letterbox(frame.width, frame.height)
        if frame.part is not None:
            whole = whole.around(frame.part, model.entry.stride)
        boxes = [whole, *(model.letterbox(image.shape[1], image.shape[0]) for image in images)]
        self.crops = [Crop(self, place, letterbox) for place, letterbox in enumerate(boxes)]
        self._lock = Lock()
        self._seen: dict[int, Detections] = {}
        self._cpu = 0.0
        self._complete: Future[dict[int, Detections]] = Future()

    @property
    def cpu(self) -> float:
        """CPU seconds that the model has spent on it."""
        return self._cpu

    def image(self, place: int) -> Image:
        """Pixels of a crop. Colours are computed only here: a frame that is dropped costs none."""
        return self.frame.image if place == 0 or self.tiles is None else self.tiles.images[place - 1]

    def give(self, place: int, seen: Detections, cpu: float) -> None:
        """What the model sees in a crop, in the crop's pixels, and the CPU seconds that it took."""
        with self._lock:
            self._cpu += cpu
            self._seen[place] = seen
            if len(self._seen) == len(self.crops) and not self._complete.done():
                self._complete.set_result(self._seen)

    def fail(self, error: Exception) -> None:
        """A crop cannot be seen: who waits for the result gets the error."""
        with self._lock:
            if not self._complete.done():
                self._complete.set_exception(error)

    def result(self, timeout: float | None = None) -> tuple[Frame, Detections]:
        """The frame, and all that the model sees in it; put together by whoever asks, so that no one else waits for it.

        Args:
            timeout: seconds to wait; as long as it takes where None.

        Raises:
            TimeoutError: it is not there yet.
        """
        seen = self._complete.result(timeout)
        frame, whole = without_cut(self.frame, seen[0], self.crops[0].letterbox)
        if self.tiles is None:
            return frame, whole
        return frame, CloseLook.merge(whole, self.tiles, [seen[crop.place] for crop in self.crops[1:]])


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A part of a frame that goes into the model by itself.

    Attributes:
        request: whose part it is.
        place: 0 for the whole frame, from 1 on for its tiles.
        letterbox: how it is fitted into the model's input.
    """

    request: Request
    place: int
    letterbox: Letterbox

    def fits(self, other: "Crop") -> bool:
        """Whether both can go into one call of the model."""
        return self.letterbox.shape == other.letterbox.shape and self.request.model is other.request.model
