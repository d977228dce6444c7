"""Track segment: a minute of what one camera's rules were shown, as numbers in one compressed file."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from detector.anchor import MemoryState
from detector.detections import Detections
from detector.lamps import LampState

_SCALE: Final = 65_535
"""Steps of a coordinate from one side of the picture to the other: 0.03 px of 1920."""

_NOBODY: Final = 255
"""Class of a row that belongs to no believed track."""

SIGNALS: Final = (LampState.UNKNOWN, LampState.RED, LampState.GREEN)
"""What a signal shows, by the number that is stored."""


class SegmentError(ValueError):
    """A file that is no segment, or is damaged; its text names it."""


class SegmentHead(BaseModel):
    """What a segment begins with.

    Attributes:
        run: names the time from one start of the camera's rules to their end; track numbers and seconds belong to it.
        width, height: of frames as rules see them, pixels.
        crosswalks: those whose signal is stored, in order.
        rules: what the rules remembered when it began, by kind, without looks.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    width: int
    height: int
    crosswalks: tuple[str, ...] = ()
    rules: dict[str, MemoryState] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One frame as rules saw it, without the picture.

    Attributes:
        time: when it was captured.
        seconds: the rules' seconds, which stand still while the camera cannot see.
        seen: (N,) everything that the model was sure enough of, or that belongs to a believed track, in pixels; and
            things that it overlooked though their places looked as before.
        voted: (N,) the class of the believed track of each row; -1 where there is none.
        sure: (N,) what the model was sure enough of. A row that is neither sure nor tracked was overlooked.
        signals: what the head's crosswalks show.
    """

    time: datetime
    seconds: float
    seen: Detections
    voted: NDArray[np.int64]
    sure: NDArray[np.bool_]
    signals: tuple[LampState, ...] = ()

    @property
    def tracks(self) -> Detections:
        """What belongs to believed tracks, with the class that each track's history voted for."""
        rows = np.flatnonzero(self.voted >= 0)
        tracks = self.seen[rows]
        tracks.class_id = self.voted[rows]
        return tracks


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A minute of sights."""

    head: SegmentHead
    sights: Sequence[Sight]

    def write(self, path: Path) -> None:
        """Write it, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        sights, size = self.sights, np.array([self.head.width, self.head.height] * 2, np.float64)
        seen = Detections.concatenate([sight.seen for sight in sights])
        voted = np.concatenate([sight.voted for sight in sights])
        content = io.BytesIO()
        np.savez_compressed(
            content,
            head=np.frombuffer(self.head.model_dump_json().encode(), np.uint8),
            time=np.array([sight.time.timestamp() for sight in sights], np.float64),
            seconds=np.array([sight.seconds for sight in sights], np.float64),
            ends=np.cumsum([len(sight.seen) for sight in sights], dtype=np.int32),
            boxes=np.rint(np.clip(seen.xyxy / size, 0, 1) * _SCALE).astype(np.uint16),
            kinds=seen.class_id.astype(np.uint8),
            voted=np.where(voted < 0, _NOBODY, voted).astype(np.uint8),
            confidence=np.rint(np.clip(seen.confidence, 0, 1) * 255).astype(np.uint8),
            tracks=seen.tracks.astype(np.int32),
            sure=np.concatenate([sight.sure for sight in sights]),
            signals=np.array([[SIGNALS.index(s) for s in sight.signals] for sight in sights], np.uint8),
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(content.getbuffer())
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read it.

        Raises:
            FileNotFoundError: it is not there any more.
            SegmentError: it is damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                columns = {name: file[name] for name in file.files}
            head = SegmentHead.model_validate_json(columns["head"].tobytes())
            return cls(head, list(_sights(head, columns)))
        except FileNotFoundError:
            raise
        except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
            raise SegmentError(f"{path}: cannot be read: {error}") from error


def _sights(head: SegmentHead, columns: dict[str, NDArray[Any]]) -> Iterator[Sight]:
    size = np.array([head.width, head.height] * 2, np.float32)
    boxes = np.asarray(columns["boxes"] / np.float32(_SCALE) * size, np.float32)
    confidence = np.asarray(columns["confidence"] / np.float32(255), np.float32)
    seen = Detections(boxes, columns["kinds"].astype(np.int64), confidence, columns["tracks"].astype(np.int64))
    voted = np.where(columns["voted"] == _NOBODY, -1, columns["voted"].astype(np.int64))
    sure = columns["sure"].astype(np.bool_)
    first = 0
    times, seconds = columns["time"].tolist(), columns["seconds"].tolist()
    signals = columns["signals"].tolist()
    for time, second, end, shown in zip(times, seconds, columns["ends"].tolist(), signals, strict=True):
        rows = slice(first, end)
        yield Sight(
            datetime.fromtimestamp(time, UTC), second, seen[rows], voted[rows], sure[rows],
            tuple(SIGNALS[number] for number in shown),
        )  # fmt: skip
        first = end
