"""Looking: what a model or the teacher sees in pictures, kept on disk, so that no picture is looked at twice."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.model_report.pictures import PictureSet
from datasets.exports.annotation import photo_size
from datasets.labels import read_labels
from datasets.teacher import Teacher
from detector.detections import Detections
from detector.evaluate import LEAST_CONFIDENCE
from detector.model import Model
from detector.sources import read_photo

VERSION = 1
"""Changed where decoding, suppression or tiles change: what was kept before is looked at again."""

TEACHER_LEAST = 0.1
"""The teacher's boxes below are not kept."""


@dataclass(frozen=True)
class Looked:
    """What somebody saw in a set of pictures.

    Attributes:
        pictures: the set.
        seen: detections in each of them, unsure ones included.
    """

    pictures: PictureSet
    seen: Sequence[Detections]

    def judged(self) -> list[tuple[Detections, Detections]]:
        """Labels and detections of each picture."""
        return list(zip(self.pictures.truths(), self.seen, strict=True))


@dataclass(frozen=True)
class Looker:
    """Somebody who looks at pictures.

    Attributes:
        name: with the version, the name of the folder that keeps what was seen.
        see: one picture's detections.
        folder: where folders are kept.
    """

    name: str
    see: Callable[[Path], Detections]
    folder: Path

    @classmethod
    def of_model(cls, model: Model, folder: Path) -> "Looker":
        """A model, as `streetwarden evaluate` runs it: large pictures tile by tile too."""
        settings = hashlib.sha256(repr(sorted(model.entry.calibration.items())).encode()).hexdigest()[:6]
        key = f"{model.entry.sha256[:12]}-{settings}-{model.runtime.name}-{VERSION}"
        return cls(key, lambda path: model.detect_photo(read_photo(path).image, confidence=LEAST_CONFIDENCE), folder)

    @classmethod
    def of_teacher(cls, weights: Path, folder: Path, labelled: Path) -> "Looker":
        """The COCO teacher; it is loaded when it has to look at something.

        Args:
            weights: of the teacher.
            folder: where folders are kept.
            labelled: folder of photos' labels that `python -m datasets label` wrote: those were looked at already.
        """
        loaded: list[Teacher] = []

        def see(path: Path) -> Detections:
            file = labelled / f"{path.stem}.txt"
            if file.is_file():
                labels = read_labels(file)
            else:
                if not loaded:
                    loaded.append(Teacher(weights, confidence=TEACHER_LEAST))
                labels = loaded[0].label(path)
            width, height = photo_size(path)
            corners = (labels.corners * (width, height, width, height)).astype(np.float32)
            return Detections(corners, labels.class_id, labels.confidence.astype(np.float32))

        digest = hashlib.sha256(weights.read_bytes()).hexdigest()[:12]
        return cls(f"teacher-{digest}-{VERSION}", see, folder)

    def look(self, pictures: PictureSet) -> Looked:
        """What is seen in a set, from disk where it was looked at before."""
        file = self.folder / self.name / f"{pictures.name.replace(' ', '-')}-{pictures.digest()}.npz"
        if not file.is_file():
            console = Console(stderr=True)
            shown = track(pictures.paths, pictures.name, console=console, disable=not console.is_terminal)
            save(file, [self.see(path) for path in shown])
        return Looked(pictures, load(file))


def save(file: Path, seen: Sequence[Detections]) -> None:
    """Keeps detections of many pictures in one file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = Detections.concatenate(list(seen))
    unfinished = file.with_suffix(".tmp.npz")
    np.savez_compressed(
        unfinished,
        count=np.array([len(detections) for detections in seen], np.int64),
        xyxy=whole.xyxy,
        class_id=whole.class_id,
        confidence=whole.confidence,
    )
    unfinished.replace(file)


def load(file: Path) -> list[Detections]:
    """Detections as `save` kept them."""
    with np.load(file) as kept:
        ends = np.cumsum(kept["count"])
        whole = Detections(kept["xyxy"], kept["class_id"], kept["confidence"])
    return [whole[int(end - count) : int(end)] for end, count in zip(ends, np.diff(ends, prepend=0), strict=True)]
