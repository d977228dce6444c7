"""Detecting on photos: what ``streetwarden detect`` does."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
from rich.console import Console
from rich.progress import track

from detector.ahead import side_by_side
from detector.detections import Detections
from detector.drawing import draw_detections
from detector.model import Model
from detector.regions import Tiling
from detector.registry import ModelError
from detector.sources import Frame, SourceError, photo_files, read_photo
from detector.sources.frame import Image

_JPEG_QUALITY: Final = 90
_MOST_AT_ONCE: Final = 8
"""Photos that are looked at at the same time, at most: each takes some 100 MB while it is."""

Photo = tuple[Path, Path]
"""A photo's path, and its path below the folder that was named, for saving."""


def detect_photos(
    paths: Sequence[Path],
    *,
    model_name: str | None = None,
    confidence: float | None = None,
    tiles: Tiling = "auto",
    json_output: bool = False,
    save: Path | None = None,
) -> int:
    """Print what the model sees in photos, a line per photo to standard output, in natural order.

    A photo that cannot be read costs one line on standard error; the others are still looked at.

    Args:
        paths: photos and folders; folders are searched through, hidden files left out.
        model_name: name in the registry; the default model where None.
        confidence: least confidence; as registered by class where None.
        tiles: ``auto`` looks at large photos tile by tile too.
        json_output: lines of JSON instead of lines for people.
        save: folder for copies with boxes, made where it is missing; a source is never written over.

    Returns:
        The exit status: 0, or 1 where the model or a photo could not be read or a copy could not be written.
    """
    console = Console(stderr=True)
    failed = False

    def say(line: str) -> None:
        nonlocal failed
        failed = True
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    photos = list(_photos(paths, say))
    try:
        model = Model.load(model_name, lanes=len(os.sched_getaffinity(0)))
    except ModelError as error:
        say(str(error))
        return 1
    shelf = None if save is None else _Shelf(save, {path.resolve() for path, _ in photos})
    # On a terminal that also shows the results, the bar would run through them.
    hidden = not console.is_terminal or len(photos) < 2 or sys.stdout.isatty()
    # Several photos at once, or several tiles of one: a call of one thread each gets more done than one of all threads.
    at_once = min(len(photos), model.lanes, _MOST_AT_ONCE)

    def look(photo: Photo) -> tuple[Photo, Frame, Detections] | str:
        try:
            frame = read_photo(photo[0])
        except SourceError as error:
            return str(error)
        tiles_at_once = model.lanes if at_once == 1 else 1
        found = model.detect_photo(frame.image, tiles=tiles, confidence=confidence, side_by_side=tiles_at_once)
        return photo, frame, found

    looked = side_by_side(photos, look, at_once, name="photo") if photos else iter(())
    for result in track(looked, "Detecting", total=len(photos), console=console, disable=hidden, transient=True):
        if isinstance(result, str):
            say(result)
            continue
        (path, below), photo, detections = result
        print(_json_line(path, photo, detections) if json_output else _text_line(path, detections), flush=True)
        if shelf is not None:
            try:
                shelf.put(draw_detections(photo.image, detections), below)
            except OSError as error:
                say(f"{path}: its copy with boxes cannot be saved: {error}")
    return 1 if failed else 0


def _photos(paths: Sequence[Path], say: Callable[[str], None]) -> Iterator[Photo]:
    """Every photo of the paths; ``say`` is told what cannot be found."""
    for path in paths:
        if not path.is_dir():
            if path.exists():
                yield path, Path(path.name)
            else:
                say(f"{path}: no such file or folder")
            continue
        try:
            found = photo_files(path, deep=True)
        except SourceError as error:
            say(str(error))
            continue
        if not found:
            say(f"{path}: holds no JPEG, PNG, WebP or HEIC photos")
        for file in found:
            yield file, file.relative_to(path)


def _json_line(path: Path, photo: Frame, detections: Detections) -> str:
    rows = [
        {
            "class": object_class.label,
            "confidence": round(confidence, 4),
            "box": [round(float(edge), 1) for edge in box],
        }
        for box, object_class, confidence, _ in detections
    ]
    line = {"source": str(path), "width": photo.width, "height": photo.height, "detections": rows}
    return json.dumps(line, ensure_ascii=False)


def _text_line(path: Path, detections: Detections) -> str:
    counts: dict[str, int] = {}
    for _, object_class, _, _ in detections:
        counts[object_class.label] = counts.get(object_class.label, 0) + 1
    seen = ", ".join(f"{count} {label}" for label, count in counts.items())
    return f"{path}: {seen or 'nothing'}"


class _Shelf:
    """Saves copies below one folder, never over a photo that was given and never two under one name."""

    def __init__(self, folder: Path, sources: set[Path]) -> None:
        self._folder = folder
        self._taken = set(sources)

    def put(self, image: Image, below: Path) -> None:
        """Write a JPEG.

        Raises:
            OSError: where it cannot be written.
        """
        target = (self._folder / below).with_suffix(".jpg")
        number = 1
        while target.resolve() in self._taken:
            number += 1
            target = (self._folder / below).with_name(f"{below.stem}-{number}.jpg")
        self._taken.add(target.resolve())
        target.parent.mkdir(parents=True, exist_ok=True)
        done, buffer = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if not done:
            raise OSError(f"{image.shape[1]} × {image.shape[0]} pixels do not go into a JPEG")
        target.write_bytes(buffer.tobytes())
