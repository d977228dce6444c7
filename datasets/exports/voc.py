"""VOC exports: an XML file a photo, in `Annotations`, with `JPEGImages` and perhaps `ImageSets/Main` beside it."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from datasets.collection import CollectionError
from datasets.exports.annotation import Annotation, PhotoFolder
from datasets.faults import Fault

_SIDES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(folder: Path, photos: Path | None, split: str) -> Iterator[Annotation | Fault]:
    """Every annotation below a folder.

    Args:
        folder: the export's folder, or the one that holds its XML files.
        photos: folder of the photos; otherwise the export's folder and the one above are searched.
        split: where photos go that `ImageSets/Main/train.txt` and `val.txt` do not name.

    Raises:
        CollectionError: there are no XML files.
    """
    files = sorted(folder.rglob("*.xml"))
    if not files:
        raise CollectionError(f"no XML files in {folder}; name the folder that holds the export's Annotations")
    root = folder.parent if folder.name == "Annotations" else folder
    found = PhotoFolder(photos) if photos else PhotoFolder(root)
    splits = {
        name: part
        for part in ("train", "val", "test")
        for file in root.rglob(f"ImageSets/Main/{part}.txt")
        for name in file.read_text(encoding="utf-8").split()
    }
    for file in files:
        try:
            yield _annotation(file, found, splits.get(file.stem, split))
        except CollectionError as error:
            yield Fault(file, str(error))


def _annotation(file: Path, photos: PhotoFolder, split: str) -> Annotation:
    try:
        root = ElementTree.fromstring(file.read_bytes())
    except (ParseError, DefusedXmlException, OSError) as error:
        raise CollectionError(f"is not XML that can be read: {' '.join(str(error).split())}") from error
    name = (root.findtext("filename") or "").strip()
    # Some tools leave <filename> empty, or without its suffix; the XML file is called like the photo.
    candidates = [*([name] if name else []), *(f"{file.stem}{suffix}" for suffix in (".jpg", ".jpeg", ".png", ".webp"))]
    photo = photos.find(*candidates)
    objects = root.findall("object")
    names = [_text(entry, "name") for entry in objects]
    return Annotation.in_pixels(photo, split, file, names, [_corners(entry) for entry in objects])


def _corners(entry: Element) -> list[float]:
    sides = [_text(entry, f"bndbox/{side}") for side in _SIDES]
    try:
        return [float(side) for side in sides]
    except ValueError as error:
        raise CollectionError(f"a box of {_text(entry, 'name')} has a side that is no number") from error


def _text(entry: Element, path: str) -> str:
    found = entry.findtext(path)
    if found is None:
        raise CollectionError(f"an <object> has no <{path.replace('/', '>/<')}>")
    return found.strip()
