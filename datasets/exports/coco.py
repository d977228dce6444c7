"""COCO exports: one JSON file of images, categories and annotations."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from datasets.collection import CollectionError
from datasets.exports.annotation import Annotation, PhotoFolder
from datasets.exports.json_file import complaint
from datasets.faults import Fault


class _Image(BaseModel):
    id: int | str
    file_name: str


class _Category(BaseModel):
    id: int
    name: str


class _Box(BaseModel):
    image_id: int | str
    category_id: int
    bbox: tuple[float, float, float, float]


class _Coco(BaseModel):
    images: list[_Image]
    categories: list[_Category]
    annotations: list[_Box] = []


def read_coco(file: Path, photos: Path | None, split: str) -> Iterator[Annotation | Fault]:
    """Every photo of a COCO file.

    Args:
        file: the JSON file; `bbox` is left, top, width, height in pixels.
        photos: folder of the photos; otherwise the file's own folder and the one above are searched.
        split: where the photos go: COCO keeps a file a split.

    Raises:
        CollectionError: the file is not in COCO's form.
    """
    try:
        content = _Coco.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise CollectionError(f"{file}: is not a COCO file: {complaint(error)}") from error
    names = {category.id: category.name for category in content.categories}
    known = {image.id for image in content.images}
    boxes: defaultdict[int | str, list[_Box]] = defaultdict(list)
    for number, box in enumerate(content.annotations):
        if box.image_id not in known or box.category_id not in names:
            message = f"annotation {number}: image {box.image_id} or category {box.category_id} is not listed"
            yield Fault(file, message)
        else:
            boxes[box.image_id].append(box)
    folder = PhotoFolder(photos) if photos else PhotoFolder(file.parent, file.parent.parent / "images")
    for image in content.images:
        rows = boxes[image.id]
        corners = [(x, y, x + width, y + height) for x, y, width, height in (row.bbox for row in rows)]
        try:
            photo = folder.find(image.file_name)
            yield Annotation.in_pixels(photo, split, file, (names[row.category_id] for row in rows), corners)
        except CollectionError as error:
            yield Fault(file, str(error))
