"""Trial pictures: what a validation split lacks is made from it, so that it can be measured: far butts, empty streets.

Nothing here is trained on: cut-outs and grounds come from photos that training never sees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.collection import Collection, CollectionError, label_path
from datasets.composition import LEAST_ROAD, Ground, cutouts_of, grounds_of, look_of, place, scene_of
from datasets.cutouts import Cutout
from datasets.data_card import source_of
from datasets.grounds import empty_ground
from datasets.labels import Labels, concatenate, read_labels
from datasets.pasting import blur_of
from datasets.replay import held_out_photos, read_picture
from datasets.roads import Perspective, paint_dashes, road_mask
from datasets.street_folder import StreetFolder

WIDTH, HEIGHT = 1920, 1080
"""Size in pixels of the pictures with far butts: a full HD camera's."""

COLUMNS, ROWS = 3, 2
"""A picture is a grid of so many grounds. The photos at hand are 640 px at most: one of them, enlarged to full HD,
would be as blurred as no camera's picture is, and a butt of ten pixels on it either lost or far too sharp."""

FAR_BUTTS = {"cigarette_butt": (8.0, 12.0)}
"""Longer side of a far butt in pixels."""

MOST_BUTTS = 3
"""Butts in one cell of the grid, at most."""

DASHED = 2
"""Pictures with painted dashes of each road without litter."""

_QUALITY = 92
_VIOLATION_CLASSES = ("e_tricycle", "cigarette_butt", "garbage")
_MOST_ENLARGED = 1.7


@dataclass(frozen=True)
class Trial:
    """Makes trial pictures.

    Attributes:
        photos: the validation photos with their human labels: what is cut out of them is pasted.
        streets: photos of streets with their human labels, whose roads are used as grounds.
        teacher: folder of the teacher's labels of `streets`: nothing is pasted where it saw something.
        seed: makes the same pictures again.
    """

    photos: Sequence[tuple[Path, Labels]]
    streets: Sequence[tuple[Path, Labels]]
    teacher: Path
    seed: int = 0

    @classmethod
    def of(cls, collection: Collection, replay: Path, teacher: Path, seed: int = 0) -> "Trial":
        """From the split `val` and the replay photos that are held out from training.

        Raises:
            CollectionError: the teacher has not labelled a street.
        """
        photos = [(photo, read_labels(label_path(photo))) for photo in collection.photos("val")]
        litter = {CLASSES.index("cigarette_butt"), CLASSES.index("garbage")}
        # Photos of a source of litter may show some that nobody labelled.
        littered = {source_of(photo) for photo, labels in photos if litter & set(labels.class_id.tolist())}
        streets = [(photo, labels) for photo, labels in photos if source_of(photo) not in littered]
        streets += [(photo, Labels.empty()) for photo in held_out_photos(collection, replay)]
        unlabelled = [photo for photo, _ in streets if not (teacher / f"{photo.stem}.txt").is_file()]
        if unlabelled:
            raise CollectionError(
                f"{len(unlabelled)} photos such as {unlabelled[0]} have no teacher label in {teacher}; "
                "run: python -m datasets label"
            )
        return cls(photos, streets, teacher, seed)

    def far_butts(self, out: Path, pictures: int) -> Iterator[Path]:
        """Pictures of 1920 x 1080 px with butts of 8 to 12 px, as a collection with the split `val`.

        Raises:
            CollectionError: nothing can be cut out, or no photo shows a road, or the folder holds photos.
        """
        random = np.random.default_rng(self.seed)
        butts = cutouts_of(self.photos, random).get("cigarette_butt", [])
        fitting = (_cell(ground) for ground in grounds_of(self.streets, self.teacher))
        cells = [cell for cell in fitting if cell is not None and cell.road.any()]
        if not butts or not cells:
            raise CollectionError(
                f"{len(butts)} cut-outs of butts, {len(cells)} roads: far butts need both; add photos"
            )
        folder = StreetFolder(out)
        for number in range(pictures):
            name = f"far-{number:03d}"
            picture, labels = _grid(cells, butts, random)
            folder.draw(picture, "val", name, labels, _QUALITY)
            yield out / "images" / "val" / f"{name}.jpg"
        folder.finish()

    def empty_streets(self, out: Path) -> Iterator[Path]:
        """Streets without butts, garbage and e-tricycles, as a collection with the split `val`.

        Each scene is there as it is, and those with a road a few times more with painted dashes. Photos that show an
        e-tricycle give a part without one, if there is any.

        Raises:
            CollectionError: no photo can be used, or the folder holds photos.
        """
        random = np.random.default_rng(self.seed)
        scenes = [scene_of(photo, labels, self.teacher) for photo, labels in self.streets]
        if not any(scenes):
            raise CollectionError("no photo is a coloured street scene that is large enough; add some")
        folder = StreetFolder(out)
        for scene in scenes:
            free = None if scene is None else _without_violations(scene, random)
            if free is None:
                continue
            for version, picture in enumerate(_versions(free, random)):
                name = f"empty-{free.photo.stem}-{version}"
                folder.draw(picture, "val", name, Labels.empty(), _QUALITY)
                yield out / "images" / "val" / f"{name}.jpg"
        folder.finish()


def _versions(scene: Ground, random: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    """The picture of a scene, and the same with painted dashes where it shows a road."""
    yield scene.picture
    if scene.road.mean() < LEAST_ROAD:
        return
    height, width = scene.picture.shape[:2]
    for _ in range(DASHED):
        canvas = scene.picture.astype(np.float32)
        view = Perspective.of(scene.known, width, height)
        if paint_dashes(canvas, scene.road, view, blur_of(scene.picture), random):
            yield canvas.clip(0, 255).round().astype(np.uint8)


def _cell(ground: Ground) -> Ground | None:
    """The lower part of a ground that fills one cell of the grid; None where it would have to be enlarged too much."""
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    photo = read_picture(ground.photo)
    scale = max(width / photo.shape[1], height / photo.shape[0])
    if scale > _MOST_ENLARGED:
        return None
    size = (round(photo.shape[1] * scale), round(photo.shape[0] * scale))
    picture = cv2.resize(photo, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = (size[0] - width) // 2, size[1] - height
    part = np.asarray(picture[top : top + height, left : left + width], np.uint8)
    labels, known = (_moved(found, size, left, top, width, height) for found in (ground.labels, ground.known))
    return Ground(ground.photo, part, labels, known, road_mask(part, known))


def _moved(labels: Labels, size: tuple[int, int], left: int, top: int, width: int, height: int) -> Labels:
    """Labels of a picture of `size` as labels of a part of it."""
    corners = labels.corners * (*size, *size) - (left, top, left, top)
    return Labels.from_corners(labels.class_id, corners / (width, height, width, height), labels.confidence).clipped()


def _grid(
    cells: Sequence[Ground], butts: Sequence[Cutout], random: np.random.Generator
) -> tuple[NDArray[np.uint8], Labels]:
    """One picture: a grid of grounds with butts on their roads, and the labels of butts and tricycles."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    found = []
    for place_number in range(COLUMNS * ROWS):
        row, column = divmod(place_number, COLUMNS)
        cell = cells[int(random.integers(len(cells)))]
        made, labels = _littered(cell, butts, random)
        height, width = made.shape[:2]
        picture[row * height : (row + 1) * height, column * width : (column + 1) * width] = made
        found.append(
            replace(
                labels,
                boxes=(labels.boxes + np.array([column, row, 0, 0])) / (COLUMNS, ROWS, COLUMNS, ROWS),
            )
        )
    return picture, concatenate(found)


def _littered(cell: Ground, butts: Sequence[Cutout], random: np.random.Generator) -> tuple[NDArray[np.uint8], Labels]:
    height, width = cell.picture.shape[:2]
    canvas, sides = cell.picture.astype(np.float32), (width, height, width, height)
    view, look = Perspective.of(cell.known, width, height), look_of(cell.picture, random)
    taken = cell.known.corners * sides
    boxes = []
    for _ in range(int(random.integers(0, MOST_BUTTS + 1))):
        cutout = butts[int(random.integers(len(butts)))]
        box = place(canvas, cell.road, view, cutout, taken, look, random, FAR_BUTTS)
        if box is not None:
            boxes.append(box)
            taken = np.vstack([taken, box])
    corners = np.array(boxes, np.float64).reshape(-1, 4) / sides
    class_id = np.full(len(boxes), CLASSES.index("cigarette_butt"), np.int64)
    human = cell.labels.where(cell.labels.confidence >= 1.0)
    return canvas.clip(0, 255).round().astype(np.uint8), concatenate([human, Labels.from_corners(class_id, corners)])


def _without_violations(ground: Ground, random: np.random.Generator) -> Ground | None:
    """A ground without anything that violations are made of, or None where no part of it is."""
    wanted = [CLASSES.index(name) for name in _VIOLATION_CLASSES]
    if not np.isin(ground.labels.class_id, wanted).any():
        return ground
    crop = empty_ground(ground.picture, ground.known, random)
    if crop is None:
        return None
    none = Labels.empty()
    return Ground(ground.photo, crop, none, none, road_mask(crop, none))
