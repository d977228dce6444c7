"""Label Studio's JSON exports: a list of tasks, each with annotations that hold rectangles in per cent."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from datasets.collection import PHOTO_SUFFIXES, CollectionError
from datasets.exports.annotation import Annotation, PhotoFolder, box_table
from datasets.exports.json_file import complaint
from datasets.faults import Fault


class _Rectangle(BaseModel):
    x: float
    y: float
    width: float
    height: float
    rotation: float = 0
    rectanglelabels: list[str]


class _Result(BaseModel):
    type: str = ""
    value: dict[str, JsonValue]


class _Drawn(BaseModel):
    result: list[_Result] = []
    was_cancelled: bool = False


class _Task(BaseModel):
    id: int | str
    data: dict[str, JsonValue]
    annotations: list[_Drawn] = []


_Tasks = TypeAdapter(list[_Task])


def read_label_studio(file: Path, photos: Path | None, split: str) -> Iterator[Annotation | Fault]:
    """Every task that somebody finished.

    Args:
        file: the export (JSON, not JSON-MIN).
        photos: folder of the photos; otherwise the file's own folder is searched.
        split: where the photos go.

    Raises:
        CollectionError: the file is not in Label Studio's form.
    """
    try:
        tasks = _Tasks.validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise CollectionError(f"{file}: is not a Label Studio export (JSON): {complaint(error)}") from error
    folder = PhotoFolder(photos or file.parent)
    for task in tasks:
        finished = [drawn for drawn in task.annotations if not drawn.was_cancelled]
        if not finished:
            yield Fault(file, f"task {task.id} was not labelled by anybody; finish or delete it")
            continue
        try:
            # The last annotation is the newest; Label Studio keeps the ones before it.
            yield _annotation(file, folder, split, task, finished[-1])
        except CollectionError as error:
            yield Fault(file, f"task {task.id}: {error}")


def _annotation(file: Path, folder: PhotoFolder, split: str, task: _Task, drawn: _Drawn) -> Annotation:
    photo = folder.find(*_photo_names(task))
    names: list[str] = []
    boxes: list[list[float]] = []
    for result in drawn.result:
        if result.type not in ("rectanglelabels", ""):
            continue
        try:
            box = _Rectangle.model_validate(result.value)
        except ValidationError as error:
            raise CollectionError(f"a rectangle is not as expected: {complaint(error)}") from error
        if box.rotation % 360:
            raise CollectionError(f"a rectangle is turned by {box.rotation:g} degrees; draw it upright")
        if not box.rectanglelabels:
            raise CollectionError("a rectangle has no class; choose one or delete it")
        names.append(box.rectanglelabels[0])
        boxes.append([box.x, box.y, box.x + box.width, box.y + box.height])
    return Annotation(photo, split, file, tuple(names), box_table(boxes) / 100)


def _photo_names(task: _Task) -> list[str]:
    """What the photo may be called: uploads carry eight random characters and a hyphen before their own name."""
    for value in task.data.values():
        if not isinstance(value, str):
            continue
        link = urlsplit(value)
        name = parse_qs(link.query).get("d", [unquote(link.path)])[-1]
        if Path(name).suffix.lower() in PHOTO_SUFFIXES:
            last = Path(name).name
            _, hyphen, own = last.partition("-")
            return [name, last, own] if hyphen and own else [name, last]
    raise CollectionError(f"no photo among its data ({', '.join(task.data)})")
